"""An identifier that is planted in any supported way is found; a near miss never is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from placket.scan.archives import STARTS
from placket.scan.reading import Reading
from tests.contract.test_scan import zip_of
from tests.unit.scan.test_looking import LOOK, kinds
from tests.unit.scan.wrapping import BYTES, TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

WRAPS = st.builds(
    lambda inner, outer: (*inner, *outer),
    st.lists(st.sampled_from(sorted(TEXT)), max_size=2),
    st.lists(st.sampled_from(sorted(BYTES)), max_size=1),
)
AROUND = st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "Zs")), max_size=40)
CASES = st.lists(st.booleans(), min_size=15, max_size=15)
NEAR = st.one_of(
    st.sampled_from("abz09_").map(lambda letter: f"{letter}ada@example.org"),
    st.sampled_from("abz09").map(lambda letter: f"ada@example.org{letter}"),
    st.sampled_from(".-").flatmap(
        lambda mark: st.sampled_from("xyz1").map(lambda letter: f"{letter}{mark}ada@example.org")
    ),
    st.sampled_from(["uk", "x", "1a"]).map(lambda ending: f"ada@example.org.{ending}"),
    st.sampled_from(["ada@examp1e.org", "ada@example.or", "da@example.org", "ada@xample.org"]),
)


def wrapped(value: bytes, names: tuple[str, ...]) -> bytes:
    wraps: dict[str, Callable[[bytes], bytes]] = {**TEXT, **BYTES}
    for name in names:
        value = wraps[name](value)
    return value


@given(before=AROUND, after=AROUND, names=WRAPS, capitals=CASES)
def test_a_planted_address_is_always_found(
    before: str, after: str, names: tuple[str, ...], capitals: list[bool]
) -> None:
    letters = zip("ada@example.org", capitals, strict=True)
    address = "".join(letter.upper() if big else letter for letter, big in letters)
    text = f"{before} {address} {after}".encode("latin-1", "replace")

    assert "email" in kinds(wrapped(text, names))


@given(near=NEAR, names=WRAPS)
def test_a_near_miss_is_never_found(near: str, names: tuple[str, ...]) -> None:
    value = wrapped(f"({near})".encode("latin-1"), names)

    assert kinds(value) == set()


@given(st.binary(max_size=400), st.sampled_from([b"", b"\x1f\x8b\x08", b"x\x9c", b"PK\x03\x04"]))
def test_random_bytes_hold_nothing_and_break_nothing(value: bytes, start: bytes) -> None:
    assert LOOK.forms_in(start + value) == frozenset()


@given(st.sampled_from(STARTS), st.binary(max_size=600), st.integers(0, 400))
def test_a_file_that_begins_as_any_kind_breaks_nothing(start: bytes, rest: bytes, cut: int) -> None:
    whole = zip_of({"a": b"ada@example.org", "b/c": rest})
    for value in (start + rest, whole[:cut] + rest, whole[:cut] + rest + whole[cut + len(rest) :]):
        reading = Reading(LOOK)

        reading.value(value)

        # Either it was opened, or it is said that it was not; an address in it may be found.
        assert {form.partition(" ")[0] for form in reading.forms} <= {"email"}
