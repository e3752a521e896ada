"""Shopify's compliance webhooks as they come in: verified over the raw body, read to a value."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from placket.identity.identifier import Identifier, normalise
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE: Final = "x-shopify-hmac-sha256"
TOPIC: Final = "x-shopify-topic"
LARGEST: Final = 262_144
"""The bytes of a webhook at most."""

TOO_LARGE: Final = 413
UNSIGNED: Final = 401
UNREADABLE: Final = 400


class InboundRefused(Exception):
    """The webhook is refused."""

    def __init__(self, status: int) -> None:
        """Carry the status to answer with."""
        super().__init__(str(type(self).__doc__))
        self.status = status


class Topic(StrEnum):
    """What Shopify tells of."""

    DATA_REQUEST = "customers/data_request"
    REDACT = "customers/redact"
    SHOP_REDACT = "shop/redact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What the register needs of one webhook.

    id: the same for the same message, however often it comes; a month of them is kept. right:
    what is asked for one person; None when the whole shop goes. whom: by what they are known.
    orders: the ids of the orders concerned. reference: of Shopify's own data request.
    """

    id: str
    topic: Topic
    shop: str
    right: Right | None
    whom: tuple[Identifier, ...] = ()
    orders: tuple[str, ...] = ()
    reference: str = ""


Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=10_000)]
Text = Annotated[str, msgspec.Meta(max_length=512)]
Domain = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,253}\Z")]


class Customer(msgspec.Struct, frozen=True):
    """The person."""

    id: Id
    email: Text | None = None
    phone: Text | None = None


class Reference(msgspec.Struct, frozen=True):
    """Shopify's own request."""

    id: Id


class Said(msgspec.Struct, frozen=True):
    """The form of all three; what a later version adds is passed over."""

    shop_id: Id
    shop_domain: Domain
    customer: Customer | None = None
    data_request: Reference | None = None
    orders_requested: Ids | None = None
    orders_to_redact: Ids | None = None

    @property
    def topic(self) -> Topic | None:
        """Return the topic that the form tells, None when it tells none.

        The topic's header is not signed: a webhook about one customer that is sent again under
        another topic must not read as one about the whole shop.
        """
        has = (self.customer, self.data_request, self.orders_requested, self.orders_to_redact)
        match tuple(each is not None for each in has):
            case (True, True, _, False):
                return Topic.DATA_REQUEST
            case (True, False, False, True):
                return Topic.REDACT
            case (False, False, False, False):
                return Topic.SHOP_REDACT
            case _:
                return None


_RIGHTS: Final[Mapping[Topic, Right]] = MappingProxyType(
    {Topic.DATA_REQUEST: Right.ACCESS, Topic.REDACT: Right.ERASURE}
)


def read_inbound(
    headers: Mapping[str, str], body: bytes, secret: bytes, *, source: str = "shopify"
) -> Inbound:
    """Return what a webhook asks for, verified over the raw body before it is read.

    headers: their names in lower case. source: the source of the catalogue whose customers they
    are. Raises InboundRefused with 401 for a wrong signature, 413 and 400 for what is no webhook.
    """
    if len(body) > LARGEST:
        raise InboundRefused(TOO_LARGE)
    if not is_signed(headers.get(SIGNATURE, ""), body, secret):
        raise InboundRefused(UNSIGNED)
    try:
        said = msgspec.json.decode(body, type=Said)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise InboundRefused(UNREADABLE) from None
    if said.topic is None or said.topic != headers.get(TOPIC):
        raise InboundRefused(UNREADABLE)
    return Inbound(
        # What names a delivery stands in a header that is not signed; the body is.
        id="shopify_" + hashlib.sha256(body).hexdigest()[:32],
        topic=said.topic,
        shop=said.shop_domain,
        right=_RIGHTS.get(said.topic),
        whom=_whom(said.customer, source) if said.customer is not None else (),
        orders=tuple(map(str, said.orders_requested or said.orders_to_redact or ())),
        reference=str(said.data_request.id) if said.data_request is not None else "",
    )


def is_signed(signature: str, body: bytes, secret: bytes) -> bool:
    """Say whether the header is the base64 of the HMAC-SHA256 of the raw body."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, hmac.digest(secret, body, "sha256"))


def _whom(customer: Customer, source: str) -> tuple[Identifier, ...]:
    """Return by what the person is known; an address of no form is left out, the id never."""
    known = (
        normalise("customer", f"{source}:{customer.id}"),
        normalise("email", customer.email or ""),
        normalise("phone", customer.phone or ""),
    )
    return tuple(each for each in known if isinstance(each, Identifier))
