"""A signed webhook, told to recipients that answer well, twice, late, falsely or for another."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placket.facts import Kind
from placket.rights.recipients import Act, State, told_of
from placket.rights.right import Right
from placket.sources.processors.message import Answer, Correction, asked, receipt_of
from placket.sources.processors.message import told as tell
from placket.sources.processors.refusals import NotTold, RecipientUnset
from placket.sources.processors.signing import read_secret, signed, verify
from placket.sources.processors.webhook import Webhook, read_answer
from tests.unit.rights.asking import asked_for, request_of
from tests.unit.rights.test_recipients import handed, telling
from tests.unit.sources.processors import fakes
from tests.unit.sources.processors.fakes import (
    NOW,
    SECRET,
    Reply,
    Seen,
    clock,
    message,
    outgoing,
    signed_reply,
)
from tests.unit.standing.telling import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.sources.processors.conftest import Serve


def says(state: str, name: str = "m_1", **parts: Any) -> dict[str, Any]:
    """Return what a recipient says."""
    return {"type": "recipient.answered", "id": name, "state": state, **parts}


def webhook(url: str, **more: Any) -> Webhook:
    return Webhook(url=url, secret=SECRET, calls=outgoing(**more), clock=clock)


def answered(serve: Serve, reply: Reply | Callable[..., None], **more: Any) -> Answer:
    """Return what is made of one answer."""
    return tell(webhook(serve(lambda _seen: reply).url, **more), message())


def failed(why: str) -> Answer:
    return Answer(state=State.FAILED, why=why)


# What is told


def test_a_recipient_is_told_who_what_and_which_data(serve: Serve) -> None:
    ferry = serve(lambda _seen: signed_reply("m_1", says("received")))
    right = Correction(category="email", value="ada@example.net")

    tell(webhook(ferry.url), message(act=Act.RECTIFY, corrections=(right,)))

    (seen,) = ferry.seen
    assert seen.said == {
        "type": "recipient.told",
        "id": "m_1",
        "request": "r",
        "act": "rectify",
        "data": ["email"],
        "whom": [
            {"kind": "email", "value": "ada@example.org"},
            {"kind": "customer", "value": "7"},
        ],
        "corrections": [{"category": "email", "value": "ada@example.net"}],
        "asked_at": "2023-11-14T22:13:20Z",
    }


def test_a_message_is_signed_over_id_time_and_raw_body(serve: Serve) -> None:
    ferry = serve(lambda _seen: signed_reply("m_1", says("received")))

    tell(webhook(ferry.url), message())

    (seen,) = ferry.seen
    text = b"m_1." + str(NOW).encode() + b"." + seen.body
    mac = base64.b64encode(hmac.new(SECRET, text, hashlib.sha256).digest()).decode()
    assert seen.headers["webhook-id"] == "m_1"
    assert seen.headers["webhook-timestamp"] == str(NOW)
    assert seen.headers["webhook-signature"] == f"v1,{mac}"


def test_a_message_told_again_is_the_same_bytes(serve: Serve) -> None:
    ferry = serve(lambda _seen: signed_reply("m_1", says("received")))

    first, again = (tell(webhook(ferry.url), message()) for _ in range(2))

    assert first == again
    assert ferry.seen[0].body == ferry.seen[1].body


# What is answered


def test_done_is_believed_with_its_signature(serve: Serve) -> None:
    found = answered(serve, signed_reply("m_1", says("done", reference="ref-1")))

    assert (found.state, found.reference) == (State.DONE, "ref-1")
    assert found.receipt == receipt_of(*found.signed)
    assert found.marks == ("state:done", f"receipt:{found.receipt}")


@pytest.mark.parametrize("state", ["received", "partial", "refused"])
def test_what_is_less_than_done_is_told_as_it_is(serve: Serve, state: str) -> None:
    assert answered(serve, signed_reply("m_1", says(state))).state == state


def test_a_recipient_may_say_when_it_means_to_be_done(serve: Serve) -> None:
    found = answered(
        serve, signed_reply("m_1", says("received", until="2023-11-15T00:00:00+01:00"))
    )

    assert found.until == 1_700_002_800_000_000


def test_a_recipient_is_asked_how_far_it_is(serve: Serve) -> None:
    ferry = serve(lambda _seen: signed_reply("m_1", says("done")))

    found = asked(webhook(ferry.url), message(), "ref-1")

    assert found.state == State.DONE
    assert ferry.seen[0].said == {"type": "recipient.asked", "id": "m_1", "reference": "ref-1"}


UNSIGNED = (
    Reply(200, b'{"type":"recipient.answered","id":"m_1","state":"done"}'),
    signed_reply("m_1", says("done"), secret=b"another secret, as long as ours"),
    signed_reply("m_1", says("done"), at=NOW - 301),
    signed_reply("m_1", says("done"), at=NOW + 301),
    Reply(200, b"{}", signed(SECRET, "m_1", b"{} ", NOW)),
    Reply(200, b"{}", {**signed(SECRET, "m_1", b"{}", NOW), "webhook-timestamp": "soon"}),
    Reply(200, b"{}", {**signed(SECRET, "m_1", b"{}", NOW), "webhook-signature": "v1,"}),
    Reply(200, b"{}", {**signed(SECRET, "m_1", b"{}", NOW), "webhook-signature": "v2,x" * 99}),
)


@pytest.mark.parametrize("reply", UNSIGNED)
def test_no_answer_is_believed_without_a_signature_of_now(serve: Serve, reply: Reply) -> None:
    assert answered(serve, reply) == failed("unsigned")


@pytest.mark.parametrize(
    "reply",
    [
        signed_reply("m_2", says("done", "m_2")),
        signed_reply("m_2", says("done", "m_1")),
        signed_reply("m_1", says("done", "m_2")),
    ],
)
def test_an_answer_to_another_message_counts_for_nothing(serve: Serve, reply: Reply) -> None:
    assert answered(serve, reply) == failed("of_another")


@pytest.mark.parametrize(
    "said",
    [
        says("finished"),
        says("told"),
        says("impossible"),
        {**says("done"), "note": "all gone"},
        {**says("done"), "id": 1},
        {"id": "m_1", "state": "done"},
        {"type": "recipient.told", "id": "m_1", "state": "done"},
        says("received", until="tomorrow"),
        says("received", until="2023-11-15T00:00:00"),
        says("received", reference="a b"),
        says("received", reference="a\n"),
        says("received", reference="a" * 201),
        [],
        "done",
        None,
    ],
)
def test_an_answer_of_another_form_is_not_read(serve: Serve, said: Any) -> None:
    assert answered(serve, signed_reply("m_1", said)) == failed("unreadable")


def test_our_own_message_sent_back_is_no_answer(serve: Serve) -> None:
    ferry = serve(lambda seen: Reply(200, seen.body, _signature(seen)))

    assert tell(webhook(ferry.url), message()) == failed("unreadable")


def _signature(seen: Seen) -> dict[str, str]:
    return {name: value for name, value in seen.headers.items() if name.startswith("webhook-")}


@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 410, 429, 500, 503])
def test_a_status_that_is_no_yes_is_a_failure(serve: Serve, status: int) -> None:
    assert answered(serve, Reply(status)) == failed("bad_status")


@pytest.mark.parametrize(
    ("does", "why"),
    [
        (fakes.hangs, "unreachable"),
        (fakes.drips, "unreachable"),
        (fakes.is_endless, "too_long"),
        (fakes.hangs_up, "unreadable"),
    ],
)
def test_a_recipient_without_manners_is_tried_again(
    serve: Serve, does: Callable[..., None], why: str
) -> None:
    seconds = 0.2 if why == "unreachable" else 5.0

    assert answered(serve, does, seconds=seconds) == failed(why)


def test_a_body_that_is_nested_without_end_is_not_read(serve: Serve) -> None:
    body = b'{"type":' + b"[" * 200_000

    assert answered(serve, Reply(200, body, signed(SECRET, "m_1", body, NOW))).why == "unreadable"


def test_no_failure_says_what_was_sent_or_answered(serve: Serve) -> None:
    ferry = serve(lambda _seen: signed_reply("m_1", says("ada@example.org")))

    with pytest.raises(NotTold) as raised:
        webhook(ferry.url).tell(message())

    told_of_it = repr((raised.value, raised.value.__cause__, message(), webhook(ferry.url)))
    assert raised.value.__suppress_context__
    assert "ada@" not in told_of_it
    assert SECRET.decode() not in told_of_it


# Answers that come by themselves


def test_an_answer_may_come_later_as_a_call_of_its_own() -> None:
    later = signed_reply("m_1", says("done"))

    found = read_answer(SECRET, "m_1", later.headers, later.body, NOW + 300)

    assert found.state == State.DONE


def test_answers_twice_late_and_out_of_order_fold_alike() -> None:
    request = request_of(asked_for(Right.ERASURE, 10))
    replies = [signed_reply("m_1", says(state)) for state in ("received", "done", "done")]
    answers = [read_answer(SECRET, "m_1", r.headers, r.body, NOW) for r in replies]
    facts = [
        told(
            Kind.RECIPIENT_ANSWERED,
            12 + number,
            id=f"a{number}",
            recipient="ferry",
            about="r",
            what="erase",
            marks=answer.marks,
        )
        for number, answer in enumerate(answers)
    ]

    in_order = told_of([handed(1), telling(11), *facts], request)
    reversed_ = told_of([*reversed(facts), telling(11), *facts, handed(1)], request)

    assert in_order == reversed_
    assert [each.state for each in in_order] == [State.DONE]


def test_a_recipient_that_lies_is_held_to_its_signature(serve: Serve) -> None:
    held = {"ada@example.org"}
    lying = serve(lambda _seen: signed_reply("m_1", says("done")))

    found = tell(webhook(lying.url), message())

    # Nobody sees from here that it kept her address; what it signed is the proof of what it said.
    assert held == {"ada@example.org"}
    assert found.receipt == receipt_of(*found.signed)
    assert found.signed[-1] == signed_reply("m_1", says("done")).body


# Signatures


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(0, 10**10 - 1))
def test_a_signature_holds_for_its_own_body_alone(body: bytes, other: bytes, at: int) -> None:
    headers = signed(SECRET, "m_1", body, at)

    verify(SECRET, "m_1", headers, body, at)

    if other != body:
        with pytest.raises(NotTold):
            verify(SECRET, "m_1", headers, other, at)


def test_while_a_secret_changes_one_of_two_signatures_is_enough() -> None:
    ours = signed(SECRET, "m_1", b"{}", NOW)
    both = {**ours, "webhook-signature": f"v1,AAAA v1a,BBBB {ours['webhook-signature']}"}

    verify(SECRET, "m_1", both, b"{}", NOW)


@pytest.mark.parametrize(
    ("written", "secret"),
    [
        (b"a secret of the ferry, long enough\n", b"a secret of the ferry, long enough"),
        (b"whsec_" + base64.b64encode(b"k" * 32) + b"\n", b"k" * 32),
    ],
)
def test_a_secret_is_read_as_it_is_handed_out(written: bytes, secret: bytes) -> None:
    assert read_secret(written) == secret


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"short", "the secret is shorter than 24 bytes"),
        (b"", "the secret is shorter than 24 bytes"),
        (b"whsec_" + base64.b64encode(b"k" * 16), "the secret is shorter than 24 bytes"),
        (b"whsec_not base64 at all, I fear", "the secret after `whsec_` is not base64"),
    ],
)
def test_a_secret_that_is_none_is_refused(written: bytes, why: str) -> None:
    with pytest.raises(RecipientUnset) as raised:
        read_secret(written)

    assert str(raised.value) == why


def test_done_without_anything_signed_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="without a receipt"):
        Answer(state=State.DONE)


def test_two_lists_of_signed_parts_have_two_receipts() -> None:
    assert receipt_of(b"ab", b"c") != receipt_of(b"a", b"bc")
