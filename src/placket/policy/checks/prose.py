"""Checks of prose against block: what the one promises, the other holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from placket.law.calendar import Duration, parse_duration
from placket.policy.checks.amounts import Amount, Found, amounts_in, measured
from placket.policy.checks.book import bend, found, in_words, told
from placket.policy.checks.walk import durations_in, periods_of, values_of, words_in
from placket.policy.forms import Pairs
from placket.policy.rules import (
    AudienceAge,
    Complaint,
    Limit,
    Notice,
    Recipient,
    Right,
    Rule,
    Security,
)
from placket.problems import Place, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.checks.book import Book
    from placket.policy.parse import Clause

SPOKEN: Final[Mapping[str, str]] = {
    "email": r"e-?mail(?:s|ed|ing)?|mail(?:s|ed|ing)?|newsletters?|[\w.+-]+@[\w.-]+\w",
    "phone": r"(?:tele)?phon(?:e|es|ed|ing)|call(?:s|ed|ing)?|ring",
    "sms": r"sms|texts?|text(?:ed|ing)|text messages?",
    "post": r"post(?:al|ed)?|letters?|mail|direct mail|catalogues?",
    "push": r"push|notifications?",
    "live_chat": r"chat(?:s|ting)?",
    "social_media": r"social",
    "website": r"(?:web)?sites?|web|online|pages?|shown?|shop",
    "app": r"apps?",
    "onsite_banner": r"banners?|(?:web)?site",
    "onsite_popup": r"pop-?ups?|windows?",
    "online_ads": r"adverts?|advertis\w+|ads?",
    "web_form": r"forms?|online|(?:web)?site",
    "online": r"online|internet|web|(?:web)?site",
    "offline": r"offline|print(?:ed)?|stores?|shops?",
    "account_settings": r"accounts?|settings",
    "preference_centre": r"preferences?",
    "unsubscribe_link": r"unsubscrib\w+|links?",
    "sms_stop": r"stop|text\w*|sms",
    "customer_care": r"care|customer services?|client services?|support",
    "app_settings": r"apps?|settings|devices?",
    "cookie_banner": r"banners?",
    "cookie_policy_page": r"cookie (?:policy|page|settings)",
    "browser_settings": r"browsers?",
    "platform_settings": r"platforms?|social",
}
"""How prose speaks of each channel."""

CHANNEL_KEYS: Final = frozenset({"channel", "channels", "by"})
CONTACTS: Final = ("email", "phone", "sms", "post", "social_media")
_NAMED: Final = {
    "email": r"e-?mails?",
    "phone": r"(?:tele)?phone",
    "sms": r"sms|text(?: messages?)?",
    "post": r"post|letter",
    "social_media": r"social media",
}
_CONTACT: Final = "|".join(_NAMED.values())
_BY: Final = re.compile(
    rf"\b(?:by|via|on|over|through)\s+(?:the\s+)?(?P<list>(?:{_CONTACT})\b"
    rf"(?:(?:,\s+(?:or|and)|,|\s+or|\s+and|\s+nor)\s+(?:(?:by|on)\s+)?(?:{_CONTACT})\b)*)",
    re.IGNORECASE,
)
_HINTS: Final = {
    "email": re.compile(r"mail|newsletter|@", re.IGNORECASE),
    "phone": re.compile(r"phone|mobile|call|\+\d", re.IGNORECASE),
    "sms": re.compile(r"sms|text|mobile", re.IGNORECASE),
    "post": re.compile(r"post|letter|mail|address", re.IGNORECASE),
    "social_media": re.compile(r"social", re.IGNORECASE),
}
_PROMISE: Final = re.compile(
    r"\b(?:we|you|it|they|data|nobody)\b[^.;:]{0,60}?\b(?:must|will|never|shall|may|can|only|always)\b"
    r"|\bwe\s+(?:do\s+not\s+|also\s+|then\s+)?(?:delete|erase|keep|store|share|sell|use|collect|"
    r"hold|record|ask|tell|send|disclose|process|retain|encrypt|need)\b"
    r"|\b(?:is|are)\s+(?:deleted|erased|kept|stored|shared|used|collected|encrypted|recorded)\b",
    re.IGNORECASE,
)
_KINDS: Final = re.compile(
    r"(?P<retain>\b(?:delet|eras|keep|kept|stor(?:e|ing)|held|hold|retain)\w*)|"
    r"(?P<recipient>\b(?:shar|sell|sold|disclos)\w*)|"
    r"(?P<security>\b(?:encrypt|secure|protect)\w*)|"
    r"(?P<consent>\b(?:consent|permission|ask)\w*)|"
    r"(?P<notice>\b(?:tell|inform|notif)\w*)|"
    r"(?P<right>\byou\s+(?:can|may)\b)",
    re.IGNORECASE,
)
"""How a promise speaks of what a kind of rule holds; of anything else an activity does."""

_ANSWERED: Final = (Right, Notice, Complaint, Security)
"""Rules whose deadlines stand in the law packs and not in the block."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """A clause as prose and rules beside each other."""

    clause: Clause

    @cached_property
    def lowered(self) -> str:
        """Return the prose with every run of spaces made one, for finding names and words."""
        return " ".join(self.clause.prose.casefold().split())

    @cached_property
    def said(self) -> tuple[Rule, ...]:
        """Return the rules that the prose itself says."""
        return tuple(r for r in self.clause.rules if r.provenance.word == "said")

    @cached_property
    def written(self) -> str:
        """Return every word of the block."""
        running = (pair for rule in self.clause.rules for pair in values_of(rule))
        published = (pair for rule in self.clause.rules for pair in rule.published or ())
        values = (value for pairs in (running, published) for _, value in pairs)
        whys = (rule.provenance.why for rule in self.clause.rules)
        return "\n".join([*(word for value in values for word in words_in(value)), *whys])

    @cached_property
    def amounts(self) -> tuple[Found, ...]:
        """Return the times and ages of the prose."""
        return tuple(amounts_in(self.clause.prose))

    @property
    def place(self) -> Place:
        """Return the place of the clause as a whole."""
        return Place(at=self.clause.span, clause=self.clause.id)

    def at(self, offset: int, length: int) -> Span:
        """Return the place of the prose from `offset` on, in the file."""
        before = self.clause.prose[:offset]
        row, column = before.count("\n"), offset - (before.rfind("\n") + 1)
        lines, span = self.clause.prose_lines, self.clause.span
        if row >= len(lines):
            return span
        return Span(file=span.file, line=lines[row], column=column + 1, length=length)

    def where(self, match: re.Match[str]) -> Span:
        """Return the place of what was found in the prose."""
        return self.at(match.start(), len(match.group()))

    def tell(self, code: str, span: Span, summary: str, mend: str) -> Problem:
        """Return a problem of the prose."""
        return told(code, replace(self.place, at=span), summary, mend)


def passages(book: Book) -> Iterator[Passage]:
    """Yield the clauses that have both prose and rules."""
    for clause in book.document.clauses:
        if clause.id and clause.prose and clause.rules and not clause.unread:
            yield Passage(clause=clause)


def counted_by(rule: Rule) -> Iterator[tuple[str, Amount, str]]:
    """Yield (key, amount, words) for each time, age and rate that the rule decides by."""
    for key, period in periods_of(rule):
        for duration in durations_in(period):
            yield from ((key, amount, str(duration)) for amount in measured(duration))
    for key, value in values_of(rule):
        if isinstance(value, Duration):
            yield from ((key, amount, str(value)) for amount in measured(value))
    if isinstance(rule, AudienceAge):
        yield "age", Amount(rule.age, "age"), f"{rule.age} years old"
    if isinstance(rule, Limit) and isinstance(rule.allow, Pairs):
        yield from _rate(dict(rule.allow))


def _rate(rate: dict[str, Any]) -> Iterator[tuple[str, Amount, str]]:
    at_most, each = rate.get("at_most"), str(rate.get("each"))
    if isinstance(at_most, int) and at_most > 0 and parse_duration(f"1 {each}"):
        yield "allow", Amount(at_most, f"times a {each}"), f"{at_most} times a {each}"
    duration = parse_duration(each)
    if duration is not None:
        yield from (("allow", amount, each) for amount in measured(duration))


def numbers(book: Book) -> Iterator[Problem]:
    """Tell each time or age that prose and block do not share."""
    for passage in passages(book):
        decided = [(rule, *item) for rule in passage.clause.rules for item in counted_by(rule)]
        if passage.amounts or decided:
            yield from _numbers(book, passage, decided)


def _numbers(
    book: Book, passage: Passage, decided: list[tuple[Rule, str, Amount, str]]
) -> Iterator[Problem]:
    spoken = {near for item in passage.amounts for near in _also(item.amount)}
    held = {amount for _, _, amount, _ in decided}
    held |= {item.amount for item in amounts_in(passage.written.replace("_", " "))}
    held |= _by_law(book, passage)
    loose = [item for item in passage.amounts if held.isdisjoint(_also(item.amount))]
    unsaid = [item for item in decided if item[2] not in spoken]
    for item in loose:
        against = [d for d in unsaid if _comparable(d[2], item.amount)]
        yield _contradiction(passage, item, against[0]) if against else _unheld(passage, item)
    told = {id(d) for item in loose for d in unsaid if _comparable(d[2], item.amount)}
    for rule, key, _, words in (d for d in unsaid if id(d) not in told):
        if rule.provenance.word == "said":
            yield found(
                "P303",
                rule,
                key,
                f"`{words}` stands in the block and not in the text",
                f"say `{words}` in the text, or write `added:` with the reason",
            )


def _also(amount: Amount) -> set[Amount]:
    """Return the amount, and the age that it may be: `younger than 16 years`."""
    is_years = amount.measure == "months" and amount.number % 12 == 0
    return {amount, Amount(amount.number // 12, "age")} if is_years else {amount}


def _comparable(one: Amount, other: Amount) -> bool:
    lengths = {"months", "hours"}
    if one.measure in lengths and other.measure in lengths:
        return True
    return one.measure == other.measure or (
        one.measure.startswith("times") and other.measure.startswith("times")
    )


def _by_law(book: Book, passage: Passage) -> set[Amount]:
    """Return the times that the law packs set for answers and notices, where the clause has one."""
    rules = [rule for rule in passage.clause.rules if isinstance(rule, _ANSWERED)]
    known: set[Amount] = set()
    for law in {pack: book.law(pack) for rule in rules for pack in book.packs(rule)}.values():
        both = law.request_months + law.extension_months
        months = (law.request_months, law.extension_months, both, law.third_party_notice_months)
        known |= {Amount(number, "months") for number in months}
        known.add(Amount(law.breach_hours, "hours"))
        if law.complaint is not None:
            known.update(measured(law.complaint.acknowledge))
    return known


def _contradiction(
    passage: Passage, item: Found, against: tuple[Rule, str, Amount, str]
) -> Problem:
    rule, key, _, words = against
    return passage.tell(
        "P301",
        rule.place_of(key),
        f"the text says `{item.text}` and the block `{words}`",
        "write the same in both; the text is what shoppers were told",
    )


def _unheld(passage: Passage, item: Found) -> Problem:
    return passage.tell(
        "P302",
        passage.at(item.start, len(item.text)),
        f"no rule of the clause holds `{item.text}`",
        "add it to a rule of the clause, or take it out of the text",
    )


def _channels_of(rule: Rule) -> Iterator[tuple[str, str]]:
    for key, value in values_of(rule):
        if key in CHANNEL_KEYS and isinstance(value, tuple):
            yield from ((key, str(channel)) for channel in value)


def channels_unsaid(book: Book) -> Iterator[Problem]:
    """Tell each channel of a rule that the prose says, where the prose does not name it."""
    for passage in passages(book):
        for rule in passage.said:
            for key, channel in _channels_of(rule):
                if not _speaks_of(channel, passage.lowered):
                    yield found(
                        "P304",
                        rule,
                        key,
                        f"`{channel}` stands in the block and not in the text",
                        f"name {in_words(channel)} in the text, or write `inferred:` or "
                        "`added:` with the reason",
                    )


def _speaks_of(channel: str, lowered: str) -> bool:
    pattern = SPOKEN.get(channel, re.escape(channel.replace("_", " ")))
    return re.search(rf"\b(?:{pattern})\b", lowered) is not None


def channels_unheld(book: Book) -> Iterator[Problem]:
    """Tell each channel that the prose writes by and no rule of the clause knows."""
    for passage in passages(book):
        seen: set[str] = set()
        for match in _BY.finditer(passage.clause.prose):
            for channel in CONTACTS:
                named = re.search(rf"\b(?:{_NAMED[channel]})\b", match["list"], re.IGNORECASE)
                if named is None or channel in seen or _HINTS[channel].search(passage.written):
                    continue
                seen.add(channel)
                yield passage.tell(
                    "P305",
                    passage.at(match.start("list") + named.start(), len(named.group())),
                    f"no rule of the clause holds the channel `{named.group()}`",
                    f"add `{channel}` to a rule of the clause, or take it out of the text",
                )


def recipients_unsaid(book: Book) -> Iterator[Problem]:
    """Tell each named recipient of a rule that the prose says, where the prose has no such name."""
    for passage in passages(book):
        for rule in passage.said:
            if isinstance(rule, Recipient):
                lacking = tuple(n for n in rule.names if n.casefold() not in passage.lowered)
                if lacking:
                    yield found(
                        "P306",
                        rule,
                        "names",
                        f"{bend(lacking)}: named in the block and not in the text",
                        "name them in the text, or write `added:` with the reason",
                    )


def recipients_unheld(book: Book) -> Iterator[Problem]:
    """Tell each recipient's name in the prose of a clause whose rules know no such recipient."""
    names = {n: rule.name for rule in book.rules(Recipient) for n in rule.names}
    if not names:
        return
    pattern = re.compile("|".join(rf"\b{re.escape(n)}(?!\w)" for n in names), re.IGNORECASE)
    folded = {name.casefold(): (name, terms) for name, terms in names.items()}
    for passage in passages(book):
        seen: set[str] = set()
        for match in pattern.finditer(passage.clause.prose):
            name, terms = folded.get(match.group().casefold(), (match.group(), ()))
            known = (name, *terms)
            if name in seen or any(word in passage.written for word in known):
                continue
            seen.add(name)
            yield passage.tell(
                "P307",
                passage.where(match),
                f"no rule of the clause holds the recipient `{name}`",
                f"add {bend(terms)} to a rule of the clause, or take the name out of the text",
            )


def promises_without_rule(book: Book) -> Iterator[Problem]:
    """Tell each clause that promises something and has no rule."""
    for clause in book.document.clauses:
        if not clause.id or clause.rules or clause.unread:
            continue
        match = _PROMISE.search(clause.prose)
        if match is not None:
            passage = Passage(clause=clause)
            yield passage.tell(
                "P308",
                passage.at(match.start(), 0),
                f"the text promises something (`{' '.join(match.group().split())}`) and no rule "
                "holds it",
                f"add a block that says it, such as `{_kind(clause.prose[match.start() :])}:`, or "
                "take the id out of the heading if the clause only explains",
            )


def _kind(promise: str) -> str:
    """Return the kind of rule that a promise asks for, by the first word that tells."""
    match = _KINDS.search(promise.partition(".")[0])
    return (match and match.lastgroup) or "activity"
