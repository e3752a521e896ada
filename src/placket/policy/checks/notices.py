"""Checks of what a notice has to say: the items of GDPR Art. 13, 14 and 21(4), one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.policy import rules
from placket.policy.checks.book import bend, countries_of, found, seeing, told
from placket.policy.checks.conflict import markets
from placket.policy.checks.gaps import RIGHTS, rights_to_add
from placket.policy.checks.walk import words_in
from placket.policy.rules import as_dict
from placket.problems import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

OTHERS: Final = frozenset(
    {
        "other_person",
        "another_person",
        "third_party",
        "group_company",
        "credit_reference_agency",
        "fraud_prevention_agency",
        "marketplace",
        "social_media_platform",
        "public_social_media",
    }
)
"""Sources that are somebody else than the person."""

_ABROAD: Final = (
    "google",
    "facebook",
    "instagram",
    "pinterest",
    "hootsuite",
    "twitter",
    "amazon",
    "ebay",
    "paypal",
    "microsoft",
    "mailchimp",
    "meta",
    "fedex",
)
"""Names of providers that are seated, or have their parent, outside Europe."""

WORDS: Final = {
    "controller": r"\bcontroller\b|\bLtd\b|\bLimited\b|\bGmbH\b|\bS\.?A\.?S?\b|\bInc\b",
    "recipients": r"\b(?:share|disclose|pass)\w*\b[^.]{0,80}\b(?:with|to)\b|\bcouriers?\b|"
    r"\bprocessors?\b|\bthird part(?:y|ies)\b",
    "access": r"\baccess\b|\bcop(?:y|ies) of\b",
    "rectification": r"\brectif|\bcorrect(?:ion|ed)?\b|\binaccura",
    "erasure": r"\beras|\bdelet|\bforgotten\b",
    "restriction": r"\brestrict|\blimitation of process|\bstop (?:us )?(?:using|processing)\b",
    "portability": r"\bportab|\bmachine.readable\b|\bstandard format\b",
    "objection": r"\bobject(?:ion)?\b|\boppose\b",
    "reached": r"\w@\w|\b(?:call|phone|ring) us\b|\bwrite to\b|\bour address\b",
    "withdrawal": r"\bunsubscrib|\bwithdraw|\bopt(?:ing)?.out\b|\bchange your mind\b|"
    r"\btake (?:it|that|your (?:yes|consent)) back\b",
    "complaint": r"\bcomplain|\bsupervisory authority\b|\bregulator\b",
    "need": r"\bif you (?:do not|don.t|choose not)\b|\bnot be able to\b|\bmust (?:give|provide)\b|"
    r"\bcontractual (?:obligation|requirement)\b",
    "marketing": r"\bunsubscribe\b|\bopt.out\b|\bwithdraw",
    "route": r"@|\bwrite to\b|\bcontact (?:us|our)\b|\bby (?:e-?mail|post|phone)\b|\bemail us\b",
    "children": r"\bchild(?:ren)?\b|\bunder (?:the age of )?1\d\b|\bguardian\b|\bminors?\b",
    "security": r"\bencrypt|\bsecurity\b|\bsafeguards?\b|\bSSL\b|\bTLS\b|\bsecure\b",
}
"""How a text speaks of each item; what it speaks of is not missing, read or unread."""

_OWN_COMPLAINT: Final = re.compile(
    r"\b(?:us|controller|retailer|shop|privacy team|customer care|complaint form)\b", re.IGNORECASE
)
_LEAVING: Final = ("transfer", "countries", "abroad")


def _gap(book: Book, code: str, summary: str, mend: str) -> Problem:
    return told(code, Place(at=book.head()), summary, mend)


def _shown(book: Book) -> str:
    notices = (words_in((n.name, n.shows, n.at, n.when)) for n in book.rules(rules.Notice))
    return " ".join(word for words in notices for word in words).casefold().replace("_", " ")


def controllers(book: Book) -> Iterator[Problem]:
    """Tell that nobody is named who answers for the processing, or how to reach them."""
    named = book.rules(rules.Controller)
    if book.all_rules and not named and not book.reads(WORDS["controller"]):
        yield _gap(
            book, "P420", "no clause says who answers for all this", "add `controller:` with NAME"
        )
    for controller in named:
        ways = (controller.email, controller.phone, controller.post, controller.address)
        if not controller.name:
            yield found(
                "P420",
                controller,
                "name",
                "an address is named, and nobody who answers for the processing",
                "call the company the controller, as in `controller:` with its name",
            )
        elif not any(ways) and not book.reads(WORDS["reached"]):
            yield found(
                "P420",
                controller,
                "name",
                f"`{controller.name}` answers for all this, and no clause says how to reach it",
                "add `email:`, `phone:` or `post:`",
            )


def representatives(book: Book) -> Iterator[Problem]:
    """Tell each controller outside a region it sells to, without a representative there."""
    shown = _shown(book)
    for controller in book.rules(rules.Controller)[:1]:
        sold = {
            code
            for region in book.rules(rules.Region)
            for word in region.countries or ()
            for code in countries_of(word)
        }
        for what, seats in (
            ("European Union", countries_of("EEA")),
            ("United Kingdom", frozenset({"GB"})),
        ):
            is_inside = controller.country in seats or not controller.country
            if (
                is_inside
                or sold.isdisjoint(seats)
                or controller.representative
                or "representative" in shown
            ):
                continue
            yield found(
                "P421",
                controller,
                "country",
                f"the controller is in `{controller.country}` and names nobody who represents it "
                f"in the {what}",
                "add `representative:` with name and address",
            )


def officers(book: Book) -> Iterator[Problem]:
    """Note that no data protection officer is named where persons are watched at large scale."""
    watching = [a for a in book.activities if a.profiling or "cctv_footage" in a.uses]
    controller = next(iter(book.rules(rules.Controller)), None)
    if watching and controller is not None and not controller.officer:
        yield found(
            "P422",
            controller,
            "name",
            f"no data protection officer is named, and `{watching[0].name}` watches or profiles",
            "add `officer:`, or put on record why none is needed",
        )


def recipients_unnamed(book: Book) -> Iterator[Problem]:
    """Tell that no clause says who else gets the data."""
    if book.activities and not book.rules(rules.Recipient) and not book.reads(WORDS["recipients"]):
        yield _gap(
            book,
            "P423",
            "no clause says who else gets the data, and none that nobody does",
            "add a `recipient:` block for each kind of recipient",
        )


def transfers(book: Book) -> Iterator[Problem]:
    """Tell recipients seated in a third country where no clause speaks of transfers."""
    if book.rules(rules.Transfer) or any(word in _shown(book) for word in _LEAVING):
        return
    for recipient in book.rules(rules.Recipient):
        abroad = tuple(n for n in recipient.names if n.casefold().split()[0] in _ABROAD)
        if abroad and not recipient.safeguard:
            yield found(
                "P424",
                recipient,
                "names",
                f"{bend(abroad)}: a group in another country, and no clause says under which "
                "safeguard data go there",
                "add a `transfer:` block, and `country:` with `safeguard:` to the recipient",
            )


def rights_lacking(book: Book) -> Iterator[Problem]:
    """Tell the rights that every notice names and this one does not."""
    granted = {right.name for right in book.rules(rules.Right)}
    lacking = tuple(r for r in RIGHTS if r not in granted and not book.reads(WORDS[r]))
    if lacking and book.activities:
        problem = _gap(
            book,
            "P425",
            f"the policy does not tell of these rights: {bend(lacking)}",
            f"{rights_to_add(lacking)} with its `by:`",
        )
        yield seeing(problem, *(r for r in book.rules(rules.Right) if r.name == "any"))


def withdrawals(book: Book) -> Iterator[Problem]:
    """Tell each use on consent where no clause says how the yes is taken back."""
    if any(right.name == "withdraw_consent" for right in book.rules(rules.Right)):
        return
    if book.reads(WORDS["withdrawal"]):
        return
    for activity in book.activities:
        covering = book.covering_any(activity)
        if activity.basis == "consent" and not any(c.withdrawn_by for c in covering):
            yield found(
                "P426",
                activity,
                "basis",
                f"`{activity.name}` rests on consent, and no clause says how it is taken back",
                "add `withdrawn_by:` to the consent, or a block `right: withdraw_consent`",
            )


def complaints(book: Book) -> Iterator[Problem]:
    """Tell that no clause names the authority."""
    named = book.rules(rules.Complaint) or book.reads(WORDS["complaint"])
    if book.activities and not named:
        yield _gap(
            book,
            "P427",
            "no clause says that a person may complain to an authority",
            "add a block `complaint:` with the name of the authority",
        )


def own_complaints(book: Book) -> Iterator[Problem]:
    """Tell that no clause says how to complain to the retailer, where a law wants that told."""
    packs = {pack for region in book.rules(rules.Region) for pack in book.packs(region)}
    bound = [p for p in packs if book.law_today(p).complaint is not None]
    own = any(_OWN_COMPLAINT.search(rule.to) for rule in book.rules(rules.Complaint))
    routed = any(right.name == "complaint" and right.by for right in book.rules(rules.Right))
    if book.activities and bound and not own and not routed:
        yield _gap(
            book,
            "P428",
            "no clause says how a person in the United Kingdom complains to the retailer itself",
            "add `right: complaint` with `by:`, with an electronic form and an answer in 30 days",
        )


def needs_untold(book: Book) -> Iterator[Problem]:
    """Tell that nothing says which data have to be given, and what follows if they are not."""
    by_need = [a for a in book.activities if a.basis in {"contract", "legal_obligation"}]
    told_of = any(rule.provision for rule in book.rules(rules.Datum))
    marked = any(as_dict(c.fields) for c in book.rules(rules.Capture))
    if by_need and not told_of and not marked and not book.reads(WORDS["need"]):
        yield found(
            "P429",
            by_need[0],
            "basis",
            f"`{by_need[0].name}` needs data, and no clause says whether they must be given and "
            "what follows if not",
            "add `provision:` and `if_refused:` to the data",
        )


def automated_untold(book: Book) -> Iterator[Problem]:
    """Tell each decision by a machine without its logic or its consequences."""
    for rule in book.rules(rules.Automated):
        lacks = [
            what
            for what, value in (
                ("by what it decides", rule.activities),
                ("what follows", rule.needed_for or rule.if_declined),
            )
            if not value
        ]
        if lacks:
            yield found(
                "P430",
                rule,
                "name",
                f"`{rule.name}` is decided by a machine, and no clause says {' and '.join(lacks)}",
                "add `activities:`, `needed_for:` and `if_declined:`",
            )


def sources_untold(book: Book) -> Iterator[Problem]:
    """Tell data that come from others where no clause names the source."""
    declared = {d for r in book.rules(rules.Datum) if r.source for d in r.what}
    for activity in book.activities:
        if "partner_supplied_data" in activity.uses and "partner_supplied_data" not in declared:
            yield found(
                "P431",
                activity,
                "uses",
                f"`{activity.name}` uses what others pass on, and no clause says from whom",
                "add `data: partner_supplied_data` with its `source:`",
            )
            return


def indirect_untold(book: Book) -> Iterator[Problem]:
    """Tell persons whose data come from others and whom no clause promises a notice."""
    shown = _shown(book)
    general = any(word in shown for word in ("source", "from others", "third part"))
    for role in book.rules(rules.Role):
        sources = (role.source, *as_dict(role.sources))
        if not any(s in OTHERS for s in sources) or role.notice or general:
            continue
        yield found(
            "P432",
            role,
            "name",
            f"data about the role `{role.name}` come from others, and nobody tells that person",
            "add `notice: within 1 month, at the latest at first contact`",
        )
    for rule in book.rules(rules.Datum):
        if rule.source in OTHERS and not general:
            yield found(
                "P432",
                rule,
                "source",
                f"{bend(rule.what)} comes from others, and no clause says when the person is told",
                "add a `notice:` that shows the source within one month",
            )


def objection_untold(book: Book) -> Iterator[Problem]:
    """Tell that the right to object is not brought to attention where interests are the basis."""
    interested = [a for a in book.activities if a.basis == "legitimate_interest"]
    is_shown = "object" in _shown(book) or any(
        "marketing_opt_out" in capture.offers for capture in book.rules(rules.Capture)
    )
    if interested and not is_shown and not book.reads(WORDS["objection"]):
        yield found(
            "P433",
            interested[0],
            "basis",
            f"`{interested[0].name}` rests on an interest, and no clause shows the right to object "
            "apart from all else at the first message",
            "add a `notice:` that shows the right to object, at the first message",
        )


def marketing_without_way_out(book: Book) -> Iterator[Problem]:
    """Tell that nothing says how marketing is switched off."""
    marketing = [a for a in book.activities if markets(a)]
    names = {right.name for right in book.rules(rules.Right) if right.by}
    ways = any(c.withdrawn_by for c in book.asking) or book.reads(WORDS["marketing"])
    if marketing and not ways and names.isdisjoint({"marketing_opt_out", "objection"}):
        problem = found(
            "P434",
            marketing[0],
            "purpose",
            f"`{marketing[0].name}` markets, and no clause says how a person stops that",
            "add a block `right: marketing_opt_out` with its `by:`",
        )
        yield seeing(problem, *marketing[1:])


def rights_without_route(book: Book) -> Iterator[Problem]:
    """Tell each right that no clause gives a way to."""
    rights = book.rules(rules.Right)
    routed = {right.name for right in rights if right.by}
    if "any" in routed:
        return
    for name in dict.fromkeys(right.name for right in rights):
        if name not in routed and name != "be_informed":
            first = next(right for right in rights if right.name == name)
            if book.reads(WORDS["route"], first.clause):
                continue
            yield found(
                "P435",
                first,
                "name",
                f"the right `{name}` has no route: no clause says how to ask",
                "add `by:`, such as `by: [email]`",
            )


def children(book: Book) -> Iterator[Problem]:
    """Note that nothing is said of children where consent is asked."""
    asks = book.rules(rules.Consent) or [a for a in book.activities if a.basis == "consent"]
    is_said = book.rules(rules.AudienceAge) or any(w in _shown(book) for w in ("child", "guardian"))
    accounts = any("account_management" in a.purpose for a in book.activities)
    if (asks or accounts) and not is_said and not book.reads(WORDS["children"]):
        yield _gap(
            book,
            "P436",
            "no clause says what holds for children",
            "add `audience_age:`, or a `notice:` that names the age",
        )


def security_untold(book: Book) -> Iterator[Problem]:
    """Note that no measure of security is named."""
    if book.activities and not book.rules(rules.Security) and not book.reads(WORDS["security"]):
        yield _gap(book, "P437", "no clause names a measure of security", "add a `security:` block")
