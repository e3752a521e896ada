"""Checks of names in the prose: laws, authorities, sites, trade names, techniques, misprints."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import seeing_places
from placket.policy.checks.prose import Passage
from placket.policy.checks.wording import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

_ACT: Final = re.compile(
    r"\b(?P<of>(?:[A-Z][\w']+\s+)?)(?P<act>(?:[A-Z][\w']+\s+){1,4}Act\s+(?:of\s+)?\d{4})"
)
_COUNTRIES: Final = {
    "uk": "GB", "united": "GB", "british": "GB", "irish": "IE", "pakistan": "PK", "indian": "IN",
    "french": "FR", "german": "DE", "italian": "IT", "spanish": "ES", "canadian": "CA",
    "australian": "AU", "singapore": "SG", "kenya": "KE", "ghana": "GH", "malta": "MT",
}  # fmt: skip
_AUTHORITIES: Final = {
    "IT": (r"\bItalian Data Protection Authority\b|\bGarante\b", r"\bItal(?:y|ian)\b"),
    "FR": (r"\bCNIL\b|\bFrench (?:Data Protection )?Authority\b", r"\bFrance\b|\bFrench\b"),
    "ES": (r"\bAEPD\b|\bSpanish Data Protection (?:Agency|Authority)\b", r"\bSpain\b|\bSpanish\b"),
    "IE": (r"\bData Protection Commission\b", r"\bIreland\b|\bIrish\b"),
    "DE": (r"\bBfDI\b|\bGerman Data Protection Authority\b", r"\bGermany?\b"),
}
"""For a country, its authority and how a text speaks of the country."""

_SSL: Final = r"\bSecure Sockets? Layer\b|(?<!TLS/)\bSSL\b(?!\s?/\s?TLS)"
_OLD: Final = {
    r"\bGoogle\s?\+|\bGoogle Plus\b": "a network that was closed in 2019",
    _SSL: "a technique that TLS has replaced",
    r"\bInternet Explorer\b": "a browser that is no longer made",
    r"\bSafe Harbou?r\b": "an arrangement that no longer holds",
    r"\bPrivacy Shield\b": "an arrangement that no longer holds",
    r"\bDirective 95/46(?:/EC)?\b|\b95/46/EC\b": "a directive that the GDPR replaced",
    r"\bData Protection Act 1998\b": "an act that was repealed in 2018",
    r"\bAdobe Flash\b|\bFlash cookies\b": "a technique that is no longer in use",
    r"\bTwitter\b": "a name that has changed",
}
"""Names that were right once, each with what became of what it named."""

_CERTIFIED: Final = re.compile(r"\b(?:certified|certification|accredited)\s+by\s+(?P<who>[A-Z]\w+)")
_YEAR: Final = re.compile(r"\b(?:19|20)\d{2}\b")
_HOST: Final = re.compile(
    r"(?<![@\w./-])(?:https?://)?(?:www\.)?(?P<host>[A-Za-z][\w/&-]{2,30}\.(?:com|co\.uk|net|org|eu|fr|de|it))\b"
)
_CAPITALS: Final = re.compile(r"\b[A-Z]{3,}\b")
_OTHER_SHOP: Final = re.compile(
    r"\b(?:shop|shopping|buy|order|purchase)\w*\s+(?:on|at|from|in)\s+the\s+(?P<name>[A-Z][a-z]+)\s+"
    r"(?:websites?|stores?|sites?|shops?)\b"
)
_LIST: Final = re.compile(
    r"(?P<list>[A-Z][\w&]+(?:,\s+[A-Z][\w&]+)+,?\s+(?:and|or|&)\s+[A-Z][\w&]+)"
)
_LONG: Final = re.compile(r"[A-Za-z]{8,}")
_PRINTED: Final = frozenset(
    {"introduction", "information", "prevention", "protection", "preferences", "processing",
     "contacting", "contracting", "collection", "correction", "connection", "selection"}
)  # fmt: skip
_OFTEN, _NEAR, _SAME = 2, 0.88, 4


def laws(book: Book) -> Iterator[Problem]:
    """Tell one act that two clauses give to two countries."""
    first: dict[str, tuple[str, Passage, str]] = {}
    for passage in read(book):
        for match in _ACT.finditer(passage.clause.prose):
            words = (match["of"] + match["act"]).split()
            country = _COUNTRIES.get(words[0].casefold(), "")
            act = " ".join(words[1:]) if country else " ".join(words)
            if not country:
                continue
            before = first.setdefault(act, (country, passage, " ".join(words)))
            if before[0] != country:
                problem = passage.tell(
                    "P505",
                    passage.where(match),
                    f"`{' '.join(words)}` here is `{before[2]}` in another clause",
                    "name the law by its country and year, the same in both",
                )
                yield seeing_places(problem, before[1].place)


def authorities(book: Book) -> Iterator[Problem]:
    """Tell each authority of a country that the text does not name otherwise."""
    passages = list(read(book))
    for authority, country in _AUTHORITIES.values():
        naming = [(p, m) for p in passages if (m := re.search(authority, p.clause.prose))]
        rest = " ".join(re.sub(authority, "", p.clause.prose) for p in passages)
        if naming and not re.search(country, rest):
            passage, match = naming[0]
            yield passage.tell(
                "P505",
                passage.where(match),
                f"`{match.group()}` is named, and nothing else in the text belongs to its country",
                "name the authority of the country where the retailer is or the person lives",
            )


def sites(book: Book) -> Iterator[Problem]:
    """Tell each name of the own site that is written otherwise than most often."""
    hosts: Counter[str] = Counter()
    found = []
    for passage in read(book):
        for match in _HOST.finditer(passage.clause.prose):
            hosts[match["host"]] += 1
            found.append((passage, match))
    own = hosts.most_common(1)[0] if hosts else ("", 0)
    told: set[str] = set()
    for passage, match in found:
        host = match["host"]
        is_alike = host[:4].casefold() == own[0][:4].casefold()
        if host != own[0] and is_alike and own[1] >= _OFTEN and host not in told:
            told.add(host)
            yield passage.tell(
                "P506",
                passage.at(match.start("host"), len(host)),
                f"`{host}` here, and `{own[0]}` in {own[1]} places",
                "write the name of the site in one way",
            )


def spellings(book: Book) -> Iterator[Problem]:
    """Tell a name in capitals that stands once with a letter too many or too few."""
    passages = list(read(book))
    counted = Counter(w for p in passages for w in _CAPITALS.findall(p.clause.prose))
    for passage in passages:
        for match in _CAPITALS.finditer(passage.clause.prose):
            word = match.group()
            usual = [o for o in counted if counted[o] >= _OFTEN and _is_stretched(word, o)]
            if counted[word] == 1 and usual:
                yield passage.tell(
                    "P506",
                    passage.at(match.start(), len(word)),
                    f"`{word}` here, and `{usual[0]}` in {counted[usual[0]]} places",
                    f"write `{usual[0]}`",
                )


def _is_stretched(word: str, usual: str) -> bool:
    """Say whether both are one word but for letters that are doubled."""
    squeezed = re.compile(r"(.)\1+")
    same = squeezed.sub(r"\1", word) == squeezed.sub(r"\1", usual)
    return word != usual and same


def others_names(book: Book) -> Iterator[Problem]:
    """Tell a shop that the text calls by a name that is not the retailer's."""
    retailer = book.document.front.retailer.casefold()
    for passage in read(book):
        for match in _OTHER_SHOP.finditer(passage.clause.prose):
            name = match["name"]
            elsewhere = sum(name in p.clause.prose for p in read(book))
            if name.casefold() not in retailer and elsewhere == 1:
                yield passage.tell(
                    "P506",
                    passage.at(match.start("name"), len(name)),
                    f"the text speaks of the shops of `{name}`, a name that stands nowhere else",
                    "write the retailer's own name",
                )


