"""What somebody kept is read in whatever form they kept it."""

import pytest

from placket.store.witness import checkpoint_in

NOTE = "l_1\n3\nAAAA\nat 5\n\n\u2014 l_1 AAAA\n"


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        f"{NOTE}public key: AAAA\n",
        f"\ufeff{NOTE}",
        f"{NOTE}public key: AAAA\n".replace("\n", "\r\n"),
        '{"checkpoint": "l_1\\n3\\nAAAA\\nat 5\\n\\n\\u2014 l_1 AAAA\\n", "public_key": "AAAA"}',
    ],
)
def test_a_checkpoint_is_read_as_it_was_printed_saved_or_sent(text: str) -> None:
    assert checkpoint_in(text, b"") == NOTE


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"checkpoint": ' + "[" * 100_000, "[1, 2]"])
def test_a_text_that_holds_no_checkpoint_is_left_as_it_is(text: str) -> None:
    assert checkpoint_in(text, b"") == text
