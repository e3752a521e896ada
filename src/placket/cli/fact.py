"""`placket fact`: append a fact, its words checked against the policy in force."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from placket.cli.installation import instant_of, open_installation
from placket.cli.options import (
    config_option,
    input_lines,
    json_option,
    names_of,
    subject_of,
    subject_option,
)
from placket.cli.outcome import DONE, PROBLEMS, REFUSED, WRONG_USE, Ended, write_json
from placket.cli.shown import tell_decision
from placket.cli.words import (
    expect_activity,
    expect_channel,
    expect_consent,
    expect_data,
    expect_known,
    expect_purpose,
)
from placket.facts import Fact, Kind, fact_id
from placket.gate.acting import question_of
from placket.gate.gate import new_person
from placket.gate.instants import rfc3339
from placket.gate.newcomers import ANEW, identified, starts_anew
from placket.gate.views import refresh_views_of
from placket.sources.told import WORDING, Told, read_birth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from placket.decide.question import Decision
    from placket.gate.gate import Gate
    from placket.identity.identifier import Identifier

BIRTH_DATE: Final = "birth_date"
LONGEST: Final = 128
"""The characters of a name or an id, as the interface bounds them."""

_COUNTRY: Final = re.compile("[A-Z]{2}")
OURS: Final = frozenset(
    {
        Kind.IDENTIFIED,
        Kind.REQUEST_MOVED,
        Kind.PLANNED,
        Kind.STEP_CARRIED_OUT,
        Kind.RECIPIENT_TOLD,
        Kind.RECIPIENT_ANSWERED,
        Kind.DATA_ERASED,
        Kind.ERASURE_STARTED,
        Kind.KEY_DESTROYED,
        Kind.TOMBSTONE,
        Kind.POLICY_PUBLISHED,
    }
)
"""Kinds that Placket writes itself, at the end of what they tell."""

CONSENTS: Final = frozenset(
    {
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
    }
)
PREFERENCES: Final = frozenset({Kind.PREFERENCE_OFF, Kind.PREFERENCE_ON})
NEEDED: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.CONSENT_REQUESTED: ("what", "--what newsletter"),
    Kind.CONSENT_GIVEN: ("what", "--what newsletter"),
    Kind.CONSENT_CONFIRMED: ("what", "--what newsletter"),
    Kind.CONTACT_OBTAINED: ("channel", "--channel email"),
    Kind.PREFERENCE_OFF: ("what", "--what channel:email"),
    Kind.PREFERENCE_ON: ("what", "--what channel:email"),
    Kind.RELATION_OPENED: ("what", "--what account"),
    Kind.RELATION_CLOSED: ("what", "--what account"),
    Kind.HAPPENED: ("what", "--what order.placed"),
    Kind.IDENTITY_LINKED: ("about", "--about p_0123456789abcdef"),
    Kind.LINK_VOIDED: ("about", "--about f_0123456789abcdef"),
    Kind.LOCATED: ("region", "--region GB"),
    Kind.DATA_COLLECTED: ("data", "--data email,name"),
}
"""What a fact of a kind cannot do without, and how it is written."""

TEXTS: Final = {
    "what": "What it is about: a consent, event, relation or purpose; `channel:email`.",
    "activity": "The activity that it is about.",
    "channel": "The channel, such as `email`.",
    "topic": "The topic of the messages.",
    "region": "A country, in two letters.",
    "recipient": "Who received data.",
    "clause": "The clause that it rests on.",
    "thing": "The id of the order, case or row, so that an end finds its beginning.",
    "ground": "The ground, such as `claims`.",
    "about": "The fact that it answers, or the person that it links.",
    "route": "The way it came, such as `customer_care`.",
    "by": "Who recorded it, by an id.",
}
"""The options that are text, by the fact's field."""


@click.group("fact")
def command() -> None:
    """Append facts: what happened, whom it concerns, when."""


def _text_options(function: Callable[..., int]) -> Callable[..., int]:
    defaults = {"route": "cli", "by": "cli"}
    for name, text in reversed(TEXTS.items()):
        default = defaults.get(name, "")
        function = click.option(
            f"--{name}", default=default, show_default=bool(default), help=text
        )(function)
    return function


