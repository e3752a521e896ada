"""Recipients told by the worker after an erasure: one that does it, and ones that do not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.sealed import RECEIPT
from placket.gate.requests.telling import Messenger, tellings
from placket.rights.recipients import State as Said
from placket.rights.recipients import Telling
from placket.rights.right import Right
from placket.settings import RecipientSettings
from tests.contract.gates import DAY
from tests.contract.rights_shop import ADA, Asked, asked_in
from tests.contract.test_requests_upkeep import shared
from tests.unit.sources.processors.fakes import SECRET, Recipient, Reply, Seen, hangs, signed_reply
from tests.unit.sources.processors.fakes import outgoing as calls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = DAY // 24


@dataclass
class Ferry:
    """A recipient that holds addresses. does: what it does of what it is told, in turn."""

    does: list[str]
    holds: set[str] = field(default_factory=lambda: {"ada@example.org", "eve@example.net"})

    def __call__(self, seen: Seen) -> Any:
        does = self.does.pop(0) if len(self.does) > 1 else self.does[0]
        if does == "hangs":
            return hangs
        if does == "done":
            self.holds -= {each["value"] for each in seen.said.get("whom", ())}
        if does == "lies":
            does = "done"
        name = "m_of_another" if does == "of another" else seen.headers["webhook-id"]
        if does == "unsigned":
            return Reply(200, b"{}")
        said = {"type": "recipient.answered", "id": name, "state": does, "reference": "f-1"}
        return signed_reply(name, said, at=int(seen.headers["webhook-timestamp"]))


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    yield made
    made.close()


@dataclass
class Told:
    """A shop that erased Ada, and a ferry that got her address."""

    asked: Asked
    ferry: Ferry
    server: Recipient
    request: str

    def round(self, after: int = 0) -> Telling:
        """Tell who is due, some time later; return how far the ferry is."""
        self.asked.shop.clock.now += after
        quick = calls(0.2 if "hangs" in self.ferry.does else 5.0)
        messenger = Messenger(register=self.asked.register, calls=quick)
        (telling,) = messenger.tell(self.request)
        return telling


@pytest.fixture
def told(asked: Asked, tmp_path: Path) -> Iterator[Told]:
    (tmp_path / "ferry.secret").write_bytes(SECRET)
    ferry = Ferry(["done"])
    server = Recipient(ferry)
    way = RecipientSettings(kind="webhook", url=server.url, secret_file=tmp_path / "ferry.secret")
    asked.gate.settings = replace(asked.gate.settings, recipients={"ferry": way})
    case = asked.strongly(ADA, Right.ERASURE)
    shared(asked, case, "ferry")
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    carry_out(asked.register, case.request.id, holder="w0")
    yield Told(asked, ferry, server, case.request.id)
    server.close()


def facts_of(told: Told) -> list[str]:
    history = told.asked.register.case(told.request).history
    kinds = {Kind.RECIPIENT_TOLD, Kind.RECIPIENT_ANSWERED}
    return [fact.kind.value for fact in history.facts if fact.kind in kinds]


def test_a_recipient_that_does_it_is_done_and_its_answer_is_kept(told: Told) -> None:
    found = told.round()

    assert (found.state, found.attempts) == (Said.DONE, 1)
    assert told.ferry.holds == {"eve@example.net"}
    kept = told.asked.gate.ledger.records(RECEIPT, request=told.request)
    assert {record.id.rpartition(":")[0] for record in kept} == {f"{found.id}:{found.receipt}"}
    assert all(b"recipient.answered" not in record.body for record in kept)
    assert facts_of(told) == ["recipient_told", "recipient_answered"]


def test_a_recipient_that_is_done_is_left_alone(told: Told) -> None:
    told.round()

    told.round(30 * DAY)

    assert len(told.server.seen) == 1


def test_a_recipient_that_has_it_is_asked_again_until_it_is_done(told: Told) -> None:
    told.ferry.does = ["received", "received", "done"]

    states = [told.round(after).state for after in (0, HOUR, DAY)]

    assert states == [Said.RECEIVED, Said.RECEIVED, Said.DONE]
    assert [seen.said["type"] for seen in told.server.seen] == [
        "recipient.told",
        "recipient.asked",
        "recipient.asked",
    ]


def test_nobody_is_asked_before_it_is_time(told: Told) -> None:
    told.ferry.does = ["received"]

    told.round()
    told.round(HOUR - DAY // 1440)

    assert len(told.server.seen) == 1


@pytest.mark.parametrize("does", ["unsigned", "of another", "hangs"])
def test_a_recipient_that_is_not_believed_goes_to_a_person_in_the_end(
    told: Told, does: str
) -> None:
    told.ferry.does = [does]

    found = [told.round(after) for after in (0, HOUR, DAY, 3 * DAY, 7 * DAY)]

    assert [each.state for each in found] == [Said.FAILED] * 4 + [Said.ESCALATED]
    assert {seen.said["id"] for seen in told.server.seen} == {found[0].id}
    assert len({seen.body for seen in told.server.seen}) == 1
    told.round(100 * DAY)
    assert len(told.server.seen) == 5


def test_a_recipient_that_comes_to_itself_is_done(told: Told) -> None:
    told.ferry.does = ["hangs", "unsigned", "done"]

    states = [told.round(after).state for after in (0, HOUR, DAY)]

    assert states == [Said.FAILED, Said.FAILED, Said.DONE]


def test_a_recipient_that_does_half_of_it_goes_to_a_person(told: Told) -> None:
    told.ferry.does = ["partial"]

    found = told.round()

    assert (found.state, found.needs_a_person) == (Said.PARTIAL, True)
    assert told.round(30 * DAY).attempts == 1


def test_a_recipient_that_lies_has_signed_its_lie(told: Told) -> None:
    told.ferry.does = ["lies"]

    found = told.round()

    assert "ada@example.org" in told.ferry.holds
    assert (found.state, bool(found.receipt)) == (Said.DONE, True)


def test_what_is_told_again_after_a_kill_is_the_same_message(told: Told) -> None:
    before = told.asked.register.case(told.request)
    (telling,) = tellings(before)
    messenger = Messenger(register=told.asked.register, calls=calls())

    # The answer came and the process died before it was taken down.
    way = messenger._processor("ferry")  # noqa: SLF001  # as far as a kill lets it come
    way.tell(messenger._message(before, telling))  # noqa: SLF001  # as far as a kill lets it come
    found = told.round()

    first, again = told.server.seen
    assert first.body == again.body
    assert (found.state, found.attempts) == (Said.DONE, 1)
