"""The shop's daily life around the real sales: visits, bags, wishes, care, reviews."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from placket.demo.accounts import Trait
from placket.demo.days import DAY, HOUR, MINUTE
from placket.demo.names import COUNTRIES

if TYPE_CHECKING:
    from placket.demo.accounts import Account
    from placket.demo.books import Sale
    from placket.demo.days import ShopDays
    from placket.demo.persons import Chance
    from placket.demo.rows import Rows
    from placket.demo.sales import Product


class Visitor(NamedTuple):
    """Whose visit it is: the cookie's id; account, country of the edition and town if known."""

    cookie: str
    customer: int | None = None
    country: str | None = None
    town: str | None = None


class Bagged(NamedTuple):
    """What lies in a bag, and for which country (by the source's name) a stranger left it."""

    articles: list[int]
    country: str = ""


_DEVICES = ("phone", "phone", "tablet", "computer")
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
"""RFC 5737 keeps these three networks for documentation."""

_TOPICS = ("order", "website", "delivery", "returns")
_CHANNELS = ("phone", "live_chat", "email", "post")
_MESSAGES = ("Is the blue one back?", "My parcel is late.", "Love the new window!")
_REVIEWS = (
    (5, "Lovely, and well packed."),
    (4, "Good, though smaller than I thought."),
    (2, "The paint was chipped."),
    (5, "My sister wants one too."),
)


def write_visit(visitor: Visitor, *, at: int, pages: list[str], rows: Rows, chance: Chance) -> None:
    """Add one visit, and the replay of one in thirty."""
    visit = rows.add(
        "web_visit",
        visitor.cookie,
        visitor.customer,
        at,
        f"{chance.choice(_NETWORKS)}.{chance.randint(1, 254)}",
        chance.choice(_DEVICES),
        json.dumps(pages),
        visitor.country,
        visitor.town if chance.happens(70) else None,
    )
    if chance.happens(3):
        rows.add("session_replay", visit, at, f"replay/{visit:06d}.json")


def write_visit_before(sale: Sale, account: Account, rows: Rows, chance: Chance) -> None:
    """Add the visit that led to `sale`: the first articles of the order, then the checkout."""
    seen = [f"/article/{article.product}" for article in sale.invoice.articles[:3]]
    write_visit(
        Visitor(account.visitor, account.number, account.country, account.person.town),
        at=sale.placed_at - chance.randint(3, 40) * MINUTE,
        pages=["/", *seen, "/checkout"],
        rows=rows,
        chance=chance,
    )


def write_stray_visit(number: int, country: str, rows: Rows, days: ShopDays, chance: Chance) -> str:
    """Add a visit of nobody known to the edition of `country`; return the visitor's cookie id."""
    visitor = f"x{number:08d}"
    write_visit(
        Visitor(visitor, country=COUNTRIES[country].code),
        at=days.ago(days=chance.uniform(0.1, 370)),
        pages=["/", f"/article/{chance.randint(1, 400)}"],
        rows=rows,
        chance=chance,
    )
    return visitor


def write_bag(
    account: Account | None, bagged: Bagged, rows: Rows, days: ShopDays, chance: Chance
) -> None:
    """Add an open bag; without an account it is a stranger's."""
    touched = days.ago(days=chance.uniform(0.05, 45))
    if account is not None:
        touched = account.within(touched)
    email = account.person.email if account and chance.happens(40) else None
    bag = rows.add(
        "bag",
        account.visitor if account else f"b{len(rows.by_table['bag']):08d}",
        account.number if account else None,
        email,
        account.country if account else COUNTRIES[bagged.country].code,
        touched - chance.randint(1, 90) * MINUTE,
        touched,
    )
    for article in bagged.articles:
        rows.add("bag_item", bag, article, chance.randint(1, 6))


