"""Phrases of the catalogue: links, tells, clocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placket.catalogue.model import Link, Says, Tell
from placket.catalogue.phrase import (
    NotAPhrase,
    parse_clock,
    parse_link,
    parse_tell,
    write_clock,
    write_link,
    write_tell,
)

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
LINKS = st.one_of(
    st.builds(Link, column=NAMES, table=NAMES, target=NAMES, source=st.just("") | NAMES),
    st.builds(Link, table=NAMES, target=NAMES, inward=st.just(True)),
)


def test_a_link_names_column_table_and_key() -> None:
    text = "customer_id -> customer.id"

    link = parse_link(text)

    assert link == Link(column="customer_id", table="customer", target="id")


def test_a_link_may_come_from_the_other_table_or_lead_to_another_source() -> None:
    texts = ["<- visit.owner_id", "person -> crm:person.key"]

    links = [parse_link(text) for text in texts]

    assert links == [
        Link(table="visit", target="owner_id", inward=True),
        Link(column="person", table="person", target="key", source="crm"),
    ]


@given(LINKS)
def test_every_link_reads_back_whatever_the_names_are(link: Link) -> None:
    written = write_link(link)

    assert parse_link(written) == link


@given(NAMES, st.just("") | NAMES)
def test_every_tell_reads_back_whatever_the_names_are(column: str, via: str) -> None:
    tell = Tell(event="order.paid", column=column, via=via)

    assert parse_tell(write_tell(tell)) == tell


def test_an_interaction_names_its_channel() -> None:
    text = "interaction at started_at by phone"

    tell = parse_tell(text)

    assert tell == Tell(event="interaction", column="started_at", channel=Says(constant="phone"))


def test_an_identifier_is_told_by_its_column() -> None:
    text = "customer.identified as device by visitor"

    tell = parse_tell(text)

    assert tell == Tell(
        event="customer.identified", word="as", column="visitor", identifier="device"
    )


@pytest.mark.parametrize(
    ("text", "at"),
    [("paid at x", 0), ("order.paid of x", 11), ("order.paid at", 13), ("order.paid at x y", 16)],
)
def test_a_tell_that_is_none_says_where_it_fails(text: str, at: int) -> None:
    with pytest.raises(NotAPhrase) as raised:
        parse_tell(text)

    assert raised.value.at == at


def test_a_clock_starts_at_a_column_or_an_event() -> None:
    texts = ["90 days from touched_at", "6 months from call.ended", '1 year from "a b"']

    clocks = [parse_clock(text) for text in texts]

    assert clocks == [("90 days", "touched_at"), ("6 months", "call.ended"), ("1 year", "a b")]
    assert [write_clock(*clock) for clock in clocks] == texts
