"""Recognising what is done with data: purposes, their basis, their channels, consent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.draft.collecting import data_of
from placket.policy.draft.drafted import Drafted, Names, drafted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence

_AIM: Final = re.compile(r"(?i)^\W*(?:to|for|pour|afin)\b")
_AIMS: Final = frozenset({"to", "for", "pour"})
_ACTS: Final = ("use", "collect", "share", "inform", "ask", "send")
_USES: Final = frozenset({"use", "basis", "marketing"})
_ASIDE: Final = frozenset({"rights", "changes"})
_ELSEWHERE: Final = _ASIDE | {"retain", "security"}
"""Where a purpose is no use of data by its name alone; one with its `to` or `for` is."""
_SPOKEN: Final = (
    "email",
    "phone",
    "sms",
    "post",
    "push",
    "live_chat",
    "social_media",
    "online_ads",
    "onsite_popup",
)
_TOLD: Final = frozenset(
    {
        "service_messages",
        "order_updates",
        "terms_updates",
        "surveys",
        "feedback_request",
        "customer_service",
        "marketing_relevance",
        "ad_targeting",
        "recommendations",
        "order_issue_contact",
    }
)
_FEW: Final = 2
_OBLIGATION: Final = "legal_obligation"
_MOST_INTEREST: Final = 200
_LEAST_INTEREST: Final = 2
_STOP: Final = re.compile(r"[;.](?:\s|$)|,? \(?(?:e\.g|i\.e|for example|such as|par exemple)\b")
_WITHDRAWALS: Final = ("withdraw_consent", "marketing_opt_out")


@dataclass(slots=True)
class _Use:
    """An activity while its sentences are gathered."""

    purposes: list[str]
    uses: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    interest: str = ""
    profiling: bool = False

    def add(self, sentence: Sentence) -> None:
        self.uses += [d for d in data_of(sentence) if d not in self.uses]
        if sentence.has("act", "share"):
            named = sentence.terms("recipient", "company")
            self.recipients += [r for r in named if r not in self.recipients]
        self.profiling = self.profiling or sentence.has("profiling")
        self.rest_on(sentence)

    def rest_on(self, sentence: Sentence) -> None:
        if not self.bases:
            # In a list of purposes, to comply with the law is one of them and no basis of all.
            is_list = len(sentence.terms("purpose")) > _FEW
            listed = is_list and sentence.has("purpose", "legal_compliance")
            self.bases += [b for b in bases_of(sentence) if not (listed and b == _OBLIGATION)]
            self.interest = _interest(sentence) if self.bases == ["legitimate_interest"] else ""


def used(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the activities of a clause, and with each that rests on consent its consent."""
    for use in _uses(reading):
        name = names.new("activity", use.purposes[0])
        basis = use.bases[0] if len(set(use.bases)) == 1 else ""
        yield drafted(
            "activity",
            name,
            purpose=use.purposes,
            uses=use.uses,
            basis=basis,
            interest=use.interest if basis else "",
            channel=use.channels,
            recipients=use.recipients,
            profiling=use.profiling or None,
        )
        if basis == "consent":
            yield drafted(
                "consent",
                names.new("consent", name),
                activities=[name],
                channel=use.channels,
                withdrawn_by=_withdrawn_by(reading),
            )


def names_basis(reading: Reading) -> bool:
    """Say whether the clause names the legal basis of a use, whatever the use."""
    return any(_is_use(sentence) and bases_of(sentence) for sentence in reading.sentences)


def _uses(reading: Reading) -> list[_Use]:
    found: list[_Use] = []
    before: list[str] = []
    for sentence in reading.sentences:
        purposes = _purposes(sentence)
        if not found and not purposes and not _is_of_the_person(sentence):
            before += data_of(sentence)
        if purposes and not (found and set(purposes) <= set(found[-1].purposes)):
            use = _Use(purposes=purposes)
            use.add(sentence)
            # What the clause named before it came to its purpose is what it uses.
            use.uses += [d for d in before if d not in use.uses]
            before = []
            use.channels += [c for c in sentence.terms("channel") if c in _SPOKEN and _speaks(use)]
            found.append(use)
        elif found and _goes_on(sentence, reading):
            found[-1].add(sentence)
    _rest(found, reading)
    return found


