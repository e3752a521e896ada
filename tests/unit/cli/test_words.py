"""Unknown words end the command with the nearest known one, and repeat no identifier."""

import pytest

from placket.cli.outcome import Ended
from placket.cli.words import expect_channel, expect_data, expect_known

KNOWN = {"newsletter", "order_updates"}


def ending(word: str) -> tuple[str, str, int]:
    with pytest.raises(Ended) as raised:
        expect_known(word, KNOWN, what="no clause names the activity", otherwise="look again")
    return raised.value.sentence, raised.value.mend, raised.value.code


def test_a_known_word_and_none_pass() -> None:
    expect_known("newsletter", KNOWN, what="", otherwise="")
    expect_known("", KNOWN, what="", otherwise="")


def test_a_word_near_a_known_one_names_it() -> None:
    assert ending("newsleter") == (
        "no clause names the activity `newsleter`",
        "write `newsletter`",
        2,
    )


@pytest.mark.parametrize("word", ["ada@example.org", "+44 7700 900123", "email:ada"])
def test_what_may_be_an_identifier_is_not_repeated(word: str) -> None:
    assert ending(word) == ("no clause names the activity that is written", "look again", 2)


def test_channels_and_data_are_those_of_the_vocabulary() -> None:
    expect_channel("email")
    expect_data(("email", "name"))
    with pytest.raises(Ended, match="there is no channel `fax_machine`"):
        expect_channel("fax_machine")
    with pytest.raises(Ended, match="there is no category of data `shoe`"):
        expect_data(("email", "shoe"))
