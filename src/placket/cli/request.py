"""`placket request`: take a request down, prove who asks, plan, approve, apply, answer."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from placket.cli.bar import bar
from placket.cli.certified import tell_certificate
from placket.cli.failures import sentence_of
from placket.cli.installation import instant_of, open_installation
from placket.cli.options import (
    Id,
    config_option,
    input_lines,
    json_option,
    names_of,
    subject_of,
    subject_option,
)
from placket.cli.outcome import DONE, PROBLEMS, REFUSED, WORLD, WRONG_USE, Ended, write_json
from placket.cli.requested import plain, tell_case, tell_plan, tell_row, tell_state
from placket.cli.words import choice, expect_activity, expect_channel, expect_data, expect_known
from placket.cli.written import out_option, write_out
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole, kept_certificate
from placket.gate.requests.desk import Desk
from placket.gate.requests.handing import hand_over
from placket.gate.requests.lifting import announce
from placket.gate.requests.packing import locked
from placket.gate.requests.planning import approve as approve_plan
from placket.gate.requests.planning import make_plan
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import MoveRefused, Opening, Register
from placket.gate.requests.telling import record_answer
from placket.gate.words import folded
from placket.plan.asking import Correction
from placket.plan.certificate import write_certificate
from placket.rights.moves import EXTENSION_REASONS, METHODS, Move
from placket.rights.recipients import Impossible
from placket.rights.recipients import State as Said
from placket.rights.request import Asker, State
from placket.rights.right import Refusal, Right
from placket.sources.processors.outgoing import Outgoing
from placket.sources.processors.refusals import NotTold
from placket.web.look.rendering import style_sheet
from placket.web.mending import MENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from placket.gate.requests.register import Case

ROUTES: Final = ("web", "email", "phone", "post", "store", "customer_care")
_RIGHTS: Final = tuple(right.value for right in Right)

reference_argument = click.argument("reference", metavar="REFERENCE")
by_option = click.option("--by", type=Id(), required=True, help="Who does it, by a staff id.")


@click.group("request")
def command() -> None:
    """Take a person's request, for access, erasure or any other right, from receipt to answer."""


@contextmanager
def desk(config: Path | None) -> Iterator[Desk]:
    """Lend the desk of the installation."""
    with open_installation(config) as gate:
        web = gate.settings.web_address.rstrip("/")
        here = f"http://{gate.settings.host}:{gate.settings.port}"
        sheet = style_sheet()[0].decode()
        try:
            yield Desk(register=Register(gate=gate, sheet=sheet), web=web or here)
        except MoveRefused as refused:
            mend = MENDS.get(refused.why, "see `placket request show`")
            raise Ended(refused.why, mend, code=REFUSED) from None


@command.command("open")
@click.argument("right", metavar="RIGHT")
@subject_option
@click.option(
    "--route", default="customer_care", show_default=True, help=f"How it came: {', '.join(ROUTES)}."
)
@click.option("--by", type=Id(), default="", help="Who takes it down, by a staff id.")
@click.option("--asked-by", default="", help="`agent` or `guardian`, when not the person.")
@click.option("--staff", default="", metavar="ID", help="The staff id of one who works here.")
@click.option("--data", default="", help="Categories that it is confined to, with commas.")
@click.option("--activity", default="", help="The activity that it is about.")
@click.option("--channel", default="", help="The channel that it is about, such as `email`.")
@click.option("--about", default="", help="The consent, purpose or decision that it is about.")
@click.option(
    "--correct", is_flag=True, help="Read `category=value` lines from standard input, sealed."
)
@click.option("--proof", multiple=True, help=f"Shown already: {', '.join(METHODS)}; repeat.")
@click.option("--received", metavar="WHEN", help="When it came; default now.")
@config_option
@json_option
def open_request(
    right: str, *, subject: str, config: Path | None, as_json: bool, **given: Any
) -> int:
    """Take down a request for RIGHT, such as `erasure`, and print its reference.

    An objection, a withdrawal, a restriction work at once when it is weakly known who asks.
    """
    expect_known(right, _RIGHTS, what="there is no right", otherwise=choice(_RIGHTS))
    written = subject_of(subject)
    corrections = tuple(_corrections()) if given["correct"] else ()
    with desk(config) as at:
        opening = _opening(at, Right(right), written, corrections, given)
        case = at.open(opening)
        _told(case, as_json=as_json, otherwise=lambda: click.echo(case.request.id))
    return DONE


