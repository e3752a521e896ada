"""What the invented persons chose: marketing, cookies, objections, restriction, erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from placket.demo.accounts import Taste, Trait
from placket.demo.days import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.demo.accounts import Account
    from placket.demo.days import ShopDays
    from placket.demo.persons import Chance, Invention
    from placket.demo.rows import Rows

OLD_WORDING, WORDING = "news-1", "news-2"
"""The text of the sign-up form until two years ago, and since."""


class Chooser(NamedTuple):
    """Who chose: an address, the number of an account if there is one, a country if known."""

    email: str
    customer: int | None
    country: str | None


class Choice(NamedTuple):
    """One choice, `after` days from the first; confirmed_after: hours, or None for never."""

    choice: str
    channel: str
    topic: str | None
    route: str
    after: int = 0
    confirmed_after: int | None = None


def _yes(channel: str, topic: str, *, after: int = 0) -> Choice:
    return Choice("yes", channel, topic, "sign_up", after, 1)


_HISTORIES: dict[Taste, tuple[Choice, ...]] = {
    Taste.NEVER_ASKED: (),
    Taste.YES: (_yes("email", "newsletter"),),
    Taste.UNCONFIRMED: (Choice("yes", "email", "newsletter", "sign_up"),),
    Taste.NO: (Choice("no", "email", None, "sign_up"),),
    Taste.WITHDRAWN: (
        _yes("email", "newsletter"),
        Choice("withdrawn", "email", None, "mail_link", after=40),
    ),
    Taste.EXPIRED: (_yes("email", "newsletter"),),
    Taste.TOPICS: (
        _yes("email", "newsletter"),
        _yes("email", "sale"),
        _yes("email", "new_in"),
        Choice("no", "email", "events", "preference_centre", after=5),
        Choice("withdrawn", "email", "new_in", "preference_centre", after=20),
    ),
    Taste.CHANNELS: (
        _yes("email", "newsletter"),
        Choice("withdrawn", "email", None, "preference_centre", after=15),
        _yes("sms", "sale", after=15),
        Choice("no", "phone", None, "preference_centre", after=15),
        _yes("post", "newsletter", after=15),
    ),
    Taste.AGAIN: (
        Choice("no", "email", None, "checkout"),
        _yes("email", "newsletter", after=30),
    ),
}
"""What each taste comes to, as rows; the first day is drawn for each person."""


_LONGEST_HISTORY = 70 * DAY
"""A history that began later is told faster, so that its choices keep their order."""


def write_choices(account: Account, rows: Rows, days: ShopDays, chance: Chance) -> None:
    """Add the person's choices about marketing; an erased person has none left."""
    if account.is_erased or account.trait is Trait.BARE_OPT_IN:
        return
    first = _first_choice(account, days, chance)
    whose = Chooser(account.person.email, account.number, account.country)
    for choice in (*_HISTORIES[account.taste], *_of_trait(account.trait)):
        _write_choice(choice, first, whose, rows, days)


def _of_trait(trait: Trait | None) -> Iterator[Choice]:
    if trait is Trait.CONTRADICTS:
        yield Choice("withdrawn", "email", None, "care", after=60)


