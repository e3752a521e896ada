"""What goes in and out of the register of requests: typed, every text bounded, no unknown field."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from placket.web.api.messages import Moment, Name, Names, Strict, Subject

Says = Annotated[str, Meta(max_length=4096)]
By = Annotated[
    str, Meta(max_length=128, description="the staff id of who does it; empty is the key's name")
]


class CorrectionSent(Strict, frozen=True, kw_only=True):
    """What is right instead, of one category."""

    category: Name
    value: Annotated[str, Meta(max_length=1024)]
    column: Name = ""


class RequestSent(Strict, frozen=True, kw_only=True):
    """A request as it came in, whoever took it down.

    id: the sender's; a request sent twice under one id is opened once. proof: by what it is known
    already who asks, such as `session`. about: the consent, purpose or decision that it is about.
    words: what the person wrote, sealed.
    """

    subject: Subject
    right: Name
    id: Annotated[str, Meta(max_length=128)] = ""
    route: Name = "api"
    asked_by: Literal["data_subject", "agent", "guardian"] = "data_subject"
    staff: Name = ""
    data: Names = msgspec.field(default_factory=list)
    activity: Name = ""
    channel: Name = ""
    about: Name = ""
    corrections: Annotated[list[CorrectionSent], Meta(max_length=50)] = msgspec.field(
        default_factory=list
    )
    words: Says = ""
    proof: Names = msgspec.field(default_factory=list)
    received_at: Moment = ""
    by: By = ""


class Register(Strict, frozen=True, kw_only=True):
    """Which requests: the open ones, or all."""

    state: Literal["open", "all"] = "open"


class WhichRequest(Strict, frozen=True, kw_only=True):
    """One request by its reference."""

    reference: Name


class Doing(Strict, frozen=True, kw_only=True):
    """An act, and who does it."""

    by: By = ""


class Verifying(Strict, frozen=True, kw_only=True):
    """How it is known who asks: one of these.

    send_code: the id of an address on file that a code is sent to. code: what the person read
    there. seen: what staff saw, with the `address` where an answer may go. mandate: whoever speaks
    for the person has shown that they may.
    """

    send_code: Name = ""
    code: Name = ""
    seen: Names = msgspec.field(default_factory=list)
    address: Name = ""
    mandate: bool = False
    by: By = ""


class Approving(Strict, frozen=True, kw_only=True):
    """The newest plan, by its digest; who approves is the key."""

    digest: Annotated[str, Meta(min_length=64, max_length=64)]


class Answering(Strict, frozen=True, kw_only=True):
    """Where the answer goes, and of a complaint or a review what came out of it."""

    to: Name = ""
    outcome: Says = ""
    why: Says = ""


class Extending(Strict, frozen=True, kw_only=True):
    """Why more time is needed."""

    reasons: Annotated[list[Literal["complexity", "number_of_requests"]], Meta(min_length=1)]
    by: By = ""


class Refusing(Strict, frozen=True, kw_only=True):
    """A refusal, or of one part where `data` names it. abusive: of a first request, was shown."""

    ground: Name
    data: Names = msgspec.field(default_factory=list)
    why: Says = ""
    abusive: bool = False
    by: By = ""


class Assigning(Strict, frozen=True, kw_only=True):
    """Whose it is."""

    owner: Annotated[str, Meta(min_length=1, max_length=128)]
    by: By = ""


class Asking(Strict, frozen=True, kw_only=True):
    """What the person is asked for. says: what is needed, a sentence each; of a fee its amount.

    abusive: of a first request for which a fee is asked, that abusive intent was shown.
    """

    what: Literal["identity", "clarification", "evidence", "fee"]
    says: Annotated[list[Says], Meta(max_length=20)] = msgspec.field(default_factory=list)
    amount: Name = ""
    ground: Name = ""
    abusive: bool = False
    by: By = ""


class Coming(Strict, frozen=True, kw_only=True):
    """What came that was asked for."""

    what: Literal["clarification", "evidence", "fee"]
    by: By = ""


class PlannedShown(msgspec.Struct, frozen=True, kw_only=True):
    """The newest plan of a request, by its digest."""

    digest: str
    steps: int
    carried_out: int
    second_person: bool
    obstructed: bool
    approved_by: list[str]


class RefusedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal; data: of which part, none for the whole."""

    ground: str
    data: list[str]


class UnheededShown(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that counts for nothing, and why."""

    fact: str
    why: str


class AddressShown(msgspec.Struct, frozen=True, kw_only=True):
    """An address on file by its opaque id. own: it was shown to be the person's."""

    id: str
    kind: str
    since: str
    own: bool


class RequestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands; nothing names the person but their opaque id."""

    reference: str
    person: str
    right: str
    state: str
    route: str
    asked_by: str
    received: str
    due: str | None
    owner: str | None
    next: str | None
    waits_for: str | None
    waits_until: str | None
    proof: str
    proof_needed: str
    data: list[str]
    plan: PlannedShown | None
    left: int
    refused: list[RefusedShown]
    unheeded: list[UnheededShown]
    addresses: list[AddressShown]


class StepShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what becomes of how many rows, and why; no keys and no values."""

    action: str
    source: str
    table: str
    rows: int
    columns: list[str]
    law: str
    clause: str
    ground: str
    until: str | None
    says: str


class ObstacleShown(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against a plan, and how it is mended."""

    source: str
    table: str
    says: str
    mend: str


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was made; nothing is changed before it is approved and applied."""

    digest: str
    rows_changed: int
    second_person: bool
    steps: list[StepShown]
    obstacles: list[ObstacleShown]
    request: RequestShown


class AppliedShown(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying out gave; left: each source that was left, with why."""

    request: RequestShown
    left: dict[str, str]
