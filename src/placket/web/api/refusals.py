"""What the interface refuses, as problem details: a permanent type, a title, how to mend it.

Source: RFC 9457.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from placket.decide.question import Reason  # noqa: TC001  # msgspec reads the types at run time

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """One kind of refusal. The name is permanent; title and status go with it."""

    name: str
    status: int
    title: str
    meaning: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One field at fault. pointer: RFC 6901, into the body or `/query`."""

    pointer: str
    detail: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every refusal. because: why an act is not permitted, as a decision says it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...] = ()
    because: tuple[Reason, ...] = ()


class Refused(Exception):
    """the request is refused."""

    def __init__(
        self,
        name: str,
        detail: str = "",
        *,
        errors: tuple[Fault, ...] = (),
        because: tuple[Reason, ...] = (),
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        """Keep what is told: never a value that the caller sent."""
        super().__init__(name)
        self.kind = TYPES[name]
        self.detail = detail or self.kind.meaning
        self.errors = errors
        self.because = because
        self.headers = headers

    def details(self, instance: str) -> ProblemDetails:
        """Return the body of the answer. instance: the path of the operation, without values."""
        return ProblemDetails(
            type=f"/problems#{self.kind.name}",
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            instance=instance,
            errors=self.errors,
            because=self.because,
        )


_ALL: Final = (
    ProblemType(
        name="not-json",
        status=400,
        title="the body is not JSON",
        meaning="send one JSON document in UTF-8",
    ),
    ProblemType(
        name="key-unknown",
        status=401,
        title="no known key came with the request",
        meaning="send `Authorization: Bearer KEY` with a key of this installation",
    ),
    ProblemType(
        name="scope-missing",
        status=403,
        title="the key does not reach so far",
        meaning="ask whoever runs this installation for a key with this scope",
    ),
    ProblemType(
        name="not-found",
        status=404,
        title="there is nothing at this address",
        meaning="look the address up in /schema",
    ),
    ProblemType(
        name="fact-unknown",
        status=404,
        title="the ledger holds no fact of this id",
        meaning="look the id up where the fact was recorded",
    ),
    ProblemType(
        name="request-unknown",
        status=404,
        title="there is no request of this reference",
        meaning="look the reference up in the register",
    ),
    ProblemType(
        name="method-not-allowed",
        status=405,
        title="this address does not take this method",
        meaning="use a method that `Allow` names",
    ),
    ProblemType(
        name="fact-conflict",
        status=409,
        title="the fact says something else than the one known by its id",
        meaning="give what is new an id of its own; a fact is never changed",
    ),
    ProblemType(
        name="not-permitted",
        status=409,
        title="the act is not permitted now, and was not recorded",
        meaning="leave it; `because` says why, and what would change it",
    ),
    ProblemType(
        name="person-erased",
        status=409,
        title="the person was erased and must not come back by this route",
        meaning="record nothing about the person unless the person starts anew",
    ),
    ProblemType(
        name="not-in-tree",
        status=409,
        title="the ledger has no such proof yet",
        meaning="ask again after the next checkpoint, with a size no larger than the checkpoint's",
    ),
    ProblemType(
        name="request-conflict",
        status=409,
        title="the request says something else than the one known by its id",
        meaning="give a new request an id of its own",
    ),
    ProblemType(
        name="move-refused",
        status=409,
        title="the request does not let that be done now",
        meaning="see where the request stands, and do first what `detail` names",
    ),
    ProblemType(
        name="plan-missing",
        status=409,
        title="no plan was made for this request",
        meaning="make the plan first",
    ),
    ProblemType(
        name="plan-stale",
        status=409,
        title="the rows are not as the plan saw them",
        meaning="make a new plan, look at it, and have it approved",
    ),
    ProblemType(
        name="request-in-hand",
        status=409,
        title="somebody else carries this plan out at this moment",
        meaning="look again in a minute",
    ),
    ProblemType(
        name="catalogue-unusable",
        status=409,
        title="the catalogue of a source has problems",
        meaning="run `placket catalogue check` and mend what it says",
    ),
    ProblemType(
        name="too-large",
        status=413,
        title="the body is too large",
        meaning="send at most 1 MiB, in batches of at most 1,000",
    ),
    ProblemType(
        name="media-type",
        status=415,
        title="the body is of another type than JSON",
        meaning="send `Content-Type: application/json`",
    ),
    ProblemType(
        name="field",
        status=422,
        title="a field is missing or holds what it cannot",
        meaning="mend the fields that `errors` names",
    ),
    ProblemType(
        name="code-wrong",
        status=422,
        title="the code is wrong or no longer counts",
        meaning="send a new code",
    ),
    ProblemType(
        name="address-unknown",
        status=422,
        title="no such address of the person has been on file for long enough",
        meaning="choose one that the request shows",
    ),
    ProblemType(
        name="letter-incomplete",
        status=422,
        title="the letter that tells it lacks words",
        meaning="write what `detail` names",
    ),
    ProblemType(
        name="too-often",
        status=429,
        title="too many codes were sent today",
        meaning="confirm what staff saw instead, or wait a day",
    ),
    ProblemType(
        name="ours",
        status=500,
        title="the fault is ours",
        meaning="nothing is known to be written; tell whoever runs this installation the reference",
    ),
    ProblemType(
        name="source-unavailable",
        status=503,
        title="a source does not answer",
        meaning="try again when it does; what was begun is ended then",
    ),
    ProblemType(
        name="ledger-unavailable",
        status=503,
        title="the ledger does not answer or cannot be written",
        meaning="try again later; the ids of facts make a repetition harmless",
    ),
)
TYPES: Final[Mapping[str, ProblemType]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every kind of refusal by its name."""


def field_refused(pointer: str, detail: str) -> Refused:
    """Return the refusal of one field."""
    return Refused("field", errors=(Fault(pointer=pointer, detail=detail),))
