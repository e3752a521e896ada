"""The certificate: its state follows from what is left, and its words say no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from placket.plan.certificate import (
    Certificate,
    Evidence,
    Gone,
    Grounded,
    Grounding,
    Left,
    certify,
    read_certificate,
    write_certificate,
)
from placket.plan.certificate_words import certificate_words
from placket.plan.inventory import At
from placket.plan.plan import Action, Because, Obstacle, Plan, Step
from placket.plan.scanned import Finding, Probe, Scanned, Unread, file_name
from placket.rights.recipients import Act, Telling
from placket.rights.recipients import State as Answer
from placket.rights.request import State

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400_000_000
WHY = "(GDPR Art. 17; clause G-003)"
UTC = ZoneInfo("UTC")


def key(number: int) -> tuple[tuple[str, int], ...]:
    return (("id", number),)


def step(action: Action, table: str, *rows: int, columns: tuple[str, ...] = (), **why: Any) -> Step:
    return Step(
        source="shop",
        table=table,
        action=action,
        rows=tuple(key(number) for number in rows),
        columns=columns,
        because=Because(law="GDPR Art. 17", clause="G-003", **why),
    )


PLAN = Plan(
    request="r",
    right="erasure",
    person="p_1",
    policy="2026-01",
    made_at=1,
    steps=(
        step(Action.BLANK, "customer", 1, columns=("email", "name")),
        step(Action.DELETE, "bag", 8, 9),
        step(Action.KEEP, "invoice", 5, 6, ground="duty", until=2000 * DAY),
    ),
)
SCANNED = Scanned(probes=(Probe(where="shop.bag", rows=3, bytes=90, forms=("email",)),))
EVIDENCE = Evidence(carried={1, 2}, scanned=SCANNED, sources=["shop"], unreached={})


def certified(plan: Plan = PLAN, **changed: Any) -> Certificate:
    evidence = replace(EVIDENCE, **changed)
    return certify(plan, evidence, ledger="l", policy="d" * 64, made_at=DAY)


def found(table: str = "invoice", column: str = "email", **changed: Any) -> Scanned:
    finding = Finding(source="shop", table=table, column=column, form="email", count=1)
    return replace(SCANNED, findings=(replace(finding, **changed),))


def test_a_plan_that_is_carried_out_and_read_again_is_fulfilled() -> None:
    certificate = certified()

    assert certificate.state is State.FULFILLED
    assert certificate.plan == PLAN.digest()
    assert certificate.gone == (
        Gone(
            action=Action.BLANK, source="shop", table="customer", columns=("email", "name"), rows=1
        ),
        Gone(action=Action.DELETE, source="shop", table="bag", columns=(), rows=2),
    )
    assert [(each.table, each.rows, each.because) for each in certificate.stayed] == [
        ("invoice", 2, PLAN.steps[2].because)
    ]


@pytest.mark.parametrize(
    "delayed",
    [
        lambda: certified(carried={1}),
        lambda: certified(scanned=Scanned()),
        lambda: certified(sources=["shop", "till"]),
        lambda: certified(scanned=found("note")),
        lambda: certified(scanned=replace(SCANNED, unread=(Unread(where="shop.x", why="away"),))),
        lambda: certified(replace(PLAN, steps=(*PLAN.steps, step(Action.WAIT, "orders", 3)))),
        lambda: certified(replace(PLAN, steps=(*PLAN.steps, step(Action.HOLD, "orders", 3)))),
        lambda: certified(
            replace(PLAN, obstacles=(Obstacle(source="shop", table="x", says="no", mend="yes"),))
        ),
    ],
)
def test_whatever_is_left_delays_the_action(delayed: Callable[[], Certificate]) -> None:
    assert delayed().state is State.ACTION_DELAYED


def test_a_step_that_is_left_says_why() -> None:
    certificate = certified(carried={1}, unreached={"shop": "the source did not answer"})

    assert certificate.left == (
        Left(step=2, source="shop", table="bag", says="the source did not answer"),
    )


def test_what_is_found_in_rows_of_whoever_came_later_is_told_apart() -> None:
    newer = frozenset({At(source="shop", table="invoice", key=key(7))})

    certificate = certified(scanned=found(count=2, keys=(key(5), key(7))), newer=newer)
    more = certified(scanned=found(count=3, keys=(key(5), key(7), key(8))), newer=newer)
    unnamed = certified(scanned=found("bag", count=1), newer=[replace(*newer, table="bag")])

    assert (certificate.state, certificate.kept) == (State.FULFILLED, ())
    assert [each.keys for each in certificate.newer] == [(key(5), key(7))]
    assert (more.state, more.newer) == (State.ACTION_DELAYED, ())
    assert (unnamed.state, unnamed.newer) == (State.ACTION_DELAYED, ())


@pytest.mark.parametrize(
    "scanned",
    [
        found(count=1, keys=(key(5),)),
        found(count=2, keys=(key(5), key(6))),
        found(count=2),
        found(count=1, keys=((("number", 5),),)),
    ],
)
def test_what_is_found_in_rows_that_stay_is_explained(scanned: Scanned) -> None:
    certificate = certified(scanned=scanned)

    assert (certificate.kept, certificate.findings) == (scanned.findings, ())
    assert certificate.state is State.FULFILLED


@pytest.mark.parametrize(
    "scanned",
    [
        found(count=1, keys=(key(7),)),
        found(count=3, keys=(key(5), key(6), key(7))),
        found(count=3),
        found("bag", count=1),
        found("customer", count=1, keys=(key(1),)),
    ],
)
def test_what_is_found_in_any_other_row_is_not_explained(scanned: Scanned) -> None:
    certificate = certified(scanned=scanned)

    assert (certificate.kept, certificate.findings) == ((), scanned.findings)


def test_what_is_found_in_a_file_that_stays_is_explained_by_its_path() -> None:
    kept = replace(step(Action.KEEP, "chats"), rows=((("path", "chats/a.txt"),),))
    plan = replace(PLAN, steps=(*PLAN.steps, kept))

    stays = certified(plan, scanned=found("", file_name("chats/a.txt")))
    goes = certified(plan, scanned=found("", file_name("chats/b.txt")))

    assert (len(stays.kept), len(stays.findings)) == (1, 0)
    assert (len(goes.kept), len(goes.findings)) == (0, 1)


def test_a_column_that_does_not_stay_explains_nothing() -> None:
    stays = step(Action.KEEP, "invoice", 5, columns=("number",))
    plan = replace(PLAN, steps=(*PLAN.steps[:2], stays))

    assert certified(plan, scanned=found(keys=(key(5),))).kept == ()


def test_the_bytes_of_a_certificate_are_read_back() -> None:
    certificate = certified(scanned=found(keys=(key(5),)), groundings=[GROUNDED])

    assert read_certificate(write_certificate(certificate)) == certificate


GROUNDED = Grounded(
    source="shop", reached=Grounding.DELETED, says="until a VACUUM", in_backups_until=31 * DAY
)


def test_a_certificate_is_read_in_plain_words() -> None:
    certificate = certified(
        replace(PLAN, steps=(*PLAN.steps, step(Action.WAIT, "orders", 3, release="it closes"))),
        scanned=replace(
            found(keys=(key(5),)), unread=(Unread(where="shop.scan.body", why="encrypted"),)
        ),
        groundings=[GROUNDED],
        recipients=[
            Telling(
                request="r", recipient="mailer", act=Act.ERASE, state=Answer.DONE, receipt="ab"
            ),
            Telling(request="r", recipient="agency", act=Act.ERASE, state=Answer.SILENT),
        ],
    )

    assert certificate_words(certificate, UTC) == (
        "erasure for request r, as of 2 January 1970",
        "action delayed: what is left stands below",
        "done:",
        "  empty `email`, `name` in 1 row of `shop.customer`",
        "  delete 2 rows of `shop.bag`",
        "stays, and why:",
        f"  keep all of 2 rows of `shop.invoice` until 23 June 1975, for duty alone {WHY}",
        f"  leave all of 1 row of `shop.orders` for now until it closes {WHY}",
        "left to do:",
        "  `shop.orders`: waits, as said above",
        "how deep:",
        "  shop: deleted (until a VACUUM); in backups until 31 January 1970",
        "read again:",
        "  1 place, 3 rows",
        "  for email",
        "found in what stays:",
        "  shop.invoice.email: email, 1 time",
        "not read:",
        "  shop.scan.body: encrypted",
        "recipients:",
        "  mailer, asked to erase: says that it is done, receipt ab",
        "  agency, asked to erase: does not answer",
        f"plan {certificate.plan}",
        f"policy {'d' * 64}",
        "ledger l",
    )


def test_no_certificate_says_more_than_is_known() -> None:
    certificates = [certified(), certified(carried={1}), certified(scanned=found("note"))]
    said = " ".join(line for each in certificates for line in certificate_words(each, UTC))

    assert [
        word for word in ("complete", "nothing remains", "anonym") if word in said.lower()
    ] == []
