"""Addresses of recipients: read strictly, resolved once, refused where they lead inside."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from placket.sources.processors.refusals import AddressRefused, RecipientUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Resolve = Callable[[str, int], Sequence[str]]

LONGEST: Final = 2048
_PORTS: Final = {"https": 443, "http": 80}
_WITHIN_V4: Final = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
# Of IPv6 only what is given out to the world, less what carries another address inside it.
_WORLD_V6: Final = ip_network("2000::/3")
_WITHIN_V6: Final = tuple(map(ip_network, ("2001::/23", "2002::/16", "3fff::/20")))


def is_public(address: str) -> bool:
    """Say whether the address is one of the open network.

    Private, loopback, link-local, reserved and multicast ones are not, nor are those that carry
    an IPv4 address inside them.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in net for net in _WITHIN_V4)
    return found in _WORLD_V6 and not any(found in net for net in _WITHIN_V6)


def is_loopback(address: str) -> bool:
    """Say whether the address is this machine, written plainly."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return found.is_loopback and not (isinstance(found, IPv6Address) and found.ipv4_mapped)


def resolved(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of `host`. Raises RecipientUnreachable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RecipientUnreachable("the recipient's name leads to no address") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one call goes: the URL in its parts, and the one address that was looked at."""

    scheme: str
    host: str
    port: int
    target: str
    address: str


def place_of(url: str, resolve: Resolve = resolved, *, loopback: bool = False) -> Place:
    """Return where `url` leads. Raises AddressRefused and RecipientUnreachable.

    loopback: whether this machine may be called, and by plain http; for trying out. A name with
    one address that is refused is refused whole.
    """
    scheme, host, port, target = _parts(url)
    addresses = resolve(host, port)
    if not addresses:
        raise RecipientUnreachable("the recipient's name leads to no address")
    inside = loopback and all(map(is_loopback, addresses))
    if not inside and not all(map(is_public, addresses)):
        raise AddressRefused("the recipient's address leads into a network that is not open")
    if scheme != "https" and not inside:
        raise AddressRefused("the recipient's address is not `https://`")
    return Place(scheme=scheme, host=host, port=port, target=target, address=addresses[0])


def _parts(url: str) -> tuple[str, str, int, str]:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused("the recipient's address is no plain URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("the recipient's address is no URL") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefused("the recipient's address is not `https://`")
    # A name or password would end up in logs on the way; `\` is read differently by others.
    if "@" in parts.netloc or "\\" in url or parts.fragment:
        raise AddressRefused("the recipient's address holds more than a host and a path")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], target