def write_wishes(
    account: Account, articles: list[int], rows: Rows, days: ShopDays, chance: Chance
) -> None:
    """Add each of `articles` to the person's wish list."""
    for article in articles:
        added = max(account.created_at, days.ago(days=chance.uniform(1, 500)))
        rows.add("wish_list_item", account.number, article, added, chance.happens(50))


def write_care(
    account: Account, order: int | None, rows: Rows, days: ShopDays, chance: Chance
) -> None:
    """Add the person's calls, chats and cases; `order` is the one they are about."""
    begun = account.within(days.ago(days=chance.uniform(0.1, 360)))
    if chance.happens(9):
        _write_call(account, begun, rows, chance)
    if chance.happens(6):
        _write_chat(account, begun, rows, chance)
    if account.trait is Trait.COMPLAINS:
        _write_case(account, order, "complaint", (account.within(days.ago(days=6)), None), rows)
    elif chance.happens(8):
        closed = begun + chance.randint(1, 9) * DAY
        kind = chance.choice(("order", "refund", "query", "complaint"))
        _write_case(account, order, kind, (begun, closed if closed < days.end else None), rows)


def _write_call(account: Account, begun: int, rows: Rows, chance: Chance) -> None:
    ended = begun + chance.randint(1, 25) * MINUTE
    path = f"calls/{account.number}-{begun}.opus" if chance.happens(80) else None
    rows.add("care_call", account.number, begun, ended, path, chance.choice(_TOPICS))


def _write_chat(account: Account, begun: int, rows: Rows, chance: Chance) -> None:
    ended = begun + chance.randint(2, 40) * MINUTE
    topic = chance.choice(_TOPICS)
    words = f"{account.person.first}: I have a question about {topic}."
    rows.add("care_chat", account.number, account.person.email, begun, ended, words)


def _write_case(
    account: Account, order: int | None, kind: str, span: tuple[int, int | None], rows: Rows
) -> None:
    opened, closed = span
    channel = _CHANNELS[account.number % len(_CHANNELS)]
    summary = f"{kind} of {account.person.name}, asks for an answer by {channel}"
    rows.add("care_case", account.number, order, kind, channel, opened, closed, summary)


def write_review(account: Account, sale: Sale, rows: Rows, days: ShopDays, chance: Chance) -> None:
    """Add a review of the first article of `sale`, under the first name and an initial."""
    stars, body = chance.choice(_REVIEWS)
    shown_as = f"{account.person.first} {account.person.last[0]}."
    written = days.past((sale.delivered_at or sale.placed_at) + chance.randint(2, 300) * HOUR)
    article = sale.invoice.articles[0].product
    rows.add("review", account.number, article, stars, body, shown_as, written)


def write_app(account: Account, rows: Rows, days: ShopDays, chance: Chance) -> None:
    """Add the person's device with the app; most were asked about push messages there."""
    opened = account.within(days.ago(days=chance.uniform(0.1, 200)))
    push = chance.choice(("yes", "yes", "no", None))
    rows.add(
        "app_device",
        f"a{account.number:08d}",
        account.number,
        account.country,
        f"push_{chance.getrandbits(64):016x}" if push == "yes" else None,
        push,
        max(account.created_at, opened - chance.randint(0, 90) * DAY) if push else None,
        opened,
    )


def write_social_message(
    number: int, country: str, rows: Rows, days: ShopDays, chance: Chance
) -> None:
    """Add a message of somebody of `country` who writes to the shop's page on a network."""
    network, body = chance.choice(("photos", "short_post")), chance.choice(_MESSAGES)
    received = days.ago(days=chance.uniform(0.1, 300))
    handle = f"thimble_{number:05d}"
    rows.add("social_message", network, handle, COUNTRIES[country].code, body, received)


def write_products(products: list[Product], rows: Rows, chance: Chance) -> None:
    """Add every product code, postage and vouchers included; one in ten is out of stock."""
    for product in products:
        in_stock = not chance.happens(10)
        rows.add("product", product.code, product.name, product.price_pence, in_stock)
