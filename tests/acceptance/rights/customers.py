"""The tables that the traps share: customers with an account, and orders kept for the books."""

from __future__ import annotations

CUSTOMERS = """
      customer:
        subject: {email: email, phone: phone, since: since, country: country, match: [email]}
        tells: [account.opened at since, customer.located in country]
        holds: {email: email, name: name, phone: phone}
        delete: true
"""
CUSTOMER = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(120), phone VARCHAR(40),
    country VARCHAR(2), since TIMESTAMP
)"""
ORDERS = """
      orders:
        owner: customer_id -> customer.id
        subject:
          as: contact
          key: guest_email
          email: guest_email
          since: placed_at
          when: {customer_id: null}
          match: [email]
        tells: [order.opened at placed_at, order.closed at closed_at, data.collected at placed_at]
        holds: {order_details: [placed_at, total], email: guest_email, delivery_address: ship_to}
        cut: customer_id
        blank: [guest_email, ship_to]
        keep:
          columns: [placed_at, closed_at, total]
          until: 6 years from order.closed
          basis: legal_obligation
          law: Value Added Tax Act 1994
"""
ORDER = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
    guest_email VARCHAR(120), placed_at TIMESTAMP, closed_at TIMESTAMP, total INTEGER NOT NULL,
    ship_to VARCHAR(80)
)"""


def customer(
    number: int, name: str, email: str, phone: str = "", since: str = "2026-01-01 10:00:00"
) -> str:
    """Return the statement that adds a customer."""
    row = f"({number}, '{name}', '{email}', '{phone}', 'GB', '{since}')"
    return f"INSERT INTO customer VALUES {row}"  # noqa: S608 - a row of the test's own


def order(
    number: int,
    owner: int | None,
    email: str = "",
    placed: str = "2020-01-01 10:00:00",
    closed: str = "2026-03-09 10:00:00",
) -> str:
    """Return the statement that adds an order of a customer, or of a guest by their address."""
    who = f"{owner or 'NULL'}, NULLIF('{email}', '')"
    row = f"({number}, {who}, '{placed}', '{closed}', 40, '1 Elm')"
    return f"INSERT INTO orders VALUES {row}"  # noqa: S608 - a row of the test's own
