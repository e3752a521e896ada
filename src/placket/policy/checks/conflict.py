"""Checks of contradictions: what two clauses of one policy say against each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.checks.book import bend, found, in_words, meet, overlap, seeing
from placket.policy.checks.sharing import roles_of
from placket.policy.checks.walk import (
    data_of,
    durations_in,
    is_untimed,
    keeps_everything,
    period_words,
    waits_for_request,
)
from placket.policy.compile import ALL, is_marketing, uses_of
from placket.policy.rules import (
    Activity,
    AudienceAge,
    Capture,
    Consent,
    Cookie,
    Datum,
    Limit,
    Recipient,
    Retain,
    Right,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.policy.rules import Rule
    from placket.problems import Problem

TAILORING: Final = frozenset(
    {"marketing_relevance", "recommendations", "segmentation", "interest_analysis"}
)
"""Purposes that prepare marketing: what a person is shown and sent follows from them."""

DEVICE: Final = frozenset(
    {"cookie_data", "session_replay", "email_engagement", "ad_interactions", "push_token"}
)
"""Data that exist only where something was stored on the person's device, or read from it."""

KINDRED: Final = frozenset(
    {
        "dpv:FraudPreventionAndDetection",
        "dpv:CustomerCare",
        "dpv:DeliveryOfGoods",
        "dpv:CustomerSolvencyMonitoring",
        "dpv:IdentityVerification",
        "dpv:ServiceMonitoring",
        "dpv:ServiceUsageAnalytics",
    }
)
"""Kinds of purpose of which a person sees one use and not several."""

_TRACKED: Final = frozenset({"retargeting", "custom_audience", "ad_targeting"})
_BIRTH: Final = frozenset({"date_of_birth", "age", "birthday", "birth_year"})
_PHONES: Final = frozenset({"phone", "mobile"})
_SHOWN: Final = 3
_WRITTEN: Final = frozenset({"email", "onsite_popup"})
_CALLED: Final = frozenset({"phone", "sms", "post", "live_chat", "push"})


def markets(activity: Activity) -> bool:
    """Say whether the activity markets, or prepares what is marketed."""
    return is_marketing(activity) or not TAILORING.isdisjoint(activity.purpose)


def marketing_on_two_bases(book: Book) -> Iterator[Problem]:
    """Tell, once a clause, marketing that rests on an interest here and on consent there."""
    marketing = [a for a in book.activities if markets(a)]
    consented = [a for a in marketing if a.basis == "consent"]
    told: set[str] = set()
    for activity in marketing:
        if activity.basis != "legitimate_interest" or activity.clause in told:
            continue
        against = [c for c in consented if _is_one_audience(c, activity)]
        if against and not book.said_by_parent(activity, "basis"):
            told.add(activity.clause)
            names = bend(tuple(dict.fromkeys(other.name for other in against)))
            problem = found(
                "P400",
                activity,
                "basis",
                f"`{activity.name}` markets on legitimate interest, and {names} on consent",
                "say for whom and for which channel each basis holds, or rest both on one",
            )
            yield seeing(problem, *against)


def _is_one_audience(one: Activity, other: Activity) -> bool:
    same_channel = not other.channel or not set(one.channel).isdisjoint(other.channel)
    return overlap(one, other) and meet(one.about, other.about) and same_channel


def free_and_for_a_fee(book: Book) -> Iterator[Problem]:
    """Tell each right that one clause gives free of charge and another for a fee."""
    rights = book.rules(Right)
    free = {right.name: right for right in reversed(rights) if right.fee == "none"}
    for right in rights:
        if right.fee == "reasonable" and right.name in free:
            problem = found(
                "P401",
                right,
                "fee",
                f"`{right.name}` costs a fee here and is free of charge elsewhere",
                "write `fee: none` in both clauses",
            )
            yield seeing(problem, free[right.name])


