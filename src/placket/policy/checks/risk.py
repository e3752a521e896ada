"""Checks of legal risk: what a text says clearly, and the law does not allow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.law.packs import load_packs
from placket.policy import vocabulary
from placket.policy.checks.book import bend, found, in_words, lineage, overlap, seeing
from placket.policy.checks.conflict import markets, reads_device
from placket.policy.checks.walk import durations_in, is_untimed, keeps_everything, words_in
from placket.policy.comparing.periods import days_in
from placket.policy.compile import is_direct_marketing, uses_of
from placket.policy.rules import (
    Activity,
    Automated,
    Consent,
    Cookie,
    Retain,
    Right,
    Transfer,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.law.calendar import Duration
    from placket.policy.checks.book import Book
    from placket.problems import Problem

OTHERS: Final = frozenset({"partner_marketing", "group_marketing"})
CLOSE: Final = frozenset(
    {"age", "gender", "demographics", "postal_address", "lifestyle", "family_circle"}
)
_MATCHED: Final = frozenset({"custom_audience", "lookalike"})
_LAWFUL_REFUSALS: Final = frozenset(
    {"its_ground", "duty", "claims", "rights_of_others", "public_interest", "recall", "storage"}
)
_IMPLIED: Final = ("use", "registering", "registration_itself", "implied", "providing", "by_use")
APART: Final = frozenset({"email", "sms", "phone", "post", "live_chat", "push", "social_media"})
"""Channels of which each needs a yes of its own."""

LONG: Final = 60
"""Months from which on one time for everything needs a reason for each kind of data."""

ACCOUNTS: Final = frozenset({"billing_records", "transaction_records"})

RECORDED: Final = frozenset({"cctv_footage", "call_recording", "image", "voice", "session_replay"})

ALIKE: Final = 2
"""How many kinds of purpose one yes may still name: a message, and what is made for it."""

_NORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "prospects": ("marketing_preferences",),
    "camera_recordings": ("cctv_footage",),
    "loyalty_marketing": ("loyalty_data",),
}
"""Periods that an authority named, each with the data it named them for."""


def fees(book: Book) -> Iterator[Problem]:
    """Tell each right that is not free of charge."""
    for right in book.rules(Right):
        if right.fee == "reasonable" and not right.covers:
            yield found(
                "P470",
                right,
                "fee",
                f"`{right.name}` costs a fee, and the law gives it free of charge",
                "write `fee: none`, or name under `covers` the excessive request that costs it",
            )


def objections_with_reasons(book: Book) -> Iterator[Problem]:
    """Tell a right to object that asks for reasons where marketing needs none."""
    marketing = [a for a in book.activities if markets(a) and a.basis != "consent"]
    for right in book.rules(Right):
        against = [a for a in marketing if overlap(a, right)]
        is_told = right.name in {"objection", "marketing_opt_out"} and right.reasons == "asked"
        if is_told and against and "except" not in as_dict(right.covers):
            problem = found(
                "P471",
                right,
                "reasons",
                "who objects has to give reasons, and against marketing no reason is needed",
                "let an objection to marketing and its profiling end it at once",
            )
            yield seeing(problem, *against)


def opting_out_at_a_price(book: Book) -> Iterator[Problem]:
    """Tell each decision by a machine that a person can decline only by giving something up."""
    for rule in book.rules(Automated):
        lost = as_dict(rule.if_declined).get("refuse")
        if lost:
            problem = found(
                "P472",
                rule,
                "if_declined",
                f"who declines the machine's decision loses `{in_words(str(lost))}`",
                "offer a person who looks at the case instead",
            )
            yield seeing(
                problem,
                *(r for r in book.rules(Right) if r.name == "automated_decision_opt_out"),
            )


def others_by_soft_opt_in(book: Book) -> Iterator[Problem]:
    """Tell marketing of or by others that rests on the sender's own customers."""
    own = re.sub(r"\W+", "_", book.document.front.retailer.casefold())
    for activity in book.activities:
        foreign = tuple(s for s in activity.sender if s not in {"this_retailer", "retailer", own})
        for_others = not OTHERS.isdisjoint(activity.purpose) or bool(foreign)
        if book.said_by_parent(activity, "purpose", "sender", "basis"):
            continue
        if for_others and is_direct_marketing(activity) and activity.basis != "consent":
            who = bend(foreign) if foreign else "others"
            yield found(
                "P473",
                activity,
                "purpose",
                f"`{activity.name}` is marketing by or for {who}, whom the soft opt-in does not "
                "reach",
                "ask for consent that names them",
            )