@command.command("add")
@click.argument("kind")
@subject_option
@click.option("--new", is_flag=True, help="Make the person when the ledger knows nobody.")
@_text_options
@click.option("--data", default="", help="Categories of data, with commas.")
@click.option("--mark", "marks", multiple=True, help="A mark, such as `refusal_offered`; repeat.")
@click.option("--wording", default="", help="The wording that was shown.")
@click.option("--at", metavar="WHEN", help="When it happened; default now.")
@click.option("--until", metavar="WHEN", help="When it ends, if that is known.")
@click.option(
    "--private",
    is_flag=True,
    help="Read `key=value` lines from standard input, sealed under the person's key.",
)
@click.option(
    "--if-permitted",
    is_flag=True,
    help="Record a message (`sent`) only where it is permitted at this very moment.",
)
@config_option
@json_option
def add(kind: str, *, config: Path | None, as_json: bool, **given: Any) -> int:
    """Append a fact of KIND, such as `consent_given`, and print its id.

    The same fact added again is known by its id and stands once.
    Exit code 1, with every reason, when `--if-permitted` is given and it is not.
    """
    subject = subject_of(given["subject"])
    private = _read_private() if given["private"] else {}
    with open_installation(config) as gate:
        fields = _fields(gate, parse_kind(kind), given)
        _expect_birth(gate, fields["kind"], private)
        identifier = gate.identifier(subject)
        person = gate.person_of(subject)
        if person is None and not given["new"]:
            raise Ended(
                "the ledger knows nobody by this identifier",
                "check it, or add `--new` to make the person",
                code=WRONG_USE,
            )
        met = person or _new(gate, identifier, fields)
        told = Told(_fact(gate, met, fields, private), private or None)
        known, size = bool(gate.has([told.fact.id])), gate.size()
        if not known:
            first = [] if person else [identified(told.fact, identifier)]
            denied = _record(gate, told, first, if_permitted=given["if_permitted"])
            if denied is not None:
                return _refuse(gate, denied, told.fact.channel, as_json=as_json)
        # Told before the views are reached: the fact stands whether or not they can be.
        if as_json:
            write_json(
                {
                    "fact": told.fact.id,
                    "person": told.fact.person,
                    "new": not known,
                    "checkpoint": gate.checkpoint(),
                }
            )
        else:
            click.echo(told.fact.id)
        refresh_views_of(gate, told.fact.person, since=size)
    return DONE


def _record(
    gate: Gate, told: Told, first: Sequence[Told], *, if_permitted: bool
) -> Decision | None:
    """Record the fact, and return None; the denial where it must be permitted and is not."""
    if not if_permitted:
        gate.record([*first, told])
        return None
    decision = gate.act(told, question_of(told.fact), first=first)
    if not decision.is_permitted:
        return decision
    gate.sequence()
    return None


def _refuse(gate: Gate, decision: Decision, channel: str, *, as_json: bool) -> int:
    """Say why nothing was recorded."""
    if as_json:
        write_json(decision.as_json(rfc3339(decision.at)))
    else:
        tell_decision(decision, gate.fact, channel=channel)
    return PROBLEMS


def _new(gate: Gate, identifier: Identifier, fields: Mapping[str, Any]) -> str:
    """Return the id of a new person; who was erased comes back by an act of their own alone."""
    keyed = gate.hash_of(identifier)
    buried = gate.ledger.tombstones([keyed]).get(keyed, ())
    if buried and not starts_anew(fields["kind"], fields["occurred_at"], buried):
        raise Ended(
            "the person of this identifier was erased, and this fact is no act by which they"
            " come back",
            f"leave it out; after one of {', '.join(sorted(ANEW))} it can be told",
            code=REFUSED,
        )
    return new_person()


def parse_kind(written: str) -> Kind:
    """Return the kind of a fact that a person may add; another ends the command."""
    word = written.replace("-", "_") or "-"
    known = sorted(kind.value for kind in Kind if kind not in OURS)
    if word in {kind.value for kind in OURS}:
        raise Ended(
            f"facts of kind `{word}` are written by Placket alone",
            "leave it to the command whose end they tell",
            code=WRONG_USE,
        )
    what, otherwise = "there is no kind of fact", f"write one of {', '.join(known)}"
    expect_known(word, known, what=what, otherwise=otherwise)
    return Kind(word)


