"""A pack's dated facts as written, read into values that cannot be wrong."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar, cast

from placket.law.bundled import PackFault, read_yaml
from placket.law.calendar import Duration, parse_duration
from placket.law.deadlines import Start, WorkingDays
from placket.law.grounds import Ground, Prohibition
from placket.law.rules import (
    AutomatedRule,
    CallRule,
    ComplaintRule,
    ConsentKind,
    LawFact,
    MailPixel,
    ObjectionRule,
    SoftOptIn,
    TransferRule,
)

Reader: TypeAlias = Callable[[Any], Any]
Member = TypeVar("Member", bound=StrEnum)

FACT_KEYS: Final = frozenset({"value", "from", "until", "source", "checked", "note"})
_COUNTRY = re.compile("[A-Z]{2}")


def read_fact(written: Any, reader: Reader, file: str, path: str) -> LawFact:
    """Read one dated state of a fact; PackFault names the file and key at fault."""
    if not isinstance(written, dict):
        raise PackFault(file, path, "a fact has `value`, `from`, `source` and `checked`")
    for unknown in sorted(map(str, written.keys() - FACT_KEYS)):
        raise PackFault(file, f"{path}.{unknown}", "a fact has no such key")
    for missing in sorted({"value", "from", "source", "checked"} - written.keys()):
        raise PackFault(file, f"{path}.{missing}", "this key is missing")
    try:
        return LawFact(
            value=reader(written["value"]),
            since=_day(written["from"]),
            until=None if "until" not in written else _day(written["until"]),
            source=words(written["source"]),
            checked=flag(written["checked"]),
            note=str(written.get("note", "")),
        )
    except ValueError as fault:
        raise PackFault(file, path, str(fault)) from fault


def read_states(written: Any, reader: Reader, file: str, path: str) -> tuple[LawFact, ...]:
    """Read a fact's dated states, earliest first; PackFault when two hold on one day."""
    states = written if isinstance(written, list) else [written]
    facts = sorted(
        (read_fact(state, reader, file, path) for state in states), key=lambda fact: fact.since
    )
    for fact, following in zip(facts, [*facts[1:], None], strict=True):
        ends = fact.until or date.max
        if ends <= fact.since or (following and ends > following.since):
            raise PackFault(file, path, f"the state from {fact.since} does not end in time")
    return tuple(facts)


def read_facts(written: Any, file: str) -> dict[str, tuple[LawFact, ...]]:
    """Read every fact of a pack by its path: `breach_hours`, `consent_ages.DK`."""
    if not isinstance(written, dict):
        raise PackFault(file, "facts", "the facts are a mapping")
    facts = {}
    for name, states in written.items():
        if name in FIELDS:
            facts[name] = read_states(states, FIELDS[name], file, name)
        elif name in KEYED:
            facts |= _read_keyed(name, states, file)
        else:
            raise PackFault(file, f"facts.{name}", "a law pack states no such fact")
    return facts


def _read_keyed(name: str, written: Any, file: str) -> dict[str, tuple[LawFact, ...]]:
    key_reader, reader = KEYED[name]
    if not isinstance(written, dict):
        raise PackFault(file, name, "this fact is a mapping of facts")
    facts = {}
    for key, states in written.items():
        try:
            path = f"{name}.{key_reader(key)}"
        except ValueError as fault:
            raise PackFault(file, f"{name}.{key}", str(fault)) from fault
        facts[path] = read_states(states, reader, file, path)
    return facts


@cache
def country_sets() -> Mapping[str, LawFact]:
    """Return the named sets of countries, each with its source."""
    file = "countries.yaml"
    return {
        name: read_fact(written, _country_codes, file, name)
        for name, written in read_yaml(file).items()
    }


def expand_countries(term: str) -> frozenset[str]:
    """Return the countries that `EU`, `EEA` or a country's own code stands for.

    Raises ValueError when `term` is neither. Source: `country_sets`.
    """
    found = country_sets().get(term)
    if found is not None:
        return cast("frozenset[str]", found.value)
    return frozenset({country(term)})


def whole(value: Any) -> int:
    """Read a whole number above 0."""
    if type(value) is not int or value < 1:
        raise ValueError(f"`{value}` is not a whole number above 0")
    return value


