"""The words a policy may use, each with its parent in the Data Privacy Vocabulary."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL_HELD: Final = "all_held"
"""The datum that stands for everything held about the person."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "contact_data": (
            "name",
            "email",
            "phone",
            "mobile",
            "postal_address",
            "billing_address",
            "delivery_address",
        ),
    }
)
"""Data that are a group of others; a group is read as its members."""

ADDRESSED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "email": ("email",),
        "phone": ("phone", "mobile"),
        "sms": ("mobile", "phone"),
        "post": ("postal_address", "delivery_address", "billing_address"),
        "push": ("push_token",),
    }
)
"""The data by which a channel reaches a person, the usual one first."""

ELECTRONIC_MAIL: Final = frozenset({"email", "sms", "push", "social_media"})
"""Channels of `electronic mail` in the sense of ePrivacy Art. 13 (messages stored until read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of the vocabulary. Source: DPV 2.3, fideslang 3.1.4."""

    kind: str
    name: str
    dpv: str = ""
    fides: str = ""
    meaning: str = ""


@cache
def terms(kind: str) -> Mapping[str, Term]:
    """Return the terms of `kind` (data, purpose, recipient, channel ...) by name."""
    return _all().get(kind, MappingProxyType({}))


@cache
def _all() -> Mapping[str, Mapping[str, Term]]:
    text = files("placket.policy").joinpath("vocabulary.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, Term]] = {}
    for row in csv.DictReader(text.splitlines()):
        kind, name = row["kind"], row["term"]
        term = Term(
            kind=kind, name=name, dpv=row["dpv"], fides=row["fides"], meaning=row["meaning"]
        )
        found.setdefault(kind, {})[name] = term
    return MappingProxyType({kind: MappingProxyType(names) for kind, names in found.items()})


def nearest(kind: str, word: str) -> str:
    """Return the term most like `word`, or empty text when none is near."""
    return next(iter(get_close_matches(word, terms(kind), n=1, cutoff=0.6)), "")


def is_marketing(purpose: str) -> bool:
    """Say whether the purpose is direct marketing or advertising to a person, by its parent.

    Source: GDPR Art. 21(2); the Fides use `marketing.*` below each such purpose.
    """
    term = terms("purpose").get(purpose)
    return term is not None and term.fides.startswith("marketing.")


def is_direct_marketing(purpose: str) -> bool:
    """Say whether the purpose is a message that promotes. Source: ePrivacy Art. 13."""
    term = terms("purpose").get(purpose)
    return term is not None and term.fides.startswith("marketing.communications")


def covers(named: tuple[str, ...], datum: str) -> bool:
    """Say whether `datum` is among the data that a clause names, groups and all included."""
    return ALL_HELD in named or datum in members(named)


def members(data: tuple[str, ...]) -> tuple[str, ...]:
    """Return `data` with each group replaced by its members, in order, each once."""
    flat = (member for datum in data for member in GROUPS.get(datum, (datum,)))
    return tuple(dict.fromkeys(flat))
