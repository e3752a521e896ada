"""Generated histories: everything that may happen, at moments that collide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from placket.facts import Fact, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.standing.history import Connected

DAY = 86_400_000_000
START = int(datetime(2025, 3, 30, 0, 30, tzinfo=UTC).timestamp()) * 1_000_000
"""Half an hour before the clocks of Europe go forward."""

MOMENTS = tuple(
    START + days * DAY + extra
    for days, extra in (
        (0, 0),
        (0, 1),
        (1, 0),
        (2, 0),
        (2, 1),
        (30, 0),
        (31, -1),
        (61, 0),
        (200, 0),
        (201, 7),
        (365, 0),
        (366, 0),
        (800, 0),
    )
)
"""When things happen: few moments, so that they collide."""

BIRTHS = ("1980-05-06", "2009-03-30", "2010-03-31", "2012-02-29", "2013-04-01", "")


CHANNELS = ("", "email", "sms", "phone")
DATA_NAMED: tuple[tuple[str, ...], ...] = (
    ("email",),
    ("name", "purchase_history"),
    ("contact_data",),
    ("browsing_history", "health_adverse_effect"),
    ("all_held",),
)


def deeds() -> list[dict[str, Any]]:
    """Return everything that may happen, but when and to whom."""
    return [*_consent_deeds(), *_choice_deeds(), *_dealings(), *_data_deeds(), *_person_deeds()]


def _deed(kind: Kind, **parts: Any) -> dict[str, Any]:
    return {"kind": kind, **parts}


def _consent_deeds() -> list[dict[str, Any]]:
    found = []
    for what in ("news", "study", "analysis", "ads"):
        for channel in ("", "email", "sms"):
            found += [
                _deed(Kind.CONSENT_GIVEN, what=what, channel=channel, marks=(mark,))
                for mark in ("wording:w1", "wording:w9", "imported")
            ]
            found.append(_deed(Kind.CONSENT_CONFIRMED, what=what, channel=channel))
            link = _deed(Kind.CONSENT_CONFIRMED, what=what, channel=channel)
            found.append(link | {"route": "unsubscribe_link"})
            found.append(_deed(Kind.CONSENT_REFUSED, what=what, channel=channel))
            found.append(_deed(Kind.CONSENT_WITHDRAWN, what=what, channel=channel))
        marks = ("wording:w1", "wording:w2")
        found += [
            _deed(Kind.CONSENT_GIVEN, what=what, data=data, marks=marks) for data in DATA_NAMED
        ]
        found.append(
            _deed(Kind.CONSENT_GIVEN, what=what, activity="newsletter", marks=("wording:w1",))
        )
        found.append(_deed(Kind.CONSENT_GIVEN, what=what, activity="care", marks=("wording:w1",)))
        signal = _deed(Kind.CONSENT_GIVEN, what=what, marks=("wording:w1",))
        found += [signal | {"route": "browser_settings"}] * 2
    return found


def _choice_deeds() -> list[dict[str, Any]]:
    found = []
    for channel in CHANNELS:
        for kind in (Kind.CONSENT_WITHDRAWN, Kind.CONSENT_REFUSED):
            found.append(_deed(kind, channel=channel))
            found.append(_deed(Kind.TOMBSTONE, channel=channel, marks=(kind.value,)))
        found.append(_deed(Kind.CONSENT_WITHDRAWN, channel=channel, marks=("keep:news",)))
        found.append(_deed(Kind.CONSENT_WITHDRAWN, channel=channel, topic="sale"))
        found.append(_deed(Kind.CONSENT_WITHDRAWN, what="news", channel=channel, topic="news"))
        found.append(_deed(Kind.OBJECTED, channel=channel))
        found.append(_deed(Kind.TOMBSTONE, channel=channel, marks=("objected",)))
        found.append(_deed(Kind.TOMBSTONE, channel=channel))
        found.append(_deed(Kind.TOMBSTONE, what="erased", marks=("erased",)))
        for sign in (Kind.PREFERENCE_OFF, Kind.PREFERENCE_ON):
            found.append(_deed(sign, what=f"channel:{channel or 'email'}"))
            found.append(_deed(sign, what="topic:sale"))
    return [*found, *_objections(), *_switches()]


def _objections() -> list[dict[str, Any]]:
    activities = ("newsletter", "offers", "audience", "care", "claims", "gift_delivery")
    purposes = ("direct_marketing", "ad_targeting", "customer_service", "market_research")
    found = [_deed(Kind.OBJECTED, activity=activity) for activity in activities]
    found += [_deed(Kind.OBJECTED, what=purpose) for purpose in purposes]
    found += [_deed(Kind.TOMBSTONE, activity=a, marks=("objected",)) for a in activities[2:5]]
    for marks in ((), ("overruled",)):
        found += [_deed(Kind.OBJECTION_DECIDED, about="objected", marks=marks)] * 3
    return found


def _switches() -> list[dict[str, Any]]:
    found = []
    for kind in (Kind.REGISTER_LISTED, Kind.REGISTER_CLEARED):
        found += [_deed(kind, what="TPS", channel="phone")] * 2
    for kind in (Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED):
        found += [_deed(kind, what="scoring")] * 2
    return found


def _dealings() -> list[dict[str, Any]]:
    found = []
    for relation in ("order", "case"):
        for thing in ("", "t1", "t2"):
            found.append(_deed(Kind.RELATION_OPENED, what=relation, thing=thing))
            found.append(_deed(Kind.RELATION_OPENED, what=relation, thing=thing, channel="web"))
            found.append(_deed(Kind.RELATION_CLOSED, what=relation, thing=thing))
    for channel in ("", "web", "email"):
        found += [
            _deed(Kind.HAPPENED, what=event, channel=channel)
            for event in ("order.placed", "visit.made", "gift.addressed")
        ]
        found.append(_deed(Kind.INTERACTED, channel=channel))
    for activity in ("newsletter", "offers", "care"):
        found += [_deed(Kind.SENT, activity=activity, channel=c) for c in ("email", "sms")]
    for occasion in ("in:sale", "in:negotiation", "in:raffle"):
        for channel in ("email", "sms"):
            marks = ("got_from:data_subject", "by:this_retailer", "refusal_offered", occasion)
            found.append(_deed(Kind.CONTACT_OBTAINED, channel=channel, marks=marks))
    found.append(_deed(Kind.CONTACT_OBTAINED, channel="email", marks=("in:sale",)))
    found.append(_deed(Kind.USED, activity="care", marks=("contact",)))
    return found


def _data_deeds() -> list[dict[str, Any]]:
    found = []
    marked: tuple[tuple[str, ...], ...] = (
        (),
        ("role:gift_recipient",),
        ("role:referred",),
        ("role:prospect",),
        ("source:third_party",),
        ("source:third_party", "permission"),
        ("source:third_party", "notice"),
        ("notice",),
    )
    for data in DATA_NAMED:
        found += [_deed(Kind.DATA_COLLECTED, data=data, marks=marks) for marks in marked]
        found += [
            _deed(Kind.DATA_COLLECTED, data=data, what=form)
            for form in ("magazine", "raffle", "checkout")
        ]
        found.append(
            _deed(Kind.DATA_COLLECTED, data=data, what="magazine", marks=("role:gift_recipient",))
        )
        found += [_deed(Kind.RESTRICTED, data=data)] * 2
        found += [
            _deed(Kind.PURPOSE_ADMITTED, data=data, what=purpose)
            for purpose in ("direct_marketing", "customer_service")
        ]
        for ground in ("claims", "duty"):
            kept = tuple(f"kept:{datum}:{ground}:" for datum in data)
            found.append(_deed(Kind.DATA_ERASED, data=data, marks=kept))
            found.append(_deed(Kind.DATA_ERASED, data=data, marks=kept, thing="r_1"))
        both = ("kept:name:claims:", "kept:name:duty:", f"kept:name:contract:{MOMENTS[9]}")
        found.append(_deed(Kind.DATA_ERASED, data=data, marks=both))
        found.append(_deed(Kind.DATA_ERASED, data=data))
    found += [
        _deed(Kind.RESTRICTED, activity=activity) for activity in ("newsletter", "care", "claims")
    ]
    found += [_deed(Kind.RESTRICTION_LIFTED, about="restricted")] * 6
    found += [_deed(Kind.HOLD_PLACED)] * 3 + [_deed(Kind.HOLD_LIFTED, about="hold_placed")] * 3
    return found


def _person_deeds() -> list[dict[str, Any]]:
    found = []
    for country in ("GB", "FR", "DE", "IE", "US", ""):
        found += [_deed(Kind.LOCATED, region=country)] * 4
    found += [_deed(Kind.BORN)] * 12
    found += [_deed(Kind.GUARDIAN_AGREED)] * 4
    found.append(_deed(Kind.REQUEST_MOVED, what="acknowledged", about="requested"))
    return found


DEEDS = tuple(deeds())
OFTEN = (
    _deed(Kind.LOCATED, region="GB"),
    _deed(Kind.LOCATED, region="FR"),
    _deed(Kind.RELATION_OPENED, what="order", thing="t1"),
    _deed(Kind.RELATION_OPENED, what="case", thing="t2"),
    _deed(Kind.HAPPENED, what="order.placed"),
    _deed(Kind.HAPPENED, what="visit.made"),
    _deed(Kind.CONSENT_GIVEN, what="news", channel="email", marks=("wording:w1",)),
    _deed(Kind.CONSENT_CONFIRMED, what="news", channel="email"),
    _deed(Kind.CONSENT_GIVEN, what="study"),
    _deed(Kind.CONSENT_GIVEN, what="analysis"),
    _deed(
        Kind.CONTACT_OBTAINED,
        channel="email",
        marks=("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale"),
    ),
    _deed(Kind.DATA_COLLECTED, data=("all_held",), marks=("permission",)),
)
"""What mostly happened first, so that some acts are permitted."""


class Life(NamedTuple):
    """A person's facts in any order, the opened payloads, and when two persons became one."""

    facts: tuple[Fact, ...]
    private: Mapping[str, Mapping[str, object]]
    joined: int | None

    @property
    def connected(self) -> Connected:
        return lambda _first, _second: self.joined

    def with_facts(self, *facts: Fact) -> Life:
        """Return the life in which these happened too."""
        return self._replace(facts=(*self.facts, *facts))

    def by(self, at: int) -> tuple[Fact, ...]:
        """Return the facts that had occurred by `at`."""
        return tuple(fact for fact in self.facts if fact.occurred_at <= at)


