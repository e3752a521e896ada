"""The words of the policy in force: an unknown one ends the command and names the nearest."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from placket.cli.outcome import WRONG_USE, Ended
from placket.policy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection

    from placket.policy.compile import Policy

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,63}")


def expect_known(word: str, known: Collection[str], *, what: str, otherwise: str) -> None:
    """End the command when `word` is not among `known`, unless it is empty.

    what: "no clause names the activity"; otherwise: the mend when no word is near.
    """
    if not word or word in known:
        return
    near = get_close_matches(word, known, n=1)
    # What is no name may be an identifier in the wrong place: it is not repeated.
    shown = f"`{word}`" if _NAME.fullmatch(word) else "that is written"
    raise Ended(f"{what} {shown}", f"write `{near[0]}`" if near else otherwise, code=WRONG_USE)


def expect_activity(policy: Policy, word: str) -> None:
    """End the command when no clause names the activity."""
    expect_known(
        word,
        policy.activities,
        what="no clause names the activity",
        otherwise=choice(policy.activities),
    )


def expect_channel(word: str) -> None:
    """End the command when the word is no channel."""
    channels = vocabulary.terms("channel")
    expect_known(word, channels, what="there is no channel", otherwise=choice(channels))


def expect_data(words: Collection[str]) -> None:
    """End the command when a word is no category of personal data."""
    for word in words:
        expect_known(
            word,
            {*vocabulary.terms("data"), *vocabulary.GROUPS},
            what="there is no category of data",
            otherwise="choose a category of the policy's vocabulary",
        )


def expect_consent(policy: Policy, word: str) -> None:
    """End the command when the policy has no consent of this name."""
    expect_known(
        word,
        policy.consents,
        what="the policy has no consent",
        otherwise=choice(policy.consents),
    )


def expect_purpose(word: str) -> None:
    """End the command when the word is no purpose."""
    expect_known(
        word,
        vocabulary.terms("purpose"),
        what="there is no purpose",
        otherwise="choose a purpose of the policy's vocabulary",
    )


def choice(words: Collection[str]) -> str:
    """Return the mend that names every word there is."""
    return f"write one of {', '.join(f'`{word}`' for word in sorted(words))}"