def two_roles(book: Book) -> Iterator[Problem]:
    """Tell each recipient that is controller in one clause and processor in another."""
    told: dict[str, list[tuple[str, frozenset[str], Recipient]]] = {}
    for recipient in book.rules(Recipient):
        for name in recipient.name:
            for role, activities in roles_of(recipient).items():
                told.setdefault(name, []).append((role, activities, recipient))
    for name, roles in told.items():
        for (one, some, first), (other, others, second) in combinations(roles, 2):
            shared = not some or not others or not some.isdisjoint(others)
            if one != other and shared and overlap(first, second) and first is not second:
                problem = found(
                    "P402",
                    second,
                    "role",
                    f"`{name}` is {other} here and {one} in another clause",
                    f"name the activities of each role, as in `as: {{{one}: [A], {other}: [B]}}`",
                )
                yield seeing(problem, first)
                break


def kept_for_two_times(book: Book) -> Iterator[Problem]:
    """Tell data that one clause keeps for a time, another while something lasts or until asked.

    A time on a ground or by a law is another keeping, and parts of one clause are one rule.
    """
    plain = [r for r in book.rules(Retain) if not (is_untimed(r) or r.ground or r.law)]
    for at, other in enumerate(plain):
        against = [one for one in plain[:at] if _are_apart(one, other)]
        if against:
            first = against[0]
            problem = found(
                "P403",
                other,
                "period",
                f"{_what(other)} is kept {period_words(other.period)} here and {_what(first)} "
                f"{period_words(first.period)} in another clause",
                "say which of the two ends first, and write one period",
            )
            yield seeing(problem, *against)


def _what(retain: Retain) -> str:
    return "everything" if keeps_everything(retain) else bend(retain.what[:3])


def _are_apart(one: Retain, other: Retain) -> bool:
    """Say whether two clauses keep the same data by clocks of another kind."""
    is_elsewhere = one.clause != other.clause and one.at == other.at and overlap(one, other)
    return is_elsewhere and _clock(one) != _clock(other) and _same_data(one, other)


def _clock(retain: Retain) -> str:
    if waits_for_request(retain.period):
        return "asked"
    return "counted" if any(durations_in(retain.period)) else "lasting"


def _same_data(one: Retain, other: Retain) -> bool:
    """Say whether both keep the same data; a time of one datum is an exception to that of all."""
    general = (keeps_everything(one), keeps_everything(other))
    if any(general):
        specific = other if general[0] else one
        return all(general) or waits_for_request(specific.period)
    return not set(vocabulary.members(one.what)).isdisjoint(vocabulary.members(other.what))


def device_beside_consent(book: Book) -> Iterator[Problem]:
    """Tell what reads a device on an interest where other clauses ask a yes for cookies."""
    asked = [c for c in book.rules(Cookie) if c.basis == "consent"]
    asked_activities = [
        a for a in book.activities if a.basis == "consent" and reads_device(book, a)
    ]
    for activity in book.activities:
        others = [r for r in (*asked, *asked_activities) if overlap(r, activity)]
        if others and reads_device(book, activity) and not is_asked(book, activity):
            problem = found(
                "P404",
                activity,
                "basis",
                f"`{activity.name}` reads the device on {in_words(activity.basis)}, and "
                "another clause asks a yes for that",
                "name a `cookie` on consent under `needs:`, or rest the activity on consent",
            )
            yield seeing(problem, *others[:1])


def reads_device(book: Book, activity: Activity) -> bool:
    """Say whether the activity stores or reads on a device without being exempt from asking."""
    exempt = {name for c in book.rules(Cookie) if c.basis == "exempt" for name in c.activities}
    if activity.device == "exempt" or activity.name in exempt:
        return False
    is_tracking = not _TRACKED.isdisjoint(activity.purpose) and not activity.shares
    return activity.device == "stores" or is_tracking or not DEVICE.isdisjoint(uses_of(activity))


def is_asked(book: Book, activity: Activity) -> bool:
    """Say whether the person says yes first, or another basis than an interest is given."""
    needed = (book.asked.get(name) for name in activity.needs)
    covering = (c for c in book.rules(Cookie) if activity.name in c.activities)
    asked = (c for c in (*needed, *covering) if c is not None)
    is_yes = any(isinstance(c, Consent) or c.basis == "consent" for c in asked)
    return is_yes or activity.basis != "legitimate_interest"