def _opening(
    at: Desk, right: Right, subject: str, corrections: tuple[Correction, ...], given: dict[str, Any]
) -> Opening:
    gate = at.register.gate
    expect_data(names_of(given["data"]))
    expect_channel(given["channel"])
    if given["activity"]:
        expect_activity(gate.policy, given["activity"])
    _expect_ways(given["proof"])
    expect_known(given["route"], ROUTES, what="there is no route", otherwise=choice(ROUTES))
    askers = [asker.value for asker in Asker]
    expect_known(given["asked_by"], askers, what="nobody asks as", otherwise=choice(askers))
    corrected = tuple(dict.fromkeys(each.category for each in corrections))
    return Opening(
        subject=subject,
        right=right,
        route=given["route"],
        by=given["by"],
        asker=Asker(given["asked_by"] or Asker.DATA_SUBJECT),
        staff=given["staff"],
        data=names_of(given["data"]) or corrected,
        activity=given["activity"],
        channel=given["channel"],
        meant=given["about"],
        corrections=corrections,
        proof=given["proof"],
        received_at=instant_of(gate, given["received"]),
    )


def _expect_ways(ways: Iterable[str]) -> None:
    for way in ways:
        expect_known(way, METHODS, what="there is no proof", otherwise=choice(METHODS))


def _corrections() -> Iterator[Correction]:
    for line in input_lines():
        category, gap, value = line.partition("=")
        if not (category and gap):
            raise Ended(
                "a correction is not `category=value`",
                "write lines such as `last_name=Lovelace`, after the subject's if it is `-`",
                code=WRONG_USE,
            )
        expect_data([category.strip()])
        yield Correction(category=category.strip(), value=value.strip())


@command.command("list")
@click.option("--all", "every", is_flag=True, help="Closed requests too.")
@config_option
@json_option
def list_requests(*, every: bool, config: Path | None, as_json: bool) -> int:
    """List the open requests: the next due first, each with its owner and next step."""
    with desk(config) as at:
        found = sorted(at.register.cases(is_open=None if every else True), key=_by_due)
        if as_json:
            write_json([plain(case) for case in found])
        elif not found:
            click.echo("no request is open" if not every else "no request was ever made")
        else:
            for case in found:
                tell_row(case)
    return DONE


def _by_due(case: Case) -> tuple[bool, str, int]:
    return (case.due is None, str(case.due or ""), case.request.received_at)


@command.command("show")
@reference_argument
@click.option("--letters", is_flag=True, help="With every letter, in full.")
@config_option
@json_option
def show(reference: str, *, letters: bool, config: Path | None, as_json: bool) -> int:
    """Show a request: its state, last day, next step, plan, and what was told."""
    with desk(config) as at:
        case = at.register.case(reference)
        found = letters_of(at.register, case)
        if as_json:
            shown = [{"kind": w.kept.kind, "state": w.state, "at": w.at} for w in found]
            write_json({**plain(case), "letters": shown})
        else:
            tell_case(at.register, case, found, whole=letters)
    return DONE


@command.command("verify")
@reference_argument
@click.option("--send-code", metavar="ADDRESS", help="Send a code to an address on file, by id.")
@click.option(
    "--code", is_flag=True, help="Read the code that the person gives from standard input."
)
@click.option("--seen", multiple=True, help="What staff saw: `staff`, `login`, `second_channel`.")
@click.option("--address", default="", metavar="ADDRESS", help="On file, where an answer may go.")
@click.option("--mandate", is_flag=True, help="Who speaks for the person has shown that they may.")
@click.option("--by", type=Id(), default="", help="Who saw it, by a staff id.")
@config_option
@json_option
def verify(reference: str, *, config: Path | None, as_json: bool, **given: Any) -> int:
    """Show who asks: by a one-time code, or by what staff saw."""
    with desk(config) as at:
        case = _verified(at, reference, given)
        _told(case, as_json=as_json, otherwise=lambda: tell_state(at.register, case))
    return DONE


