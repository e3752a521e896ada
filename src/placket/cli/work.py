"""`placket work`: keep the ledger's tree and the purpose views up to date."""

from __future__ import annotations

import secrets
import signal
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from placket.cli.installation import open_installation
from placket.cli.options import Finite, config_option, json_option
from placket.cli.outcome import DONE, WORLD, write_json
from placket.gate.requests.register import Register
from placket.gate.requests.telling import Messenger
from placket.gate.requests.upkeep import Upkeep
from placket.gate.worker import Stopped, Worked, Worker
from placket.sources.mail import open_post
from placket.sources.processors.outgoing import Outgoing
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.gate.requests.upkeep import Kept

_SHORTEST_SECONDS: Final = 0.1
_THIRD: Final = 3


@click.command("work")
@click.option("--once", is_flag=True, help="Do one round, then end.")
@click.option(
    "--every",
    "every_seconds",
    type=Finite(min=_SHORTEST_SECONDS),
    metavar="SECONDS",
    help="How often views are renewed; default a third of the setting `view_good_for`.",
)
@config_option
@json_option
def command(*, once: bool, every_seconds: float | None, config: Path | None, as_json: bool) -> int:
    """Give facts their positions, keep views fresh and keys young, end what was cut short.

    It runs until SIGTERM or SIGINT, and a source that goes away is told and tried again.
    With --once it ends after one round: exit code 4 when something was refused.
    """
    with open_installation(config) as gate:
        every = every_seconds or max(gate.settings.view_good_for / _THIRD, _SHORTEST_SECONDS)
        worker = Worker(gate=gate, every_seconds=every, tell=_tell, upkeep=upkeep_of(gate))
        with _stopping(worker.stop):
            if not once:
                _run(worker, as_json=as_json)
                return DONE
            try:
                worked = worker.once()
            except Stopped:
                return DONE
    if as_json:
        write_json(asdict(worked))
    else:
        _show(worked)
    return WORLD if worked.failed else DONE


def upkeep_of(gate: Gate) -> Upkeep:
    """Return the upkeep of the installation's requests, with the post that is set."""
    settings = gate.settings
    post = open_post(settings.post, settings.mail_from) if settings.mail else None
    register = Register(gate=gate, sheet=style_sheet()[0].decode())
    calls = Outgoing(loopback=bool(settings.recipients_on_loopback))
    messenger = Messenger(register=register, calls=calls, post=post)
    holder = f"work_{secrets.token_hex(4)}"
    return Upkeep(register=register, messenger=messenger, holder=holder, post=post)


def _run(worker: Worker, *, as_json: bool) -> None:
    click.echo(f"working; views are renewed every {worker.every_seconds:g} seconds", err=True)
    sys.stderr.flush()
    worker.run()
    click.echo("stopped; nothing is half-written", err=True)
    if as_json:
        write_json({"failed": worker.troubled})


def _tell(sentence: str) -> None:
    click.echo(f"placket: {sentence}", err=True)


def _show(worked: Worked) -> None:
    click.echo("new facts have their positions" if worked.sequenced else "no fact was waiting")
    if worked.erasures:
        click.echo(f"{worked.erasures} erasures that were cut short have ended")
    if worked.rotated:
        click.echo("the wrapping key is new, the old one destroyed; next: back up keyring and key")
    if worked.requests is not None:
        _show_requests(worked.requests)
    for name, done in worked.views.items():
        if done.renewed:
            click.echo(f"views of `{name}`: {done.written} rows written, {done.removed} removed")


def _show_requests(kept: Kept) -> None:
    said = {
        "letters sent": kept.sent,
        "plans carried out": kept.carried,
        "requests completed": kept.completed,
        "recipients told or asked": kept.told,
        "restrictions lifted": kept.lifted,
        "copies dropped": kept.dropped,
        "requests whose evidence has served": kept.forgotten,
    }
    for what, count in said.items():
        if count:
            click.echo(f"{what}: {count}")


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Set `stop` when SIGTERM or SIGINT comes."""

    def on(_signal: int, _frame: object) -> None:
        stop.set()

    before = {kind: signal.signal(kind, on) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for kind, known in before.items():
            signal.signal(kind, known)
