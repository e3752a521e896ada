"""Theorems about identifiers and clusters."""

import re
from itertools import pairwise
from random import Random

from hypothesis import assume, example, given
from hypothesis import strategies as st

from placket.identity import Identifier, Link, clusters, connected_at, normalise, parse_identifier
from placket.identity.identifier import full_email, full_phone

words = st.from_regex(re.compile(r"[A-Za-z0-9._+\-]{1,12}"), fullmatch=True)
hosts = st.from_regex(re.compile(r"[A-Za-z0-9\-]{1,8}(\.[A-Za-z0-9\-]{1,8}){0,3}"), fullmatch=True)
endings = st.sampled_from(
    ["org", "com", "TEST", "example", "local", "arpa", "Invalid", "onion", "localhost", "c0", "x"],
)
emails = st.builds("{}@{}.{}".format, words, hosts, endings)
digits = st.text("0123456789", min_size=5, max_size=14)
plans = st.sampled_from(["44", "33", "34", "1", "49", "39", "353", "7", "999", ""])
phones = st.builds("+{}{}".format, plans, digits)


@given(emails | st.emails())
@example("Ada@Example.org")
@example("\u017fun@example.org")
@example("ada@xn--bcher-kva.example")
@example("ada@\u212aelvin.org")
def test_the_fast_reading_of_an_email_equals_the_full_one(text: str) -> None:
    assert normalise("email", text) == full_email(text)


@given(phones)
@example("+447700900123")
@example("+4407700900123")
@example("+4477009001234")
@example("+12025550123")
@example("+٤٤7700900123")
def test_the_fast_reading_of_a_phone_equals_the_full_one(text: str) -> None:
    assert normalise("phone", text) == full_phone(text, None)


written = st.one_of(
    emails.map("email:{}".format),
    digits.map("phone:+44{}".format),
    words.map("customer:shop:{}".format),
    words.map("order:{}".format),
    st.text(min_size=1, max_size=20).map("other:{}".format),
)


@given(written)
@example("email:Ada@Example.org")
@example("phone:+44 7700 900123")
@example("customer:shop.customer: 12347 ")
@example("order:  A-17")
@example("other:e\u0301t\u00e9")
def test_reading_a_normal_form_again_changes_nothing(text: str) -> None:
    found = parse_identifier(text)

    # What is refused has no normal form; the examples above are all read.
    if isinstance(found, Identifier):
        assert parse_identifier(f"{found.kind}:{found.value}") == found


@given(st.text())
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    found = parse_identifier(text)

    assert isinstance(found, Identifier) or ("\n" not in found and found[0].islower())


persons = st.sampled_from("abcdefgh")
linkings = st.lists(
    st.builds(
        lambda first, second, at: Link(
            id=f"{first}{second}{at}",
            first=first,
            second=second,
            occurred_at=at,
            evidence="",
        ),
        persons,
        persons,
        st.integers(0, 9),
    ),
    max_size=12,
)
chosen = st.sets(st.integers(0, 11))


def reached(links: list[Link], start: str) -> set[str]:
    """Walk the links from `start`: the slow and obvious way."""
    seen, before = {start}, set[str]()
    while seen != before:
        before = set(seen)
        seen |= {end for link in links for end in (link.first, link.second) if _touches(link, seen)}
    return seen


def _touches(link: Link, seen: set[str]) -> bool:
    return link.first in seen or link.second in seen


def voids(links: list[Link], which: set[int]) -> set[str]:
    return {link.id for index, link in enumerate(links) if index in which}


@given(linkings, chosen)
def test_a_cluster_is_all_that_living_links_reach(links: list[Link], which: set[int]) -> None:
    voided = voids(links, which)

    found = clusters(links, voided)

    living = [link for link in links if link.id not in voided]
    linked = {end for link in living for end in (link.first, link.second)}
    assert found == {person: min(reached(living, person)) for person in linked}


@given(linkings, chosen, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(
    links: list[Link],
    which: set[int],
    chance: Random,
) -> None:
    voided = voids(links, which)
    mixed = links + links[: len(links) // 2]
    chance.shuffle(mixed)

    assert clusters(mixed, voided) == clusters(links, voided)
    for a, b in pairwise("abcdefgh"):
        assert connected_at(mixed, voided, a, b) == connected_at(links, voided, a, b)


@given(linkings, chosen, persons, persons)
def test_persons_connect_at_the_first_instant_whose_links_reach(
    links: list[Link],
    which: set[int],
    a: str,
    b: str,
) -> None:
    assume(a != b)
    voided = voids(links, which)
    living = [link for link in links if link.id not in voided]

    found = connected_at(links, voided, a, b)

    instants = sorted({link.occurred_at for link in living})
    assert found == next(
        (at for at in instants if b in reached([x for x in living if x.occurred_at <= at], a)),
        None,
    )
