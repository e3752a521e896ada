"""The codes of what a check may find, each with its weight and the source of the rule."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from placket.policy.forms import LANGUAGE
from placket.problems import Family, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

Told: TypeAlias = tuple[Severity, str]

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
NOTE: Final = Severity.NOTE
_CLEAR: Final = "GDPR Art. 5(1)(a), 12(1)"
_KEPT: Final = "GDPR Art. 5(1)(e), 13(2)(a)"
_LANGUAGES: Final = "GDPR Art. 12(1); Guidelines on transparency WP260 rev.01, 13"
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
        "P234": (ERROR, "GDPR Art. 5(1)(b), 6(1), 13(1)(c), 30(1)"),
        "P235": (ERROR, _KEPT),
        "P236": (WARNING, _KEPT),
        "P237": (ERROR, "GDPR Art. 13(1)(e)"),
        "P238": (WARNING, "GDPR Art. 26, 28(3)"),
        "P239": (ERROR, "GDPR Art. 13(1)(f), 44 to 49"),
        "P240": (WARNING, "GDPR Art. 5(1)(a)"),
        "P241": (NOTE, "GDPR Art. 12 to 14"),
        "P242": (ERROR, LANGUAGE),
        "P243": (NOTE, _KEPT),
        "P301": (ERROR, _CLEAR),
        "P302": (WARNING, _CLEAR),
        "P303": (WARNING, _CLEAR),
        "P304": (WARNING, _CLEAR),
        "P305": (WARNING, _CLEAR),
        "P306": (WARNING, "GDPR Art. 13(1)(e)"),
        "P307": (WARNING, "GDPR Art. 13(1)(e)"),
        "P308": (WARNING, _CLEAR),
        "P400": (WARNING, "GDPR Art. 5(1)(a), 13(1)(c)"),
        "P401": (WARNING, "GDPR Art. 12(5); C-307/22"),
        "P402": (WARNING, "GDPR Art. 4(7), 4(8), 13(1)(e)"),
        "P403": (WARNING, _KEPT),
        "P404": (WARNING, "ePrivacy Directive 2002/58/EC Art. 5(3); PECR 2003 reg. 6"),
        "P405": (WARNING, "GDPR Art. 5(1)(b), 6(4), 13(3)"),
        "P406": (WARNING, "GDPR Art. 8(2), 5(1)(c)"),
        "P407": (WARNING, "GDPR Art. 5(1)(b), 13(1)(c)"),
        "P408": (WARNING, "GDPR Art. 5(1)(c)"),
        "P409": (WARNING, "GDPR Art. 13(2)(e)"),
        "P410": (WARNING, _CLEAR),
        "P411": (WARNING, "GDPR Art. 17(1), 17(3), 12(1)"),
        "P412": (WARNING, "GDPR Art. 5(1)(a), 13(1)(c)"),
        "P413": (WARNING, _CLEAR),
        "P420": (WARNING, "GDPR Art. 13(1)(a), 14(1)(a)"),
        "P421": (WARNING, "GDPR Art. 13(1)(a), 27; UK GDPR Art. 27"),
        "P422": (NOTE, "GDPR Art. 13(1)(b), 37(1)"),
        "P423": (WARNING, "GDPR Art. 13(1)(e), 14(1)(e)"),
        "P424": (WARNING, "GDPR Art. 13(1)(f), 14(1)(f), 46"),
        "P425": (WARNING, "GDPR Art. 13(2)(b), 14(2)(c)"),
        "P426": (WARNING, "GDPR Art. 7(3), 13(2)(c)"),
        "P427": (WARNING, "GDPR Art. 13(2)(d), 14(2)(e), 77"),
        "P428": (WARNING, "Data Protection Act 2018 s. 164A, from 19 June 2026"),
        "P429": (WARNING, "GDPR Art. 13(2)(e)"),
        "P430": (WARNING, "GDPR Art. 13(2)(f), 14(2)(g); C-203/22 of 27 February 2025"),
        "P431": (WARNING, "GDPR Art. 14(2)(f)"),
        "P432": (WARNING, "GDPR Art. 14(1) to 14(3)"),
        "P433": (WARNING, "GDPR Art. 21(4)"),
        "P434": (WARNING, "GDPR Art. 21(2), 21(3); ePrivacy Directive 2002/58/EC Art. 13(2)"),
        "P435": (WARNING, "GDPR Art. 12(2), 13(2)(b)"),
        "P436": (WARNING, "GDPR Art. 8"),
        "P437": (WARNING, "GDPR Art. 30(1)(g), 32"),
        "P438": (WARNING, _CLEAR),
        "P439": (WARNING, _KEPT),
        "P440": (WARNING, "GDPR Art. 26(2); C-40/17"),
        "P441": (WARNING, "GDPR Art. 6(1), 7(3), 17(2)"),
        "P442": (WARNING, "GDPR Art. 13(1)(e)"),
        "P443": (WARNING, "GDPR Art. 5(1)(b), 5(1)(c)"),
        "P444": (WARNING, _KEPT),
        "P445": (WARNING, "GDPR Art. 12(5)"),
        "P450": (WARNING, "GDPR Art. 5(1)(b)"),
        "P451": (WARNING, "GDPR Art. 13(1)(e); C-154/21"),
        "P452": (WARNING, "GDPR Art. 5(1)(c), 14(1)(d)"),
        "P453": (WARNING, _CLEAR),
        "P454": (WARNING, "GDPR Art. 13(1)(f), 46"),
        "P455": (WARNING, "GDPR Art. 4(11), 13(1)(c)"),
        "P456": (WARNING, "GDPR Art. 7(3), 12(2)"),
        "P457": (WARNING, "GDPR Art. 4(1), 5(1)(c)"),
        "P460": (WARNING, "GDPR Art. 5(1)(a), 5(1)(b)"),
        "P461": (WARNING, _CLEAR),
        "P470": (WARNING, "GDPR Art. 12(5), 15(3); C-307/22"),
        "P471": (WARNING, "GDPR Art. 21(1) to 21(3)"),
        "P472": (WARNING, "GDPR Art. 22(1), 22(3); C-634/21"),
        "P473": (WARNING, _MAIL),
        "P474": (WARNING, "GDPR Art. 4(11), 7(1)"),
        "P475": (WARNING, "GDPR Art. 4(11), 7(2), 7(4)"),
        "P476": (WARNING, "GDPR Art. 6(1)(a); CNIL SAN-2025-017"),
        "P477": (WARNING, "GDPR Art. 4(11), 7(1)"),
        "P478": (WARNING, "GDPR Art. 12(5), 17(3), 23"),
        "P479": (WARNING, "ePrivacy Directive 2002/58/EC Art. 5(3); PECR 2003 reg. 6"),
        "P480": (
            WARNING,
            "GDPR Art. 6(1)(b); Directive 2002/58/EC Art. 13; C-654/23 of 13 November 2025",
        ),
        "P481": (WARNING, _MAIL),
        "P482": (WARNING, "GDPR Art. 49(1)(a), 7(1)"),
        "P483": (WARNING, "GDPR Art. 21(2), 21(3)"),
        "P484": (WARNING, _KEPT),
        "P485": (WARNING, "GDPR Art. 12(2), 12(6)"),
        "P486": (WARNING, "GDPR Art. 12(3), 17(1)"),
        "P487": (WARNING, "GDPR Art. 6(3)"),
        "P488": (WARNING, "ePrivacy Directive 2002/58/EC Art. 5(3) beside Art. 13(1)"),
        "P489": (WARNING, "GDPR Art. 5(1)(c), 5(1)(e), 6(3)"),
        "P490": (WARNING, "GDPR Art. 5(1)(e); CNIL guidance on cameras at work and in shops"),
        "P491": (WARNING, "GDPR Art. 49(1)(b)"),
        "P492": (WARNING, "GDPR Art. 11, 12(6)"),
        "P493": (WARNING, "GDPR Art. 7(4), 12(2), 21(1)"),
        "P501": (WARNING, _CLEAR),
        "P502": (WARNING, _CLEAR),
        "P503": (WARNING, _CLEAR),
        "P504": (WARNING, _CLEAR),
        "P505": (WARNING, _CLEAR),
        "P506": (WARNING, _CLEAR),
        "P507": (WARNING, "GDPR Art. 5(1)(a), 32"),
        "P508": (WARNING, "GDPR Art. 5(1)(b), 12(1)"),
        "P509": (WARNING, "GDPR Art. 4(11), 7(1)"),
        "P510": (WARNING, "GDPR Art. 4(11), 13(1)(c)"),
        "P511": (WARNING, "GDPR Art. 5(1)(c)"),
        "P512": (NOTE, _CLEAR),
        "P513": (WARNING, "GDPR Art. 4(5), 5(1)(a)"),
        "P514": (WARNING, _CLEAR),
        "P601": (ERROR, _LANGUAGES),
        "P602": (ERROR, _LANGUAGES),
        "P603": (ERROR, _LANGUAGES),
        "P604": (ERROR, _LANGUAGES),
        "P605": (ERROR, LANGUAGE),
        "P606": (ERROR, _LANGUAGES),
        "P607": (ERROR, LANGUAGE),
        "P608": (WARNING, _LANGUAGES),
    }
)
"""Codes are permanent: a new fault takes a new code, an old one is never used for another."""

RUNNING: Final = frozenset(
    {"P471", "P473", "P474", "P476", "P478", "P480", "P481", "P482", "P485", "P487"}
)
"""Codes of the fourth hundred that a policy which runs may not raise either."""


def is_of_text(code: str) -> bool:
    """Say whether the code is about the text as published alone, and not about what runs."""
    return code.startswith(("P4", "P5")) and code not in RUNNING


def is_of_translation(code: str) -> bool:
    """Say whether the code is about a translation beside the policy."""
    return code.startswith("P6")


_RANGES: Final = (
    (400, 419, Family.CONTRADICTION),
    (420, 449, Family.MISSING),
    (450, 459, Family.OPEN_ENDED),
    (460, 469, Family.DANGLING),
    (470, 499, Family.LEGAL_RISK),
)
_FAMILIES: Final = {
    Family.CONTRADICTION: "P220 P301 P302 P303 P304 P305 P306 P307 P501 P505 P511 P602 P603 P606",
    Family.MISSING: "P221 P222 P224 P225 P229 P231 P232 P234 P235 P238 P241 P308 P601 P604 P608",
    Family.OPEN_ENDED: "P236 P243 P508 P510",
    Family.DANGLING: "P109 P201 P202 P203 P204 P205 P206 P210 P214 P237 P240 "
    "P502 P503 P504 P506 P507 P512 P514",
    Family.LEGAL_RISK: "P223 P226 P227 P228 P230 P233 P239 P509 P513",
}


def family_of(code: str) -> Family:
    """Return the family of a code; what is neither of them is a fault of form."""
    return _BY_CODE.get(code, Family.FORM)


_BY_CODE: Final = {
    **{code: family for family, codes in _FAMILIES.items() for code in codes.split()},
    **{f"P{n}": family for first, last, family in _RANGES for n in range(first, last + 1)},
}
