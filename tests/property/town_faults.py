"""Who fails in the simulated town: workers that die, and a recipient that lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from placket.gate.requests.telling import Messenger
from placket.rights.recipients import State as Said
from placket.sources.processors.message import Answer

if TYPE_CHECKING:
    from random import Random

    from placket.sources.processors.message import Message, Processor


class Died(BaseException):
    """A worker was killed."""


@dataclass
class Liar:
    """A recipient that answers as it likes. signed: the receipts that it ever gave."""

    random: Random
    signed: set[str] = field(default_factory=set)

    def tell(self, message: Message) -> Answer:
        """Answer in any way."""
        how = self.random.choice(("done", "bare", "partial", "received", "failed", "told"))
        if how == "bare":
            return Answer(state=Said.RECEIVED, reference="later")
        if how in {"done", "partial"}:
            answer = Answer(state=Said(how), signed=(message.id.encode(), how.encode()))
            self.signed.add(answer.receipt)
            return answer
        return Answer(state=Said(how), reference="later" if how == "received" else "")

    def status(self, message: Message, reference: str) -> Answer:
        """Answer as before."""
        del reference
        return self.tell(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gossip(Messenger):
    """A messenger whose every recipient is the liar."""

    liar: Liar

    def _processor(self, recipient: str) -> Processor:
        del recipient
        return self.liar


@dataclass
class Mortal:
    """A point at which a worker may die: the n-th that is passed from now, or none."""

    left: int

    def __call__(self, _name: str) -> None:
        """Pass one more boundary."""
        self.left -= 1
        if self.left == 0:
            raise Died


WRITES: Final = frozenset(
    {
        "append",
        "bury",
        "destroy",
        "drop_records",
        "ensure",
        "lease",
        "move_record",
        "put_records",
        "release",
        "remember",
        "renew",
        "sequence",
        "tally",
    }
)
"""What ledger and keyring write."""


class Fragile:
    """A ledger or keyring at one of whose writes the worker dies, before or after it is done.

    Whoever is dead writes nothing more.
    """

    def __init__(self, of: Any, fate: list[int], *, is_after: bool) -> None:
        self._of, self._fate, self._is_after = of, fate, is_after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if name not in WRITES:
            return found

        def write(*given: Any, **named: Any) -> Any:
            self._fate[0] -= 1
            if self._fate[0] < 0 or (self._fate[0] == 0 and not self._is_after):
                raise Died
            done = found(*given, **named)
            if self._fate[0] == 0:
                raise Died
            return done

        return write