def used_for_more_than_told(book: Book) -> Iterator[Problem]:
    """Tell each activity that takes for marketing a number given for something else.

    A number is given for something else where some clause names a use of it, and none that
    takes it says that it serves marketing.
    """
    shown = {p for c in book.rules(Capture) if _PHONES & set(c.takes) for p in c.purposes_shown}
    told: set[str] = set()
    for activity in book.activities:
        numbers = tuple(d for d in (*activity.uses, *activity.uses_also) if d in _PHONES)
        is_told_of = activity.basis == "consent" or not shown.isdisjoint(activity.purpose)
        if not (markets(activity) and numbers) or is_told_of or activity.clause in told:
            continue
        first = [a for a in book.activities if not markets(a) and _takes_number(a, activity)]
        first.sort(key=lambda a: len(a.uses))
        if first and not book.said_by_parent(activity, "uses", "uses_also"):
            told.add(activity.clause)
            problem = found(
                "P405",
                activity,
                "uses",
                f"`{activity.name}` markets with {bend(numbers)}, given for `{first[0].name}`",
                "say where the number is taken that it serves this too, or ask for consent",
            )
            taking = (c for c in book.rules(Capture) if c.takes and set(c.takes) <= _PHONES)
            yield seeing(problem, first[0], *(c for c in taking if overlap(c, activity)))


def _takes_number(activity: Activity, later: Activity) -> bool:
    named = _PHONES & {*activity.uses, *activity.uses_also}
    return bool(named) and overlap(activity, later) and meet(activity.about, later.about)


def gates_without_birth(book: Book) -> Iterator[Problem]:
    """Tell each age rule that the data of the policy cannot decide for everyone."""
    for gate in book.rules(AudienceAge):
        here = {d for rule in book.all_rules if overlap(rule, gate) for d in data_of(rule)}
        partly = [r for r in book.all_rules if "birth_day_month" in data_of(r)]
        if _BIRTH.isdisjoint(here):
            why = "no clause takes a date of birth"
        elif partly:
            why = "another clause takes day and month of birth alone, which tell no age"
        else:
            continue
        problem = found(
            "P406",
            gate,
            "age",
            f"who is under {gate.age} needs a guardian, and {why}",
            "ask whether the person is old enough, or take the date of birth",
        )
        yield seeing(problem, *partly[:_SHOWN])


def other_purposes_elsewhere(book: Book) -> Iterator[Problem]:
    """Tell data of a recording that is used for other purposes in one region than in another."""
    for datum in ("call_recording", "cctv_footage", "chat_messages"):
        users = [a for a in book.activities if datum in uses_of(a) and a.regions]
        for one, other in combinations(users, 2):
            if overlap(one, other) or set(one.purpose) == set(other.purpose):
                continue
            problem = found(
                "P407",
                other,
                "purpose",
                f"`{datum}` serves {bend(other.purpose)} here and {bend(one.purpose)} elsewhere",
                "name the same purposes in both, or say why they differ",
            )
            yield seeing(problem, one)
            break


def unreachable_addresses(book: Book) -> Iterator[Problem]:
    """Tell each number that is used for a purpose whose channels never reach it."""
    for activity in book.activities:
        numbers = tuple(d for d in activity.uses if d in _PHONES)
        shared = [a for a in book.activities if set(a.purpose) & set(activity.purpose)]
        alike = [a for a in shared if overlap(a, activity)]
        writing = [a for a in alike if _WRITTEN & set(a.channel)]
        channels = tuple(dict.fromkeys(c for a in alike for c in a.channel))
        is_handed_on = activity.shares or activity.recipients
        if numbers and writing and _CALLED.isdisjoint(channels) and not is_handed_on:
            problem = found(
                "P408",
                activity,
                "uses",
                f"`{activity.name}` uses {bend(numbers)}, and its purpose reaches persons by "
                f"{bend(channels)} alone",
                f"take {bend(numbers)} out of `uses:`, or name the channel that needs it",
            )
            yield seeing(problem, *(a for a in writing[:1] if a.clause != activity.clause))


