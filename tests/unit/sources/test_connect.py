"""Addresses of databases that cannot be used, each told without what is secret in it."""

import sys

import pytest

from placket.sources.connect import DriverMissing, NotADatabase, SourceUnreachable, open_source


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///shop.db?timeout=soon",
        "sqlite:///shop.db?check_same_thread=perhaps",
        "sqlite:///a\0b.db",
        "postgresql://127.0.0.1:1/shop?connect_timeout=soon",
        "postgresql://127.0.0.1:1/shop?telepathy=yes",
    ],
)
def test_an_option_that_cannot_be_read_is_told(url: str) -> None:
    with pytest.raises((NotADatabase, SourceUnreachable)):
        open_source(url)


def test_a_password_among_the_options_is_not_told() -> None:
    with pytest.raises(SourceUnreachable) as told:
        open_source("postgresql://ada@127.0.0.1:1/shop?password=secret")

    assert str(told.value) == (
        "`postgresql+psycopg://ada@127.0.0.1:1/shop` did not answer; check it and that it runs"
    )


def test_a_database_of_another_kind_is_told_with_the_kinds_there_are() -> None:
    with pytest.raises(DriverMissing) as told:
        open_source("nowhere://127.0.0.1/shop")

    assert str(told.value) == (
        "no driver for `nowhere` is installed;"
        " name a database in SQLite, PostgreSQL, MariaDB, MySQL or DuckDB"
    )


def test_a_missing_driver_of_mysql_is_told_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)

    with pytest.raises(DriverMissing) as told:
        open_source("mysql://127.0.0.1/shop")

    assert str(told.value) == (
        "no driver for `mysql+pymysql` is installed; install it with `pip install 'placket[mysql]'`"
    )
