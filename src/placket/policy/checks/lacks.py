"""Checks of what a rule begins and does not end: clocks, routes, partners, periods, amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import bend, found, in_words, overlap, seeing
from placket.policy.checks.references import relations_of
from placket.policy.checks.sharing import roles_of, shared_with
from placket.policy.checks.walk import data_of, inner, is_untimed, keeps_everything
from placket.policy.compile import uses_of
from placket.policy.period import INTERACTION, WhileHolds, events_of
from placket.policy.rules import (
    Capture,
    Datum,
    Limit,
    Recipient,
    Retain,
    Right,
    Role,
    Status,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.checks.book import Book
    from placket.problems import Problem

PARTNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "delivery": ("courier",),
    "on_demand_delivery": ("courier",),
    "returns": ("courier",),
    "debt_recovery": ("debt_collector",),
}
"""Purposes that a retailer seldom serves alone, each with those who help."""

_HELPERS: Final = {
    "courier": r"\bcouriers?\b|\bcarriers?\b|\bdelivery (?:compan|partner|service)|"
    r"\bpostal service",
    "debt_collector": r"\bdebt collect|\bcollection agenc",
}
"""How a text speaks of those who help."""

_PLATFORMS: Final = frozenset(
    {"social_media_platform", "ad_partner", "ad_network", "ad_exchange", "ad_agency"}
)
_MATCHED: Final = frozenset({"custom_audience", "lookalike"})
_PUBLISHED: Final = frozenset({"ugc_publication", "testimonial_publication"})
_EVERYWHERE: Final = frozenset(
    {"cctv_footage", "image", "voice", "id_document", "birth_day_month", "birthday"}
)


def roles_without_clock(book: Book) -> Iterator[Problem]:
    """Tell roles that never take the status on which the time of all data hangs."""
    statuses = {status.name: status for status in book.rules(Status)}
    told: set[tuple[str, str]] = set()
    for retain in book.rules(Retain):
        named = [p.status for p in _parts(retain) if isinstance(p, WhileHolds)]
        if not (keeps_everything(retain) and named) or _has_other(book, retain):
            continue
        for status in (statuses[name] for name in named if name in statuses):
            nouns = {e.partition(".")[0] for p in status.holds_while for e in events_of(p)}
            left = tuple(
                role.name
                for role in book.rules(Role)
                if role.taken_by and nouns.isdisjoint(_reached(role))
            )
            if nouns and left and (retain.clause, status.name) not in told:
                told.add((retain.clause, status.name))
                yield seeing(_no_clock(retain, status, left), status, *_roles(book, left))


def _parts(retain: Retain) -> tuple[object, ...]:
    return () if is_untimed(retain) else tuple(inner(retain.period))


def _reached(role: Role) -> set[str]:
    return {word for event in role.taken_by for word in event.partition(".")[0].split("_")} | {
        event.partition(".")[0] for event in role.taken_by
    }


def _has_other(book: Book, retain: Retain) -> bool:
    return any(
        other is not retain
        and keeps_everything(other)
        and overlap(other, retain)
        and not any(isinstance(p, WhileHolds) for p in _parts(other))
        for other in book.rules(Retain)
        if not is_untimed(other)
    )


def _no_clock(retain: Retain, status: Status, left: tuple[str, ...]) -> Problem:
    return found(
        "P439",
        retain,
        "period",
        f"data are kept by the status `{status.name}`, which these never take: {bend(left)}",
        f"add an event of theirs to `{status.name}`, or a period of their own",
    )


def _roles(book: Book, names: tuple[str, ...]) -> Iterator[Role]:
    yield from (role for role in book.rules(Role) if role.name in names)


def clocks_out_of_reach(book: Book) -> Iterator[Problem]:
    """Note each clock of everything that need never start for who takes a role.

    What has not begun to run out has no end, also as a part of `latest of`.
    """
    relations = {name for rule in book.all_rules for _, name in relations_of(rule)}
    for retain in book.rules(Retain):
        if is_untimed(retain) or not keeps_everything(retain):
            continue
        roles = [r for r in book.rules(Role) if r.taken_by and overlap(r, retain)]
        for event in sorted(events_of(retain.period)):
            left = [role for role in roles if not _starts(event, role, relations)]
            if left:
                yield seeing(_never_started(retain, event, left), *left)


def _starts(event: str, role: Role, relations: set[str]) -> bool:
    """Say whether what makes a person take the role starts the clock, as it opens a relation."""
    nouns = _reached(role)
    # To open a relation is a contact with the person.
    return bool(nouns & relations) if event == INTERACTION else event.partition(".")[0] in nouns


def _never_started(retain: Retain, event: str, left: list[Role]) -> Problem:
    names = bend(tuple(dict.fromkeys(role.name for role in left)))
    return found(
        "P243",
        retain,
        "period",
        f"`{event.replace('.', ' ')}` may never happen to these, whose data are then kept for "
        f"ever: {names}",
        "write `while NAME`, and let that `status:` hold from an event of theirs too, such as "
        f"`{left[0].taken_by[0]}`",
    )


def joint_control_untold(book: Book) -> Iterator[Problem]:
    """Tell audiences matched at a platform where nobody is named as joint controller."""
    for activity in book.activities:
        matched = not _MATCHED.isdisjoint(activity.purpose)
        platforms = [name for _, name in shared_with(activity) if name in _PLATFORMS]
        joint = activity.joint_with or any(
            "joint" in roles_of(r)
            for r in book.rules(Recipient)
            if not set(r.name).isdisjoint(platforms)
        )
        is_parents = book.said_by_parent(activity, "purpose", "joint_with")
        if (matched or (activity.shares and platforms)) and not joint and not is_parents:
            yield found(
                "P440",
                activity,
                "purpose",
                f"`{activity.name}` matches persons at a platform, and no clause says that both "
                "answer for it together",
                "add `joint_with:` and tell persons the essence of the arrangement",
            )


def publications(book: Book) -> Iterator[Problem]:
    """Tell words of persons that are published without a yes, or with no way to take them down."""
    published = [a for a in book.activities if not _PUBLISHED.isdisjoint(a.purpose)]
    asked = [a for a in published if a.basis == "consent"]
    for activity in published:
        covering = book.covering_any(activity)
        if activity.basis == "consent" and any(c.withdrawn_by for c in covering):
            continue
        others = [a for a in asked if a is not activity and overlap(a, activity)]
        if activity.basis == "consent":
            why = "no clause says how a published text is taken down again"
        elif others:
            why = f"nobody is asked, while `{others[0].name}` asks first"
        elif activity.basis:
            continue
        else:
            why = "nobody is asked, and no clause says how it is taken down again"
        problem = found(
            "P441",
            activity,
            "purpose",
            f"`{activity.name}` publishes what a person wrote: {why}",
            "ask for a yes with `withdrawn_by:`, or say how a person has it taken down",
        )
        yield seeing(problem, *others[:1])


def partners_unnamed(book: Book) -> Iterator[Problem]:
    """Tell each purpose that needs somebody else, of whom no clause speaks."""
    declared = {name for rule in book.rules(Recipient) for name in (*rule.name, *rule.names)}
    for activity in book.activities:
        named = {name for _, name in shared_with(activity)}
        for purpose in activity.purpose:
            helpers = PARTNERS.get(purpose, ())
            if helpers and book.reads(_HELPERS[helpers[0]]):
                continue
            if helpers and not activity.channel and (named | declared).isdisjoint(helpers):
                problem = found(
                    "P442",
                    activity,
                    "purpose",
                    f"`{activity.name}` serves {in_words(purpose)}, and no clause names a "
                    f"{in_words(helpers[0])} among those who get data",
                    "name them among the recipients, or say that nobody else is called in",
                )
                lists = (r for r in book.rules(Limit) if r.to and purpose in r.purpose)
                yield seeing(problem, *lists)


def data_without_use(book: Book) -> Iterator[Problem]:
    """Tell data of a closer kind that are taken, and that no activity uses."""
    used = {datum for activity in book.activities for datum in uses_of(activity)}
    told: set[str] = set()
    rules: tuple[Datum | Capture, ...] = (*book.rules(Datum), *book.rules(Capture))
    for rule in rules:
        if isinstance(rule, Datum) and (rule.never or rule.here == "nothing"):
            continue
        optional = {
            d for d, how in as_dict(getattr(rule, "fields", ())).items() if how == "optional"
        }
        close = sorted((data_of(rule) | optional) & _EVERYWHERE)
        idle = tuple(d for d in close if d not in told and not _is_used(book, rule, d, used))
        told.update(idle)
        if idle:
            key = "takes" if isinstance(rule, Capture) else "what"
            yield found(
                "P443",
                rule,
                key,
                f"{bend(idle)} is taken, and no clause says for what",
                "name the activity that uses it with its basis, or do not take it",
            )


def _is_used(book: Book, rule: Datum | Capture, datum: str, used: set[str]) -> bool:
    """Say whether some activity uses the datum, for what the form that takes it shows."""
    shown = getattr(rule, "purposes_shown", ())
    serving = (a for a in book.activities if not set(shown).isdisjoint(a.purpose))
    return datum in used and (not shown or any(datum in uses_of(a) for a in serving))


def periods_untold(book: Book) -> Iterator[Problem]:
    """Tell each rule of keeping that says no time."""
    for retain in book.rules(Retain):
        if is_untimed(retain) and "erasure_note" not in retain.what:
            yield found(
                "P444",
                retain,
                "period",
                f"{_data(retain)} is kept, and the clause does not say how long",
                "write the time, such as `6 months from call.ended`, or the event that ends it",
            )


def _data(retain: Retain) -> str:
    return "everything" if keeps_everything(retain) else bend(retain.what)


def fees_without_amount(book: Book) -> Iterator[Problem]:
    """Tell each fee whose height no clause says."""
    for right in book.rules(Right):
        if right.fee == "reasonable" and not right.amount:
            yield found(
                "P445",
                right,
                "fee",
                f"`{right.name}` costs a fee, and no clause says how much",
                "write `fee: none`, or the `amount:` where a fee may be asked",
            )
