"""What is fuzzed: each reader of a text from outside, and what must hold whatever it is given."""

from __future__ import annotations

import base64
import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from placket.catalogue import parse as parse_catalogue
from placket.catalogue import render as render_catalogue
from placket.catalogue.adopting import adopt
from placket.catalogue.fides import read_datasets
from placket.facts import Fact, Kind, canonical
from placket.facts.fact import decode
from placket.identity.identifier import Identifier, parse_identifier
from placket.law.calendar import parse_duration
from placket.policy.draft.draft import Wish, draft
from placket.policy.draft.source import Unreadable
from placket.policy.load import load_policy
from placket.policy.parse import parse as parse_policy
from placket.policy.render import render as render_policy
from placket.problems import has_errors
from placket.scan.layers import Reader, TooMuch
from placket.sources.processors.shopify_inbound import InboundRefused, read_inbound
from placket.sources.rewriting import Refused, Rewritten, rewrite
from placket.store.certifying import BadCertificate, verify_certificate
from placket.store.checkpoint import BadCheckpoint, verify
from placket.web.api.messages import Facts
from tests.unit.sources.asked import ground

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from placket.problems import Problem

ROOT: Final = Path(__file__).parents[2]
DAY: Final = date(2026, 11, 24)
SECRET: Final = bytes(32)
MOST_VIEWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: `holds` is given bytes and raises where it breaks; `seeds` are good examples."""

    holds: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _told(problems: Iterable[Problem], text: str) -> None:
    """See that each problem says what to do, at a place that the text has."""
    lines = text.count("\n") + text.count("\r") + 1
    for problem in problems:
        assert problem.summary, problem.code
        assert problem.mend, problem.code
        assert 1 <= problem.at.line <= lines + 1, problem


def policy(raw: bytes) -> None:
    """Load a policy or be told its faults; what is sound reads again as the same."""
    text = _text(raw)

    loaded = load_policy(text, "policy.md", on=DAY)

    _told(loaded.problems, text)
    assert (loaded.policy is None) == (has_errors(loaded.problems) or loaded.document is None)
    if loaded.policy is not None and loaded.document is not None:
        again = parse_policy(render_policy(loaded.document)).document
        assert again is not None
        assert render_policy(again) == render_policy(loaded.document)


def catalogue(raw: bytes) -> None:
    """Read a catalogue or be told its faults; what is sound reads again as the same."""
    text = _text(raw)

    parsed = parse_catalogue(text)

    _told(parsed.problems, text)
    assert parsed.catalogue is not None or has_errors(parsed.problems)
    if parsed.catalogue is not None and not parsed.problems:
        written = render_catalogue(parsed.catalogue)
        again = parse_catalogue(written)
        assert again.catalogue is not None, again.problems
        assert render_catalogue(again.catalogue) == written


def datasets(raw: bytes) -> None:
    """Import datasets in fideslang or refuse them; the import is a catalogue of ours."""
    text = _text(raw)

    found, problems = read_datasets(text, "dataset.yml")

    _told(problems, text)
    if found and not has_errors(problems):
        adopted = adopt(found)
        assert parse_catalogue(render_catalogue(adopted.catalogue)).catalogue is not None


def drafting(raw: bytes) -> None:
    """Draft a text, and the draft is a document, or say why not."""
    found = draft(_text(raw), Wish(today=DAY))

    if isinstance(found, Unreadable):
        assert found.why
        assert found.mend
    else:
        assert parse_policy(found.text).document is not None


def facts(raw: bytes) -> None:
    """Read facts that are sent, or refuse them by the reader's own error alone."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sent = msgspec.json.decode(raw, type=Facts)
        assert msgspec.json.decode(msgspec.json.encode(sent), type=Facts) == sent


