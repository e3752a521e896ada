"""Letters: one for each step of a request, in plain words, fixed texts with fixed slots."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field, replace
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from placket.policy.compile import holds_in
from placket.policy.rendering.lay import capital, lay
from placket.rights.citing import cited, clause_text, law_of_refusal
from placket.rights.due import due
from placket.rights.effects import MARKETING
from placket.rights.remedies import authorities_for, contact_for
from placket.rights.right import Right
from placket.rights.tongues import Tongue, tongue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from placket.law.calendar import Instant
    from placket.policy.compile import Place, Policy
    from placket.policy.parse import Document
    from placket.rights.remedies import Authority
    from placket.rights.request import Request
    from placket.rights.terms import Terms

COLUMNS: Final = 72
_SPACES: Final = re.compile(r"[^\S\u00a0]+")
"""Every white space but the one that holds a French mark to its word."""
_INCLUDES: Final = "+"
_ITEM: Final = "- "
_QUOTE: Final = "> "
_SERVICES: Final = "services that end"
"""What a clause begins with that has the end of services told."""
_STOPPING: Final = frozenset({Right.OBJECTION, Right.WITHDRAW_CONSENT})


class Unsaid(ValueError):
    """the letter would not say what it is for."""


class LetterKind(StrEnum):
    """The steps of a request that the person is written to about."""

    RECEIVED = "received"
    IDENTITY_ASKED = "identity_asked"
    CODE = "code"
    NOTICE = "notice"
    MANDATE_ASKED = "mandate_asked"
    CLARIFICATION_ASKED = "clarification_asked"
    EVIDENCE_ASKED = "evidence_asked"
    FEE_ASKED = "fee_asked"
    EXTENDED = "extended"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PARTLY_REFUSED = "partly_refused"
    ANSWERED = "answered"
    RESTRICTION_ENDS = "restriction_ends"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    RECIPIENTS_TOLD = "recipients_told"
    STOPPED = "stopped"
    STOPPED_LATE = "stopped_late"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter: plain text in lines of 72 columns. language: of the text, such as `fr`."""

    kind: LetterKind
    subject: str
    body: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Data that stay, or were left out: on which ground, until when, by which law and clause."""

    data: tuple[str, ...]
    ground: str = ""
    until: Instant | None = None
    release: str = ""
    review_at: Instant | None = None
    law: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A recipient who was told, and what they say; state: empty while they say nothing."""

    recipient: str
    state: str = ""
    told_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """What is the same in every letter of one request.

    places: where the person may be; country: theirs by its ISO code, empty while not known.
    language: the person's, else the policy's. text: the policy's document in that language.
    reference: what the person may name the request by, else its id.
    """

    policy: Policy = field(repr=False)
    terms: Terms = field(repr=False)
    places: tuple[Place, ...]
    country: str = ""
    language: str = ""
    text: Document | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What one letter says beside what its request tells; each letter reads those it names.

    asks: what is needed, line by line. link: to a copy; without one the copy is enclosed.
    until: the end of a link, a wait or a pause. locked: a copy opens with a passphrase alone.
    ground: of a refusal or fee, else the newest that the request tells.
    law, clause: in place of those of the right. why: a sentence of whoever decided. data: what
    it is about, else what was asked for or changed. stays: what stays, waits or was left out.
    """

    # Left out of what is printed: a code and a stop link open something.
    code: str = field(default="", repr=False)
    minutes: int = 10
    link: str = field(default="", repr=False)
    locked: bool = False
    until: Instant | None = None
    asks: tuple[str, ...] = ()
    amount: str = ""
    ground: str = ""
    law: str = ""
    clause: str = ""
    why: str = ""
    reasons: tuple[str, ...] = ()
    outcome: str = ""
    done: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    stays: tuple[Stays, ...] = ()
    left_out: tuple[Stays, ...] = ()
    heard: tuple[Heard, ...] = ()
    backups_until: Instant | None = None


NOTHING: Final = Particulars()

NEEDED: Final[Mapping[LetterKind, frozenset[str]]] = MappingProxyType(
    {
        LetterKind.IDENTITY_ASKED: frozenset({"asks"}),
        LetterKind.CODE: frozenset({"code"}),
        LetterKind.NOTICE: frozenset({"link"}),
        LetterKind.MANDATE_ASKED: frozenset({"asks"}),
        LetterKind.CLARIFICATION_ASKED: frozenset({"asks"}),
        LetterKind.EVIDENCE_ASKED: frozenset({"asks"}),
        LetterKind.FEE_ASKED: frozenset({"amount", "ground", "law", "authority"}),
        LetterKind.EXTENDED: frozenset({"reasons", "extended_due", "authority"}),
        LetterKind.REFUSED: frozenset({"ground", "law", "authority"}),
        LetterKind.PARTLY_REFUSED: frozenset({"ground", "law", "data", "authority"}),
        LetterKind.RESTRICTION_ENDS: frozenset({"until", "why"}),
        LetterKind.DEFERRED: frozenset({"waits", "review"}),
        LetterKind.RECIPIENTS_TOLD: frozenset({"told"}),
    }
)
"""The slots without which a letter would not say what it is for."""

NEEDED_IN_ANSWER: Final[Mapping[Right, frozenset[str]]] = MappingProxyType(
    {
        Right.RECTIFICATION: frozenset({"data"}),
        Right.HUMAN_REVIEW: frozenset({"outcome", "reasons"}),
        Right.COMPLAINT: frozenset({"outcome", "reasons"}),
    }
)
"""The same for the answer to each right."""


def letter(
    kind: LetterKind, request: Request, frame: Frame, particulars: Particulars = NOTHING
) -> Letter:
    """Return the letter that tells one step of `request`.

    Nothing personal stands in it but the name by which the person is greeted, and what staff
    wrote. Raises Unsaid when what the letter is for is not said.
    Source: GDPR Art. 12(1), 12(3) to 12(5), 18(3), 19, 21, 77, 79.
    """
    spoken = tongue(frame.language or frame.policy.front.language)
    writing = _Writing(kind, request, frame, particulars, spoken)
    _expect_whole(writing)
    own = spoken.texts[_name(writing)]
    parts = (_greeting(writing), *own["body"], *spoken.texts["frame"]["close"])
    written = (_filled(paragraph, writing) for part in parts for paragraph in _each(part, spoken))
    return Letter(
        kind=kind,
        subject=_line(_filled(own["subject"], writing)).replace("\u00a0", " "),
        body="\n\n".join(_wrapped(paragraph) for paragraph in written if paragraph) + "\n",
        language=spoken.language,
    )


def _expect_whole(writing: _Writing) -> None:
    unsaid = sorted(name for name in _needed(writing) if not SLOTS[name](writing))
    if unsaid:
        raise Unsaid(f"a letter that tells `{writing.kind}` needs {', '.join(unsaid)}")


def _needed(writing: _Writing) -> frozenset[str]:
    if writing.kind is LetterKind.ANSWERED:
        return NEEDED_IN_ANSWER.get(writing.request.right, frozenset())
    return NEEDED.get(writing.kind, frozenset())


def _name(writing: _Writing) -> str:
    """Return the name of the letter's text."""
    kind, right = writing.kind, writing.request.right
    if kind is LetterKind.RECEIVED and right is Right.COMPLAINT:
        return "complaint_received"
    if kind is not LetterKind.ANSWERED:
        return kind.value
    # INVARIANT: nobody is told that an erasure is done while a part of it waits.
    if right is Right.ERASURE and any(stays.review_at for stays in writing.has.stays):
        return LetterKind.DEFERRED.value
    return f"answered_{(Right.ACCESS if right is Right.CHAT_TRANSCRIPT else right).value}"


