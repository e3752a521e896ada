"""A batch is checked as a whole before anything is written."""

import pytest

from placket.facts import Fact, Kind, canonical
from placket.store.checks import TOLERANCE, checked, tombstone_hash
from placket.store.refusals import FactConflict, FactRefused

NOW = 1_700_000_000_000_000
FACT = Fact(id="f_1", kind=Kind.USED, occurred_at=1, recorded_at=2, person="p_1")
BURIED = Fact(id="f_2", kind=Kind.TOMBSTONE, occurred_at=1, recorded_at=1, thing="0a" * 32)


def test_a_repeated_fact_counts_once() -> None:
    assert checked([FACT, FACT], {}, NOW) == {"f_1": (FACT, canonical(FACT))}


def test_a_batch_that_contradicts_itself_is_refused() -> None:
    other = Fact(id="f_1", kind=Kind.USED, occurred_at=1, recorded_at=3, person="p_1")

    with pytest.raises(FactConflict) as raised:
        checked([FACT, other], {}, NOW)

    assert str(raised.value) == "fact `f_1` is known already and says something else"


def test_a_fact_may_be_as_far_ahead_as_two_clocks_differ() -> None:
    assert checked([FACT], {}, FACT.recorded_at - TOLERANCE)
    with pytest.raises(FactRefused):
        checked([FACT], {}, FACT.recorded_at - TOLERANCE - 1)


def test_a_tombstone_names_its_keyed_hash_in_hex() -> None:
    assert tombstone_hash(BURIED) == b"\n" * 32


IMPERSONAL = [
    *(Kind.POLICY_PUBLISHED, Kind.PLANNED, Kind.STEP_CARRIED_OUT),
    *(Kind.RECIPIENT_TOLD, Kind.RECIPIENT_ANSWERED),
]


@pytest.mark.parametrize("kind", IMPERSONAL)
def test_what_is_said_of_no_person_needs_none(kind: Kind) -> None:
    fact = Fact(id="f_3", kind=kind, occurred_at=1, recorded_at=1)

    assert list(checked([fact], {}, NOW)) == ["f_3"]


def test_an_identifier_belongs_to_a_fact_that_identifies() -> None:
    with pytest.raises(FactRefused) as raised:
        checked([FACT], {"f_1": b"h" * 32}, NOW)

    assert str(raised.value) == "an identifier is given for `f_1`, which identifies nobody"
