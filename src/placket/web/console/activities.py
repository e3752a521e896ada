"""The activities: for how many persons each may be done, and which reason loses the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from placket.decide.decide import text_of
from placket.decide.question import Question
from placket.policy.rendering.places import regions_of
from placket.policy.rendering.rule_words import BASIS_WORDS, words_of
from placket.web.look.pictures import bar, funnel_rows
from placket.web.look.reason_words import reason_words
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.answers import Funnel
    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.policy.rules import Activity

GROUPS: Final[Mapping[str, str]] = {
    "marketing": "Messages that promote",
    "service": "Messages about an order, an account or a question",
    "recall": "Recalls",
    "research": "Questions to customers",
    "": "Uses without a message",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An activity on one of its channels, how many it may address, and the two main losses."""

    activity: Activity
    channel: str
    funnel: Funnel
    picture: Markup
    most: tuple[tuple[int, str], ...]


def all_of_them(request: Request) -> Response:
    """Answer with each activity on each channel."""
    gate: Gate = request.app.state.gate
    rows = list(_rows(gate))
    groups = (
        (title, [row for row in rows if row.activity.message == kind])
        for kind, title in GROUPS.items()
    )
    shown = [(title, of_kind) for title, of_kind in groups if of_kind]
    return page(
        "activities.html",
        front=gate.policy.front,
        at=gate.now(),
        groups=shown,
        persons=max((row.funnel.persons for row in rows), default=0),
    )


def _rows(gate: Gate) -> Iterator[Row]:
    asked = [
        (variants[0], Question(activity=name, channel=channel))
        for name, variants in gate.policy.activities.items()
        for channel in channels_of(variants)
    ]
    funnels = gate.funnels([question for _, question in asked])
    for (activity, question), funnel in zip(asked, funnels, strict=True):
        yield Row(
            activity=activity,
            channel=question.channel,
            funnel=funnel,
            picture=bar(funnel.permitted, funnel.persons - funnel.permitted, funnel.persons, ""),
            most=tuple((lost.persons, reason_words(lost.code)) for lost in funnel.lost[:2]),
        )


def channels_of(variants: tuple[Activity, ...]) -> tuple[str, ...]:
    """Return the channels that any variant names, in order; one empty when none does."""
    named = dict.fromkeys(channel for variant in variants for channel in variant.channel)
    return tuple(named) or ("",)


def one(request: Request) -> Response:
    """Answer with one activity: what it is, whom it may address, a row per reason lost."""
    gate: Gate = request.app.state.gate
    name = request.path_params["activity"]
    variants = gate.policy.activities.get(name)
    if variants is None:
        raise HTTPException(404)
    channels = channels_of(variants)
    funnels = gate.funnels([Question(activity=name, channel=channel) for channel in channels])
    return page(
        "activity.html",
        front=gate.policy.front,
        at=gate.now(),
        name=name,
        variants=[_variant(gate.policy, variant) for variant in variants],
        funnels=[(funnel, list(funnel_rows(funnel))) for funnel in funnels],
        words=reason_words,
        whole=lambda funnel: bar(funnel.persons, 0, funnel.persons, ""),
        kept=lambda funnel: bar(funnel.permitted, 0, funnel.persons, ""),
    )


def _variant(policy: Policy, activity: Activity) -> tuple[Activity, str, str, str]:
    """Return a variant with its clause's prose, its rule in words and why it may be."""
    basis = BASIS_WORDS.get(activity.basis, "")
    said = words_of(activity, regions_of(policy))
    return activity, text_of(policy, activity.clause), said, basis