def implied_consents(book: Book) -> Iterator[Problem]:
    """Tell each consent that nobody gives by an act of its own."""
    for consent in book.rules(Consent):
        asked = as_dict(consent.asked)
        how = set(words_in((consent.asked,)))
        implied = asked.get("ticked") is True or asked.get("implied") is True
        implied = implied or any(word in how for word in _IMPLIED)
        if implied:
            yield found(
                "P474",
                consent,
                "asked",
                f"`{consent.name}` counts as given by doing something else",
                "ask by a box that is empty until it is ticked",
            )


def bundled_consents(book: Book) -> Iterator[Problem]:
    """Tell each consent that is one yes to several things."""
    for consent in book.rules(Consent):
        named = [a for a in book.activities if a.name in consent.activities]
        purposes = {vocabulary.terms("purpose")[p].dpv for a in named for p in a.purpose[:1]}
        channels = tuple(c for c in consent.channel if c in APART)
        if as_dict(consent.asked).get("condition_of") or len(channels) > 1 or len(purposes) > ALIKE:
            what = bend(channels) if len(channels) > 1 else f"{len(purposes)} kinds of purpose"
            yield found(
                "P475",
                consent,
                "activities",
                f"`{consent.name}` is one yes to {what}",
                "ask for each channel and each purpose apart",
            )


def audiences_without_consent(book: Book) -> Iterator[Problem]:
    """Tell audiences matched at a platform without consent."""
    for activity in book.activities:
        is_matched = not _MATCHED.isdisjoint(activity.purpose) and activity.basis != "consent"
        if is_matched and not book.said_by_parent(activity, "purpose", "basis"):
            basis = in_words(activity.basis) or "no basis"
            yield found(
                "P476",
                activity,
                "basis",
                f"`{activity.name}` hands addresses to a platform on {basis}",
                "rest it on a consent of its own that names the platform",
            )


def browsers_as_consent(book: Book) -> Iterator[Problem]:
    """Tell consents that a setting of the browser is said to give or to change."""
    for consent in book.asking:
        ways = words_in((getattr(consent, "asked", ()),))
        if "browser_settings" in set(ways):
            yield _browser(consent, "asked", f"`{consent.name}` is given")
    for right in book.rules(Right):
        if right.name == "withdraw_consent" and right.by == ("browser_settings",):
            yield _browser(right, "by", "a consent is kept up to date")


def _browser(rule: Consent | Cookie | Right, key: str, what: str) -> Problem:
    return found(
        "P477",
        rule,
        key,
        f"{what} by a setting of the browser, which proves no clear yes",
        "ask on the site and keep a record; let the browser say no and nothing else",
    )


def refusals_too_wide(book: Book) -> Iterator[Problem]:
    """Tell each ground for refusing a right that the law does not know."""
    for right in book.rules(Right):
        kept = as_dict(right.kept)
        grounds = set(words_in((kept.get("ground"), kept.get("lock"))))
        wide = tuple(sorted(grounds - _LAWFUL_REFUSALS))
        if wide:
            yield found(
                "P478",
                right,
                "kept",
                f"`{right.name}` is refused for {bend(map(in_words, wide))}, "
                "which the law does not know",
                "name a ground of GDPR Art. 17(3), such as `kept: {ground: claims}`",
            )


def devices_without_consent(book: Book) -> Iterator[Problem]:
    """Tell what reads devices where no clause of the policy asks for a yes."""
    asked = any(c.basis == "consent" for c in book.rules(Cookie))
    asked = asked or any(a.basis == "consent" and reads_device(book, a) for a in book.activities)
    reading = [a for a in book.activities if reads_device(book, a) and a.basis != "consent"]
    if reading and not asked:
        problem = found(
            "P479",
            reading[0],
            "uses",
            f"`{reading[0].name}` reads the device, and no clause asks for a yes to cookies",
            "add a `cookie:` block with `basis: consent`, and name it under `needs:`",
        )
        yield seeing(problem, *reading[1:])


