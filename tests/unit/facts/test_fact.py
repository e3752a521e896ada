"""A fact's bytes, what its sealed payload is bound to, and the ids of facts that rows tell."""

from __future__ import annotations

import msgspec
import pytest

from placket.facts import OPEN, Fact, Kind
from placket.facts.fact import canonical, decode, fact_id, sealed_context

BORN = Fact(id="f1", kind=Kind.BORN, person="p1", occurred_at=5, recorded_at=7)


def test_an_interval_without_an_end_ends_at_the_greatest_integer_of_64_bits() -> None:
    assert OPEN == 9_223_372_036_854_775_807


def test_each_kind_is_stored_under_its_own_name_in_small_letters() -> None:
    assert [kind.value for kind in Kind] == [kind.name.lower() for kind in Kind]


def test_what_is_not_said_of_a_fact_is_empty() -> None:
    bare = Fact(id="f1", kind=Kind.BORN, occurred_at=5, recorded_at=7)

    said = msgspec.structs.astuple(bare)

    assert said == ("f1", Kind.BORN, 5, 7, *[""] * 14, None, (), (), (), 0, b"")


def test_a_fact_is_stored_as_its_values_in_their_order() -> None:
    body = canonical(BORN)

    assert msgspec.msgpack.decode(body) == [
        *("f1", "born", 5, 7, "p1"),
        *[""] * 13,
        *(None, [], [], [], 0, b""),
    ]


def test_a_fact_is_read_back_as_it_was_stored() -> None:
    assert decode(canonical(BORN)) == BORN


def test_bytes_that_are_no_fact_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(b"\x93\x01\x02\x03")


def test_a_sealed_fact_carries_its_ciphertext_and_the_generation_of_its_key() -> None:
    sealed = BORN.with_sealed(b"cipher", 3)

    assert sealed == Fact(
        id="f1",
        kind=Kind.BORN,
        person="p1",
        occurred_at=5,
        recorded_at=7,
        sealed=b"cipher",
        generation=3,
    )


def test_a_sealed_payload_is_bound_to_person_fact_kind_and_generation() -> None:
    assert sealed_context(BORN.with_sealed(b"cipher", 3)) == b"p1\0f1\0born\x003"


def test_equal_parts_give_the_equal_id_and_others_another() -> None:
    assert fact_id("shop", 7) == fact_id("shop", "7") == "f_2b4092984f96b37dd76a5c338a0176"
    assert len({fact_id("a", "bc"), fact_id("ab", "c"), fact_id("abc"), fact_id("bc", "a")}) == 4
