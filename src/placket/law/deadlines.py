"""When a request, a complaint, a notice or a breach report falls due, by a pack's rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from placket.law.calendar import Duration, Instant, date_plus

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_HOUR: Final = 3_600_000_000


class UnknownCalendar(Exception):
    """no calendar of public holidays is known for this country or subdivision."""

    def __init__(self, country: str, subdivision: str | None) -> None:
        place = f"{country}/{subdivision}" if subdivision else country
        super().__init__(
            f"no calendar of public holidays is known for `{place}`; "
            "name a country and subdivision by their ISO 3166 codes, such as GB/ENG"
        )


class Start(StrEnum):
    """What may set the clock of a request going; the latest of a rule's starts does.

    PROMPT_IDENTITY: the proof of identity, where it was asked for promptly.
    """

    RECEIPT = "receipt"
    IDENTITY = "identity"
    PROMPT_IDENTITY = "prompt_identity"
    FEE = "fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRule:
    """How one country's law counts the time to answer a request.

    starts: the latest of them begins the count; excludes_clarification: the days from asking
    the person what is meant to the answer, both inclusive, do not count.
    Source: GDPR Art. 12(3); UK GDPR Art. 12A.
    """

    months: int
    extension_months: int
    starts: frozenset[Start]
    excludes_clarification: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """A question back to the person: the days it was asked and answered, both inclusive.

    Raises ValueError when the answer comes before the question.
    """

    asked: date
    answered: date

    def __post_init__(self) -> None:
        if self.answered < self.asked:
            raise ValueError("a clarification is answered on or after the day it is asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a request waited for, as days in the controller's zone.

    identity, fee: the day the proof asked for came in, or the fee was paid. None: not asked,
    or asked too late for a rule that counts what is asked promptly.
    What is asked and still outstanding has no due day yet, and is the caller's to show.
    """

    identity: date | None = None
    fee: date | None = None
    clarifications: tuple[Clarification, ...] = ()


NO_WAITS: Final = Waits()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The working days of a place: not Saturday, not Sunday, not a public holiday there.

    country, subdivision: ISO 3166 codes, such as GB and ENG; without a country, weekends only.
    Source: Regulation (EEC, Euratom) 1182/71 Art. 2.
    """

    country: str | None = None
    subdivision: str | None = None

    def includes(self, day: date) -> bool:
        """Say whether `day` is a working day; UnknownCalendar when the place has no calendar."""
        return day.weekday() < _SATURDAY and day not in self._holidays(day.year)

    def on_or_after(self, day: date) -> date:
        """Return `day`, or the first working day after it."""
        while not self.includes(day):
            day += _DAY
        return day

    def _holidays(self, year: int) -> frozenset[date]:
        return _holidays(self.country, self.subdivision, year) if self.country else frozenset()


WEEKENDS_ONLY: Final = WorkingDays()


def answer_due(
    received: date,
    rule: AnswerRule,
    days: WorkingDays,
    *,
    extended: bool = False,
    waits: Waits = NO_WAITS,
) -> date:
    """Return the last day to answer a request received on `received`.

    The months end on the same-numbered day, or the month's last; an extension counts from the
    original start. Excluded days are added to that end, which is our reading of a rule that
    does not say how; then a weekend or holiday moves it to the next working day.
    Source: GDPR Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3; UK GDPR Art. 12A.
    """
    months = rule.months + (rule.extension_months if extended else 0)
    end = date_plus(answer_start(received, rule, waits), Duration(months=months))
    if rule.excludes_clarification:
        end += _DAY * excluded_days(waits.clarifications)
    return days.on_or_after(end)


def answer_start(received: date, rule: AnswerRule, waits: Waits = NO_WAITS) -> date:
    """Return the day from which the months are counted: the latest of the rule's starts.

    Source: UK GDPR Art. 12A; for the Union, GDPR Art. 12(6).
    """
    came_in = {
        Start.RECEIPT: received,
        Start.IDENTITY: waits.identity,
        Start.PROMPT_IDENTITY: waits.identity,
        Start.FEE: waits.fee,
    }
    starts = (day for start, day in came_in.items() if start in rule.starts)
    return max([received, *(day for day in starts if day is not None)])


def excluded_days(clarifications: Iterable[Clarification]) -> int:
    """Return how many days fall within a clarification; a day within two counts once.

    Source: UK GDPR Art. 12A; its mirror, Data Protection Act 2018 s. 54.
    """
    total, counted = 0, date.min
    for one in sorted(clarifications, key=lambda each: each.asked):
        first = max(one.asked, counted + _DAY)
        total += max((one.answered - first).days + 1, 0)
        counted = max(counted, one.answered)
    return total


def acknowledge_due(received: date, period: Duration, days: WorkingDays) -> date:
    """Return the last day to acknowledge a complaint received on `received`.

    The day after receipt is the first; a weekend or holiday at the end moves it.
    Source: Data Protection Act 2018 s. 164A, and the Information Commissioner's guidance.
    """
    return days.on_or_after(date_plus(received, period))


def breach_due(aware_at: Instant, hours: int) -> Instant:
    """Return the instant by which the authority must hear of a breach known since `aware_at`.

    Hours are absolute and never moved: Art. 3(4) of Regulation 1182/71 leaves periods in hours
    alone, and the two working days of its Art. 3(5) are not relied on.
    Source: GDPR Art. 33(1).
    """
    return aware_at + hours * _HOUR


def third_party_notice_due(
    obtained: date,
    months: int,
    *,
    contacted: date | None = None,
    disclosed: date | None = None,
) -> date:
    """Return the last day to inform a person whose data came from someone else.

    The earliest of the months after `obtained`, first contact and first disclosure. It is
    never moved over a weekend: the period is a limit on a reasonable time, so the strict
    reading is kept. Source: GDPR Art. 14(3).
    """
    latest = date_plus(obtained, Duration(months=months))
    return min([latest, *(day for day in (contacted, disclosed) if day is not None)])


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - a tenth of a second that most commands need not spend

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        raise UnknownCalendar(country, subdivision) from None
