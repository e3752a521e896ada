"""Checks of periods, clocks, ages and rates, and of what has no period at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from placket.law.calendar import Duration, parse_duration
from placket.policy import vocabulary
from placket.policy.checks.book import bend, found
from placket.policy.checks.references import relations_of
from placket.policy.checks.walk import durations_in, inner, periods_of, values_of, waits_for_request
from placket.policy.compile import ALL, uses_of
from placket.policy.forms import PLAIN, Pairs
from placket.policy.period import (
    INTERACTION,
    After,
    Latest,
    WhileHolds,
    WhileOpen,
    events_of,
)
from placket.policy.rules import (
    AudienceAge,
    Datum,
    Limit,
    Retain,
    Role,
    Rule,
    Status,
    keys_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.policy.period import Period
    from placket.problems import Problem

LONGEST_YEARS: Final = 100
YOUNGEST, OLDEST = 10, 21
SHORT: Final = 4
_DAYS_A_YEAR: Final = 365
_IRREGULAR: Final = re.compile(
    r"become|begun|born|bought|broken|brought|built|cast|caught|chosen|come|cut|"
    r"dealt|done|drawn|driven|eaten|fallen|felt|fit|fought|found|frozen|given|"
    r"gone|grown|had|heard|held|hidden|hit|hurt|kept|known|laid|led|left|lent|"
    r"let|lit|lost|made|meant|met|mistaken|mown|paid|proven|put|quit|read|redone|"
    r"rerun|resent|reset|rewritten|ridden|risen|run|said|sat|seen|sent|set|shaken|"
    r"shed|shown|shut|slept|sold|sought|spent|split|spoken|spread|stolen|stood|"
    r"struck|sung|sunk|swept|sworn|taken|taught|thought|thrown|told|torn|undergone|"
    r"understood|undone|unpaid|upheld|upset|withdrawn|withheld|won|worn|woven|"
    r"written"
)
"""Participles that do not end in -ed."""
_REGULAR: Final = re.compile(r"[a-z0-9_]*[a-z]ed")


def too_long(book: Book) -> Iterator[Problem]:
    """Tell each period of more than a hundred years."""
    for rule in book.all_rules:
        counted = [(k, d) for k, period in periods_of(rule) for d in durations_in(period)]
        counted += [(k, value) for k, value in values_of(rule) if isinstance(value, Duration)]
        for key, duration in counted:
            years = duration.total_months / 12 + duration.total_days / _DAYS_A_YEAR
            if years > LONGEST_YEARS:
                yield found(
                    "P105",
                    rule,
                    key,
                    f"`{duration}` is longer than a life",
                    "write the time that the data are needed for, at most `100 years`",
                )


def latest_of_one(book: Book) -> Iterator[Problem]:
    """Tell each `latest of` with a single period."""
    for rule in book.all_rules:
        for key, period in periods_of(rule):
            for part in inner(period):
                if isinstance(part, Latest) and len(part.parts) == 1:
                    yield found(
                        "P106",
                        rule,
                        key,
                        f"`{part}` holds one period",
                        f"write `{part.parts[0]}`, or add the other periods",
                    )


def ages_out_of_reach(book: Book) -> Iterator[Problem]:
    """Tell each age that no law of children's consent comes near."""
    for rule in book.rules(AudienceAge):
        if not YOUNGEST <= rule.age <= OLDEST:
            yield found(
                "P107",
                rule,
                "age",
                f"`{rule.age}` where an age from {YOUNGEST} to {OLDEST} was expected",
                "write the age in years, such as `16`",
            )


def rates_without_measure(book: Book) -> Iterator[Problem]:
    """Tell each rate that does not say how many in which time, or for each of which relation."""
    relations = {name for rule in book.all_rules for _, name in relations_of(rule)}
    for limit in book.rules(Limit):
        if not isinstance(limit.allow, Pairs):
            continue
        why = _rate_fault(dict(limit.allow), relations)
        if why:
            yield found(
                "P108",
                limit,
                "allow",
                f"the rate of `{limit.name}` {why}",
                "write both, as in `allow: {at_most: 1, each: month}`",
            )


def _rate_fault(rate: dict[str, Any], relations: set[str]) -> str:
    at_most, each = rate.get("at_most"), rate.get("each")
    unknown = [key for key in rate if key not in {"at_most", "each"}]
    if unknown:
        return f"has the unknown key `{unknown[0]}`"
    if not isinstance(at_most, int) or isinstance(at_most, bool) or at_most < 1:
        return "has no `at_most` from 1"
    if each is None:
        return "has no `each`"
    is_time = (parse_duration(str(each)) or parse_duration(f"1 {each}")) is not None
    if not is_time and each not in relations:
        return f"has `each: {each}`, which is neither a time nor a relation of the policy"
    return ""


