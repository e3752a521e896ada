"""`placket audit`: verify ledger and certificates, prove a fact, explain an act."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from placket.cli.bar import bar
from placket.cli.certified import tell_certificate
from placket.cli.decide import question_of
from placket.cli.installation import instant_of, open_installation
from placket.cli.options import (
    config_option,
    json_option,
    question_options,
    subject_of,
    subject_option,
)
from placket.cli.outcome import DONE, PROBLEMS, REFUSED, WRONG_USE, Ended, write_json
from placket.cli.shown import tell_decision
from placket.gate.instants import rfc3339
from placket.gate.words import GLYPHS
from placket.plan.certificate import write_certificate
from placket.store import checkpoint as note
from placket.store.certifying import LIMIT, BadCertificate, verify_certificate
from placket.store.tree import verify_inclusion
from placket.store.witness import NOT_OURS

if TYPE_CHECKING:
    from placket.gate.gate import Gate
    from placket.store.ledger import Inclusion
    from placket.store.verifying import Verified

KEY_BYTES: Final = 32
PATH_LETTERS: Final = 4096


@click.group("audit")
def command() -> None:
    """Verify the ledger, prove a fact, explain an act."""


@command.command("verify")
@click.option("--standing", is_flag=True, help="Fold every person anew and compare too.")
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A checkpoint that somebody kept, or a receipt, proof or certificate; repeat.",
)
@config_option
@json_option
def verify(*, standing: bool, kept: tuple[Path, ...], config: Path | None, as_json: bool) -> int:
    """Recompute every leaf from its stored bytes, the tree and every checkpoint.

    With --checkpoint the ledger must also go on from what was signed then: one that was written
    anew, and signed anew with the right key, fits itself alone.
    Exit code 1 when something does not fit; the first damaged leaf is named.
    """
    texts = [_text(file) for file in kept]
    with open_installation(config) as gate, bar("verifying") as progress:
        found = gate.verify(standing=standing, kept=texts, progress=progress)
    if as_json:
        write_json(_plain(found))
    else:
        click.echo("\n".join(_lines(found)))
    return DONE if found.is_whole else PROBLEMS


def _plain(found: Verified) -> dict[str, Any]:
    damage = found.damage
    return {
        "whole": found.is_whole,
        "facts": found.facts,
        "unplaced": found.unplaced,
        "checkpoints": found.checkpoints,
        "standings": found.standings,
        "damage": damage
        and {"what": damage.what, "leaf": damage.position, "fact": damage.fact_id or None},
    }


def _lines(found: Verified) -> list[str]:
    looked = f"{found.facts:,} facts, {found.checkpoints:,} checkpoints"
    looked += f", {found.standings:,} persons folded anew" if found.standings else ""
    if found.damage is None:
        return [f"{GLYPHS['permit']} whole: {looked}"]
    damage = found.damage
    where = f"leaf {damage.position}: " if damage.position is not None else ""
    fact = f" (fact {damage.fact_id})" if damage.fact_id else ""
    if damage.what.startswith(NOT_OURS):
        return [
            f"{GLYPHS['deny']} {damage.what}",
            f"  the ledger fits itself: {looked}",
            "  mend: name the file as it was kept; if it is that, keep file and ledger as they are",
        ]
    return [
        f"{GLYPHS['deny']} damaged: {where}{damage.what}{fact}",
        f"  looked at {looked}",
        "  mend: keep this ledger as it is, and restore the newest copy beside it",
    ]


@command.command("checkpoint")
@config_option
@json_option
def checkpoint(*, config: Path | None, as_json: bool) -> int:
    """Print the newest signed checkpoint, and the key that verifies it."""
    with open_installation(config) as gate:
        text, key = gate.checkpoint(), b64encode(gate.keys.public_key).decode()
    if text is None:
        raise Ended(
            "the ledger has no checkpoint yet", "append a fact, or publish a policy", code=REFUSED
        )
    if as_json:
        write_json({"checkpoint": text, "public_key": key})
    else:
        click.echo(f"{text}public key: {key}")
    return DONE


@command.command("prove")
@click.argument("fact")
@config_option
@json_option
def prove(fact: str, *, config: Path | None, as_json: bool) -> int:
    """Print the proof that FACT stands in the ledger, checked from what is printed alone.

    With --json the proof can be kept and checked without the ledger.
    """
    with open_installation(config) as gate:
        if gate.fact(fact) is None:
            raise Ended(
                "the ledger has no fact of this id",
                "ids are printed by `placket fact add` and with each decision's reasons",
                code=WRONG_USE,
            )
        proof, holds = gate.prove(fact), False
        holds = proof_holds(proof, gate)
        plain = _proof(proof, gate)
    if as_json:
        write_json({**plain, "holds": holds})
    else:
        _tell_proof(plain, holds=holds)
    return DONE if holds else PROBLEMS


def proof_holds(proof: Inclusion, gate: Gate) -> bool:
    """Say whether the proof leads to the root that its checkpoint was signed over."""
    try:
        signed = note.verify(proof.checkpoint, gate.ledger.id, gate.keys.public_key)
    except note.BadCheckpoint:
        return False
    return verify_inclusion(proof.leaf, proof.position, signed.size, proof.path, signed.root)


def _proof(proof: Inclusion, gate: Gate) -> dict[str, Any]:
    return {
        "fact": proof.fact_id,
        "leaf": proof.leaf.hex(),
        "position": proof.position,
        "path": [step.hex() for step in proof.path],
        "checkpoint": proof.checkpoint,
        "public_key": b64encode(gate.keys.public_key).decode(),
    }


def _tell_proof(plain: dict[str, Any], *, holds: bool) -> None:
    click.echo(f"fact {plain['fact']} is leaf {plain['position']}")
    click.echo(f"  leaf  {plain['leaf']}")
    for step in plain["path"]:
        click.echo(f"  path  {step}")
    click.echo(f"\n{plain['checkpoint']}")
    word = "the path leads to the signed root" if holds else "the path leads elsewhere"
    click.echo(f"{GLYPHS['permit' if holds else 'deny']} {word}")


@command.command("certificate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--public-key",
    "key",
    required=True,
    metavar="KEY",
    help="The ledger's public key in hex or base64, or a file that holds it.",
)
@json_option
def certificate(file: Path, *, key: str, as_json: bool) -> int:
    """Verify the certificate in FILE, without the ledger, and print it in words.

    Exit code 1 when the key did not sign it as it is. Take the key from a place you trust.
    """
    text = _text(file)
    try:
        found = verify_certificate(text, public_key_of(key))
    except BadCertificate as bad:
        if as_json:
            write_json({"holds": False, "why": str(bad)})
        else:
            click.echo(f"{GLYPHS['deny']} {bad}")
        return PROBLEMS
    if as_json:
        plain = json.loads(write_certificate(found))
        write_json({"holds": True, "state": found.state, "certificate": plain})
    else:
        click.echo(f"{GLYPHS['permit']} signed by this key, and as it was signed")
        tell_certificate(found, ZoneInfo("UTC"))
    return DONE


def _text(file: Path) -> str:
    """Return the text of a certificate byte for byte; no text at all is none that was signed."""
    with file.open("rb") as opened:
        return opened.read(LIMIT).decode(errors="replace")


def public_key_of(written: str) -> bytes:
    """Return the 32 bytes of a public key in hex or base64, as written or from a file."""
    file = Path(written)
    text = _text(file).strip() if len(written) < PATH_LETTERS and file.is_file() else written
    for read in (bytes.fromhex, lambda text: b64decode(text, validate=True)):
        with suppress(ValueError):
            found = read(text)
            if len(found) == KEY_BYTES:
                return found
    raise Ended(
        "that is no public key",
        "`placket audit checkpoint` prints it on its last line",
        code=WRONG_USE,
    )


@command.command("explain")
@click.argument("activity")
@subject_option
@click.option("--at", required=True, metavar="WHEN", help="When the act was done.")
@question_options
@config_option
@json_option
def explain(
    activity: str, *, subject: str, at: str, config: Path | None, as_json: bool, **asked: str
) -> int:
    """Say whether ACTIVITY was lawful then, by what was known then and by what is known now.

    Exit code 0 when it was lawful by both, 1 otherwise.
    """
    with open_installation(config) as gate:
        then = instant_of(gate, at)
        person = subject_of(subject)
        question = question_of(gate.policy, activity, asked)
        known_then = gate.decide(person, question, at=then, known_at=then)
        known_now = gate.decide(person, question, at=then)
        both = {"as_known_then": known_then, "as_known_now": known_now}
        if as_json:
            write_json({name: d.as_json(rfc3339(d.at)) for name, d in both.items()})
        else:
            for name, decision in both.items():
                click.secho(name.replace("_", " "), bold=True)
                tell_decision(decision, gate.fact, channel=question.channel)
                click.echo()
    return DONE if known_then.is_permitted and known_now.is_permitted else PROBLEMS
