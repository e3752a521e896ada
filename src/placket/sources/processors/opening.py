"""From the settings of a recipient to the way in which it is told."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from placket.sources.mail import is_address
from placket.sources.processors.eraser import Eraser
from placket.sources.processors.letter import ByMail
from placket.sources.processors.opendsr import OpenDSR
from placket.sources.processors.refusals import ConnectorBroken, NotTold, RecipientUnset
from placket.sources.processors.shopify import Shopify
from placket.sources.processors.signing import read_secret
from placket.sources.processors.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from placket.law.calendar import Instant
    from placket.settings import RecipientSettings
    from placket.sources.mail import Post
    from placket.sources.processors.message import Answer, Message, Processor
    from placket.sources.processors.outgoing import Outgoing

LARGEST: Final = 65_536
"""The bytes of a secret or certificate at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """All that a way to a recipient is made of. clock: microseconds UTC.

    post: None when no mail is set. A connector of one's own is a class that takes this.
    """

    name: str
    settings: RecipientSettings
    calls: Outgoing
    clock: Callable[[], Instant]
    post: Post | None = field(default=None, repr=False)

    @property
    def secret(self) -> bytes:
        """Return what stands in the secret file, empty without one. Raises RecipientUnset."""
        return self._read(self.settings.secret_file)

    @property
    def certificate(self) -> bytes:
        """Return what stands in the certificate file. Raises RecipientUnset."""
        return self._read(self.settings.certificate_file)

    @property
    def token(self) -> str:
        """Return the secret as it stands in a header. Raises RecipientUnset."""
        text = self.secret.decode("latin-1")
        if not text.isascii() or not text.isprintable():
            raise RecipientUnset(f"the secret of `[recipients.{self.name}]` is not one plain line")
        return text

    def _read(self, path: Path | None) -> bytes:
        if path is None:
            return b""
        try:
            with path.open("rb") as opened:
                return opened.read(LARGEST).strip()
        except OSError:
            raise RecipientUnset(f"`{path}` of `[recipients.{self.name}]` cannot be read") from None


def open_processor(given: Given) -> Processor:
    """Return the way to a recipient. Raises RecipientUnset."""
    url = given.settings.url
    match given.settings.kind:
        case "webhook":
            secret = read_secret(given.secret)
            return Webhook(url=url, secret=secret, calls=given.calls, clock=given.clock)
        case "eraser":
            secret = read_secret(given.secret)
            return Eraser(url=url, secret=secret, calls=given.calls, clock=given.clock)
        case "opendsr" | "opengdpr" as kind:
            return OpenDSR(
                url=url,
                certificate=given.certificate,
                calls=given.calls,
                token=given.token,
                legacy=kind == "opengdpr",
            )
        case "shopify":
            return Shopify(url=url, token=given.token, calls=given.calls)
        case "mail":
            return _by_mail(given)
        case own:
            return _own(own, given)


def _by_mail(given: Given) -> ByMail:
    if given.post is None:
        raise RecipientUnset(f"`[recipients.{given.name}]` is written to, but `mail` is not set")
    if not is_address(given.settings.address):
        raise RecipientUnset(f"`address` of `[recipients.{given.name}]` is no mail address")
    link = given.settings.url
    if bool(link) != (given.settings.secret_file is not None):
        raise RecipientUnset(
            f"`[recipients.{given.name}]` needs both `url` and `secret_file` for links, or neither"
        )
    secret = read_secret(given.secret) if link else b""
    return ByMail(address=given.settings.address, post=given.post, link=link, secret=secret)


def _own(kind: str, given: Given) -> Processor:
    """Return a connector of one's own: a class that takes what is given."""
    module, _, name = kind.partition(":")
    try:
        made: Callable[[Given], Processor] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        raise RecipientUnset(f"`{kind}` of `[recipients.{given.name}]` cannot be found") from None
    return Own(name=given.name, made=lambda: made(given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A connector of one's own: a fault in it is its recipient's failure, and of no other."""

    name: str
    made: Callable[[], Processor]

    def tell(self, message: Message) -> Answer:
        """Tell the recipient as the connector does."""
        return self._kept(lambda: self.made().tell(message))

    def status(self, message: Message, reference: str) -> Answer:
        """Ask as the connector does."""
        return self._kept(lambda: self.made().status(message, reference))

    def _kept(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except (NotTold, RecipientUnset):
            raise
        except Exception as fault:  # noqa: BLE001  # what a connector of one's own raises is anything
            # The fault's own words may hold what it was given, so its kind alone is told.
            kind = type(fault).__name__
            raise ConnectorBroken(f"the connector of `{self.name}` raised {kind}") from None