def events_named(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield (key, event) for each event that the rule waits for."""
    if isinstance(rule, Role):
        yield from (("taken_by", event) for event in rule.taken_by)
    for key, period in periods_of(rule):
        yield from ((key, event) for event in sorted(events_of(period)) if event != INTERACTION)


def is_past(participle: str) -> bool:
    """Say whether the word is a past participle; a compound is judged by its last part."""
    last = participle.rsplit("_", 1)[-1]
    return bool(_REGULAR.fullmatch(last) or _IRREGULAR.fullmatch(last))


def events_not_past(book: Book) -> Iterator[Problem]:
    """Tell each event that is not written `noun.past_participle`."""
    for rule in book.all_rules:
        for key, event in events_named(rule):
            noun, _, participle = event.partition(".")
            if not participle:
                yield found(
                    "P109",
                    rule,
                    key,
                    f"`{event}` is no event",
                    f"write what became of it, such as `{_noun(noun)}.opened`",
                )
            elif not is_past(participle):
                yield found(
                    "P109",
                    rule,
                    key,
                    f"`{event}` does not say what has happened",
                    f"write a past participle, such as `{noun}.{_past(participle)}`",
                )


def _noun(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_") or "order"


def _past(word: str) -> str:
    # Short words are the irregular ones, and those that double a letter: an example instead.
    return f"{word}d" if word.endswith("e") else f"{word}ed" if len(word) > SHORT else "opened"


def events_to_bind(book: Book) -> Iterator[Problem]:
    """Note, once, each event that no other rule speaks of: the catalogue has to tell it."""
    relations = {name for rule in book.all_rules for _, name in relations_of(rule)}
    taken = {event for role in book.rules(Role) for event in role.taken_by}
    told: set[str] = set()
    for rule in book.all_rules:
        for key, period in periods_of(rule):
            for event in sorted(events_of(period) - taken - told - {INTERACTION}):
                noun, _, what = event.partition(".")
                if noun in relations and what in {"opened", "closed"}:
                    continue
                told.add(event)
                yield found(
                    "P214",
                    rule,
                    key,
                    f"nothing in the policy says when `{event}` happens",
                    f"let the catalogue tell it, as in `{event} at COLUMN`, or the programming "
                    "interface",
                )


def _has_state(period: Period) -> bool:
    match period:
        case WhileOpen(then=None) | WhileHolds(then=None):
            return True
        case Latest(parts=parts):
            return all(_has_state(part) for part in parts)
        case _:
            return False


def conditions_without_state(book: Book) -> Iterator[Problem]:
    """Tell each `while` of which no standing knows whether it holds now."""
    for rule in book.all_rules:
        for key, period in periods_of(rule):
            if key in {"open_while", "waits_while"} and not _has_state(period):
                yield found(
                    "P110",
                    rule,
                    key,
                    f"`{period}` is neither an open relation nor a status",
                    "write `order is open`, the name of a status, or "
                    "`latest of (while order is open, while case is open)`",
                )


def clocks_that_never_start(book: Book) -> Iterator[Problem]:
    """Tell each `after` or `holds_after` that no event starts."""
    rules: tuple[Rule, ...] = (*book.rules(Status), *book.rules(Limit))
    for rule in rules:
        for key, period in periods_of(rule):
            if key in {"after", "holds_after"} and not isinstance(period, After):
                yield found(
                    "P112",
                    rule,
                    key,
                    f"`{period}` has no event to begin after",
                    "write a time from an event, such as `6 months from last interaction`",
                )
    for status in book.rules(Status):
        if not status.holds_while and status.holds_after is None:
            yield found(
                "P112",
                status,
                "name",
                f"`{status.name}` never holds",
                "add `holds_while:`, such as `holds_while: [3 years from last order.placed]`",
            )


_FREE: Final[dict[type[Rule], tuple[str, ...]]] = {}


def _free_keys(rule: Rule) -> tuple[str, ...]:
    kind = type(rule)
    if kind not in _FREE:
        keyed = keys_of(kind).values()
        _FREE[kind] = tuple(k.name for k in keyed if k.metadata["form"] is PLAIN)
    return _FREE[kind]


def free_values_without_keys(book: Book) -> Iterator[Problem]:
    """Tell each free mapping that is written as a word or list."""
    for rule in book.all_rules:
        for key in _free_keys(rule):
            value = getattr(rule, key)
            if value != () and not isinstance(value, Pairs):
                yield found(
                    "P113",
                    rule,
                    key,
                    f"a mapping was expected at `{key}`",
                    "write `{key: value}`; the keys stand in docs/reference/policy.md",
                )


def unretained(book: Book) -> Iterator[Problem]:
    """Tell, once, each datum that an activity uses and no rule ends."""
    nowhere = {d for r in book.rules(Datum) if r.never or r.here == "nothing" for d in r.what}
    told: set[str] = set()
    if not {kind for kind, _ in book.unread}.isdisjoint(("", "retain")):
        return
    for activity in book.activities:
        kept = [_kept(book, region) for region in activity.regions or tuple(book.regions) or ("",)]
        bare = tuple(
            datum
            for datum in dict.fromkeys(uses_of(activity))
            if datum not in nowhere | told and any(datum not in k and not ends(k) for k in kept)
        )
        told.update(bare)
        if bare:
            yield found(
                "P235",
                activity,
                "uses",
                f"nothing says how long {bend(bare)} is kept",
                f"add a block `retain: {bare[0]}`, or `retain: all`, with its `for:`",
            )


def ends(kept: frozenset[str]) -> bool:
    """Say whether a rule for everything is among the rules."""
    return not kept.isdisjoint(ALL)


def _kept(book: Book, region: str) -> frozenset[str]:
    rules = [r for r in book.rules(Retain) if not r.regions or region in r.regions]
    return frozenset(d for rule in rules for d in vocabulary.members(rule.what))


def kept_until_asked(book: Book) -> Iterator[Problem]:
    """Warn of each period that ends at the person's request alone."""
    for retain in book.rules(Retain):
        if waits_for_request(retain.period):
            yield found(
                "P236",
                retain,
                "period",
                f"{bend(retain.what)} is kept until somebody asks, and perhaps for ever",
                "write an outer limit, such as `6 years from last interaction`; the right of "
                "erasure does the rest",
            )