def _fields(gate: Gate, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the fact, every word known to the policy in force."""
    data = names_of(given["data"])
    if given["if_permitted"] and (kind is not Kind.SENT or not given["activity"]):
        raise Ended(
            "`--if-permitted` is for a message of an activity",
            "write `sent` with `--activity`, or leave `--if-permitted` out",
            code=WRONG_USE,
        )
    _expect_now(given)
    _expect_words(gate, kind, given)
    expect_data(data)
    wording = (WORDING + given["wording"],) if given["wording"] else ()
    fields: dict[str, Any] = {name: given[name] for name in TEXTS}
    fields |= {"kind": kind, "data": data, "marks": (*given["marks"], *wording)}
    fields["region"] = fields["region"].upper()
    fields["until"] = instant_of(gate, given["until"])
    fields["occurred_at"] = instant_of(gate, given["at"]) or gate.now()
    _expect_clear(fields)
    if kind is Kind.RESTRICTED and not (data or fields["activity"]):
        raise Ended(
            "a fact of kind `restricted` needs `--data` or `--activity`",
            "add one such as `--data email`, else nothing is restricted",
            code=WRONG_USE,
        )
    name, example = NEEDED.get(kind, ("kind", ""))
    if not fields[name]:
        raise Ended(
            f"a fact of kind `{kind}` needs `--{name}`",
            f"add one such as `{example}`",
            code=WRONG_USE,
        )
    return fields


def _expect_now(given: Mapping[str, Any]) -> None:
    """End the command when a message that is asked about has another moment than this one."""
    if given["if_permitted"] and given["at"]:
        raise Ended(
            "a message that is asked about is sent after the answer",
            "leave `--at` or `--if-permitted` out",
            code=WRONG_USE,
        )


def _expect_clear(fields: Mapping[str, Any]) -> None:
    """End the command when a field holds what the ledger must not keep in the clear for good."""
    texts = {**{name: fields[name] for name in TEXTS}, "mark": " ".join(fields["marks"])}
    for name, text in texts.items():
        if "@" in text:
            sentence, mend = "an address stands in", "leave it out, or give it by `--private`"
        elif len(text) > LONGEST or not text.isprintable():
            sentence, mend = "no name or id stands in", f"write at most {LONGEST} plain characters"
        else:
            continue
        raise Ended(f"{sentence} `--{name}`", mend, code=WRONG_USE)
    if fields["region"] and not _COUNTRY.fullmatch(fields["region"]):
        raise Ended("`--region` is no country", "write two letters, such as `GB`", code=WRONG_USE)


def _expect_words(gate: Gate, kind: Kind, given: Mapping[str, Any]) -> None:
    policy = gate.policy
    if given["activity"]:
        expect_activity(policy, given["activity"])
    expect_channel(given["channel"])
    if given["what"].startswith("channel:"):
        expect_channel(given["what"].removeprefix("channel:"))
    elif kind in PREFERENCES and given["what"] and not given["what"].startswith("topic:"):
        raise Ended(
            "a preference is about a channel or a topic",
            "write one such as `--what channel:email`",
            code=WRONG_USE,
        )
    if kind is Kind.OBJECTED:
        expect_purpose(given["what"])
    if kind in CONSENTS:
        expect_consent(policy, given["what"])
    expect_known(
        given["clause"],
        policy.clauses,
        what="the policy has no clause",
        otherwise="see `placket trace` for the clauses",
    )


def _read_private() -> dict[str, str]:
    """Return the `key=value` lines of standard input, blank ones left out."""
    lines = [line for line in input_lines() if line]
    pairs = [line.partition("=") for line in lines]
    if not pairs or not all(key and gap for key, gap, _ in pairs):
        raise Ended(
            "a private line is not `key=value`",
            f"write lines such as `{BIRTH_DATE}=2001-02-03`, after the subject's if it is `-`",
            code=WRONG_USE,
        )
    return {key.strip(): value.strip() for key, _, value in pairs}


def _expect_birth(gate: Gate, kind: Kind, private: Mapping[str, str]) -> None:
    if kind is not Kind.BORN:
        return
    try:
        read_birth(date.fromisoformat(private.get(BIRTH_DATE, "")), gate.now())
    except ValueError:
        raise Ended(
            "a fact of kind `born` needs a date of birth, sealed",
            f"add `--private` and give `{BIRTH_DATE}=2001-02-03` on standard input",
            code=WRONG_USE,
        ) from None


def _fact(gate: Gate, person: str, fields: Mapping[str, Any], private: Mapping[str, str]) -> Fact:
    """Return the fact, whose id follows from what it says: added twice, it stands once."""
    # The digest of what is private is keyed: an id must not let anyone test guesses.
    sealed = hashlib.blake2b(
        repr(sorted(private.items())).encode(), digest_size=15, key=gate.keys.hmac_key
    ).hexdigest()
    named = [fields[name] for name in sorted(fields)]
    return Fact(
        id=fact_id("cli", person, *named, sealed),
        person=person,
        recorded_at=gate.now(),
        version=gate.versions.version_at(fields["occurred_at"]),
        **fields,
    )