def _goes_on(sentence: Sentence, reading: Reading) -> bool:
    """Say whether the sentence tells more of the use before it, and not of another matter.

    What one item of a list rests on says nothing of its neighbours; a row is about one thing.
    """
    if reading.passage.shape == "item" or _is_of_the_person(sentence):
        return False
    return sentence.leans() or reading.passage.shape == "row"


def _rest(uses: list[_Use], reading: Reading) -> None:
    """Give each use without a basis the one that the clause names for all."""
    leads = reading.sentences[: reading.leads]
    telling = [*leads, *(s for s in reading.sentences if _goes_on(s, reading))]
    for use in uses:
        for sentence in telling:
            use.rest_on(sentence)
    if reading.passage.title_said:
        for use in uses:
            use.uses += [d for d in data_of(reading.sentences[0]) if d not in use.uses]
    for use in uses:
        if reading.passage.shape == "row":
            use.uses += [
                d
                for s in reading.sentences
                for d in data_of(s)
                if d not in use.uses and "collect" in s.topics
            ]


def _purposes(sentence: Sentence) -> list[str]:
    purposes = list(sentence.terms("purpose"))
    if not purposes or not _is_use(sentence):
        return []
    # `to meet our legal obligations` gives the basis of another purpose, where there is one.
    others = [p for p in purposes if p != "legal_compliance"]
    return others if 0 < len(others) < _FEW else purposes


def _is_use(sentence: Sentence) -> bool:
    """Say whether what the sentence names is what the retailer does with data."""
    is_told = sentence.has("notice", "introduction") or sentence.topics == {"basis"}
    if is_told or _is_of_the_person(sentence) or sentence.text.endswith("?"):
        return False
    is_aimed = _aims(sentence)
    elsewhere = sentence.topics & (_ASIDE if is_aimed else _ELSEWHERE)
    if elsewhere and not sentence.has("act", "use"):
        return False
    is_act = sentence.has("act", *_ACTS) or is_aimed or bool(_AIM.match(sentence.text))
    return is_act or bool(sentence.topics & _USES) or bool(bases_of(sentence))


def _aims(sentence: Sentence) -> bool:
    """Say whether a purpose stands behind `to` or `for`: `we keep invoices for tax reasons`."""
    starts = (match.first for match in sentence.of("purpose"))
    return any(word.fold in _AIMS for at in starts for word in sentence.words[max(0, at - 1) : at])


def _is_of_the_person(sentence: Sentence) -> bool:
    """Say whether the sentence tells what the person may do, not what the retailer does."""
    return sentence.has("right") and sentence.has("act", "say")


def bases_of(sentence: Sentence) -> list[str]:
    """Return the legal bases that the sentence names; a bare word only where bases are listed."""
    named = [m.term for m in sentence.of("basis")]
    if not named:
        is_listed = "basis" in sentence.topics
        named = [m.term for m in sentence.of("basiscell") if is_listed or sentence.encloses(m)]
    return list(dict.fromkeys(named))


def _interest(sentence: Sentence) -> str:
    found = next(iter(sentence.of("interest")), None)
    if found is None:
        return ""
    rest = sentence.text[sentence.words[found.end - 1].end :]
    interest = _STOP.split(rest, maxsplit=1)[0].strip(" .,:;()")
    if len(interest.split()) < _LEAST_INTEREST:
        return ""
    if len(interest) > _MOST_INTEREST:
        interest = interest[:_MOST_INTEREST].rsplit(" ", 1)[0].rstrip(" ,;:")
    return interest


def _speaks(use: _Use) -> bool:
    return any(p in _TOLD or vocabulary.is_direct_marketing(p) for p in use.purposes)


def _withdrawn_by(reading: Reading) -> list[str]:
    ways = [
        way
        for sentence in reading.sentences
        if sentence.has("right", *_WITHDRAWALS)
        for way in sentence.terms("channel")
    ]
    return list(dict.fromkeys(ways))