def marketing_by_contract(book: Book) -> Iterator[Problem]:
    """Tell direct marketing that rests on a contract."""
    for activity in book.activities:
        if is_direct_marketing(activity) and activity.basis == "contract":
            yield found(
                "P480",
                activity,
                "basis",
                f"`{activity.name}` promotes, and a contract is no basis for that",
                "ask for consent, or meet every condition of the soft opt-in",
            )


def promoting_service(book: Book) -> Iterator[Problem]:
    """Tell messages that are called service and promote a sale."""
    for activity in book.activities:
        by_purpose = any(vocabulary.is_direct_marketing(p) for p in activity.purpose)
        if activity.message == "service" and by_purpose:
            yield found(
                "P481",
                activity,
                "message",
                f"`{activity.name}` is called a service message and promotes a sale",
                "write `message: marketing`, with consent or the soft opt-in",
            )


def transfers_by_use(book: Book) -> Iterator[Problem]:
    """Tell transfers that rest on a consent which nobody gave expressly."""
    for transfer in book.rules(Transfer):
        if "explicit_consent" in transfer.needs_any:
            asked = [c for c in book.rules(Consent) if "transfer" in c.name or "transfer" in c.of]
            if not asked:
                problem = found(
                    "P482",
                    transfer,
                    "needs_any",
                    f"`{transfer.name}` rests on an agreement that no clause asks for",
                    "rest it on adequacy or standard clauses; a consent has to be express",
                )
                others = (t for t in book.rules(Transfer) if t.clause != transfer.clause)
                yield seeing(problem, *others)


def profiles_without_way_out(book: Book) -> Iterator[Problem]:
    """Tell profiles of close data for marketing that nobody can object to."""
    names = {right.name for right in book.rules(Right) if right.by or right.at_any_time}
    if not names.isdisjoint({"objection", "marketing_opt_out"}):
        return
    for activity in book.activities:
        close = tuple(d for d in uses_of(activity) if d in CLOSE)
        if markets(activity) and close and activity.basis != "consent":
            yield found(
                "P483",
                activity,
                "uses",
                f"`{activity.name}` sorts persons by {bend(close)} for marketing, and no clause "
                "lets them say no",
                "add a block `right: objection` with its `by:`",
            )


def kept_longer_than_law(book: Book) -> Iterator[Problem]:
    """Tell each period that is longer than a law or an authority of its regions has it."""
    for retain in book.rules(Retain):
        if is_untimed(retain):
            continue
        longest = max((days_in(d) for d in durations_in(retain.period)), default=0)
        for pack, named, limit in (*_norms(book, retain), *_books(book, retain)):
            if longest > days_in(limit):
                yield found(
                    "P484",
                    retain,
                    "period",
                    f"{bend(named)} is kept for `{retain.period}`, and `{limit}` is the time that "
                    f"the law or an authority of `{pack}` names",
                    f"write `{limit}` or less, or the law that asks for more",
                )


def _norms(book: Book, retain: Retain) -> Iterator[tuple[str, tuple[str, ...], Duration]]:
    """Yield the longest time that an authority named, for each region of the rule."""
    for pack in () if retain.ground else book.packs(retain):
        for norm, data in _NORMS.items():
            limit = book.law_today(pack).retention_norms.get(norm)
            named = tuple(sorted(set(data) & set(vocabulary.members(retain.what))))
            if limit is not None and named:
                yield pack, named, limit


def _books(book: Book, retain: Retain) -> Iterator[tuple[str, tuple[str, ...], Duration]]:
    """Yield the time for books of account, where the rule rests on the laws that ask for them."""
    named = tuple(d for d in retain.what if d in ACCOUNTS)
    times = {
        limit: pack
        for pack in as_dict(retain.law)
        if pack in load_packs()
        for norm, limit in book.law_today(pack).retention_norms.items()
        if norm.startswith("accounting")
    }
    if named and times:
        limit = max(times, key=days_in)
        yield times[limit], named, limit