def voluntary_and_needed(book: Book) -> Iterator[Problem]:
    """Tell each datum that is voluntary by one clause and needed by another."""
    for rule in book.rules(Datum):
        if rule.provision != "voluntary" or rule.if_refused:
            continue
        for datum in rule.what:
            needing = [r for r in _needing(book, datum) if overlap(r, rule)]
            if needing:
                problem = found(
                    "P409",
                    rule,
                    "provision",
                    f"`{datum}` is given freely here and needed in another clause",
                    "say with `if_refused:` what cannot be had without it",
                )
                yield seeing(problem, needing[0])
                break


def _needing(book: Book, datum: str) -> Iterator[Rule]:
    needed = ("contract", "law")
    yield from (
        r
        for r in book.rules(Datum)
        if r.provision in needed and ({datum, *ALL} & {*vocabulary.members(r.what)})
    )
    yield from (c for c in book.rules(Capture) if as_dict(c.fields).get(datum) == "required")
    yield from (a for a in book.activities if a.basis == "contract" and datum in a.requires)


def limits_broken(book: Book) -> Iterator[Problem]:
    """Tell each promise of one's own messages alone that another clause does not keep."""
    for limit in book.rules(Limit):
        content = as_dict(limit.content)
        if content.get("only") != "own_products" and "sender" not in content:
            continue
        breaking = [a for a in book.activities if "partner_marketing" in a.purpose]
        breaking = [a for a in breaking if a.name not in limit.activities]
        if breaking:
            problem = found(
                "P410",
                limit,
                "content",
                f"`{limit.name}` promises messages of one's own alone, and "
                f"{bend(tuple(dict.fromkeys(a.name for a in breaking)))} sends those of others",
                "say of which messages the promise holds, under `activities:`",
            )
            yield seeing(problem, *breaking)


def erased_and_kept(book: Book) -> Iterator[Problem]:
    """Tell each note that outlives an erasure without a time of its own."""
    erasure = next((r for r in book.rules(Right) if r.name == "erasure"), None)
    for retain in book.rules(Retain):
        if erasure and "erasure_note" in retain.what and is_untimed(retain):
            problem = found(
                "P411",
                retain,
                "period",
                "everything is erased on request, and a note of the request stays for ever",
                "give the note a period and a ground, such as `7 years from request.closed`",
            )
            yield seeing(problem, erasure)


def kindred_on_two_bases(book: Book) -> Iterator[Problem]:
    """Tell uses of one kind, of the same persons and data, that rest on different bases."""
    plain = [a for a in book.activities if a.basis and a.purpose and not markets(a)]
    for at, other in enumerate(plain):
        alike = (one for one in plain[:at] if _is_kindred(one, other))
        against = [one for one in alike if one.basis != other.basis and one.clause != other.clause]
        if against and not book.said_by_parent(other, "basis", "purpose"):
            first = against[0]
            problem = found(
                "P412",
                other,
                "basis",
                f"`{other.name}` rests on {in_words(other.basis)}, and `{first.name}`, a use of "
                f"the same kind, on {in_words(first.basis)}",
                "say what parts the two uses, or rest both on one basis",
            )
            yield seeing(problem, *against)


def _is_kindred(one: Activity, other: Activity) -> bool:
    kinds = [
        {vocabulary.terms("purpose")[p].dpv for p in a.purpose} & KINDRED for a in (one, other)
    ]
    shared = not set(uses_of(one)).isdisjoint(uses_of(other))
    return (
        bool(kinds[0] & kinds[1])
        and shared
        and overlap(one, other)
        and meet(one.about, other.about)
    )


def held_elsewhere_and_used(book: Book) -> Iterator[Problem]:
    """Tell data that are never held by one clause and used by another."""
    for rule in book.rules(Datum):
        absent = rule.what if rule.never or rule.here == "nothing" else ()
        using = [a for a in book.activities if set(absent) & set(uses_of(a)) and overlap(a, rule)]
        if using and not using[0].recipients:
            problem = found(
                "P413",
                rule,
                "what",
                f"{bend(absent)} is never held, and `{using[0].name}` uses it",
                "say where it is used, or take it out of one of the two clauses",
            )
            yield seeing(problem, *using)
