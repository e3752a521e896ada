"""The invented accounts: one for each real customer number, and some that never bought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from placket.demo.days import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from placket.demo.days import ShopDays
    from placket.demo.persons import Chance, Invention, Person
    from placket.demo.rows import Rows
    from placket.demo.sales import Invoice

FIRST_INVENTED = 20_001
"""Customer numbers below are the source's own; from here on the accounts never bought."""

TWIN_OFFSET = 20_000
"""A second account has its first one's number and so much more."""

_WITHOUT_ORDERS = 0.12


class Trait(Enum):
    """Something rare about a person, so that every reason of a decision shows up."""

    CHILD = "under 13"
    CHILD_AGREED = "under 13, a guardian agreed"
    TEEN = "13 to 17"
    TEEN_AGREED = "13 to 17, a guardian agreed"
    COMING_OF_AGE = "18 within days"
    OBJECTS_MARKETING = "objected to marketing"
    OBJECTS_PROFILING = "objected to profiling"
    OBJECTS_SCREENING = "objected to fraud screening, undecided or decided"
    CLOSED = "closed the account"
    RESTRICTED = "disputes what is held"
    RELEASED = "was restricted once"
    ERASED = "was erased"
    ERASURE_OPEN = "asked to be erased"
    TWIN = "has a second account"
    NO_COUNTRY = "never named a country"
    COMPLAINS = "has an open complaint"
    TICKS = "ticked the opt-out box"
    BARE_OPT_IN = "an opt-in without evidence"
    CONTRADICTS = "an opt-in column against a later withdrawal"
    DORMANT = "not seen for more than six years"


CYCLE = 80
_TRAITS = {7 + 3 * at: trait for at, trait in enumerate(Trait)}


class Taste(Enum):
    """What a person chose about marketing."""

    NEVER_ASKED = "no choice at all; a buyer is reached by the soft opt-in alone"
    YES = "yes, confirmed"
    UNCONFIRMED = "yes, never confirmed"
    NO = "no"
    WITHDRAWN = "yes, then withdrawn"
    EXPIRED = "yes, years ago"
    TOPICS = "yes to some topics, no to others"
    CHANNELS = "email switched off, SMS on"
    AGAIN = "no, later yes"


_TASTES = (
    *(Taste.YES, Taste.NEVER_ASKED, Taste.NO, Taste.YES, Taste.NEVER_ASKED, Taste.WITHDRAWN),
    *(Taste.YES, Taste.NEVER_ASKED, Taste.EXPIRED, Taste.TOPICS, Taste.NEVER_ASKED),
    *(Taste.UNCONFIRMED, Taste.YES, Taste.NEVER_ASKED, Taste.CHANNELS, Taste.NO),
    *(Taste.YES, Taste.NEVER_ASKED, Taste.AGAIN, Taste.WITHDRAWN),
)

_OPTED_IN = {Taste.YES, Taste.TOPICS, Taste.EXPIRED, Taste.AGAIN}


class Bought(NamedTuple):
    """Between which of the data's minutes, and in which country, a customer number bought."""

    country: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account; times are seconds since 1970, UTC."""

    number: int
    person: Person
    trait: Trait | None
    taste: Taste
    created_at: int
    seen_at: int | None
    closed_at: int | None
    birth_date: date | None
    bought: bool

    @property
    def is_erased(self) -> bool:
        """Say whether nothing of the person is left but an emptied row."""
        return self.trait is Trait.ERASED

    @property
    def country(self) -> str | None:
        """Return the person's country where the shop knows it."""
        return None if self.trait is Trait.NO_COUNTRY else self.person.country

    def within(self, second: int) -> int:
        """Return `second`, moved into the time when the account was open."""
        latest = second if self.closed_at is None else min(second, self.closed_at - HOUR)
        return max(latest, self.created_at + MINUTE)

    @property
    def visitor(self) -> str:
        """Return the cookie id of the person's browser."""
        return f"v{self.number:08d}"


def bought(invoices: Iterable[Invoice]) -> dict[int, Bought]:
    """Return what is known of each customer number, in the order of their first invoices."""
    known: dict[int, Bought] = {}
    for invoice in invoices:
        if invoice.customer is not None:
            seen = known.get(invoice.customer, Bought(invoice.country, invoice.minute, 0))
            known[invoice.customer] = seen._replace(last=invoice.minute)
    return known


def invent_accounts(
    known: dict[int, Bought], days: ShopDays, invention: Invention
) -> list[Account]:
    """Return an account for each number in `known`, then those that never bought."""
    buyers = [
        _account(number, place, days, invention, seen)
        for place, (number, seen) in enumerate(known.items())
    ]
    rest = range(ceil(len(buyers) * _WITHOUT_ORDERS))
    countries = [seen.country for seen in known.values()]
    others = [
        _account(FIRST_INVENTED + place, place, days, invention, Bought(countries[place], 0, 0))
        for place in rest
    ]
    return buyers + others + [_twin(account) for account in buyers if account.trait is Trait.TWIN]