def _greeting(writing: _Writing) -> str:
    frame = writing.tongue.texts["frame"]
    return str(frame["greeting" if writing.frame.name else "greeting_all"])


def _each(part: str, spoken: Tongue) -> Iterator[str]:
    """Yield the paragraphs that a part stands for."""
    if part.startswith(_INCLUDES):
        yield from spoken.texts["shared"][part.removeprefix(_INCLUDES)]
    else:
        yield part


@dataclass(frozen=True, slots=True, eq=False)
class _Writing:
    """A letter while it is written."""

    kind: LetterKind
    request: Request
    frame: Frame
    has: Particulars
    tongue: Tongue

    def word(self, name: str, **slots: str) -> str:
        return self.tongue.word("words", name).format(**slots)

    def day(self, at: Instant | None) -> str:
        return "" if at is None else self.tongue.day_of(at, self.frame.terms.zone)

    def due(self, *, extended: bool | None = None) -> str:
        request = self.request
        if extended is not None:
            asked_for = request.extended_at if request.extended_at is not None else 0
            request = replace(request, extended_at=asked_for if extended else None)
        last: date | None = due(request, self.frame.terms)
        return "" if last is None else self.tongue.day(last)


def slots_of(text: str) -> frozenset[str]:
    """Return the names of the slots that a text has."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _filled(text: str, writing: _Writing) -> str:
    """Return the text with its slots filled, empty when one of them is."""
    values = {name: SLOTS[name](writing) for name in slots_of(text)}
    return text.format(**values) if all(values.values()) else ""


def _wrapped(paragraph: str) -> str:
    return "\n".join(_folded(line) for line in paragraph.split("\n"))


def _folded(line: str) -> str:
    mark = next((mark for mark in (_ITEM, _QUOTE) if line.startswith(mark)), "")
    return textwrap.fill(
        line.removeprefix(mark),
        COLUMNS,
        initial_indent=mark and (_ITEM if mark == _ITEM else "  "),
        subsequent_indent="  " if mark else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line(text: str) -> str:
    """Return a text as one line: what came from outside breaks neither a subject nor a list."""
    return _SPACES.sub(" ", text.strip())


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"{_ITEM}{_line(line)}" for line in lines if line)


def _ended(sentence: str) -> str:
    found = _line(sentence)
    return found if not found or found.endswith((".", "!", "?")) else f"{found}."


def _stopped(writing: _Writing) -> str:
    """Return the data that nothing is done with while the request is open, where a clause says."""
    meanwhile = writing.frame.terms.meanwhile(writing.request.right)
    if not {"freeze_field", "stop_processing"} & meanwhile:
        return ""
    return _data(writing) or writing.word("everything")


def _ends(writing: _Writing) -> str:
    """Return what cannot go on while data are paused, where a clause has it told beforehand."""
    request, frame = writing.request, writing.frame
    tells = (tell for said in frame.terms.said[request.right] for tell in said.tells)
    if not any(tell.startswith(_SERVICES) for tell in tells):
        return ""
    variants = (each for named in frame.policy.activities.values() for each in named)
    purposes = (
        purpose
        for each in variants
        if each.basis == "contract" and any(holds_in(each, place) for place in frame.places)
        if not request.activity or each.name == request.activity
        for purpose in each.purpose
    )
    return writing.tongue.listed(map(lay, dict.fromkeys(purposes)))


def _say_why(writing: _Writing) -> str:
    """Return that reasons are weighed, where a clause asks for them; marketing needs none."""
    request, said = writing.request, writing.frame.terms.said[writing.request.right]
    needs_none = not (request.meant or request.activity) or request.meant == MARKETING
    asks = request.right is Right.OBJECTION and all(each.asks_reasons for each in said)
    return "" if needs_none or not asks else writing.word("say_why")


def _data(writing: _Writing) -> str:
    has = writing.has
    return writing.tongue.data(has.data or writing.request.data or has.gone)


def _data_or_all(writing: _Writing) -> str:
    """Return what is paused: data, one activity, or everything."""
    return _data(writing) or lay(writing.request.activity) or writing.word("everything")


def _outcome(writing: _Writing) -> str:
    asked = writing.request.meant or writing.request.activity
    named = lay(asked) if writing.request.right in _STOPPING else ""
    return _ended(writing.has.outcome or capital(named))


def _gone(writing: _Writing, *, in_part: bool) -> str:
    staying = {datum for stays in writing.has.stays for datum in stays.data}
    found = (datum for datum in writing.has.gone if (datum in staying) is in_part)
    return writing.tongue.data(found)


def _stays(writing: _Writing, *, waiting: bool | None = None) -> str:
    return _items(
        _staying(writing, stays)
        for stays in writing.has.stays
        if waiting is None or waiting is (stays.review_at is not None)
    )


def _staying(writing: _Writing, stays: Stays) -> str:
    spoken, slots = writing.tongue, {"ground": writing.tongue.word("ground", stays.ground)}
    name = "stays"
    if stays.until is not None:
        name, slots["until"] = "stays_until", spoken.last_day(stays.until, writing.frame.terms.zone)
    elif stays.release:
        name, slots["release"] = "stays_release", spoken.release(stays.release)
    data = capital(spoken.data(stays.data))
    law = _cited(writing, stays.law)
    told = f"{writing.word(name, data=data, **slots)}{f' ({law})' if law else ''}"
    if stays.review_at is None:
        return f"{told}."
    review = writing.word("review", review=writing.day(stays.review_at))
    return f"{writing.word('reviewed', told=told, review=review)}."


def _left_out(writing: _Writing) -> str:
    return _items(_omission(writing, part) for part in writing.has.left_out)


def _omission(writing: _Writing, part: Stays) -> str:
    data = capital(writing.tongue.data(part.data) or writing.word("details"))
    ground = writing.tongue.word("left_out", part.ground)
    law = _cited(writing, part.law)
    return f"{writing.word('left_out', data=data, ground=ground)}{f' ({law})' if law else ''}."


def _told(writing: _Writing) -> str:
    return _items(_hearing(writing, heard) for heard in writing.has.heard)


def _hearing(writing: _Writing, heard: Heard) -> str:
    recipient = capital(writing.tongue.term("recipient", heard.recipient))
    state = writing.tongue.word("state", heard.state)
    if heard.told_at is None:
        return f"{writing.word('told', recipient=recipient, state=state)}."
    on = writing.day(heard.told_at)
    return f"{writing.word('told_on', recipient=recipient, state=state, on=on)}."


def _ground_name(writing: _Writing) -> str:
    newest = [refused.ground.value for refused in writing.request.refusals[-1:]]
    return writing.has.ground or next(iter(newest), "")


def _ground(writing: _Writing) -> str:
    return writing.tongue.word("refusal", _ground_name(writing))


def _law(writing: _Writing) -> str:
    by_ground = law_of_refusal(writing.request.right, _ground_name(writing))
    extending = "GDPR Art. 12(3)" if writing.kind is LetterKind.EXTENDED else ""
    return _cited(writing, writing.has.law or extending or by_ground)


def _cited(writing: _Writing, law: str) -> str:
    laws = (cited(law, each) for each in writing.frame.terms.laws)
    named = (writing.tongue.law(each) for each in dict.fromkeys(laws))
    return writing.tongue.listed(named, last="or")


def _clause(writing: _Writing) -> str:
    said = writing.frame.terms.said[writing.request.right]
    of_stays = (stays.clause for stays in writing.has.stays)
    own = (clause for each in said for clause in each.clauses)
    first = writing.has.clause or next((c for c in (*of_stays, *own) if c), "")
    prose = clause_text(writing.frame.policy, writing.frame.text, first)
    if not prose:
        return ""
    quoted = "\n".join(f"{_QUOTE}{line}" for line in prose.split("\n"))
    return f"{quoted}\n{_QUOTE}({writing.word('clause', clause=first)})"


def _reasons(writing: _Writing) -> str:
    known, has = writing.tongue.texts["reason"], writing.has
    alone = (has.why,) if writing.kind is LetterKind.ANSWERED else ()
    return _items(_ended(str(known.get(reason, reason))) for reason in has.reasons or alone)


def _authority(writing: _Writing) -> str:
    frame = writing.frame
    found = authorities_for(frame.policy, frame.places, frame.country)
    return _items(_named(writing, each, is_only=len(found) == 1) for each in found)


def _named(writing: _Writing, authority: Authority, *, is_only: bool) -> str:
    name = authority.name or writing.word("authority")
    told = f"{name}, {authority.url}" if authority.url else name
    if is_only:
        return told
    if not authority.country:
        return writing.word("elsewhere", authority=told)
    country = writing.tongue.country(authority.country)
    return writing.word("in_country", country=country, authority=told)


def _signed(writing: _Writing) -> str:
    policy = writing.frame.policy
    ways = contact_for(policy, writing.frame.places)
    lines = (writing.word("contact", way=writing.word(w), value=_line(value)) for w, value in ways)
    return "\n".join((policy.front.retailer, *lines))


def _review(writing: _Writing) -> str:
    days = (stays.review_at for stays in writing.has.stays)
    return writing.day(min((day for day in days if day is not None), default=None))


def _last(writing: _Writing, at: Instant | None) -> str:
    return "" if at is None else writing.tongue.last_day(at, writing.frame.terms.zone)


SLOTS: Final[Mapping[str, Callable[[Any], str]]] = MappingProxyType(
    {
        "alone": lambda w: w.word("alone") if w.has.stays else "",
        "amount": lambda w: _line(w.has.amount),
        "asks": lambda w: _items(w.has.asks),
        "authority": _authority,
        "backups_until": lambda w: w.day(w.has.backups_until),
        "clause": _clause,
        "code": lambda w: w.has.code,
        "data": _data,
        "data_or_all": _data_or_all,
        "done": lambda w: _items(map(_ended, w.has.done)),
        "due": lambda w: w.due(),
        "ends": _ends,
        "enclosed": lambda w: "" if w.has.link else w.word("enclosed"),
        "extended_due": lambda w: w.due(extended=True),
        "first_due": lambda w: w.due(extended=False),
        "gone": lambda w: _gone(w, in_part=False),
        "gone_in_part": lambda w: _gone(w, in_part=True),
        "ground": _ground,
        "law": _law,
        "left_out": _left_out,
        "link": lambda w: w.has.link,
        "locked": lambda w: w.word("locked") if w.has.locked else "",
        "minutes": lambda w: str(w.has.minutes),
        "name": lambda w: _line(w.frame.name),
        "outcome": _outcome,
        "paused": lambda w: "" if due(w.request, w.frame.terms) else w.word("paused"),
        "reasons": _reasons,
        "received": lambda w: w.day(w.request.received_at),
        "reference": lambda w: w.frame.reference or w.request.id,
        "review": _review,
        "right": lambda w: w.tongue.right(w.request.right.value),
        "signed": _signed,
        "say_why": _say_why,
        "stays": _stays,
        "kept": lambda w: _stays(w, waiting=False),
        "waits": lambda w: _stays(w, waiting=True),
        "stopped": _stopped,
        "told": _told,
        "until": lambda w: _last(w, w.has.until),
        "why": lambda w: _ended(w.has.why),
    }
)
"""Every slot that a text may have; there are no others, whatever a text says."""
