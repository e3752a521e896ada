"""Statements are read by name, and a fold's tables get their names from its Layout alone."""

import re

import pytest

from placket.standing.layout import Layout
from placket.store.statements import Statements, read_statements

LAYOUT = Layout(digest="abcdef0123456789", names=("in.uk", "role.customer"))


def test_both_engines_have_the_same_statements() -> None:
    sqlite, postgres = (
        read_statements(f"{engine}.sql", f"{engine}_register.sql")
        for engine in ("sqlite", "postgres")
    )

    own = {"make_schema", "make_seq", "next_seqs", "lock", "share", "alone", "set", "setting"}
    assert postgres.keys() - sqlite.keys() == own | {"vacuum"}
    assert sqlite.keys() <= postgres.keys()


def test_a_name_that_two_files_give_is_refused() -> None:
    with pytest.raises(ValueError, match=r"two statements of sqlite.sql, sqlite.sql have one name"):
        read_statements("sqlite.sql", "sqlite.sql")


@pytest.mark.parametrize(
    "file", ["sqlite.sql", "postgres.sql", "sqlite_register.sql", "postgres_register.sql"]
)
def test_every_statement_stands_alone_and_binds_its_values(file: str) -> None:
    for name, text in read_statements(file).items():
        assert text, name
        assert ";" not in text, name
        # Whatever is quoted is a word of ours, never a place that a value was pasted into.
        quoted = re.findall(r"'([^']*)'", text)
        assert all(re.fullmatch(r"[a-z_]*", word) for word in quoted), name


def test_a_layout_fills_tables_columns_and_places() -> None:
    statements = Statements("sqlite.sql", integer="INTEGER", place="?")

    assert statements.of("put_wide", LAYOUT) == (
        "INSERT OR REPLACE INTO standing_abcdef012345 (person, marks, in_uk_from, in_uk_until,"
        " role_customer_from, role_customer_until) VALUES (?, ?, ?, ?, ?, ?)"
    )
    assert statements.of("make_wide", LAYOUT) == (
        "CREATE TABLE IF NOT EXISTS standing_abcdef012345 (person TEXT PRIMARY KEY,"
        " marks INTEGER, in_uk_from INTEGER, in_uk_until INTEGER,"
        " role_customer_from INTEGER, role_customer_until INTEGER)"
    )


@pytest.mark.parametrize("digest", ["x; DROP", 'a"b', "ABC"])
def test_a_layout_with_another_name_than_a_plain_one_is_refused(digest: str) -> None:
    statements = Statements("sqlite.sql", integer="INTEGER", place="?")
    layout = Layout(digest=digest, names=())

    with pytest.raises(ValueError, match="another name than a plain one"):
        statements.of("drop_wide", layout)


def test_making_the_tables_leaves_out_those_of_folds() -> None:
    statements = Statements("postgres.sql", integer="bigint", place="%s")

    made = statements.names("make_")

    assert made[:3] == ("make_schema", "make_meta", "make_fact")
    assert not {"make_wide", "make_marks", "make_bodies"} & set(made)