def _first_choice(account: Account, days: ShopDays, chance: Chance) -> int:
    """Return when the person first chose: in the first half of the time up to 75 days ago.

    A consent that has expired was given four to six years ago, maybe before the account.
    """
    if account.taste is Taste.EXPIRED:
        return days.ago(years=chance.uniform(4.0, 6.2))
    latest = max(account.created_at, days.ago(days=75))
    return account.created_at + chance.randint(0, max(0, latest - account.created_at) // 2)


def _write_choice(choice: Choice, first: int, whose: Chooser, rows: Rows, days: ShopDays) -> None:
    room = min(1.0, (days.end - first) / _LONGEST_HISTORY)
    chosen = days.past(first + int(choice.after * DAY * room))
    confirmed = choice.confirmed_after
    rows.add(
        "newsletter_choice",
        whose.email,
        whose.customer,
        whose.country,
        choice.choice,
        choice.channel,
        choice.topic,
        OLD_WORDING if chosen < days.ago(years=2) else WORDING,
        choice.route,
        chosen,
        days.past(chosen + confirmed * HOUR) if confirmed is not None else None,
    )


def write_subscriber(
    number: int, country: str, rows: Rows, days: ShopDays, invention: Invention
) -> None:
    """Add the choices of a person of `country` who only ever gave an email address."""
    chance = invention.chance("subscriber", number)
    person = invention.person(country, f"n{number}")
    whose = Chooser(person.email, None, person.country)
    taste = tuple(Taste)[number % len(Taste)]
    years = chance.uniform(4.0, 6.2) if taste is Taste.EXPIRED else chance.uniform(0.1, 2.9)
    for choice in _HISTORIES[taste] or _HISTORIES[Taste.YES]:
        _write_choice(choice, days.ago(years=years), whose, rows, days)


def write_rights(account: Account, rows: Rows, days: ShopDays, chance: Chance) -> None:
    """Add the person's objections, restriction, erasure and guardian, as the trait says."""
    made = account.within(days.ago(days=chance.uniform(5, 300)))
    _write_objection(account, made, rows, days, chance)
    _write_restriction(account, made, rows, days)
    _write_erasure(account, rows, days, chance)


def _write_objection(
    account: Account, made: int, rows: Rows, days: ShopDays, chance: Chance
) -> None:
    kinds = {
        Trait.OBJECTS_MARKETING: "marketing",
        Trait.OBJECTS_PROFILING: "profiling",
        Trait.OBJECTS_SCREENING: "fraud_screening",
    }
    kind = kinds.get(account.trait) if account.trait else None
    if kind is None:
        return
    is_decided = kind == "fraud_screening" and chance.happens(50)
    decided = days.past(made + 3 * DAY) if is_decided else None
    decision = chance.choice(("upheld", "overruled")) if is_decided else None
    rows.add("objection", account.number, kind, "email", made, decided, decision)


def _write_restriction(account: Account, placed: int, rows: Rows, days: ShopDays) -> None:
    if account.trait is Trait.RESTRICTED:
        about = "orders" if account.number % 2 else "all"
        rows.add("restriction", account.number, about, "accuracy disputed", placed, None)
    elif account.trait is Trait.RELEASED:
        lifted = days.past(placed + 4 * DAY)
        rows.add("restriction", account.number, "all", "claim needed", placed, lifted)


def _write_erasure(account: Account, rows: Rows, days: ShopDays, chance: Chance) -> None:
    if account.is_erased and account.closed_at is not None:
        rows.add("erasure_request", account.number, account.closed_at - DAY, account.closed_at)
    elif account.trait is Trait.ERASURE_OPEN:
        asked = account.within(days.ago(days=chance.uniform(1, 25)))
        rows.add("erasure_request", account.number, asked, None)


def write_guardian(account: Account, guardian: str, rows: Rows) -> None:
    """Add the agreement of a guardian of the first name `guardian` to a minor's account."""
    person = account.person
    rows.add(
        "guardian_agreement",
        account.number,
        f"{guardian} {person.last}",
        f"guardian.{account.number}@example.org",
        "newsletter" if account.number % 2 else "account",
        account.within(account.created_at + 2 * MINUTE),
        None,
    )


def write_cookies(visitor: str, seen_at: int, rows: Rows, chance: Chance) -> None:
    """Add a visitor's choices about cookies; some change their mind a minute later."""
    route = chance.choice(("banner", "banner", "banner", "settings", "browser_settings"))
    for category in ("experience", "analysis"):
        says_yes = route != "browser_settings" and chance.happens(55)
        rows.add("cookie_choice", visitor, category, "yes" if says_yes else "no", route, seen_at)
        if says_yes and chance.happens(8):
            later = seen_at + MINUTE
            rows.add("cookie_choice", visitor, category, "withdrawn", "settings", later)
