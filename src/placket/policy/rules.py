"""The kinds of rule that a block may hold: a closed set, each key with the form of its value."""

from __future__ import annotations

from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from placket.law.grounds import Ground
from placket.policy.forms import (
    CONDITION,
    DURATION,
    FLAG,
    NAMED,
    PERIOD,
    PLAIN,
    TEXT,
    WHOLE,
    ATerm,
    Either,
    Form,
    ListOf,
    MapOf,
    OneOf,
)
from placket.problems import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.law.calendar import Duration
    from placket.policy.period import Period

DATUM: Final = ATerm("data")
PURPOSE: Final = ATerm("purpose")
CHANNEL: Final = ATerm("channel")
RECIPIENT: Final = ATerm("recipient")
TOUCHPOINT: Final = ATerm("touchpoint")
BASES: Final = (
    "contract",
    "consent",
    "legitimate_interest",
    "legal_obligation",
    "vital_interest",
    "public_task",
    "recognised_legitimate_interest",
)
PUBLISHED: Final = "published"
DRAFT: Final = "draft"
STANDINGS: Final = ("said", "inferred", "added", "narrowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a rule stands to the text: said by it, inferred from it, added to it, or narrowed."""

    word: str = "said"
    why: str = ""


SAID: Final = Provenance()


def key(
    form: Form,
    *,
    name: str = "",
    default: Any = NO_DEFAULT,
    head: bool = False,
    left_open: Any = None,
) -> Any:
    """Return a dataclass field that a block's key fills.

    head: the key that names the kind. left_open: the value of a needed key while a draft leaves
    it out, because the text does not say it.
    """
    metadata = {"form": form, "name": name, "head": head, "left_open": left_open}
    if default is NO_DEFAULT:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule carries beside its own keys.

    published: (field, value) pairs of the text as published, where it says something else or
    nothing; None when not written. Nothing but `policy/published.py` reads it.
    draft: read from a text by the machine, and confirmed by nobody: it permits nothing.
    """

    KIND: ClassVar[str] = ""

    provenance: Provenance = SAID
    published: tuple[tuple[str, Any], ...] | None = None
    draft: bool = False
    regions: tuple[str, ...] = key(ListOf(NAMED), default=())
    clause: str = field(default="", compare=True)
    span: Span = field(default=NOWHERE, compare=False)
    places: tuple[tuple[str, Span], ...] = field(default=(), compare=False)

    def place_of(self, name: str) -> Span:
        """Return the place of the value of key `name`, or of the rule when it is not written."""
        return dict(self.places).get(name, self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller(Rule):
    """Who answers for the processing. Source: GDPR Art. 13(1)(a), (b)."""

    KIND: ClassVar[str] = "controller"
    name: str = key(TEXT, head=True)
    address: str = key(TEXT, default="")
    country: str = key(TEXT, default="")
    email: str = key(TEXT, default="")
    phone: str = key(TEXT, default="")
    post: str = key(TEXT, default="")
    officer: str = key(TEXT, default="")
    representative: Any = key(PLAIN, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(Rule):
    """Where a set of rules holds and by which law pack."""

    KIND: ClassVar[str] = "region"
    name: str = key(NAMED, head=True)
    countries: tuple[str, ...] = key(ListOf(TEXT))
    law: Any = key(Either(MapOf(TEXT, NAMED), NAMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Rule):
    """In what capacity a person is met."""

    KIND: ClassVar[str] = "role"
    name: str = key(NAMED, head=True)
    taken_by: tuple[str, ...] = key(ListOf(TEXT), default=())
    source: str = key(ATerm("source", also=("another_person", "staff")), default="")
    sources: Any = key(PLAIN, default=())
    confined_to: tuple[str, ...] = key(ListOf(NAMED), default=())
    notice: str = key(TEXT, default="")
    field_sources: bool = key(FLAG, default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Rule):
    """Something that holds of a person because of facts."""

    KIND: ClassVar[str] = "status"
    name: str = key(NAMED, head=True)
    holds_while: tuple[Period, ...] = key(ListOf(CONDITION), default=())
    holds_after: Period | None = key(PERIOD, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum(Rule):
    """What is particular about a category of data."""

    KIND: ClassVar[str] = "data"
    what: tuple[str, ...] = key(ListOf(DATUM), head=True)
    source: str = key(ATerm("source", also=("another_person", "staff")), default="")
    needs_permission: bool = key(FLAG, default=False)
    held_by: str = key(RECIPIENT, default="")
    here: str = key(OneOf(("token", "nothing", "encrypted", "signed")), default="")
    open_while: Period | None = key(CONDITION, name="while", default=None)
    on_request_of: str = key(TEXT, default="")
    never: bool = key(FLAG, default=False)
    special: str = key(OneOf(("health", "offences", "biometric", "other")), default="")
    provision: str = key(OneOf(("voluntary", "contract", "law")), default="")
    if_refused: tuple[str, ...] = key(ListOf(TEXT), default=())
    exact: bool = key(FLAG, default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Rule):
    """A place where data are taken: a form, a call, a page."""

    KIND: ClassVar[str] = "capture"
    name: str = key(NAMED, head=True)
    at: tuple[str, ...] = key(ListOf(TOUCHPOINT), default=())
    version: int = key(WHOLE, default=1)
    channels: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    takes: tuple[str, ...] = key(ListOf(DATUM), default=())
    fields: Any = key(MapOf(DATUM, OneOf(("required", "optional"))), default=())
    purposes_shown: tuple[str, ...] = key(ListOf(PURPOSE), default=())
    asks: tuple[str, ...] = key(ListOf(NAMED), default=())
    offers: tuple[str, ...] = key(ListOf(OneOf(("marketing_opt_out", "notice"))), default=())
    topics: tuple[str, ...] = key(ListOf(TEXT), default=())
    source: str = key(ATerm("source"), default="")
    notes: tuple[str, ...] = key(ListOf(TEXT), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Rule):
    """A row of the record of processing. Source: GDPR Art. 30(1), 6(1)."""

    KIND: ClassVar[str] = "activity"
    name: str = key(NAMED, head=True)
    extends: str = key(NAMED, default="")
    purpose: tuple[str, ...] = key(ListOf(PURPOSE), default=())
    about: tuple[str, ...] = key(ListOf(NAMED), default=())
    uses: tuple[str, ...] = key(ListOf(DATUM), default=())
    uses_also: tuple[str, ...] = key(ListOf(DATUM), default=())
    requires: tuple[str, ...] = key(ListOf(DATUM), default=())
    basis: str = key(OneOf(BASES), default="")
    interest: str = key(TEXT, default="")
    assessment: str = key(TEXT, default="")
    relation: tuple[str, ...] = key(ListOf(NAMED), default=())
    law: Any = key(MapOf(NAMED, TEXT), default=())
    condition: str = key(OneOf(tuple("abcdefghij")), default="")
    ground: str = key(OneOf(tuple(g.value for g in Ground)), default="")
    under_restriction: str = key(OneOf(tuple(g.value for g in Ground)), default="")
    soft_opt_in: Any = key(PLAIN, default=())
    channel: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    topic: str = key(NAMED, default="")
    sender: tuple[str, ...] = key(ListOf(NAMED), default=())
    recipients: tuple[str, ...] = key(ListOf(RECIPIENT), default=())
    shares: Any = key(PLAIN, default=())
    occasion: str = key(TEXT, default="")
    every: Duration | None = key(DURATION, default=None)
    message: str = key(OneOf(("service", "marketing", "recall", "research")), default="")
    excludes: tuple[str, ...] = key(ListOf(TEXT), default=())
    profiling: bool = key(FLAG, default=False)
    needs: tuple[str, ...] = key(ListOf(NAMED), default=())
    device: str = key(OneOf(("stores", "exempt")), default="")
    open_while: Period | None = key(CONDITION, name="while", default=None)
    joint_with: str = key(RECIPIENT, default="")
    lookalike: str = key(TEXT, default="")
    flag: Any = key(PLAIN, default=())
    then: str = key(OneOf(("human_review", "hold")), default="")
    offered: bool = key(FLAG, default=True)
    output: Any = key(PLAIN, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Automated(Rule):
    """A decision made by a machine alone. Source: GDPR Art. 22; UK GDPR Art. 22A to 22D."""

    KIND: ClassVar[str] = "automated"
    name: str = key(NAMED, head=True)
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    decides: tuple[str, ...] = key(ListOf(TEXT), default=())
    needed_for: str = key(TEXT, default="")
    gateway: Any = key(MapOf(TEXT, OneOf(("contract", "law", "consent"))), default=())
    review: Duration | None = key(DURATION, default=None)
    if_declined: Any = key(PLAIN, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Rule):
    """A narrowing that outranks: a rate, a form, a place."""

    KIND: ClassVar[str] = "limit"
    name: str = key(NAMED, head=True)
    purpose: tuple[str, ...] = key(ListOf(PURPOSE), default=())
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    data: tuple[str, ...] = key(ListOf(DATUM), default=())
    channels: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    to: tuple[str, ...] = key(ListOf(RECIPIENT), default=())
    after: Period | None = key(PERIOD, default=None)
    allow: Any = key(PLAIN, default=())
    form: Any = key(PLAIN, default=())
    content: Any = key(PLAIN, default=())
    own_preferences: bool = key(FLAG, default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Rule):
    """A yes that is asked for, and how long it is current. Source: GDPR Art. 4(11), 7."""

    KIND: ClassVar[str] = "consent"
    name: str = key(NAMED, head=True)
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    channel: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    recipients: tuple[str, ...] = key(ListOf(RECIPIENT), default=())
    asked: Any = key(PLAIN, default=())
    of: str = key(TEXT, default="")
    wordings: tuple[str, ...] = key(ListOf(TEXT), default=())
    confirm: str = key(OneOf(("single", "double")), default="single")
    period: Period | None = key(PERIOD, name="for", default=None)
    withdrawn_by: tuple[str, ...] = key(ListOf(NAMED), default=())
    accept: tuple[str, ...] = key(ListOf(OneOf(("imported",))), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(Rule):
    """A category of what is stored on a device, or read from it. Source: ePrivacy Art. 5(3)."""

    KIND: ClassVar[str] = "cookie"
    name: str = key(NAMED, head=True)
    purpose: tuple[str, ...] = key(ListOf(PURPOSE), default=())
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    data: tuple[str, ...] = key(ListOf(DATUM), default=())
    basis: str = key(OneOf(("consent", "exempt")))
    period: Period | None = key(PERIOD, name="for", default=None)
    withdrawn_by: tuple[str, ...] = key(ListOf(NAMED), default=())
    values: str = key(OneOf(("signed", "encrypted")), default="")
    policy: str = key(TEXT, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceAge(Rule):
    """The age below which a guardian agrees first, whatever the basis."""

    KIND: ClassVar[str] = "audience_age"
    age: int = key(WHOLE, head=True)
    needs: str = key(OneOf(("guardian_agreement",)), default="guardian_agreement")
    before: tuple[str, ...] = key(ListOf(NAMED), default=())
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    unknown_age: str = key(OneOf(("permit", "deny")), default="permit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Rule):
    """To whom data go, and in what role. Source: GDPR Art. 13(1)(e), 26, 28."""

    KIND: ClassVar[str] = "recipient"
    name: tuple[str, ...] = key(ListOf(RECIPIENT), head=True)
    names: tuple[str, ...] = key(ListOf(TEXT), default=())
    role: Any = key(
        Either(
            MapOf(OneOf(("controller", "processor", "joint")), ListOf(NAMED)),
            OneOf(("controller", "processor", "joint")),
        ),
        name="as",
        left_open="",
    )
    gets: tuple[str, ...] = key(ListOf(DATUM), default=())
    activities: tuple[str, ...] = key(ListOf(NAMED), default=())
    contract: str = key(TEXT, default="")
    country: tuple[str, ...] = key(ListOf(TEXT), default=())
    safeguard: str = key(ATerm("transfer"), default="")
    keeps_record: bool = key(FLAG, default=False)
    own_policy: bool = key(FLAG, default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Rule):
    """What must hold before data leave. Source: GDPR Art. 44 to 49."""

    KIND: ClassVar[str] = "transfer"
    name: str = key(NAMED, head=True)
    needs_any: tuple[str, ...] = key(
        ListOf(ATerm("transfer", also=("adequacy", "standard_clauses"))), default=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retain(Rule):
    """How long a datum is kept and what then becomes of it. Source: GDPR Art. 5(1)(e)."""

    KIND: ClassVar[str] = "retain"
    what: tuple[str, ...] = key(ListOf(ATerm("data", also=("all",))), head=True)
    period: Period = key(PERIOD, name="for")
    then: str = key(OneOf(("erase", "anonymise", "erase_or_anonymise")), default="erase")
    at: str = key(RECIPIENT, default="")
    fields: tuple[str, ...] = key(ListOf(NAMED), default=())
    ground: str = key(OneOf(tuple(g.value for g in Ground)), default="")
    law: Any = key(MapOf(NAMED, TEXT), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Right(Rule):
    """A right of the person and the way to it. Source: GDPR Art. 12 to 22."""

    KIND: ClassVar[str] = "right"
    name: str = key(ATerm("right"), head=True)
    by: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    fee: str = key(OneOf(("none", "reasonable")), default="")
    amount: str = key(TEXT, default="")
    covers: Any = key(PLAIN, default=())
    format: tuple[str, ...] = key(ListOf(OneOf(("json", "csv", "pdf", "html"))), default=())
    direct_transfer: str = key(OneOf(("where_feasible",)), default="")
    waits_while: tuple[Period, ...] = key(ListOf(CONDITION), default=())
    kept: Any = key(PLAIN, default=())
    tells: tuple[str, ...] = key(ListOf(TEXT), default=())
    new_data: str = key(OneOf(("start_anew",)), default="")
    evidence: str = key(OneOf(("may_be_asked",)), default="")
    reasons: str = key(OneOf(("asked", "not_asked")), default="")
    meanwhile: str = key(OneOf(("freeze_field", "stop_processing")), default="")
    at_any_time: bool = key(FLAG, default=False)
    account: str = key(OneOf(("not_needed", "needed")), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Rule):
    """Which staff see which data, and when."""

    KIND: ClassVar[str] = "access"
    role: str = key(NAMED, head=True)
    sees: tuple[str, ...] = key(ListOf(DATUM), default=())
    open_while: Period | None = key(CONDITION, name="while", default=None)
    via: str = key(RECIPIENT, default="")
    snapshot: Any = key(PLAIN, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Security(Rule):
    """A measure that is in place. Source: GDPR Art. 32."""

    KIND: ClassVar[str] = "security"
    measure: tuple[str, ...] = key(ListOf(ATerm("security")), head=True)
    protects: tuple[str, ...] = key(ListOf(DATUM), default=())
    detail: str = key(TEXT, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Rule):
    """What is told to persons, where and when. Source: GDPR Art. 12 to 14."""

    KIND: ClassVar[str] = "notice"
    name: str = key(NAMED, head=True)
    shows: tuple[str, ...] = key(ListOf(TEXT), default=())
    at: tuple[str, ...] = key(ListOf(TEXT), default=())
    when: str = key(TEXT, default="")
    channels: tuple[str, ...] = key(ListOf(CHANNEL), default=())
    url: str = key(TEXT, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint(Rule):
    """Where a person may complain. Source: GDPR Art. 13(2)(d), 77; DPA 2018 s. 164A."""

    KIND: ClassVar[str] = "complaint"
    to: str = key(TEXT, head=True)
    country: str = key(TEXT, default="")
    about: tuple[str, ...] = key(ListOf(TEXT), default=())
    url: str = key(TEXT, default="")


KINDS: Final[Mapping[str, type[Rule]]] = MappingProxyType(
    {
        kind.KIND: kind
        for kind in (
            Controller,
            Region,
            Role,
            Status,
            Datum,
            Capture,
            Activity,
            Automated,
            Limit,
            Consent,
            Cookie,
            AudienceAge,
            Recipient,
            Transfer,
            Retain,
            Right,
            Access,
            Security,
            Notice,
            Complaint,
        )
    }
)


def keys_of(kind: type[Rule]) -> Mapping[str, Field[Any]]:
    """Return the fields of `kind` by the key that a block writes for each, the head first."""
    return _KEYS[kind.KIND]


def is_needed(keyed: Field[Any]) -> bool:
    """Say whether a block must write the key: it has no default."""
    return keyed.default is NO_DEFAULT


def unsaid(keyed: Field[Any]) -> Any:
    """Return what a key's field holds where the text says nothing of it."""
    if not is_needed(keyed):
        return keyed.default
    return () if isinstance(keyed.metadata["form"], ListOf) else None


def _keyed_fields(kind: type[Rule]) -> Mapping[str, Field[Any]]:
    keyed = [f for f in fields(kind) if "form" in f.metadata]
    keyed.sort(key=lambda f: (not f.metadata["head"], f.name == "regions"))
    return MappingProxyType(
        {(kind.KIND if f.metadata["head"] else f.metadata["name"] or f.name): f for f in keyed}
    )


_KEYS: Final = {name: _keyed_fields(kind) for name, kind in KINDS.items()}


_PAIR: Final = 2


def as_dict(value: Any) -> dict[str, Any]:
    """Return frozen pairs as a dict; anything else, such as a list of lists, gives an empty one."""
    is_list = isinstance(value, tuple)
    is_pairs = is_list and all(isinstance(i, tuple) and len(i) == _PAIR for i in value)
    return dict(value) if is_pairs else {}