def accounts_needed(book: Book) -> Iterator[Problem]:
    """Tell each right that only the holder of an account can use."""
    for right in book.rules(Right):
        only = right.by == ("account_settings",) and right.name in {"any", "access", "erasure"}
        others = any(
            o.by for o in book.rules(Right) if o is not right and o.name in {right.name, "any"}
        )
        if (right.account == "needed" or only) and not others:
            yield found(
                "P485",
                right,
                "account",
                f"`{right.name}` can be used with an account alone",
                "name a way for those who have none, such as `by: [email]`",
            )


def endless_waits(book: Book) -> Iterator[Problem]:
    """Tell an erasure that waits for a case and says nothing of the answer's date."""
    waiting = [r for r in book.rules(Right) if r.name == "erasure" and r.waits_while]
    told = any(r.tells for r in book.rules(Right) if r.name == "erasure")
    if waiting and not told:
        problem = found(
            "P486",
            waiting[0],
            "waits_while",
            "an erasure waits while a case is open, and no clause says what is answered when",
            "answer within a month, say what waits and until when, and erase the rest",
        )
        yield seeing(problem, *waiting[1:])


def laws_from_elsewhere(book: Book) -> Iterator[Problem]:
    """Tell each obligation by a law that does not hold where the rule does."""
    for activity in book.rules(Activity):
        packs = book.packs(activity)
        held = {p for pack in packs for p in lineage(pack)}
        foreign = tuple(p for p in as_dict(activity.law) if p not in held and packs)
        if foreign and activity.basis == "legal_obligation":
            yield found(
                "P487",
                activity,
                "law",
                f"`{activity.name}` obeys a law of {bend(foreign)}, which holds in no region of it",
                "name a law of the person's own region, or choose another basis",
            )


def cookies_for_messages(book: Book) -> Iterator[Problem]:
    """Tell messages that promote on a yes to cookies alone."""
    for activity in book.activities:
        if activity.basis != "consent" or not is_direct_marketing(activity) or activity.draft:
            continue
        covering = [c for channel in activity.channel for c in book.covering(activity, channel)]
        if covering and not any(isinstance(c, Consent) for c in covering):
            problem = found(
                "P488",
                activity,
                "basis",
                f"`{activity.name}` sends messages on a yes to cookies, which is none to messages",
                "ask for a yes to these messages by a consent of its own",
            )
            yield seeing(problem, covering[0])


def one_time_for_everything(book: Book) -> Iterator[Problem]:
    """Tell a long time for all data alike, whatever each of them serves."""
    for retain in book.rules(Retain):
        if is_untimed(retain) or retain.ground or retain.law or not keeps_everything(retain):
            continue
        longest = max((d.total_months for d in durations_in(retain.period)), default=0)
        if longest >= LONG:
            yield found(
                "P489",
                retain,
                "period",
                f"everything is kept for {longest // 12} years alike, and no clause says which law "
                "or claim needs that of which data",
                "give each kind of data the time that its purpose needs, with the law that asks it",
            )


def recordings_without_time(book: Book) -> Iterator[Problem]:
    """Tell recordings that have no time of their own where everything is kept for long."""
    general = [r for r in book.rules(Retain) if keeps_everything(r)]
    own = {d for r in book.rules(Retain) for d in r.what}
    told: set[str] = set()
    for activity in book.activities:
        recorded = tuple(d for d in uses_of(activity) if d in RECORDED - own - told)
        kept = [r for r in general if overlap(r, activity)]
        told.update(recorded)
        if recorded and kept:
            problem = found(
                "P490",
                activity,
                "uses",
                f"{bend(recorded)} is kept as long as everything else",
                "give recordings a time of their own, such as `30 days from recording.made`",
            )
            yield seeing(problem, kept[0])


def derogations_as_rule(book: Book) -> Iterator[Problem]:
    """Tell transfers that rest, as a rule, on what the law lets pass now and then."""
    for transfer in book.rules(Transfer):
        rare = tuple(
            n for n in transfer.needs_any if n in {"contract_necessity", "request_handling"}
        )
        if rare and transfer.provenance.word != "narrowed":
            yield found(
                "P491",
                transfer,
                "needs_any",
                f"data leave the country by {bend(map(in_words, rare))}, "
                "which the law lets pass only now and then",
                "rest what happens every day on adequacy or standard clauses",
            )
