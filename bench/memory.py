"""Decide with the standing in memory, cedarpy beside it with the same rules."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any, Final

from bench.measure import MICRO, MOST, Row, Spread, Target, each
from bench.shop import NEWSLETTER, NOW, policy_of, standing_of
from placket.decide.condition import All, AnyOf, Condition, Ended, Holds, Known, Not
from placket.decide.decide import decide, permits, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.ground import Ground
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing

NAME: Final = "decide-memory"
P50: Final = Target(sense=MOST, bound=3)


def measure(ground: Ground) -> Iterator[Row]:
    """Time `decide` on persons who may be written to and on those who may not, apart."""
    policy = policy_of(ground.size.policy)
    standings = [standing_of(policy, number) for number in range(ground.size.persons)]
    outcomes = {s.person: decide(policy, s, NEWSLETTER, NOW).is_permitted for s in standings}
    cedar = _cedar(policy, standings)
    for is_permitted, word in ((True, "permitted"), (False, "denied")):
        chosen = [s for s in standings if outcomes[s.person] is is_permitted]
        asked = [chosen[call % len(chosen)] for call in range(ground.size.calls)]
        floor = None if cedar is None else Spread.of(each(cedar, asked), "µs", scale=MICRO)
        took = each(lambda standing: decide(policy, standing, NEWSLETTER, NOW), asked)
        yield Row(
            bench=NAME,
            job=f"decide with all reasons, {word}",
            measured=Spread.of(took, "µs", scale=MICRO),
            floor=floor,
            floor_name="cedarpy, the same rules" if cedar else "cedarpy is not installed",
            target=P50,
            note=_agreement(cedar, chosen, outcomes),
        )


def _agreement(
    cedar: Callable[[Standing], Any] | None, chosen: Sequence[Standing], outcomes: dict[str, bool]
) -> str:
    if cedar is None:
        return ""
    alike = sum(cedar(s).allowed is outcomes[s.person] for s in chosen)
    return f"cedarpy says the same of {alike} of {len(chosen)} persons"


def _cedar(policy: Policy, standings: Sequence[Standing]) -> Callable[[Standing], Any] | None:
    """Return cedarpy's answer on a standing, rules and person parsed before; None without it."""
    try:
        cedarpy = importlib.import_module("cedarpy")
    except ModuleNotFoundError:
        return None
    rules = cedarpy.PolicySet.from_str(cedar_rules(policy))
    held = {s.person: cedarpy.Entities.from_json_str(_entity(s)) for s in standings}
    requests = {s.person: _request(s) for s in standings}

    def ask(standing: Standing) -> Any:
        return cedarpy.is_authorized(requests[standing.person], rules, held[standing.person])

    return ask


def cedar_rules(policy: Policy) -> str:
    """Return in Cedar the steps that deny the whole act, one `forbid` each, and the `permit`."""
    head = f'principal, action == Action::"{NEWSLETTER.activity}", resource'
    forbidden = (
        f"forbid({head}) when {{ {_printed(step.denies)} }};"
        for step in permits(prepare(policy, NEWSLETTER))
    )
    return "\n".join((f"permit({head});", *forbidden))


def _printed(condition: Condition) -> str:
    match condition:
        case All(of=parts):
            return f"({' && '.join(map(_printed, parts))})" if parts else "true"
        case AnyOf(of=parts):
            return f"({' || '.join(map(_printed, parts))})" if parts else "false"
        case Not(of=part):
            return f"!({_printed(part)})"
        case Known(name=name):
            return f"principal has {json.dumps(name)}"
        case Ended(name=name):
            state = f"principal[{json.dumps(name)}]"
            return f"(principal has {json.dumps(name)} && {state}.until <= context.now)"
        case Holds(name=name):
            state = f"principal[{json.dumps(name)}]"
            return (
                f"(principal has {json.dumps(name)} && {state}.since <= context.now"
                f" && context.now < {state}.until)"
            )


def _entity(standing: Standing) -> str:
    states = {**standing.dense, **standing.sparse}
    attributes = {name: {"since": i[0], "until": i[1]} for name, i in states.items()}
    uid = {"type": "Person", "id": standing.person}
    return json.dumps([{"uid": uid, "attrs": attributes, "parents": []}])


def _request(standing: Standing) -> dict[str, Any]:
    return {
        "principal": {"type": "Person", "id": standing.person},
        "action": {"type": "Action", "id": NEWSLETTER.activity},
        "resource": {"type": "Channel", "id": NEWSLETTER.channel},
        "context": {"now": NOW},
    }
