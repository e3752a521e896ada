"""Theorem: what is said of a CHECK before the first write, the database says too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from placket.catalogue.schema import Check
from placket.plan.checking import meets

COLUMNS = ("a", "b c", "Select")
NAMES = ("a", "A", '"b c"', '"Select"')
texts = st.sampled_from(("", "x", "X", "x ", "open", "a-b", "ab", "é"))
values = st.none() | st.integers(-3, 3) | st.booleans() | texts
literals = st.sampled_from(("0", "1", "-2", "1.5", "'x'", "'X'", "'open'", "''", "'ab'", "NULL"))
terms = st.one_of(
    st.sampled_from(NAMES), literals, st.sampled_from(NAMES).map(lambda name: f"LENGTH({name})")
)
comparisons = st.one_of(
    st.builds("{} {} {}".format, terms, st.sampled_from(("=", "<>", "<", "<=", ">", ">=")), terms),
    st.builds("{} IS {}NULL".format, terms, st.sampled_from(("", "NOT "))),
    st.builds("{} {}IN ({}, {})".format, terms, st.sampled_from(("", "NOT ")), literals, literals),
    st.builds("{} BETWEEN {} AND {}".format, terms, literals, literals),
    st.builds("{} LIKE {}".format, terms, literals),
)
checks = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("({}) AND ({})".format, inner, inner),
        st.builds("({}) OR ({})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=5,
)
rows = st.fixed_dictionaries(dict.fromkeys(COLUMNS, values))


def asked(text: str, row: dict[str, Any]) -> bool:
    """Return whether SQLite takes the row into a table with the check."""
    with closing(sqlite3.connect(":memory:")) as shop:
        shop.execute(f'CREATE TABLE t (a, "b c", "Select", CHECK ({text}))')
        try:
            shop.execute("INSERT INTO t VALUES (?, ?, ?)", tuple(row[name] for name in COLUMNS))
        except sqlite3.IntegrityError:
            return False
        return True


@given(checks, rows)
def test_what_is_known_of_a_check_the_database_says_too(text: str, row: dict[str, Any]) -> None:
    known = meets(Check(name="c", text=text), row, "sqlite")
    assume(known is not None)

    assert asked(text, row) is known
