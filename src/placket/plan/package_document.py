"""What a package says, as values that are written as JSON: the schema follows from them."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

COPY: Final = "placket-copy/1"
PORTABLE: Final = "placket-portable/1"
"""The schema of a document with its version: a change that a reader would notice counts it up."""

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its name, its category of data if it has one, and what stands in it.

    type: `text`, `number`, `truth`, `time`, `bytes` (as base64) or `empty`.
    """

    name: str
    category: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The person's rows of one table. file: the same as CSV. rows: by the names of the columns."""

    source: str
    table: str
    file: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """That a recipient got data, which, and when (RFC 3339, UTC).

    Data that are no longer held are told as well. Source: GDPR Art. 15(1)(c); C-154/21.
    """

    at: str
    recipient: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That data were used, what for and when; who of the staff it was is not told.

    Source: C-579/21.
    """

    at: str
    activity: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the person said: a yes, a no, an objection, a request; and what they were asked.

    said: the kind of fact. about: the consent, purpose, topic or right. wording: which words
    were shown, by their name. Source: GDPR Art. 15(3).
    """

    at: str
    said: str
    about: str
    channel: str
    wording: str
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What is told of one category. Source: GDPR Art. 15(1)(a) to (d), (g).

    goes_at: when the last of its periods ends (RFC 3339), null while one has not begun to run.
    """

    category: str
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    clauses: tuple[str, ...]
    may_receive: tuple[str, ...]
    periods: tuple[str, ...]
    goes_at: str | None
    sources: tuple[str, ...]
    automated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who may receive data, in which role, where, and what protects them there.

    Source: GDPR Art. 15(1)(c), 15(2).
    """

    recipients: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str, ...]
    countries: tuple[str, ...]
    safeguard: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold before data leave for another country: one of `needs_any`.

    Source: GDPR Art. 15(2), 44 to 49.
    """

    name: str
    needs_any: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A decision by a machine alone: its logic, and where the person's own outcomes stand.

    gateways: what lets it be made, by what it decides. looks_at: the data that it uses. review:
    how soon a person looks again when asked. outcomes: files with this person's.
    Source: GDPR Art. 15(1)(h).
    """

    name: str
    decides: tuple[str, ...]
    needed_for: str
    gateways: dict[str, str]
    looks_at: tuple[str, ...]
    purposes: tuple[str, ...]
    review: str
    clause: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a clause keeps on a ground of law, for how long, and for nothing else."""

    data: tuple[str, ...]
    ground: str
    period: str
    law: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """What is not in the package, of how many rows, and why. Source: GDPR Art. 15(4), 12(4)."""

    source: str
    table: str
    columns: tuple[str, ...]
    rows: int
    ground: str
    law: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Where the person may complain; name: empty for the authority of their own country."""

    name: str
    country: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portable:
    """What a person takes elsewhere. Source: GDPR Art. 20(1)."""

    schema: str
    request: str
    right: str
    made_at: str
    retailer: str
    policy: str
    tables: tuple[Records, ...]
    left_out: tuple[Omission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A person's copy with all that is told beside it. Source: GDPR Art. 15."""

    schema: str
    request: str
    right: str
    made_at: str
    retailer: str
    policy: str
    contact: dict[str, str]
    categories: tuple[Category, ...]
    received: tuple[Passage, ...]
    receivers: tuple[Receiver, ...]
    transfers: tuple[Condition, ...]
    looks: tuple[Look, ...]
    choices: tuple[Choice, ...]
    automated: tuple[Machine, ...]
    kept: tuple[Kept, ...]
    rights: tuple[str, ...]
    complaints: tuple[Complaint, ...]
    left_out: tuple[Omission, ...]
    tables: tuple[Records, ...]


_KINDS: Final = {COPY: Copy, PORTABLE: Portable}
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def as_json(document: Copy | Portable) -> bytes:
    """Return the document as JSON, indented so that a person can read it as well."""
    return msgspec.json.format(_ENCODER.encode(document), indent=2)


@cache
def schema_of(name: str) -> bytes:
    """Return the JSON Schema of the documents that call themselves so."""
    schema: dict[str, Any] = msgspec.json.schema(_KINDS[name])
    return msgspec.json.format(msgspec.json.encode(schema), indent=2)
