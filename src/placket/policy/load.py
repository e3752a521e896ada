"""From a file's text to a running Policy, with the bundled law packs as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.law.packs import country_sets, expand_countries, load_packs
from placket.policy.check import check
from placket.policy.compile import Policy, compile_policy
from placket.policy.parse import Document, parse
from placket.problems import Problem, has_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave: a policy when there was no error, and all problems."""

    policy: Policy | None
    problems: tuple[Problem, ...]
    document: Document | None = None


def load_policy(text: str, file: str, *, on: date) -> Loaded:
    """Return the policy that `text` says under the law of the day `on`.

    Every problem of form and content is gathered; with an error there is no policy.
    """
    parsed = parse(text, file)
    if parsed.document is None:
        return Loaded(None, parsed.problems)
    problems = tuple(
        sorted(
            (*parsed.problems, *check(parsed.document)),
            key=lambda p: (p.at.line, p.at.column, p.code),
        )
    )
    if has_errors(problems):
        return Loaded(None, problems, parsed.document)
    return Loaded(bind(parsed.document, on=on), problems, parsed.document)


def bind(document: Document, *, on: date) -> Policy:
    """Return `document`, which has passed the checks, bound to the law packs as of `on`."""
    packs = load_packs()
    sets = {name: frozenset(expand_countries(name)) for name in country_sets()}
    laws = {name: pack.at(on) for name, pack in packs.items()}
    return compile_policy(document, laws, _lineage(), sets)


def _lineage() -> Mapping[str, tuple[str, ...]]:
    packs = load_packs()
    found: dict[str, tuple[str, ...]] = {}
    for name, pack in packs.items():
        line, parent = [name], pack.extends
        while parent:
            line.append(parent)
            parent = packs[parent].extends
        found[name] = tuple(line)
    return found
