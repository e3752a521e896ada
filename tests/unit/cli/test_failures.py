"""Each refusal of the parts below ends a command with a code, a sentence and perhaps a mend."""

import importlib
import re
from datetime import date

import pytest

from placket.cli.command import COMMANDS
from placket.cli.failures import CODES, ended, sentence_of
from placket.cli.outcome import REFUSED, WORLD, WRONG_USE
from placket.gate.ages import NotARecipient, NotOpened
from placket.gate.backups import (
    BackupUnderWay,
    NotApart,
    NotThisBackup,
    RotationUnderWay,
)
from placket.gate.instants import NotAnInstant
from placket.gate.versions import NothingPublished
from placket.keyring.refusals import WrongWrappingKey
from placket.law.packs import NotInForce
from placket.sources.connect import NotADatabase, SourceUnreachable
from placket.store.refusals import FactConflict, LedgerMissing, LedgerUnwritable, PolicyConflict

REFUSING = (
    "placket.settings",
    "placket.gate.gate",
    "placket.gate.instants",
    "placket.gate.versions",
    "placket.gate.views",
    "placket.keyring.refusals",
    "placket.sources.connect",
    "placket.sources.mail",
    "placket.sources.processors.refusals",
    "placket.sources.replica",
    "placket.sources.stores",
    "placket.sources.sync",
    "placket.sources.trees",
    "placket.sources.grants",
    "placket.sources.views",
    "placket.store.refusals",
)


def refusals() -> list[type[Exception]]:
    """Return every exception that the modules beneath declare."""
    modules = [importlib.import_module(name) for name in REFUSING]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, Exception)
        and found.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_is_told(kind: type[Exception]) -> None:
    failure = kind("it is so; do this") if kind is not NotAnInstant else NotAnInstant("soon")

    end = ended(failure)

    assert end is not None
    assert end.code in {WRONG_USE, REFUSED, WORLD}
    assert end.sentence[0].islower() or not end.sentence[0].isalpha()
    assert not end.sentence.endswith(".")


def test_a_clock_from_before_the_law_is_told() -> None:
    end = ended(NotInForce("eu", date(1970, 1, 1), "anything"))

    assert end is not None
    assert end.code == WORLD
    assert end.sentence == "the law pack `eu` says nothing about anything on 1970-01-01"
    assert end.mend == "see that this machine's clock is right"


def test_every_class_that_is_named_is_there() -> None:
    missing = [
        name
        for name in CODES
        for module, _, kind in [name.rpartition(".")]
        if not hasattr(importlib.import_module(module), kind)
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (NotAnInstant("soon"), 2),
        (NotADatabase("no"), 2),
        (NothingPublished("no"), 3),
        (PolicyConflict("no"), 3),
        (FactConflict("no"), 3),
        (WrongWrappingKey("no"), 3),
        (LedgerMissing("no"), 4),
        (LedgerUnwritable("no"), 4),
        (SourceUnreachable("no"), 4),
        (PermissionError(13, "Permission denied", "ids.txt"), 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_asked_wrongly_what_is_refused_and_what_failed_differ(
    failure: Exception, code: int
) -> None:
    end = ended(failure)

    assert end is not None
    assert end.code == code


@pytest.mark.parametrize(
    "kind",
    [BackupUnderWay, NotARecipient, NotApart, NotOpened, NotThisBackup, RotationUnderWay],
)
def test_a_refusal_of_a_backup_says_what_to_do_by_commands_there_are(
    kind: type[Exception],
) -> None:
    end = ended(kind())

    assert end is not None
    assert end.mend
    named = re.findall(r"`placket ([a-z]+)", f"{end.sentence} {end.mend}")
    assert set(named) <= set(COMMANDS)


def test_our_own_fault_is_not_told() -> None:
    assert ended(AssertionError("a published policy was checked")) is None
    assert ended(KeyError("ada@example.org")) is None


def test_the_words_of_a_refusal_part_into_sentence_and_mend() -> None:
    assert sentence_of(LedgerMissing()) == (
        "there is no ledger here",
        "create one, or name another place",
    )
    assert sentence_of(LedgerMissing("PLACKET_LEDGER names no place")) == (
        "PLACKET_LEDGER names no place",
        "",
    )
    assert sentence_of(NotAnInstant("soon")) == (
        "`soon` is no instant",
        "write `2026-11-24` or `2026-11-24T12:00:00Z`",
    )


def test_a_mend_that_knows_more_comes_first() -> None:
    own = ended(WrongWrappingKey("the key is too short; set 32 bytes"))
    other = ended(WrongWrappingKey("the key does not open it"))

    assert own is not None
    assert other is not None
    assert own.mend == "set 32 bytes"
    assert other.mend == "set `key_file` in the settings to the key made with this keyring"


def test_a_file_of_the_system_is_named() -> None:
    end = ended(PermissionError(13, "Permission denied", "ids.txt"))

    assert end is not None
    assert end.sentence == "`ids.txt`: permission denied"