def flag(value: Any) -> bool:
    """Read `true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"`{value}` is neither `true` nor `false`")  # noqa: TRY004 - one kind
    return value


def words(value: Any) -> str:
    """Read words, at least one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{value}` says nothing")
    return value


def country(value: Any) -> str:
    """Read a country's code of two capital letters, ISO 3166."""
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise ValueError(f"`{value}` is not a country code of two capital letters")
    return value


def countries(value: Any) -> frozenset[str]:
    """Read a list of countries and sets of countries, or one of them."""
    terms = value if isinstance(value, list) else [value]
    return frozenset().union(*(expand_countries(words(term)) for term in terms))


def duration(value: Any) -> Duration:
    """Read a period, such as `6 months`."""
    found = parse_duration(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"`{value}` is not a period such as `6 months`")
    return found


def optional(reader: Reader) -> Reader:
    """Return a reader that takes `null` as well."""
    return lambda value: None if value is None else reader(value)


def listed(value: Any) -> tuple[str, ...]:
    """Read a list of words, in order."""
    if not isinstance(value, list):
        raise ValueError(f"`{value}` is not a list")  # noqa: TRY004 - one kind of fault
    return tuple(words(item) for item in value)


def one_of(kind: type[Member]) -> Callable[[Any], Member]:
    """Return a reader of one member of a closed set."""

    def read(value: Any) -> Member:
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"`{value}` is none of {', '.join(kind)}") from None

    return read


def set_of(allowed: type[StrEnum] | Iterable[str]) -> Reader:
    """Return a reader of a list whose items belong to a closed set."""
    known = {str(each): each for each in allowed}

    def read(value: Any) -> frozenset[str]:
        for item in listed(value):
            if item not in known:
                raise ValueError(f"`{item}` is none of {', '.join(known)}")
        return frozenset(known[item] for item in value)

    return read


def record(made: Callable[..., Any], **readers: Reader) -> Reader:
    """Return a reader of a mapping with exactly these keys, made into one value."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise ValueError(f"the keys are {', '.join(readers)}, no more and no fewer")
        return made(**{key: reader(value[key]) for key, reader in readers.items()})

    return read


def working_days(value: Any) -> WorkingDays:
    """Read the place whose public holidays count: `{country: GB, subdivision: ENG}`."""
    if not isinstance(value, dict) or value.keys() - {"country", "subdivision"}:
        raise ValueError("a calendar of holidays has a `country` and a `subdivision`")
    return WorkingDays(**{key: words(part) for key, part in value.items()})


def _day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError(f"`{value}` is not a date such as 2026-02-05")
    return value


def _country_codes(value: Any) -> frozenset[str]:
    return frozenset(country(code) for code in listed(value))


_CHANNELS = set_of(("email", "sms", "message", "automated_call", "fax"))
_DEVICE_USES = set_of(
    (
        "communication",
        "strictly_necessary",
        "audience_measurement",
        "statistics",
        "appearance",
        "emergency",
    )
)
_SOFT_OPT_IN = record(
    SoftOptIn,
    channels=_CHANNELS,
    got_from=words,
    by=words,
    occasions=set_of(("sale", "negotiation")),
    similar=words,
    refusal_offered=set_of(("collection", "every_message")),
)
_AUTOMATED = record(
    AutomatedRule,
    gateways=set_of(("contract", "law", "explicit_consent")),
    safeguards=set_of(("information", "representations", "human_intervention", "contest")),
    special_categories=set_of(
        (
            "explicit_consent",
            "substantial_public_interest",
            "contract_with_public_interest",
            "law_with_public_interest",
        )
    ),
)

FIELDS: Final[Mapping[str, Reader]] = {
    "request_months": whole,
    "extension_months": whole,
    "request_starts": set_of(Start),
    "clarification_excluded": flag,
    "holiday_calendar": working_days,
    "complaint": optional(record(ComplaintRule, acknowledge=duration, electronic_form=flag)),
    "third_party_notice_months": whole,
    "breach_hours": whole,
    "default_consent_age": whole,
    "soft_opt_in": _SOFT_OPT_IN,
    "consent_channels": _CHANNELS,
    "call_rule": record(CallRule, consent=flag, registers=listed, existing_contract=flag),
    "mail_pixel": record(
        MailPixel,
        separate_consent=flag,
        exempt=set_of(("security", "deliverability_last_open_date", "transactional")),
    ),
    "device_exempt": _DEVICE_USES,
    "audience_matching_consent": flag,
    "double_opt_in_expected": flag,
    "suggested_cookie_choice": duration,
    "objection": record(
        ObjectionRule, marketing_ends=words, others_until=words, passes_with=words, shown_by=words
    ),
    "automated": _AUTOMATED,
    "duty_countries": countries,
    "recall_law": words,
    "data_protection_law": words,
    "device_law": words,
    "refusal_law": words,
    "transfers": record(
        TransferRule,
        adequacy_by=words,
        safeguards=lambda value: frozenset(listed(value)),
        note=words,
    ),
    "authority": listed,
}
"""How the value of each fact is read."""

KEYED: Final[Mapping[str, tuple[Reader, Reader]]] = {
    "consent_ages": (country, whole),
    "consent_lifetime": (one_of(ConsentKind), optional(duration)),
    "retention_norms": (words, duration),
    "passes": (one_of(Prohibition), set_of(Ground)),
}
"""Facts that come as a mapping of facts: how each key and value is read."""