def one_of_several(book: Book) -> Iterator[Problem]:
    """Tell one name that stands alone in a sentence which means all of a list."""
    for passage in read(book):
        prose = passage.clause.prose
        lists = [match for match in _LIST.finditer(prose) if match["list"].count(",") >= 1]
        for match in lists[:1]:
            names = re.findall(r"[A-Z][\w&]+", match["list"])
            rest = prose
            for listed in lists:
                rest = rest.replace(listed.group(), " " * len(listed.group()), 1)
            alone = re.search(
                rf"\b(?:to|by|with)\s+(?P<name>{'|'.join(map(re.escape, names))})\b(?!,)", rest
            )
            if alone is not None:
                yield passage.tell(
                    "P506",
                    passage.at(alone.start("name"), len(alone["name"])),
                    f"`{alone['name']}` stands alone where the sentence means "
                    f"{', '.join(f'`{n}`' for n in names)}",
                    "name all of them, or say who is meant",
                )


def dated(book: Book) -> Iterator[Problem]:
    """Tell each name of a technique, network or law that has had its day."""
    for pattern, what in _OLD.items():
        naming = [(p, m) for p in read(book) if (m := re.search(pattern, p.clause.prose))]
        if naming:
            passage, match = naming[0]
            problem = passage.tell(
                "P507",
                passage.where(match),
                f"`{match.group()}` is {what}",
                "write what is used today",
            )
            yield seeing_places(problem, *(p.place for p, _ in naming[1:]))


def certificates(book: Book) -> Iterator[Problem]:
    """Tell each certificate without a time in which it holds."""
    for passage in read(book):
        match = _CERTIFIED.search(passage.clause.prose)
        if match is not None and not _YEAR.search(passage.clause.prose):
            yield passage.tell(
                "P507",
                passage.where(match),
                f"`{match['who']}` has certified something, and the text does not say until when",
                "name the certificate with its number and its last day, or take it out",
            )


def misprints(book: Book) -> Iterator[Problem]:
    """Tell each word that is another word of the text but for a letter or two."""
    clauses = [c for c in book.document.clauses if c.title or c.prose]
    texts = [(Passage(clause=c), text) for c in clauses for text in (c.title, c.prose)]
    counted = Counter(w.casefold() for _, text in texts for w in _LONG.findall(text))
    known = {w for w, n in counted.items() if n >= _OFTEN} | _PRINTED
    alike: dict[tuple[str, str], list[str]] = {}
    for word in sorted(known):
        alike.setdefault(_ends(word), []).append(word)
    told: set[str] = set()
    for passage, text in texts:
        for match in _LONG.finditer(text):
            word = match.group().casefold()
            if word in known or word in told:
                continue
            told.add(word)
            meant = next((o for o in alike.get(_ends(word), ()) if _is_misprint(word, o)), "")
            if not meant:
                continue
            is_prose = text is passage.clause.prose
            yield passage.tell(
                "P512",
                passage.at(match.start(), len(word)) if is_prose else passage.clause.span,
                f"`{match.group()}` looks like a misprint of `{meant}`",
                f"write `{meant}`",
            )


def _ends(word: str) -> tuple[str, str]:
    """Return how a word begins and ends: what a slip of the pen within it leaves alone."""
    return word[:_SAME], word[-3:]


def _is_misprint(word: str, usual: str) -> bool:
    is_spelling = word.replace("ou", "o") == usual.replace("ou", "o")
    if is_spelling or abs(len(word) - len(usual)) not in {1, 2}:
        return False
    return SequenceMatcher(None, word, usual).ratio() >= _NEAR
