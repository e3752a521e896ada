"""Addresses of databases that cannot be used, each told without what is secret in it."""

import pytest

from placket.sources.connect import NotADatabase, SourceUnreachable, open_source


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
