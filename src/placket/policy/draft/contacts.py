"""What stands in a text letter by letter: addresses of all sorts, companies, days."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
URL: Final = re.compile(r"https?://[^\s<>\"'()\[\]]{3,300}|(?<!\w)www\.[\w-]{1,63}\.[\w./-]{2,200}")
PHONE: Final = re.compile(r"(?<![\w+])(?:\+|\(?0)\d[\d ()/.-]{6,20}\d(?!\w)")
_FORM: Final = (
    r"(?:Ltd|Limited|LTD|LIMITED|PLC|plc|LLP|LLC|Inc|GmbH|AG|SARL|SAS|SASU|SA|S\.A\.S?|BV|B\.V|"
    r"S\.p\.A|SpA|AB|ApS|Oy|Pty Ltd|Corp|Corporation|Company)"
)
# A company's name: up to six words in capitals before its form.
COMPANY: Final = re.compile(
    rf"(?:(?<=\s)|^|(?<=[(\"'\u201c]))(?:[A-Z0-9\u00c0-\u00dd][\w&'\u2019.-]{{0,30}},? "
    rf"(?:(?:and|of|de|du|la|le|des|et|&) )?){{1,6}}{_FORM}\b\.?"
)
NAMED: Final = re.compile(
    r"(?i:(?:data )?controllers?[^.]{0,80}?\b(?:is|are)|owned and (?:run|operated) by|operated by|"
    r"responsable (?:du|de) traitement[^.]{0,60}? est(?: la société)?)"
    r"\s+(?:(?:the company|la société)\s+)?"
    r"(?P<name>[A-Z\u00c0-\u00dd](?:[\w&'\u2019/-]|\.(?=\w)){0,30}"
    r"(?: (?:&|and|of|de|[A-Z0-9\u00c0-\u00dd](?:[\w&'\u2019/-]|\.(?=\w)){0,30})){0,5})"
)
_STREET: Final = re.compile(
    r"\d{1,5}[A-Za-z]?,? [\w'\u2019. -]{3,60}(?:, ?[\w'\u2019. -]{2,40}){1,5}"
)
_POSTCODE: Final = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{0,2}-?\d{4,5})\b"
)
_TOWN: Final = re.compile(r" [A-Z\u00c0-\u00dd][\w'\u2019-]{1,30}")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january janvier jan",
            "february fevrier février feb",
            "march mars mar",
            "april avril apr",
            "may mai",
            "june juin jun",
            "july juillet jul",
            "august aout août aug",
            "september septembre sep sept",
            "october octobre oct",
            "november novembre nov",
            "december decembre décembre dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY: Final = re.compile(
    rf"(?i)(?<!\w)(?:"
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er)?(?: of)? (?P<m1>{_MONTH})\.?,? (?P<y1>20\d\d)"
    rf"|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y2>20\d\d)"
    r"|(?P<y3>20\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d))(?!\w)"
)


def emails_in(text: str) -> list[str]:
    """Return the email addresses, as written, each once."""
    return list(dict.fromkeys(m[0].rstrip(".") for m in EMAIL.finditer(text)))


def addresses_at(text: str) -> list[tuple[int, int]]:
    """Return where web and email addresses stand: their words say nothing."""
    return [match.span() for pattern in (EMAIL, URL) for match in pattern.finditer(text)]


def urls_in(text: str) -> list[str]:
    """Return the web addresses, as written, each once."""
    return list(dict.fromkeys(m[0].rstrip(".,;:!?") for m in URL.finditer(text)))


def phones_in(text: str) -> list[str]:
    """Return the telephone numbers, as written, each once."""
    return list(dict.fromkeys(m[0].strip() for m in PHONE.finditer(text)))


def companies_in(text: str) -> list[str]:
    """Return the names that end in a company's legal form, each once."""
    return list(dict.fromkeys(" ".join(m[0].split()) for m in COMPANY.finditer(text)))


def controller_in(text: str) -> str:
    """Return the name that the text gives the controller, or nothing."""
    named = NAMED.search(text)
    if named is None:
        return ""
    company = COMPANY.match(text, named.start("name"))
    return " ".join((company[0] if company else named["name"]).split()).rstrip(" .,")


def address_in(text: str) -> str:
    """Return the first postal address with a street number and a postcode, or nothing."""
    for match in _STREET.finditer(text):
        codes = [code.end() for code in _POSTCODE.finditer(match[0]) if code.start() > 0]
        if codes:
            place = match.start() + codes[-1]
            town = _TOWN.match(text, place)
            return text[match.start() : town.end() if town else place].strip()
    return ""


def days_in(text: str) -> Iterator[date]:
    """Yield the days written out with their year, in order."""
    for match in _DAY.finditer(text):
        at = next(at for at in "123" if match[f"y{at}"])
        month = match[f"m{at}"].lower()
        try:
            number = _MONTHS.get(month) or int(month)
            yield date(int(match[f"y{at}"]), number, int(match[f"d{at}"]))
        except ValueError:
            continue