def _twin(account: Account) -> Account:
    """Return a second account of the same person, the email typed in capitals."""
    return replace(
        account,
        number=account.number + TWIN_OFFSET,
        person=replace(account.person, email=account.person.email.upper()),
        taste=Taste.NO,
        seen_at=None,
        bought=False,
    )


def _account(
    number: int, place: int, days: ShopDays, invention: Invention, seen: Bought
) -> Account:
    chance = invention.chance("account", number)
    trait = _trait(number, place)
    created, last = _dates(seen, trait, days, chance)
    return Account(
        number=number,
        person=invention.person(seen.country, str(number)),
        trait=trait,
        taste=_TASTES[(place + place // CYCLE * 3) % len(_TASTES)],
        created_at=created,
        seen_at=last,
        closed_at=_closed(trait, last or created, days, chance),
        birth_date=_birth_date(trait, days, chance),
        bought=seen.last > 0,
    )


def _trait(number: int, place: int) -> Trait | None:
    """Return the trait of who stands at `place`; dormant persons cannot have bought this year."""
    if number >= FIRST_INVENTED:
        return Trait.DORMANT if place % 10 == 0 else None
    trait = _TRAITS.get(place % CYCLE)
    return None if trait is Trait.DORMANT else trait


def _dates(
    seen: Bought, trait: Trait | None, days: ShopDays, chance: Chance
) -> tuple[int, int | None]:
    """Return when the account was opened and when its person was last seen, if ever again."""
    if trait is Trait.DORMANT:
        created = days.ago(years=chance.uniform(6.8, 7.5))
        return created, created + chance.randint(1, 200) * DAY
    if seen.last == 0:
        created = days.ago(years=chance.uniform(0.1, 6.0))
        later = days.past(created + chance.randint(1, 900) * DAY)
        return created, later if chance.happens(70) else None
    first = days.second(seen.first)
    earlier = chance.randint(1, 5 * 365) * DAY
    created = first - (10 * MINUTE if chance.happens(50) else earlier)
    return created, days.second(seen.last)


def _closed(trait: Trait | None, last: int, days: ShopDays, chance: Chance) -> int | None:
    if trait not in {Trait.CLOSED, Trait.ERASED}:
        return None
    return days.past(last + chance.randint(2, 40) * DAY)


def _birth_date(trait: Trait | None, days: ShopDays, chance: Chance) -> date | None:
    """Return the birth date that the trait asks for, else an adult's, else none."""
    within = chance.randint(1, 360)
    ages = {
        Trait.CHILD: (chance.randint(10, 12), within),
        Trait.CHILD_AGREED: (chance.randint(10, 12), within),
        Trait.TEEN: (chance.randint(14, 17), within),
        Trait.TEEN_AGREED: (chance.randint(14, 17), within),
        Trait.COMING_OF_AGE: (18, within % 14 + 1),
    }
    if trait is Trait.ERASED:
        return None
    if trait in ages:
        years, ahead = ages[trait]
        return days.birthday(years=years, days=ahead)
    adult = days.birthday(years=chance.randint(20, 84), days=within)
    return adult if chance.happens(60) else None


def write_account(account: Account, rows: Rows, chance: Chance) -> None:
    """Add the account and its addresses; an erased person leaves an emptied row."""
    if account.is_erased:
        _write_emptied(account, rows)
        return
    person = account.person
    rows.put(
        "customer",
        account.number,
        person.email,
        person.phone_as_typed,
        person.title,
        person.first,
        person.last,
        account.birth_date,
        account.country,
        person.language,
        f"$argon2id$v=19$m=65536,t=3,p=4${chance.getrandbits(128):032x}",
        account.created_at,
        account.seen_at,
        account.closed_at,
        account.trait in {Trait.BARE_OPT_IN, Trait.CONTRADICTS} or account.taste in _OPTED_IN,
        "prefers to be called in the evening" if chance.happens(3) else None,
    )
    _write_addresses(account, rows, chance)


def _write_emptied(account: Account, rows: Rows) -> None:
    empty = (None, None, None, "", "", None, account.person.country, account.person.language)
    times = (account.created_at, account.seen_at, account.closed_at)
    rows.put("customer", account.number, *empty, None, *times, False, None)


def _write_addresses(account: Account, rows: Rows, chance: Chance) -> None:
    """Add a home address for all, an address for bills for some, one for parcels for others."""
    for role, percent in (("home", 100), ("billing", 15), ("delivery", 20)):
        if not chance.happens(percent):
            continue
        person = account.person
        street = person.street if role == "home" else f"{chance.randint(181, 240)} Bodkin Yard"
        second = "c/o Hemline & Daughters" if role == "billing" else None
        where = (person.town, person.postcode, person.country)
        rows.add("address", account.number, role, street, second, *where)
