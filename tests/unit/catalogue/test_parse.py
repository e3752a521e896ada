"""Reading and writing a catalogue."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placket.catalogue import Catalogue, Link, Source, Subject, Table, Tell, parse, render
from placket.catalogue.model import Action, Condition, Expire, Held, Says
from placket.facts import Kind

SHOP = """\
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {email: mail, since: created_at, match: email}
        tells:
          - account.opened at created_at
          - tell: consent.given at chosen_at
            when: {choice: 'yes', topic: null, status: {not: [gone, lost]}}
            of: {column: topic, values: {a: one, null: two}, otherwise: three}
            marks: [imported]
        holds: {email: mail, name: [first, last]}
        blank: {mail: null, first: ''}
      orders:
        owner: customer_id -> customer.id
        keep:
          until: 6 years from order.closed
          basis: legal_obligation
          then: {cut: customer_id}
        expire: {after: 90 days from touched_at, then: delete}
"""


def test_a_catalogue_is_read_into_values() -> None:
    parsed = parse(SHOP)

    customer = Table(
        name="customer",
        subject=Subject(identifiers=(("email", "mail"),), since="created_at", match=("email",)),
        tells=(
            Tell(event="account.opened", column="created_at"),
            Tell(
                event="consent.given",
                column="chosen_at",
                when=(
                    Condition(column="choice", any_of=("yes",)),
                    Condition(column="topic", any_of=(None,)),
                    Condition(column="status", any_of=("gone", "lost"), negated=True),
                ),
                of=Says(column="topic", values=(("a", "one"), ("null", "two")), otherwise="three"),
                marks=("imported",),
            ),
        ),
        holds=(
            Held(category="email", columns=("mail",)),
            Held(category="name", columns=("first", "last")),
        ),
        actions=(
            Action(word="blank", columns=("mail", "first"), values=(("mail", None), ("first", ""))),
        ),
    )
    delete = Action(word="delete")
    orders = Table(
        name="orders",
        owner=(Link(column="customer_id", table="customer", target="id"),),
        actions=(
            Action(
                word="keep",
                until="6 years from order.closed",
                basis="legal_obligation",
                then=(Action(word="cut", columns=("customer_id",)),),
            ),
        ),
        expire=(Expire(after="90 days", start="touched_at", then=(delete,)),),
    )
    assert parsed.problems == ()
    assert parsed.catalogue == Catalogue(
        name="shop", sources=(Source(name="shop", tables=(customer, orders)),)
    )


def test_the_words_before_and_after_the_dot_make_the_kind_of_fact() -> None:
    events = ["order.placed", "order.opened", "case.closed", "customer.born", "consent.given"]

    kinds = [Tell(event=event, column="x").kind for event in events]

    assert kinds == [
        Kind.HAPPENED,
        Kind.RELATION_OPENED,
        Kind.RELATION_CLOSED,
        Kind.BORN,
        Kind.CONSENT_GIVEN,
    ]


def test_what_is_written_reads_back() -> None:
    catalogue = parse(SHOP).catalogue
    assert catalogue is not None

    again = parse(render(catalogue))

    assert again.problems == ()
    assert again.catalogue == catalogue


def test_the_shipped_catalogue_is_read_without_a_problem_and_reads_back() -> None:
    text = Path("policies/justelegance/catalogue.yaml").read_text(encoding="utf-8")

    parsed = parse(text)

    assert parsed.problems == ()
    assert parsed.catalogue is not None
    assert parse(render(parsed.catalogue)).catalogue == parsed.catalogue


WORDS = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
ANY_NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x2FF), min_size=1, max_size=8
).filter(lambda name: name == name.strip() and name not in {"None", "True", "False"})
SCALARS = st.none() | st.booleans() | st.integers(0, 99) | WORDS
TESTS = st.builds(
    Condition,
    column=WORDS,
    any_of=st.tuples(SCALARS) | st.tuples(WORDS, st.none()),
    negated=st.booleans(),
)
TELLS = st.builds(
    Tell,
    event=st.just("consent.given"),
    column=ANY_NAMES,
    when=st.lists(TESTS, max_size=2, unique_by=lambda test: test.column).map(tuple),
    of=st.builds(Says, constant=WORDS) | st.builds(Says, column=WORDS, otherwise=WORDS),
    marks=st.lists(WORDS, max_size=2).map(tuple),
)
TABLES = st.builds(
    Table,
    name=ANY_NAMES,
    key=st.lists(WORDS, min_size=1, max_size=2).map(tuple),
    owner=st.lists(
        st.builds(Link, column=ANY_NAMES, table=ANY_NAMES, target=ANY_NAMES), max_size=2
    ).map(tuple),
    tells=st.lists(TELLS, max_size=2).map(tuple),
    holds=st.lists(
        st.builds(Held, category=WORDS, columns=st.tuples(WORDS)),
        max_size=2,
        unique_by=lambda held: held.category,
    ).map(tuple),
    confirm=st.lists(WORDS, max_size=2).map(tuple),
)


@given(st.lists(TABLES, max_size=3, unique_by=lambda table: table.name))
def test_every_catalogue_that_is_written_reads_back(tables: list[Table]) -> None:
    catalogue = Catalogue(name="shop", sources=(Source(name="shop", tables=tuple(tables)),))

    parsed = parse(render(catalogue))

    assert parsed.problems == ()
    assert parsed.catalogue == catalogue


@pytest.mark.parametrize("text", ["", "[", "- a", "x: &a 1\ny: *a", "catalogue: !tag x"])
def test_what_is_no_catalogue_is_a_problem_and_no_exception(text: str) -> None:
    parsed = parse(text)

    assert parsed.catalogue is None
    assert parsed.problems