def kept_fact(raw: bytes) -> None:
    """Read bytes as the one fact that is written so, or refuse them."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, ValueError):
        fact = decode(raw)
        assert decode(canonical(fact)) == fact


def words(raw: bytes) -> None:
    """Read identifiers and periods in one form, whichever way they were written."""
    text = _text(raw)
    found = parse_identifier(text, country="GB")
    if isinstance(found, Identifier):
        again = parse_identifier(f"{found.kind}:{found.value}")
        assert again == found
    else:
        assert found
    parse_duration(text)


def query(raw: bytes) -> None:
    """Rewrite a query onto views alone; rewritten again it says the same."""
    text, dialect = _text(raw[1:]), _DIALECTS[raw[0] % len(_DIALECTS)] if raw else "sqlite"
    found = rewrite(text, ground(dialect))

    if isinstance(found, Refused):
        assert all(each.sentence and each.mend for each in found.refusals)
        assert found.refusals
    else:
        again = rewrite(found.sql, ground(dialect))
        assert isinstance(again, Rewritten), again
        assert again.sql == found.sql


def notes(raw: bytes) -> None:
    """Refuse a checkpoint and a certificate that nobody signed."""
    text = _text(raw)
    with pytest.raises(BadCheckpoint):
        verify(text, "ledger", SECRET)
    with pytest.raises(BadCertificate):
        verify_certificate(text, SECRET)


def webhook(raw: bytes) -> None:
    """Read a signed webhook or refuse it, whatever its body."""
    signature = base64.b64encode(hmac.digest(SECRET, raw, "sha256")).decode()
    for topic in ("customers/redact", "customers/data_request", "shop/redact"):
        headers = {"x-shopify-hmac-sha256": signature, "x-shopify-topic": topic}
        with suppress(InboundRefused):
            read_inbound(headers, raw, SECRET)


def layers(raw: bytes) -> None:
    """Open what a value is wrapped in, within limits."""
    with suppress(TooMuch):
        found = list(islice(Reader(6).views(raw), MOST_VIEWS))
        assert found[0] == ("", raw)
        assert len(found) < MOST_VIEWS


_DIALECTS: Final = ("sqlite", "postgres", "mysql", "duckdb", "spark")
_NOTE: Final = (
    "ledger\n4\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 1\n\n\u2014 ledger AAAAAAAA\n"
)
_SENT: Final = (
    b'{"facts": [{"id": "f-1", "kind": "consent.given", "subject": "email:ada@example.org",'
    b' "occurred_at": "2026-11-24T12:00:00Z", "what": "news", "channel": "email",'
    b' "data": ["email"], "private": {"note": "by post"}}]}'
)
_HOOK: Final = (
    b'{"shop_id": 1, "shop_domain": "shop.example.com", "customer": {"id": 7,'
    b' "email": "ada@example.org", "phone": "+442079460000"}, "orders_to_redact": [1, 2]}'
)
_DATASET: Final = b"""dataset:
- fides_key: shop
  collections:
  - name: customer
    fields:
    - {name: id, fides_meta: {primary_key: true}}
    - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
    - name: order_id
      fides_meta: {references: [{dataset: shop, field: orders.id, direction: from}]}
"""
_QUERIES: Final = (
    b"\0SELECT name, count(*) FROM customer AS c WHERE email LIKE '%x' GROUP BY 1",
    b"\1WITH customer AS (SELECT id FROM customer) SELECT * FROM customer UNION SELECT 1",
    b"\2SELECT c.* FROM `customer` c JOIN orders o USING (id) WHERE EXISTS (SELECT 1 FROM orders)",
    b"\3UPDATE t SET a = c.email FROM customer c",
    b"\4SELECT upper(name) FROM (SELECT * FROM customer) x ORDER BY 1 LIMIT 3",
)


def _files(*patterns: str, most: int = 12) -> tuple[bytes, ...]:
    found = sorted(file for pattern in patterns for file in ROOT.glob(pattern))
    return tuple(file.read_bytes()[:20_000] for file in found[:most])


def _small_policy() -> bytes:
    return (ROOT / "bench" / "policy.md").read_bytes()


@cache
def targets() -> Mapping[str, Target]:
    """Return the targets by name."""
    fact = Fact(
        id="f_1", kind=Kind.CONSENT_GIVEN, person="p_1", what="news", occurred_at=1, recorded_at=2
    )
    texts = _files("tests/unit/policy/draft/texts/*.txt")
    return {
        "policy": Target(policy, (_small_policy(),)),
        "catalogue": Target(catalogue, _files("bench/catalogue.yaml", "policies/*/catalogue.yaml")),
        "datasets": Target(datasets, (_DATASET,)),
        "drafting": Target(drafting, tuple(text[:2_000] for text in texts)),
        "facts": Target(facts, (_SENT,)),
        "kept facts": Target(kept_fact, (canonical(fact),)),
        "words": Target(words, (b"email:ada@example.org", b"phone:+442079460000", b"6 months")),
        "query": Target(query, _QUERIES),
        "notes": Target(notes, (_NOTE.encode(),)),
        "webhook": Target(webhook, (_HOOK,)),
        "layers": Target(
            layers, (b"%61da%40example.org", b"YWRhQGV4YW1wbGUub3Jn", b'{"a":"\\u0061"}')
        ),
    }
