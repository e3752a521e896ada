"""What goes in and out under `/v1`: typed, every text bounded, no unknown field."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from placket.decide.question import Reason  # noqa: TC001  # msgspec reads the types at run time

MOST_IN_A_BATCH = 1000

Name = Annotated[str, Meta(max_length=128)]
Subject = Annotated[
    str, Meta(max_length=600, description="an identifier, such as `email:ada@example.org`")
]
Moment = Annotated[
    str, Meta(max_length=40, description="RFC 3339, or a day in the policy's zone; empty is now")
]
Names = Annotated[list[Name], Meta(max_length=100)]
FactId = Annotated[str, Meta(min_length=1, max_length=128)]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message with no field but its own."""


class Asked(Strict, frozen=True, kw_only=True):
    """Ask whether `activity` may be done for `subject`; what is empty is not asked about."""

    subject: Subject
    activity: Name
    data: Names = []
    channel: Name = ""
    recipient: Name = ""
    sender: Name = ""
    actor: Name = ""
    case: Name = ""
    product: Name = ""
    occasion: Name = ""
    at: Moment = ""
    known_at: Moment = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: permitted or denied, for which data, and every reason."""

    outcome: Literal["permit", "deny"]
    activity: str
    data: tuple[str, ...]
    withheld: tuple[str, ...]
    at: str
    because: tuple[Reason, ...]


class AskedInBatch(Strict, frozen=True, kw_only=True):
    """One question of a batch; the instant is the batch's."""

    subject: Subject
    activity: Name
    data: Names = []
    channel: Name = ""
    recipient: Name = ""
    sender: Name = ""
    actor: Name = ""
    case: Name = ""
    product: Name = ""
    occasion: Name = ""


class Batch(Strict, frozen=True, kw_only=True):
    """Many questions at one instant."""

    questions: Annotated[list[AskedInBatch], Meta(min_length=1, max_length=MOST_IN_A_BATCH)]
    at: Moment = ""


class DecidedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """The answers in the order of the questions."""

    decisions: list[Decided]


class FactSent(Strict, frozen=True, kw_only=True):
    """One fact. Its id is the sender's: a fact sent twice is recorded once.

    private: text to be sealed under the person's key, such as evidence or a birth date.
    if_permitted: a message, the only fact of its batch, is asked about and recorded as one.
    """

    id: FactId
    kind: Name
    subject: Subject
    occurred_at: Moment
    what: Name = ""
    activity: Name = ""
    channel: Name = ""
    topic: Name = ""
    region: Name = ""
    recipient: Name = ""
    clause: Name = ""
    thing: Name = ""
    ground: Name = ""
    about: Name = ""
    until: Moment = ""
    data: Names = []
    marks: Names = []
    private: Annotated[dict[Name, Annotated[str, Meta(max_length=4096)]], Meta(max_length=20)] = {}
    if_permitted: bool = False


class Facts(Strict, frozen=True, kw_only=True):
    """Facts to record: all of them or none."""

    facts: Annotated[list[FactSent], Meta(min_length=1, max_length=MOST_IN_A_BATCH)]


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts were new, and how many were known already by their id.

    checkpoint: the newest of the ledger, a signed note; kept, it witnesses what stood then.
    """

    recorded: int
    known: int
    checkpoint: str


class Whom(Strict, frozen=True, kw_only=True):
    """Ask for whom `activity` may be done."""

    activity: Name
    channel: Name = ""
    at: Moment = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an answer that lists persons: the ledger's id, no identifier."""

    person: str


class Nothing(Strict, frozen=True, kw_only=True):
    """A question, or an act, that needs nothing said."""


class Which(Strict, frozen=True, kw_only=True):
    """One fact by its id."""

    fact: FactId


class Since(Strict, frozen=True, kw_only=True):
    """An earlier size of the tree."""

    old_size: Annotated[int, Meta(ge=0, le=2**62)]


class InclusionShown(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that a fact stands in the tree. leaf, path: SHA-256, in base64."""

    fact: str
    leaf: str
    position: int
    path: list[str]
    checkpoint: str


class ConsistencyShown(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that the tree of `old_size` leaves begins the checkpoint's. path: in base64."""

    old_size: int
    path: list[str]
    checkpoint: str


class FactShown(msgspec.Struct, frozen=True, kw_only=True):
    """The clear part of a fact. sealed: whether it has a part that only its person's key opens."""

    id: str
    kind: str
    occurred_at: str
    recorded_at: str
    person: str
    persons: int
    what: str
    activity: str
    channel: str
    topic: str
    region: str
    recipient: str
    clause: str
    version: str
    route: str
    by: str
    thing: str
    ground: str
    about: str
    until: str | None
    data: list[str]
    marks: list[str]
    sealed: bool
