"""Shopify's shop: asked by its Admin interface to erase a customer, and asked whether it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from placket.rights.recipients import Act, State
from placket.sources.processors.message import Answer, Message
from placket.sources.processors.reading import read_json, write_json
from placket.sources.processors.refusals import AnswerOfAnother, AnswerUnreadable, Unable

if TYPE_CHECKING:
    from placket.sources.processors.outgoing import Outgoing

_ERASE: Final = (
    "mutation($id: ID!) { customerRequestDataErasure(customerId: $id)"
    " { customerId userErrors { code } } }"
)
# No more is asked for than whether the customer is there: an answer holds nothing personal.
_LOOK: Final = "query($id: ID!) { customer(id: $id) { id } }"
_GID: Final = "gid://shopify/Customer/"


class UserError(msgspec.Struct, frozen=True):
    """Why the shop does not take the request."""

    code: str | None = None


class Erasure(msgspec.Struct, frozen=True):
    """The form of what a request for erasure gives back."""

    userErrors: list[UserError]  # noqa: N815  # Shopify's own name
    customerId: str | None = None  # noqa: N815  # Shopify's own name


class ErasureData(msgspec.Struct, frozen=True):
    """The form of the answer's data."""

    customerRequestDataErasure: Erasure  # noqa: N815  # Shopify's own name


class Asked(msgspec.Struct, frozen=True):
    """The form of an answer to a request; errors tell of a fault of ours."""

    data: ErasureData | None = None
    errors: list[msgspec.Raw] = []


class Customer(msgspec.Struct, frozen=True):
    """A customer who is still there."""

    id: str


class Looked(msgspec.Struct, frozen=True):
    """The form of whether the customer is there; `data` names them even when they are not."""

    customer: Customer | None


class Seen(msgspec.Struct, frozen=True):
    """The form of an answer to a look."""

    data: Looked | None = None
    errors: list[msgspec.Raw] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopify:
    """A shop at Shopify. url: of its Admin interface for GraphQL, with the version.

    Asking is not erasing: Shopify waits for months where there are recent orders. It signs no
    answer, so the receipt is of what came over the connection that its certificate secures.
    """

    url: str
    token: str = field(repr=False)
    calls: Outgoing

    def tell(self, message: Message) -> Answer:
        """Ask that the customer be erased."""
        name = _gid(message)
        said = read_json(self._ask(_ERASE, name), Asked)
        if said.data is None or said.errors:
            raise AnswerUnreadable("the shop answered with a fault")
        result = said.data.customerRequestDataErasure
        if result.userErrors:
            return Answer(state=State.REFUSED)
        if result.customerId != name:
            raise AnswerOfAnother
        return Answer(state=State.RECEIVED, reference=name)

    def status(self, message: Message, reference: str) -> Answer:
        """Look whether the customer is still there."""
        name = _gid(message)
        if reference != name:
            raise AnswerOfAnother
        body = self._ask(_LOOK, name)
        said = read_json(body, Seen)
        if said.data is None or said.errors:
            raise AnswerUnreadable("the shop answered with a fault")
        found = said.data.customer
        if found is None:
            return Answer(state=State.DONE, signed=(name.encode(), body), reference=name)
        if found.id != name:
            raise AnswerOfAnother
        return Answer(state=State.RECEIVED, reference=name)

    def _ask(self, query: str, name: str) -> bytes:
        body = write_json({"query": query, "variables": {"id": name}})
        headers = {"x-shopify-access-token": self.token}
        return self.calls.post(self.url, body, headers).expected(200).body


def _gid(message: Message) -> str:
    """Return the customer's id at Shopify. Raises Unable when there is not exactly one."""
    keys = message.values("customer")
    if message.act is not Act.ERASE or len(keys) != 1 or not keys[0].isdecimal():
        raise Unable
    return _GID + keys[0]
