"""The codes of what a check may find, each with its weight and the source of the rule."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from placket.policy.forms import LANGUAGE
from placket.problems import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

Told: TypeAlias = tuple[Severity, str]

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
NOTE: Final = Severity.NOTE
_CLEAR: Final = "GDPR Art. 5(1)(a), 12(1)"
_KEPT: Final = "GDPR Art. 5(1)(e), 13(2)(a)"
_MAIL: Final = "ePrivacy Directive 2002/58/EC Art. 13; PECR 2003 reg. 22"

CODES: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "P105": (ERROR, _KEPT),
        "P106": (ERROR, LANGUAGE),
        "P107": (ERROR, "GDPR Art. 8(1)"),
        "P108": (ERROR, LANGUAGE),
        "P109": (WARNING, LANGUAGE),
        "P110": (ERROR, LANGUAGE),
        "P111": (ERROR, "ISO 3166-1"),
        "P112": (ERROR, LANGUAGE),
        "P113": (ERROR, LANGUAGE),
        "P201": (ERROR, LANGUAGE),
        "P202": (ERROR, LANGUAGE),
        "P203": (ERROR, LANGUAGE),
        "P204": (ERROR, LANGUAGE),
        "P205": (ERROR, LANGUAGE),
        "P206": (ERROR, "the bundled law packs"),
        "P207": (ERROR, "GDPR Art. 3"),
        "P208": (ERROR, LANGUAGE),
        "P209": (ERROR, LANGUAGE),
        "P210": (WARNING, LANGUAGE),
        "P211": (ERROR, LANGUAGE),
        "P212": (ERROR, LANGUAGE),
        "P213": (ERROR, LANGUAGE),
        "P214": (NOTE, LANGUAGE),
        "P220": (ERROR, "GDPR Art. 5(1)(a), 13(1)(c)"),
        "P221": (ERROR, "GDPR Art. 6(1)(a), 7(1)"),
        "P222": (ERROR, "GDPR Art. 6(1)(b)"),
        "P223": (WARNING, "GDPR Art. 6(3)"),
        "P224": (WARNING, "GDPR Art. 13(1)(d)"),
        "P225": (NOTE, "GDPR Art. 5(2), 6(1)(f)"),
        "P226": (ERROR, _MAIL),
        "P227": (ERROR, _MAIL),
        "P228": (WARNING, _MAIL),
        "P229": (ERROR, "GDPR Art. 6(1)(d), (e)"),
        "P230": (ERROR, "GDPR Art. 9(2), 10"),
        "P231": (ERROR, "GDPR Art. 22(2); UK GDPR Art. 22B"),
        "P232": (ERROR, "GDPR Art. 22(3); UK GDPR Art. 22C"),
        "P233": (ERROR, "ePrivacy Directive 2002/58/EC Art. 5(3)"),
        "P234": (ERROR, "GDPR Art. 30(1)"),
        "P235": (ERROR, _KEPT),
        "P236": (WARNING, _KEPT),
        "P237": (ERROR, "GDPR Art. 13(1)(e)"),
        "P238": (WARNING, "GDPR Art. 26, 28(3)"),
        "P239": (ERROR, "GDPR Art. 13(1)(f), 44 to 49"),
        "P240": (WARNING, "GDPR Art. 5(1)(a)"),
        "P241": (NOTE, "GDPR Art. 12 to 14"),
        "P242": (ERROR, LANGUAGE),
        "P301": (ERROR, _CLEAR),
        "P302": (WARNING, _CLEAR),
        "P303": (WARNING, _CLEAR),
        "P304": (WARNING, _CLEAR),
        "P305": (WARNING, _CLEAR),
        "P306": (WARNING, "GDPR Art. 13(1)(e)"),
        "P307": (WARNING, "GDPR Art. 13(1)(e)"),
        "P308": (WARNING, _CLEAR),
    }
)
"""Codes are permanent: a new fault takes a new code, an old one is never used for another."""
