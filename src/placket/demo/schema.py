"""The tables of the reference retailer's shop; each comment says what a row tells.

Times are UTC. On PostgreSQL they carry the zone; SQLite has no zones, so a reader takes what it
finds there as UTC. Money is in whole pence. Column names are the shop's own, not Placket's.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
"""Every table of the shop; `METADATA.sorted_tables` puts a parent before its children."""


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def _link(column: str, target: str, *, nullable: bool = False, comment: str = "") -> Column[int]:
    return Column(
        column, Integer, ForeignKey(target), nullable=nullable, index=True, comment=comment or None
    )


def _when(column: str, *, nullable: bool = False, comment: str = "") -> Column[object]:
    return Column(column, DateTime(timezone=True), nullable=nullable, comment=comment or None)


def _text(column: str, *, nullable: bool = False, comment: str = "") -> Column[str]:
    return Column(column, Text, nullable=nullable, comment=comment or None)


def _word(column: str, length: int, *, comment: str = "") -> Column[str]:
    return Column(column, String(length), nullable=False, comment=comment or None)


def _whole(column: str) -> Column[int]:
    return Column(column, Integer, nullable=False)


def _country(comment: str = "") -> Column[str]:
    return Column("country", String(2), comment=comment or None)


def _contact(column: str, *, nullable: bool = False, comment: str = "") -> Column[str]:
    """Return a column by which a person is reached and found: email, phone, handle."""
    return Column(column, Text, nullable=nullable, index=True, comment=comment or None)


def _visitor(comment: str = "") -> Column[str]:
    return Column("visitor", String(20), nullable=False, index=True, comment=comment or None)


customer = Table(
    "customer",
    METADATA,
    _key(),
    _contact("email", nullable=True, comment="as typed, so letter case varies; null once erased"),
    _contact("phone", nullable=True, comment="as typed: with +44 or with 0, blanks or none"),
    _text("title", nullable=True),
    _text("first_name"),
    _text("last_name"),
    Column("birth_date", Date, comment="only where the customer gave it"),
    _country("ISO 3166 code; null where the shop does not know it"),
    _word("language", 2, comment="ISO 639 code"),
    _text("password_hash", nullable=True),
    _when("created_at"),
    _when("last_seen_at", nullable=True, comment="last sign-in, order or letter; null if never"),
    _when("closed_at", nullable=True),
    Column(
        "accepts_email_marketing",
        Boolean,
        nullable=False,
        comment="a bare opt-in: no wording, no time, no route stands beside it",
    ),
    _text("note", nullable=True, comment="free text written by staff"),
    comment=(
        "A person with an account. Tells account.opened at created_at, account.closed at "
        "closed_at, customer.born on birth_date. An erased person leaves an emptied row."
    ),
)

address = Table(
    "address",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _word("role", 8, comment="home, billing or delivery"),
    _text("line_1"),
    _text("line_2", nullable=True),
    _text("town"),
    _text("postcode", nullable=True),
    _country(),
    CheckConstraint("role IN ('home', 'billing', 'delivery')", name="address_role"),
    comment="One address of a customer in one role; tells no event.",
)

product = Table(
    "product",
    METADATA,
    _key(),
    Column("code", Text, nullable=False, unique=True),
    _text("name"),
    _whole("price_pence"),
    Column("in_stock", Boolean, nullable=False),
    comment="What the shop sells, and its postage and vouchers. No person.",
)

orders = Table(
    "orders",
    METADATA,
    _key(),
    Column("invoice_no", Text, nullable=False, unique=True),
    _link("customer_id", "customer.id", nullable=True, comment="null for a guest order"),
    _contact("guest_email", nullable=True, comment="set for a guest order alone"),
    _text("guest_name", nullable=True),
    _contact("guest_phone", nullable=True),
    _when("placed_at"),
    _when("paid_at", nullable=True),
    _when("delivered_at", nullable=True),
    _when("cancelled_at", nullable=True),
    _word("status", 9, comment="sent, delivered or cancelled"),
    _whole("total_pence"),
    _country("ISO code of where the buyer resides"),
    _text("delivery_name"),
    _text("delivery_address"),
    _text("note", nullable=True, comment="the buyer's wish for this order, such as a porter"),
    _text("checkout_wording", comment="which checkout text the buyer saw"),
    Column(
        "refusal_offered",
        Boolean,
        nullable=False,
        comment="the checkout offered to refuse marketing: half the proof of a soft opt-in",
    ),
    CheckConstraint("customer_id IS NULL OR guest_email IS NULL", name="orders_one_buyer"),
    comment=(
        "One sale. Tells order.placed at placed_at, order.paid at paid_at, order.delivered at "
        "delivered_at, order.cancelled at cancelled_at; and, with refusal_offered, that an email "
        "address was got in a sale. A guest order's person is guest_email."
    ),
)

order_line = Table(
    "order_line",
    METADATA,
    _key(),
    _link("order_id", "orders.id"),
    _link("product_id", "product.id"),
    _whole("quantity"),
    _whole("unit_price_pence"),
    _word("batch", 7, comment="year and month; a recall names it"),
    comment="One article of an order; its person is the order's. Tells no event of its own.",
)

payment = Table(
    "payment",
    METADATA,
    _key(),
    _link("order_id", "orders.id"),
    _word("method", 6, comment="card or paypal"),
    _text("token", comment="what the payment provider gave in place of the card"),
    Column("card_last4", String(4), comment="null for paypal"),
    _when("paid_at"),
    _whole("amount_pence"),
    _when("certified_at", nullable=True, comment="the bank's last word; null while awaited"),
    _when("refunded_at", nullable=True),
    comment=(
        "One payment of an order. Tells payment.made at paid_at, payment.certified at "
        "certified_at, payment.refunded at refunded_at. No card number is held."
    ),
)

invoice = Table(
    "invoice",
    METADATA,
    _key(),
    _link("order_id", "orders.id"),
    Column("number", Text, nullable=False, unique=True),
    _when("dated_at"),
    _whole("net_pence"),
    _whole("vat_pence"),
    _whole("gross_pence"),
    _text("billing_name"),
    _text("billing_address"),
    comment=(
        "A document of the books, kept by law after the person is erased. "
        "Tells invoice.dated at dated_at."
    ),
)

credit_note = Table(
    "credit_note",
    METADATA,
    _key(),
    Column("number", Text, nullable=False, unique=True),
    _link("customer_id", "customer.id", nullable=True),
    _link("order_id", "orders.id", nullable=True, comment="the order it seems to cancel"),
    _when("dated_at"),
    _whole("amount_pence"),
    comment=(
        "Money given back: a cancellation of the source, which names no order, so order_id is "
        "found by article and may be null. Tells credit_note.dated at dated_at."
    ),
)

credit_note_line = Table(
    "credit_note_line",
    METADATA,
    _key(),
    _link("credit_note_id", "credit_note.id"),
    _link("product_id", "product.id"),
    _whole("quantity"),
    _whole("unit_price_pence"),
    comment="One article given back; its person is the credit note's.",
)

stock_booking = Table(
    "stock_booking",
    METADATA,
    _key(),
    _link("product_id", "product.id"),
    _whole("quantity"),
    _text("remark", nullable=True),
    _when("booked_at"),
    comment="The shop's own corrections and adjustments. No person.",
)

gift_recipient = Table(
    "gift_recipient",
    METADATA,
    _key(),
    _link("order_id", "orders.id"),
    _text("name"),
    _text("address"),
    _country("ISO code of where the gift goes"),
    _contact("email", nullable=True),
    _contact("phone", nullable=True),
    _text("message", nullable=True),
    comment=(
        "Whom a buyer sends a gift to: someone else's data, given by the buyer, for the "
        "delivery alone. Tells no event; the order's do."
    ),
)

bag = Table(
    "bag",
    METADATA,
    _key(),
    _visitor(),
    _link("customer_id", "customer.id", nullable=True),
    _contact("email", nullable=True, comment="typed at checkout before the bag was left"),
    _country("ISO code of where the shop was told to send it"),
    _when("opened_at"),
    _when("touched_at"),
    comment="An open bag. Tells bag.opened at opened_at, bag.left at touched_at.",
)

bag_item = Table(
    "bag_item",
    METADATA,
    _key(),
    _link("bag_id", "bag.id"),
    _link("product_id", "product.id"),
    _whole("quantity"),
    comment="One article in an open bag; its person is the bag's.",
)

wish_list_item = Table(
    "wish_list_item",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _link("product_id", "product.id"),
    _when("added_at"),
    Column("tell_when_back", Boolean, nullable=False),
    comment="An article a customer wants. Tells wish.added at added_at.",
)

newsletter_choice = Table(
    "newsletter_choice",
    METADATA,
    _key(),
    _contact("email"),
    _link("customer_id", "customer.id", nullable=True, comment="null without an account"),
    _country("ISO code of the edition signed up for; null: unknown"),
    _word("choice", 9, comment="yes, no or withdrawn"),
    _word("channel", 5, comment="email, sms, phone or post"),
    Column("topic", String(10), comment="newsletter, sale, events, new_in; null means all"),
    _text("wording", comment="which text was shown"),
    _word("route", 20),
    _when("chosen_at"),
    _when("confirmed_at", nullable=True, comment="second step of a double opt-in; null: not yet"),
    CheckConstraint("choice IN ('yes', 'no', 'withdrawn')", name="newsletter_choice_word"),
    comment=(
        "One choice about marketing, never overwritten: the latest chosen_at of a channel and "
        "topic holds. A yes tells consent.requested at chosen_at and consent.given at "
        "confirmed_at; no tells consent.refused, withdrawn tells consent.withdrawn, at chosen_at."
    ),
)

marketing_opt_out_tick = Table(
    "marketing_opt_out_tick",
    METADATA,
    _key(),
    _link("order_id", "orders.id"),
    _contact("email"),
    Column("ticked", Boolean, nullable=False),
    _when("shown_at"),
    comment=(
        "The opt-out box of one checkout, whether ticked or left. Ticked tells a refusal of "
        "marketing at shown_at; left tells only that a refusal was offered."
    ),
)

objection = Table(
    "objection",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _word("kind", 20, comment="marketing, profiling, fraud_screening"),
    _word("route", 20),
    _when("made_at"),
    _when("decided_at", nullable=True, comment="null while open; marketing needs no decision"),
    Column("decision", String(9), comment="upheld or overruled"),
    comment="A person's objection. Tells objection.made at made_at, objection.decided.",
)

restriction = Table(
    "restriction",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _word("about", 10, comment="all or orders"),
    _text("why", comment="accuracy disputed, claim needed, objection open"),
    _when("placed_at"),
    _when("lifted_at", nullable=True),
    comment="Processing limited. Tells restriction.placed at placed_at, .lifted at lifted_at.",
)

erasure_request = Table(
    "erasure_request",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _when("asked_at"),
    _when("done_at", nullable=True, comment="null while open"),
    comment="Tells erasure.asked at asked_at and erasure.done at done_at.",
)

guardian_agreement = Table(
    "guardian_agreement",
    METADATA,
    _key(),
    _link("customer_id", "customer.id", comment="the minor"),
    _text("guardian_name"),
    _contact("guardian_email"),
    _word("covers", 12, comment="account or newsletter"),
    _when("agreed_at"),
    _when("withdrawn_at", nullable=True),
    comment="A guardian spoke for a minor. Tells guardian.agreed at agreed_at.",
)

care_call = Table(
    "care_call",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _when("started_at"),
    _when("ended_at"),
    _text("recording_path", nullable=True, comment="null where the caller said no to recording"),
    _word("topic", 10),
    comment="A call to customer care. Tells call.ended at ended_at.",
)

care_chat = Table(
    "care_chat",
    METADATA,
    _key(),
    _link("customer_id", "customer.id", nullable=True),
    _contact("email", nullable=True),
    _when("started_at"),
    _when("ended_at"),
    _text("transcript"),
    comment="A chat with customer care. Tells chat.ended at ended_at.",
)

care_case = Table(
    "care_case",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _link("order_id", "orders.id", nullable=True),
    _word("kind", 9, comment="order, complaint, refund or query"),
    _word("channel", 9, comment="phone, live_chat, email or post"),
    _when("opened_at"),
    _when("closed_at", nullable=True),
    _text("summary"),
    comment="A case of customer care. Tells case.opened at opened_at, case.closed at closed_at.",
)

web_visit = Table(
    "web_visit",
    METADATA,
    _key(),
    _visitor("the cookie's id"),
    _link("customer_id", "customer.id", nullable=True, comment="null: not signed in"),
    _when("started_at"),
    _word("ip", 39),
    _word("device", 8),
    Column("pages", JSON, nullable=False),
    _country("ISO code of the edition of the shop; null: unknown"),
    Column("location", Text, comment="town, guessed from the address; null: not known"),
    comment="A visit to the web shop. Tells web.visited at started_at.",
)

session_replay = Table(
    "session_replay",
    METADATA,
    _key(),
    _link("web_visit_id", "web_visit.id"),
    _when("recorded_at"),
    _text("replay_path"),
    comment="The replay of one visit; its person is the visit's. Tells replay.recorded.",
)

cookie_choice = Table(
    "cookie_choice",
    METADATA,
    _key(),
    _visitor(),
    _word("category", 10, comment="experience or analysis"),
    _word("choice", 9, comment="yes, no or withdrawn"),
    _word("route", 16, comment="banner, settings, browser_settings"),
    _when("chosen_at"),
    comment="One choice of a visitor about cookies; the latest of a category holds.",
)

app_device = Table(
    "app_device",
    METADATA,
    _key(),
    _visitor("the app's own id"),
    _link("customer_id", "customer.id", nullable=True, comment="null: never signed in"),
    _country("ISO code of the edition of the app; null: unknown"),
    _text("push_token", nullable=True, comment="null where messages were refused"),
    Column("push", String(3), comment="yes or no; null: not asked yet"),
    _when("asked_at", nullable=True),
    _when("opened_at", comment="when the app was opened last"),
    comment="A device with the app. Tells app.opened, and the choice of push messages.",
)

social_message = Table(
    "social_message",
    METADATA,
    _key(),
    _word("network", 10),
    _contact("handle", comment="how the network calls the writer"),
    _country("ISO code from the writer's page; null: unknown"),
    _text("body"),
    _when("received_at"),
    comment="A message to the shop's page on a network. Tells social_message.received.",
)

review = Table(
    "review",
    METADATA,
    _key(),
    _link("customer_id", "customer.id"),
    _link("product_id", "product.id"),
    _whole("stars"),
    _text("body"),
    _text("shown_as"),
    _when("written_at"),
    comment="A product review and the name it is shown under. Tells review.written.",
)

recall = Table(
    "recall",
    METADATA,
    _key(),
    _link("product_id", "product.id"),
    _word("batch", 7),
    _text("risk"),
    _when("opened_at"),
    _when("closed_at", nullable=True),
    comment="A batch called back; whom it concerns follows from order_line. No person.",
)

lead = Table(
    "lead",
    METADATA,
    _key(),
    _contact("email"),
    _text("name"),
    _country("ISO code, as passed on"),
    _text("source", comment="the company that passed it on"),
    _when("received_at"),
    _when("permission_at", nullable=True, comment="when the person let it be shared; null: no"),
    comment="A contact got from another company. Tells lead.received at received_at.",
)

Index("orders_placed_at", orders.c.placed_at)
Index("order_line_product_batch", order_line.c.product_id, order_line.c.batch)
Index("web_visit_started_at", web_visit.c.started_at)