def _verified(at: Desk, reference: str, given: dict[str, Any]) -> Case:
    if given["send_code"]:
        return at.send_code(reference, given["send_code"])
    if given["code"]:
        return at.check_code(reference, next(input_lines(), ""))
    if given["mandate"]:
        return at.came(reference, Move.MANDATE_SHOWN, by=given["by"])
    if not (given["seen"] and given["by"] and given["address"]):
        raise Ended(
            "nothing says how it is known who asks",
            "add `--send-code`, `--code`, `--mandate`, or `--seen` with `--address` and `--by`",
            code=WRONG_USE,
        )
    _expect_ways(given["seen"])
    return at.confirm(reference, ways=given["seen"], by=given["by"], address=given["address"])


@command.command("ask")
@reference_argument
@click.argument("what", type=click.Choice(["identity", "clarification", "evidence", "fee"]))
@click.option("--say", "says", multiple=True, help="What is needed, a sentence each; repeat.")
@click.option("--amount", default="", help="Of a fee, such as `10 GBP`.")
@click.option("--ground", default="", help="Of a fee: `unfounded` or `excessive`.")
@click.option("--abusive", is_flag=True, help="Abusive intent was shown of a first request.")
@click.option("--by", type=Id(), default="", help="Who asks, by a staff id.")
@config_option
@json_option
def ask(reference: str, what: str, *, config: Path | None, as_json: bool, **given: Any) -> int:
    """Ask the person for something: who they are, what they mean, evidence, or a fee."""
    with desk(config) as at:
        case = _asked(at, reference, what, given)
        _told(case, as_json=as_json, otherwise=lambda: tell_state(at.register, case))
    return DONE


def _asked(at: Desk, reference: str, what: str, given: dict[str, Any]) -> Case:
    if what == "fee":
        wanted = ("amount", "ground", "by", "abusive")
        return at.ask_fee(reference, **{name: given[name] for name in wanted})
    if not given["says"]:
        raise Ended(
            "nothing says what is needed", "add a sentence with `--say`; repeat it", code=WRONG_USE
        )
    asking = {"identity": at.ask_identity, "clarification": at.clarify, "evidence": at.ask_evidence}
    return asking[what](reference, given["says"])


_CAME: Final = {
    "clarification": Move.CLARIFICATION_ANSWERED,
    "evidence": Move.EVIDENCE_GIVEN,
    "fee": Move.FEE_PAID,
}


@command.command("came")
@reference_argument
@click.argument("what", type=click.Choice(list(_CAME)))
@by_option
@config_option
@json_option
def came(reference: str, what: str, *, by: str, config: Path | None, as_json: bool) -> int:
    """Take it that what was asked for came."""
    return _moved(config, as_json, lambda at: at.came(reference, _CAME[what], by=by))


@command.command("assign")
@reference_argument
@click.argument("owner")
@by_option
@config_option
@json_option
def assign(reference: str, owner: str, *, by: str, config: Path | None, as_json: bool) -> int:
    """Give a request to OWNER."""
    return _moved(config, as_json, lambda at: at.assign(reference, owner, by=by))


@command.command("accept")
@reference_argument
@by_option
@config_option
@json_option
def accept(reference: str, *, by: str, config: Path | None, as_json: bool) -> int:
    """Decide that what was asked is done, of a right that needs no plan."""
    return _moved(config, as_json, lambda at: at.accept(reference, by=by))


@command.command("plan")
@reference_argument
@config_option
@json_option
def plan(reference: str, *, config: Path | None, as_json: bool) -> int:
    """Make the plan of a request from every source, and show what becomes of each row.

    Nothing is changed. Exit code 1 when something stands against the plan.
    """
    with desk(config) as at, bar("reading the sources"):
        made = make_plan(at.register, reference)
    tell_plan(made.plan, made.case, as_json=as_json)
    return PROBLEMS if made.plan.obstacles else DONE


