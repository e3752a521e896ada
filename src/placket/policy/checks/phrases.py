"""Checks of phrases in the prose that promise nothing, take anything, or assume a yes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import seeing_places
from placket.policy.checks.wording import read
from placket.policy.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

OPEN: Final = re.compile(
    r"\bany other (?:uses?|purposes?|information|data|means|relevant)\b|\bother relevant\b|"
    r"\bother purposes\b|\blimited information\b|\bselected (?:suppliers|partners|third parties)\b|"
    r"\bappropriate steps\b|\breputable,? (?:organi[sz]ations|companies)\b|\bsmall number of\b|"
    r"\bincluding (?:but not limited to|without limitation)\b|\bany means\b|"
    r"\bas long as (?:it )?(?:is )?(?:needed|necessary)\b|\bas long as we need\b|"
    r"\bas soon as we no longer need\b|"
    r"\bfor (?:several|various|other legal) (?:purposes|reasons)\b|\bactive customer\b|"
    r"\b(?:normally|generally|usually)\b[^.]{0,25}\b(?:years?|months?|days?)\b|"
    r"\bif (?:it is |they are )?legitimate\b|\b(?:take|make) (?:reasonable )?steps to\b|"
    r"\bfrom time to time as we\b|\bprocessing requirements\b",
    re.IGNORECASE,
)
_ASSUMED: Final = re.compile(
    r"\bby\s+(?:using|registering|visiting|browsing|subscribing|providing|submitting|giving|"
    r"continuing|accessing)\b[^.]{0,120}?\byou\s+(?:\w+\s+)?(?:consent|agree|accept)\b|"
    r"\byou (?:expressly|hereby) (?:agree|consent)\b",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(
    r"\bconsent\s*,?\s*(?:when|where|if|as)\s+(?:applicable|required|necessary|appropriate|needed)\b|"
    r"\b(?:when|where|if)\s+(?:applicable|required)[^.]{0,25}\bconsent\b",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(
    r"\bonly\b[^.]{0,30}\b(?:data|information)\b[^.]{0,60}\b(?:required|necessary|needed?)\b|"
    r"\b(?:collect|ask|process)\b[^.]{0,30}\bonly\b[^.]{0,60}\b(?:required|necessary|needed?)\b",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"\bany other (?:information|data|details)\b|\blife-?style\b", re.IGNORECASE
)
_ENCRYPTED: Final = re.compile(r"\bencrypted\b", re.IGNORECASE)
_MATCHED: Final = re.compile(
    r"\b(?:Facebook|Google|audiences?|social media companies|advertising or social)\b|\bformat\b"
)
_BROWSER: Final = re.compile(
    r"\bconsent\b[^.]{0,60}\bbrowser settings\b|\bbrowser settings\b[^.]{0,60}\bconsent\b",
    re.IGNORECASE,
)

_IDENTITY: Final = re.compile(
    r"\b(?:will|must|have to|need to|need you to)\s+(?:ask you to |require you to )?"
    r"(?:confirm|prove|verify)\s+(?:who you are|your identity)\b|"
    r"\bonce (?:we|you) have (?:confirmed|proved|verified) your identity\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(
    r"\b(?:may|will)\s+(?:also\s+)?(?:not|no longer)\s+be\s+able\s+to\s+(?:continue\s+)?us(?:e|ing)"
    r"\s+our\s+services\b[^.]{0,60}\bstop\b",
    re.IGNORECASE,
)
_COOKIE: Final = re.compile(r"\bcookies are (?:\w+ ){0,2}encrypted\b", re.IGNORECASE)

_FEE: Final = re.compile(
    r"\b(?:access|cop(?:y|ies)|request|right)\b[^.]{0,120}\bfee\b(?! of charge)|"
    r"\bpay an? (?:\w+ )?fee\b",
    re.IGNORECASE,
)
_FREE: Final = re.compile(r"\b(?:no|without an?|any) (?:\w+ )?fee\b|\bexcessive\b", re.IGNORECASE)
_REASONS: Final = re.compile(
    r"\b(?:need|must|have) (?:to )?(?:explain|give|state|tell us)[^.]{0,30}\breasons?\b",
    re.IGNORECASE,
)
_SIGNED_IN: Final = re.compile(
    r"\bto (?:delete|erase|access|object)[^.]{0,60}\byou (?:must|need to|have to) "
    r"(?:log|sign) in\b",
    re.IGNORECASE,
)
_HANDED_ON: Final = re.compile(
    r"\b(?:share|sell|disclose|pass)\w*\b[^.]{0,120}\bfor their own (?:direct )?marketing\b",
    re.IGNORECASE,
)


PHRASES: Final = (
    (
        "P509",
        _ASSUMED,
        "takes a yes from something else that a person does",
        "ask for the yes by an act of its own, or name another basis",
    ),
    (
        "P510",
        _WHEN,
        "does not say in which cases that is",
        "name the cases: for which channel, which persons, which countries",
    ),
    (
        "P477",
        _BROWSER,
        "makes a setting of the browser the record of a yes",
        "ask on the site and keep a record; let the browser say no and nothing else",
    ),
    (
        "P485",
        _SIGNED_IN,
        "leaves out who has no account",
        "name a way for those who have none, such as an email",
    ),
    (
        "P514",
        _COOKIE,
        "says of cookies what they are not: a cookie is no encrypted file",
        "say what a cookie is, and encrypt its values if you say so",
    ),
    (
        "P492",
        _IDENTITY,
        "asks a proof of identity of everybody",
        "ask for a proof only on reasonable doubt, and inside the month",
    ),
    (
        "P493",
        _PRICE,
        "lets a right cost more than its use makes necessary",
        "say which service needs which data, and keep the others open",
    ),
)
"""Phrases that are a fault wherever they stand: code, pattern, what the phrase does, mend."""

LONGEST: Final = 90
"""As many characters of a phrase fit on the line of a problem."""


def wherever_they_stand(book: Book) -> Iterator[Problem]:
    """Tell, once a clause, each phrase that is a fault whatever stands around it."""
    for passage in read(book):
        for code, pattern, what, mend in PHRASES:
            match = pattern.search(passage.clause.prose)
            if match is not None:
                yield passage.tell(code, passage.where(match), f"`{_short(match)}` {what}", mend)


def open_ended(book: Book) -> Iterator[Problem]:
    """Tell each phrase that leaves open what is done, with what, or by whom."""
    told: set[str] = set()
    for passage in read(book):
        for match in OPEN.finditer(passage.clause.prose):
            words = " ".join(match.group().split())
            if words.casefold() in told:
                continue
            told.add(words.casefold())
            yield passage.tell(
                "P508",
                passage.where(match),
                f"`{words}` leaves open what is meant",
                "say which, who, how many or how long",
            )


def fees(book: Book) -> Iterator[Problem]:
    """Tell a fee for a right, where no rule of the clause is told of it."""
    for passage in read(book):
        match = _FEE.search(passage.clause.prose)
        is_told = any(isinstance(r, Right) and r.fee for r in passage.clause.rules)
        if match is not None and not is_told and not _FREE.search(passage.clause.prose):
            span = passage.where(match)
            mend = "give it free of charge; only an excessive request may cost something"
            yield passage.tell("P470", span, f"`{_short(match)}`: the law gives it free", mend)


def reasons_of_objectors(book: Book) -> Iterator[Problem]:
    """Tell reasons that are asked of who objects, where no rule of the clause is told of it."""
    for passage in read(book):
        match = _REASONS.search(passage.clause.prose)
        is_told = any(isinstance(r, Right) and r.reasons for r in passage.clause.rules)
        objects = re.search(r"\b(?:object|oppose)", passage.clause.prose, re.IGNORECASE)
        if match is not None and objects and not is_told:
            span = passage.where(match)
            mend = "let an objection to marketing and its profiling end it at once"
            what = "against marketing no reason is needed"
            yield passage.tell("P471", span, f"`{_short(match)}`: {what}", mend)


def handed_on_for_marketing(book: Book) -> Iterator[Problem]:
    """Tell data that go to others for marketing of their own without a yes in the same breath."""
    for passage in read(book):
        match = _HANDED_ON.search(passage.clause.prose)
        asks = re.search(r"\bconsent\b|\bpermission\b|\bopt in\b", passage.clause.prose)
        if match is not None and asks is None:
            span = passage.where(match)
            mend = "ask for consent that names them"
            what = "others' marketing needs a yes that names them"
            yield passage.tell("P473", span, f"`{_short(match)}`: {what}", mend)


def _short(match: re.Match[str]) -> str:
    words = " ".join(match.group().split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}..."


def only_and_more(book: Book) -> Iterator[Problem]:
    """Tell a promise to take only what is needed beside a list that takes anything."""
    passages = list(read(book))
    more = [(p, m) for p in passages if (m := _MORE.search(p.clause.prose))]
    for passage in passages:
        match = _ONLY.search(passage.clause.prose)
        others = [(p, m) for p, m in more if p is not passage]
        if match is not None and others:
            problem = passage.tell(
                "P511",
                passage.where(match),
                f"`{_short(match)}` here, and `{others[0][1].group()}` in another clause",
                "list the data, or promise less",
            )
            yield seeing_places(problem, *(p.place for p, _ in others))


def encrypted_for_matching(book: Book) -> Iterator[Problem]:
    """Tell data that are called encrypted where they are matched at somebody else's."""
    for passage in read(book):
        match = _ENCRYPTED.search(passage.clause.prose)
        if match is not None and _MATCHED.search(passage.clause.prose):
            yield passage.tell(
                "P513",
                passage.where(match),
                "`encrypted` is said of what is matched elsewhere: for that it is hashed, and "
                "stays personal data",
                "write `hashed`, and say that a hash still points to the person",
            )