@st.composite
def lives(draw: st.DrawFn, *, largest: int = 25, persons: tuple[str, ...] = ("p1", "p2")) -> Life:
    """Draw what happened to one person, or to two that were found to be one."""
    who = st.sampled_from(persons)
    often = st.tuples(st.sampled_from(OFTEN), st.sampled_from(MOMENTS[:3]), who)
    seldom = st.tuples(st.sampled_from(DEEDS), st.sampled_from(MOMENTS), who)
    first = draw(st.lists(often, max_size=min(12, largest)))
    drawn = [*first, *draw(st.lists(seldom, max_size=largest - len(first)))]
    facts: list[Fact] = []
    for number, (deed, moment, person) in enumerate(drawn):
        parts = dict(deed)
        if parts.get("about"):
            parts["about"] = next(
                (f.id for f in reversed(facts) if f.kind.value == parts["about"]), "f999"
            )
        owner = "" if parts["kind"] is Kind.TOMBSTONE else person
        parts |= {"id": f"f{number:03}", "occurred_at": moment, "recorded_at": moment}
        facts.append(Fact(person=owner, **parts))
    days = {f.id: draw(st.sampled_from(BIRTHS)) for f in facts if f.kind is Kind.BORN}
    private = {fact: {"birth_date": day} for fact, day in days.items() if day}
    return Life(tuple(facts), private, draw(st.sampled_from((None, *MOMENTS[2:9]))))
