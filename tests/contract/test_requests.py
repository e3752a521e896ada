"""The register of requests on both stores: taken down, proven, moved under guards, found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.gate.requests.desk import Desk
from placket.gate.requests.proof import (
    CODE_LASTS,
    NoSuchToken,
    NotOnFile,
    TooManyCodes,
    WrongCode,
    addresses_of,
    check_code,
    issue_code,
    issue_token,
    read_token,
    use_token,
)
from placket.gate.requests.register import MoveRefused, NoSuchRequest, Opening, Register
from placket.plan.asking import Correction
from placket.rights.moves import Move
from placket.rights.request import Asker, State, proof_at
from placket.rights.right import Proof, Right
from tests.contract.gates import ADA, DAY, SECOND, Shop, known, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEWS = Question(activity="newsletter", channel="email")


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    at = "placket.db"
    if request.param == "postgres":
        at = request.getfixturevalue("postgres_database")
    made = shop_in(tmp_path, at)
    yield made
    made.close()


@pytest.fixture
def register(shop: Shop) -> Register:
    gate = shop.create(policy("v1"))
    ada = known(gate, ADA)
    gate.record([yes(gate, ada)])
    shop.clock.now += 40 * DAY
    return Register(gate=gate)


def erasure(**said: object) -> Opening:
    return Opening(subject=ADA, right=Right.ERASURE, route="email", **said)  # type: ignore[arg-type]


def test_a_request_stands_in_the_register_with_its_last_day(register: Register) -> None:
    opened = register.open(erasure(by="care-1"))

    found = list(register.cases())

    assert [case.request.id for case in found] == [opened.request.id]
    assert found[0].request.state is State.INITIATED
    assert found[0].request.recorded_by == "care-1"
    assert found[0].due is not None
    assert found[0].next is not None


def test_somebody_whom_the_ledger_does_not_know_may_ask_too(register: Register) -> None:
    opened = register.open(
        Opening(subject="email:eve@example.net", right=Right.ACCESS, route="email")
    )

    assert [a.identifier.value for a in addresses_of(register.gate, opened)] == ["eve@example.net"]
    assert register.gate.person_of("email:eve@example.net") == opened.request.person


def test_two_requests_of_one_person_stand_beside_each_other(register: Register) -> None:
    first = register.open(erasure())
    second = register.open(Opening(subject=ADA, right=Right.ACCESS, route="web"))

    register.move(first.request.id, Move.WITHDRAWN)

    assert register.case(first.request.id).request.state is State.UNFULFILLED
    assert register.case(second.request.id).request.state is State.INITIATED
    assert [c.request.id for c in register.cases(is_open=True)] == [second.request.id]


def test_an_objection_that_is_weakly_proven_works_at_once(register: Register) -> None:
    before = register.gate.decide(ADA, NEWS)
    opened = register.open(
        Opening(
            subject=ADA,
            right=Right.MARKETING_OPT_OUT,
            route="web",
            channel="email",
            proof=("token",),
        )
    )

    after = register.gate.decide(ADA, NEWS)

    assert before.is_permitted
    assert not after.is_permitted
    assert opened.request.state is State.INITIATED


def test_without_any_proof_nothing_takes_effect(register: Register) -> None:
    register.open(Opening(subject=ADA, right=Right.MARKETING_OPT_OUT, route="phone"))

    assert register.gate.decide(ADA, NEWS).is_permitted


def test_an_effect_stands_once_however_often_the_request_is_followed(register: Register) -> None:
    opened = register.open(
        Opening(subject=ADA, right=Right.RESTRICTION, route="web", proof=("session",))
    )
    size = register.gate.size()

    register.follow(register.case(opened.request.id))

    assert register.gate.size() == size


def test_an_approval_without_proof_is_refused_and_nothing_is_written(register: Register) -> None:
    opened = register.open(erasure())
    register.move(opened.request.id, Move.PLANNED, thing="d" * 64, marks=("steps:1",))
    size = register.gate.size()

    with pytest.raises(MoveRefused) as refused:
        register.move(opened.request.id, Move.APPROVED, thing="d" * 64, by="boss-1")

    assert refused.value.why == "it is not known well enough who asks"
    assert register.gate.size() == size


def test_a_code_to_an_address_on_file_proves_and_counts_once(register: Register) -> None:
    opened = register.open(erasure())
    (address,) = addresses_of(register.gate, opened)

    sent_to, code = issue_code(register, opened.request.id, address.id)
    proven = check_code(register, opened.request.id, code)

    assert sent_to.identifier.value == "ada@example.org"
    assert proof_at(proven.request, proven.at, proven.terms.wait) is Proof.KNOWN
    assert proven.request.addresses == {address.id}
    with pytest.raises(WrongCode):
        check_code(register, opened.request.id, code)


def test_a_code_lasts_ten_minutes(shop: Shop, register: Register) -> None:
    opened = register.open(erasure())
    (address,) = addresses_of(register.gate, opened)
    _, code = issue_code(register, opened.request.id, address.id)

    shop.clock.now += CODE_LASTS

    with pytest.raises(WrongCode):
        check_code(register, opened.request.id, code)


def test_five_wrong_tries_spend_the_right_code_too(register: Register) -> None:
    opened = register.open(erasure())
    (address,) = addresses_of(register.gate, opened)
    _, code = issue_code(register, opened.request.id, address.id)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(5):
        with pytest.raises(WrongCode):
            check_code(register, opened.request.id, wrong)

    with pytest.raises(WrongCode):
        check_code(register, opened.request.id, code)
    assert register.case(opened.request.id).request.failures == 6


def test_ten_codes_a_day_go_to_one_address_whatever_the_request(
    shop: Shop, register: Register
) -> None:
    requests = [register.open(erasure()) for _ in range(2)]
    (address,) = addresses_of(register.gate, requests[0])
    for turn in range(10):
        issue_code(register, requests[turn % 2].request.id, address.id)
        shop.clock.now += SECOND

    with pytest.raises(TooManyCodes):
        issue_code(register, requests[0].request.id, address.id)

    shop.clock.now += DAY
    assert issue_code(register, requests[0].request.id, address.id)[0] == address


def test_no_code_goes_to_an_address_that_came_with_the_request(
    shop: Shop, register: Register
) -> None:
    gate = register.gate
    known(gate, "email:new@example.org")
    shop.clock.now += SECOND
    opened = register.open(
        Opening(subject="email:new@example.org", right=Right.ACCESS, route="email")
    )
    (address,) = addresses_of(gate, opened)

    with pytest.raises(NotOnFile):
        issue_code(register, opened.request.id, address.id)
    proven = Desk(register=register, web="").confirm(
        opened.request.id, ways=("staff",), by="care-1", address=address.id
    )

    assert proven.request.addresses == {address.id}


def test_a_link_does_one_thing_once_and_reading_it_changes_nothing(register: Register) -> None:
    opened = register.open(erasure())
    token = issue_token(register, opened, does="stop", address="a", until=opened.at + DAY)

    assert read_token(register, token, does="stop")[1] == "a"
    with pytest.raises(NoSuchToken):
        use_token(register, token, does="download")
    assert use_token(register, token, does="stop")[0].request.id == opened.request.id
    with pytest.raises(NoSuchToken):
        use_token(register, token, does="stop")


def test_what_is_right_instead_is_sealed(register: Register) -> None:
    opened = register.open(
        Opening(
            subject=ADA,
            right=Right.RECTIFICATION,
            route="web",
            data=("name",),
            corrections=(Correction(category="name", value="Augusta"),),
            asker=Asker.GUARDIAN,
        )
    )

    fact = register.gate.fact(opened.request.id)

    assert fact is not None
    assert fact.sealed
    assert b"Augusta" not in fact.sealed
    assert opened.request.asker is Asker.GUARDIAN


def test_another_reference_or_another_fact_is_no_request(register: Register) -> None:
    with pytest.raises(NoSuchRequest):
        register.case("r_222222222222")
    history = register.gate.ledger.history_of(register.gate.person_of(ADA) or "")
    assert history is not None
    with pytest.raises(NoSuchRequest):
        register.case(history.facts[0].id)