@command.command("approve")
@reference_argument
@click.argument("digest")
@by_option
@config_option
@json_option
def approve(reference: str, digest: str, *, by: str, config: Path | None, as_json: bool) -> int:
    """Approve the newest plan by its DIGEST; whoever asked cannot."""
    return _moved(config, as_json, lambda at: approve_plan(at.register, reference, digest, by=by))


@command.command("apply")
@reference_argument
@config_option
@json_option
def apply_plan(reference: str, *, config: Path | None, as_json: bool) -> int:
    """Carry the approved plan out; run again, it ends what was cut short.

    Exit code 3 when the plan is stale, 4 when a source is left.
    """
    holder = f"cli_{secrets.token_hex(4)}"
    with desk(config) as at, bar("carrying out"):
        done = carry_out(at.register, reference, holder=holder)
        made = certify_whole(at.register, reference) if done.is_done else None
        case = at.register.case(reference)
        if as_json:
            state = made.state.value if made is not None else None
            write_json({**plain(case), "left": dict(done.left), "certificate": state})
        else:
            tell_state(at.register, case)
            if made is not None:
                tell_certificate(made, case.terms.zone)
            for source, why in done.left.items():
                click.echo(folded(f"left: {source}: {why}"))
    return DONE if done.is_done else WORLD


@command.command("answer")
@reference_argument
@click.option("--to", default="", metavar="ADDRESS", help="A proven address, by id.")
@click.option("--outcome", default="", help="Of a complaint or a review, in a sentence.")
@click.option("--why", default="", help="Why, in a sentence; a human review needs it.")
@config_option
@json_option
def answer(reference: str, *, config: Path | None, as_json: bool, **given: Any) -> int:
    """Answer what was decided, to an address that was shown to be the person's own."""
    return _moved(config, as_json, lambda at: at.answer(reference, **given))


@command.command("extend")
@reference_argument
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    required=True,
    type=click.Choice(sorted(EXTENSION_REASONS)),
    help="Why more time is needed; repeat.",
)
@by_option
@config_option
@json_option
def extend(
    reference: str, *, reasons: tuple[str, ...], by: str, config: Path | None, as_json: bool
) -> int:
    """Take two more months, told with the reason inside the first."""
    return _moved(config, as_json, lambda at: at.extend(reference, reasons, by=by))


@command.command("refuse")
@reference_argument
@click.option(
    "--ground",
    required=True,
    type=click.Choice([ground.value for ground in Refusal]),
    metavar="GROUND",
    help=f"One of {', '.join(ground.value for ground in Refusal)}.",
)
@click.option("--data", default="", help="The categories that it is confined to, with commas.")
@click.option("--why", default="", help="Why, in a sentence to the person.")
@click.option("--abusive", is_flag=True, help="Abusive intent was shown of a first request.")
@by_option
@config_option
@json_option
def refuse(reference: str, *, config: Path | None, as_json: bool, **given: Any) -> int:
    """Refuse a request, or the part that `--data` names, with reasons and remedies told."""
    given["data"] = names_of(given["data"])
    expect_data(given["data"])
    return _moved(config, as_json, lambda at: at.refuse(reference, **given))


@command.command("hand-over")
@reference_argument
@click.option("--url", required=True, metavar="URL", help="Where to; `-` reads standard input.")
@by_option
@config_option
@json_option
def hand(reference: str, *, url: str, by: str, config: Path | None, as_json: bool) -> int:
    """Send what a person may take along to whom they name, over https, and record it.

    When it does not arrive nothing is recorded, and the request stays open.
    """
    to = subject_of(url)

    def send(at: Desk) -> Case:
        settings = at.register.gate.settings
        calls = Outgoing(loopback=bool(settings.recipients_on_loopback))
        try:
            return hand_over(at.register, reference, to, calls=calls, by=by)
        except NotTold as failure:
            sentence, _ = sentence_of(failure)
            raise Ended(f"{sentence}; nothing is recorded", "run the command again") from failure

    return _moved(config, as_json, send)


