"""Translations beside a policy: `policy.fr.md` is the French of `policy.md`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

from placket.cli.outcome import WRONG_USE, Ended
from placket.policy.parse import Document, parse
from placket.policy.translation import check_translation
from placket.settings import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.policy.load import Loaded
    from placket.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translation with what is wrong with it; document is None when it does not read."""

    language: str
    document: Document | None
    problems: tuple[Problem, ...]


def translations_of(policy: Path, original: Document) -> Iterator[Translation]:
    """Yield the translations that stand beside a policy, by their files' names."""
    file = policy_file(policy)
    for beside in sorted(file.parent.iterdir()):
        stem, _, language = beside.stem.rpartition(".")
        if stem == file.stem and beside.suffix == file.suffix and is_language(language):
            yield _read(beside, language, original)


def is_language(word: str) -> bool:
    """Say whether the word names a language: `policy.old.md` is no translation."""
    try:
        return bool(Locale.parse(word, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


def with_translations(loaded: Loaded, policy: Path) -> Loaded:
    """Return what was loaded, with what is wrong with the translations beside it."""
    if loaded.document is None:
        return loaded
    found = (p for t in translations_of(policy, loaded.document) for p in t.problems)
    return replace(loaded, problems=(*loaded.problems, *found))


def _read(file: Path, language: str, original: Document) -> Translation:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Ended(f"{file} is not text in UTF-8", "save it as UTF-8", code=WRONG_USE) from fault
    parsed = parse(text, str(file))
    found = check_translation(original, parsed.document, language) if parsed.document else ()
    return Translation(
        language=language, document=parsed.document, problems=(*parsed.problems, *found)
    )
