"""A small shop of which queries are asked: its catalogue, schema, and the views of one activity."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from placket.catalogue import ColumnSchema, Schema, TableSchema
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.sources.rewriting import Refused, Rewritten, rewrite
from placket.sources.rewriting.names import Ground
from placket.sources.views import view_of
from tests.contract.viewed import POLICY, catalogue_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUE: Final = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email, name: [first_name, last_name], date_of_birth: born}
      orders:
        owner: customer_id -> customer.id
        tells: [order.placed at placed_at]
        holds: {customer_id: customer_id, order_details: total, name: recipient}
      visit:
        owner: customer_id -> customer.id
        tells: []
        holds: {browsing_history: page}
      product: {no_person: true}
"""
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "customer": ("id", "email", "first_name", "last_name", "born", "segment", "created_at"),
    "orders": ("id", "customer_id", "recipient", "total", "placed_at"),
    "visit": ("id", "customer_id", "page"),
    "product": ("id", "title"),
    "secret": ("id", "email"),
}
SCHEMA: Final = Schema(
    tables=tuple(
        TableSchema(name=name, columns=tuple(ColumnSchema(name=column) for column in columns))
        for name, columns in COLUMNS.items()
    )
)
CUSTOMER: Final = "placket_newsletter_customer"
ORDERS: Final = "placket_newsletter_orders"


@cache
def _ground(dialect: str) -> Ground:
    joined = POLICY.replace("uses: [name, email]", "uses: [name, email, customer_id]")
    policy, catalogue = policy_of(joined), catalogue_of(CATALOGUE)
    [source] = catalogue.sources
    purpose = view_of(prepare(policy, Question(activity="newsletter")), catalogue, source)
    return Ground(dialect=dialect, purpose=purpose, source=source, schema=SCHEMA, clause="S-1")


def ground(dialect: str = "sqlite", views: Mapping[str, str] | None = None) -> Ground:
    """Return what queries are rewritten by: the views of the newsletter, for name and email."""
    made = _ground(dialect)
    return Ground(
        dialect=dialect,
        purpose=made.purpose,
        source=made.source,
        schema=made.schema,
        views=views or {},
        clause=made.clause,
    )


def asked(
    query: str, dialect: str = "sqlite", views: Mapping[str, str] | None = None
) -> Rewritten | Refused:
    """Return what becomes of a query."""
    return rewrite(query, ground(dialect, views))


def rewritten(query: str, dialect: str = "sqlite", views: Mapping[str, str] | None = None) -> str:
    """Return the query over the views, in the quotes of SQLite; it must not be refused."""
    found = asked(query, dialect, views)
    assert isinstance(found, Rewritten), found
    return found.sql


def reasons(
    query: str, dialect: str = "sqlite", views: Mapping[str, str] | None = None
) -> list[str]:
    """Return why a query is refused, in order; it must be."""
    found = asked(query, dialect, views)
    assert isinstance(found, Refused), found
    return [refusal.sentence for refusal in found.refusals]
