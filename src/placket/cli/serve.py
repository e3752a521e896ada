"""`placket serve`: the interface, the notice and the console over an installation."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import click
import structlog

from placket.cli.bar import bar
from placket.cli.options import PORTS, config_option, json_option
from placket.cli.outcome import DONE, WORLD, WRONG_USE, Ended, write_json
from placket.gate.opening import open_gate
from placket.settings import read_settings
from placket.web.api.keys import FILE, VERBS, KeyRefused, KeysUnusable, new_key, read_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.settings import Settings

_GRACE_SECONDS: Final = 5
_WAITING: Final = 2048
"""Connections that wait to be accepted, in a burst."""
_OF_THE_PORT: Final = {errno.EADDRINUSE, errno.EACCES}


@click.command("serve")
@click.option("--host", help="The address to listen on; default the setting `host`.")
@click.option(
    "--port",
    type=PORTS,
    help="The port; 0 takes a free one; default the setting `port`.",
)
@click.option(
    "--open-console",
    is_flag=True,
    help="Serve the console beyond this machine: a sign-in stands before it.",
)
@click.option("--new-key", metavar="NAME", help="Make a key of the interface, show it, and end.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help=f"What the new key may do: {', '.join(VERBS)}, or such as `decide:newsletter`.",
)
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    host: str | None,
    port: int | None,
    *,
    open_console: bool,
    new_key: str | None,
    scopes: tuple[str, ...],
    config: Path | None,
    as_json: bool,
) -> int:
    """Serve the interface under /v1, the notice and the console, until stopped.

    The console has no sign-in of its own yet: it answers on this machine alone, unless
    --open-console says that something in front of it asks who is there.
    """
    if new_key is not None:
        return _make_key(read_settings(config), new_key, scopes, as_json=as_json)
    if scopes:
        raise Ended("a scope without a key", "name the key with `--new-key NAME`", code=WRONG_USE)
    settings = read_settings(config)
    serve(settings, host=host, port=port, open_console=open_console, as_json=as_json)
    return DONE


def _make_key(settings: Settings, name: str, scopes: tuple[str, ...], *, as_json: bool) -> int:
    try:
        key = new_key(settings.folder / FILE, name, scopes)
    except KeyRefused as refused:
        sentence, _, mend = str(refused).partition(": ")
        raise Ended(sentence, mend, code=WRONG_USE) from refused
    except KeysUnusable as unusable:
        raise Ended(str(unusable), "mend or remove the file", code=WORLD) from unusable
    if as_json:
        write_json({"key": key, "name": name, "scopes": scopes})
        return DONE
    click.echo(key)
    click.echo(f"key `{name}` with {', '.join(scopes)}: it is shown this once", err=True)
    return DONE


def serve(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    open_console: bool = False,
    as_json: bool = False,
) -> None:
    """Serve an installation until a signal ends it; what was begun is finished first.

    host, port: the settings' when None. Raises Ended when no address can be had, and what the
    ledger or the keyring refuses with.
    """
    _expect_keys(settings)
    with bar("building standing") as progress:
        gate = open_gate(settings, progress=progress)
    where = listening(host or settings.host, settings.port if port is None else port)
    with gate, closing(where) as listener:
        _ = gate.policy  # nothing published: told now, not at the first request
        _run(gate, listener, open_console=open_console, as_json=as_json)
    click.echo("stopped; nothing is half-written", err=True)


def _expect_keys(settings: Settings) -> None:
    try:
        read_keys(settings.folder / FILE)
    except (KeysUnusable, KeyRefused) as unusable:
        raise Ended(str(unusable), f"mend or remove {FILE}", code=WORLD) from unusable


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises Ended when the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_WAITING)
    except (OSError, UnicodeError) as refused:
        why = str(getattr(refused, "strerror", "") or "it is no address").lower()
        raise Ended(
            f"cannot listen on {host}, port {port}: {why}",
            _mend(refused),
            code=WORLD,
        ) from refused
    return listener


def _mend(refused: OSError | UnicodeError) -> str:
    if isinstance(refused, OSError) and refused.errno in _OF_THE_PORT:
        return "name another with `--port`; port 0 takes a free one"
    return "name another with `--host`"


def _tell(listener: socket.socket, *, open_console: bool, as_json: bool) -> None:
    """Write where it is served, to be followed by hand or read by a program."""
    from placket.web.app import PAGES  # noqa: PLC0415 - slow to load, and help needs none of it

    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    closed = not (_is_local(listener) or open_console)
    paths = [path for path in PAGES if not (closed and path.startswith("/console"))]
    pages = [f"{address}{path}" for path in (*paths, "/schema")]
    if as_json:
        write_json({"address": address, "pages": pages})
    else:
        click.echo("\n  ".join((f"serving {address}", *pages)))
    if closed:
        click.echo(
            "the console is closed beyond this machine; see `placket serve --help`", err=True
        )
    sys.stdout.flush()


def _is_local(listener: socket.socket) -> bool:
    from placket.web.headers import is_loopback  # noqa: PLC0415 - as above

    return is_loopback(listener.getsockname()[0])


def _run(gate: Gate, listener: socket.socket, *, open_console: bool, as_json: bool) -> None:
    import uvicorn  # noqa: PLC0415 - as above

    from placket.web.app import make_app  # noqa: PLC0415 - as above
    from placket.web.arrival import PromptProtocol  # noqa: PLC0415 - as above
    from placket.web.console.reach import Reach  # noqa: PLC0415 - as above

    _log_to_stderr()
    reach = Reach(loopback=_is_local(listener), open_console=open_console)
    config = uvicorn.Config(
        make_app(gate, gate.settings.folder / FILE, reach=reach),
        http=PromptProtocol,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    with _until_stopped():
        _tell(listener, open_console=open_console, as_json=as_json)
        server.run(sockets=[listener])


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Leave the block when SIGINT or SIGTERM comes, also before the server listens to them.

    The server ends in its own time and then raises the signal again, at whoever is there.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