@command.command("certificate")
@reference_argument
@click.option("--anew", is_flag=True, help="Read every source again first.")
@out_option
@config_option
@json_option
def certificate(
    reference: str, *, anew: bool, out: Path | None, config: Path | None, as_json: bool
) -> int:
    """Show the certificate of an erasure, or write it signed to a file.

    `placket audit certificate FILE` verifies it, offline. Exit code 1 when something is left.
    """
    with desk(config) as at, bar("reading the sources again"):
        if anew:
            certify_whole(at.register, reference)
        made, text = kept_certificate(at.register, reference)
        zone = at.register.case(reference).terms.zone
    if out is not None:
        write_out(text, out)
    if as_json:
        write_json({"state": made.state.value, "certificate": json.loads(write_certificate(made))})
    elif out is None:
        tell_certificate(made, zone)
    return DONE if made.state is State.FULFILLED else PROBLEMS


@command.command("copy")
@reference_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The archive's file.")
@config_option
@json_option
def copy(reference: str, *, out: Path, config: Path | None, as_json: bool) -> int:
    """Write the copy as a locked archive, and print its passphrase.

    Send the archive one way and tell the passphrase by another.
    """
    with desk(config) as at:
        archive, passphrase = locked(at.register, reference)
        write_out(archive, out)
    if as_json:
        write_json({"archive": str(out), "passphrase": passphrase})
    else:
        click.echo(passphrase)
    return DONE


_SAYABLE: Final = (Said.RECEIVED, Said.DONE, Said.PARTIAL, Said.REFUSED, Said.IMPOSSIBLE)


@command.command("heard")
@reference_argument
@click.argument("recipient")
@click.argument("state", type=click.Choice([state.value for state in _SAYABLE]))
@click.option(
    "--ground",
    default="",
    type=click.Choice(["", *(ground.value for ground in Impossible)]),
    help="Of what is impossible: `impossible` or `disproportionate`.",
)
@click.option(
    "--reply",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The letter in which the recipient says so: the receipt.",
)
@by_option
@config_option
@json_option
def heard(  # noqa: PLR0913 - one parameter an option
    reference: str,
    recipient: str,
    state: str,
    *,
    ground: str,
    reply: Path | None,
    by: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """Take down what RECIPIENT said of a request, or that it cannot be told.

    That it is done counts by the recipient's own letter alone: without one it counts as received.
    """
    said, letter = Said(state), b"" if reply is None else reply.read_bytes()
    return _moved(
        config,
        as_json,
        lambda at: record_answer(
            at.register, reference, recipient, said, by=by, ground=ground, reply=letter
        ),
    )


@command.command("withdraw")
@reference_argument
@config_option
@json_option
def withdraw(reference: str, *, config: Path | None, as_json: bool) -> int:
    """Take it that the person took the request back."""
    return _moved(config, as_json, lambda at: at.withdraw(reference))


@command.command("lift")
@reference_argument
@click.option("--why", required=True, help="Why the restriction ends, in a sentence.")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=14,
    show_default=True,
    help="How long before it ends the person is told.",
)
@config_option
@json_option
def lift(reference: str, *, why: str, days: int, config: Path | None, as_json: bool) -> int:
    """Tell the person that a restriction ends; `placket work` lifts it on that day."""
    return _moved(config, as_json, lambda at: announce(at.register, reference, why=why, days=days))


@command.command("lapse")
@reference_argument
@config_option
@json_option
def lapse(reference: str, *, config: Path | None, as_json: bool) -> int:
    """End a request for which nothing came that was asked for, when its month is over."""
    return _moved(config, as_json, lambda at: at.lapse(reference))


def _moved(config: Path | None, as_json: bool, move: Callable[[Desk], Case]) -> int:
    with desk(config) as at:
        case = move(at)
        _told(case, as_json=as_json, otherwise=lambda: tell_state(at.register, case))
    return DONE


def _told(case: Case, *, as_json: bool, otherwise: Callable[[], None]) -> None:
    if as_json:
        write_json(plain(case))
    else:
        otherwise()
