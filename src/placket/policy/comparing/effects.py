"""What the changes of the rules mean for persons, and what is owed to whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from placket.policy.comparing.activities import activity_effects
from placket.policy.comparing.consents import consent_effects
from placket.policy.comparing.difference import Consequence, Duty, Effect
from placket.policy.comparing.following import DATA, RECIPIENTS, follows, list_follows, moved
from placket.policy.comparing.pairing import written
from placket.policy.comparing.periods import (
    LONGER,
    SAME,
    SHORTER,
    compare_periods,
    kept_for,
    together,
)
from placket.policy.rendering.lay import lay_list
from placket.policy.rules import (
    AudienceAge,
    Automated,
    Controller,
    Recipient,
    Region,
    Right,
    Rule,
    Transfer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from placket.policy.comparing.pairing import Pair
    from placket.policy.parse import Document
    from placket.policy.rules import Retain

_NO_REGION: Final = ("",)


def consequences(old: Document, new: Document, pairs: Iterable[Pair]) -> tuple[Consequence, ...]:
    """Return what the changes mean, each once, with the regions that it holds in."""
    regions = _regions(old, new)
    found: dict[Consequence, list[str]] = {}
    for region in regions:
        for consequence in (
            *activity_effects(old, new, region),
            *_periods(old, new, region),
        ):
            # Told by where it holds, whatever regions the rule names.
            found.setdefault(replace(consequence, regions=()), []).append(region)
    everywhere = len(regions)
    placed = [
        consequence if len(held) == everywhere else replace(consequence, regions=tuple(held))
        for consequence, held in found.items()
    ]
    return (*placed, *consent_effects(old, new), *_of_pairs(pairs))


def _regions(old: Document, new: Document) -> tuple[str, ...]:
    named = (r.name for d in (new, old) for r in d.rules() if isinstance(r, Region))
    return tuple(dict.fromkeys(named)) or _NO_REGION


# How long data are kept


def _periods(old: Document, new: Document, region: str) -> Iterator[Consequence]:
    """Yield what became of how long each datum is kept; data of one change are told together."""
    before, after = kept_for(old, region), kept_for(new, region)
    alike: dict[tuple[Effect, str, str, str], list[str]] = {}
    for datum in dict.fromkeys((*after, *before)):
        found = _period(before.get(datum, ()), after.get(datum, ()))
        if found is not None:
            alike.setdefault(found, []).append(datum)
    for (effect, clause, earlier, later), data in alike.items():
        is_longer = effect in {Effect.PERIOD_LONGER, Effect.PERIOD_CHANGED, Effect.PERIOD_ADDED}
        yield Consequence(
            effect=effect,
            about=tuple(data),
            clause=clause,
            before=earlier,
            after=later,
            duty=Duty.TELL if is_longer and effect is not Effect.PERIOD_ADDED else Duty.NONE,
            source="GDPR Art. 13(2)(a)",
        )


_BY_SIGN: Final[Mapping[int | None, Effect]] = {
    LONGER: Effect.PERIOD_LONGER,
    SHORTER: Effect.PERIOD_SHORTER,
    None: Effect.PERIOD_CHANGED,
}


def _period(
    before: tuple[Retain, ...], after: tuple[Retain, ...]
) -> tuple[Effect, str, str, str] | None:
    if not after:
        return Effect.PERIOD_ENDED, before[0].clause, str(together(before)), ""
    if not before:
        return Effect.PERIOD_ADDED, after[0].clause, "", str(together(after))
    earlier, later = together(before), together(after)
    sign = compare_periods(earlier, later)
    if sign == SAME:
        return None
    return _BY_SIGN[sign], after[0].clause, str(earlier), str(later)


# Recipients, transfers, rights, machines, who answers: rule by rule


def _of_pairs(pairs: Iterable[Pair]) -> Iterator[Consequence]:
    for before, after in pairs:
        rule = after or before
        told = _TOLD.get(type(rule)) if rule is not None else None
        if told is not None and not getattr(after, "draft", False):
            yield from told(before, after)


def _recipient(before: Recipient | None, after: Recipient | None) -> Iterator[Consequence]:
    told, source = Duty.TELL, "GDPR Art. 13(1)(e)"
    if before is None or after is None:
        yield from _whole_recipient(before, after)
        return
    yield from list_follows(after, before.name, after.name, RECIPIENTS, duty=told, source=source)
    yield from list_follows(after, before.gets, after.gets, DATA, duty=told, source=source)
    if before.role != after.role:
        yield follows(
            Effect.RECIPIENT_CHANGED,
            after,
            before=written(before, "role"),
            after=written(after, "role"),
            duty=told,
            source=source,
        )
    yield from _abroad(before, after)


def _whole_recipient(before: Recipient | None, after: Recipient | None) -> Iterator[Consequence]:
    if after is not None:
        source = "GDPR Art. 13(1)(e)"
        words = lay_list(after.gets)
        yield follows(Effect.RECIPIENT_ADDED, after, after=words, duty=Duty.TELL, source=source)
        if after.country and after.safeguard:
            yield _transfer_added(after, after.country)
    elif before is not None:
        yield follows(Effect.RECIPIENT_ENDED, before, before=lay_list(before.gets))


def _abroad(before: Recipient, after: Recipient) -> Iterator[Consequence]:
    came, went = moved(before.country, after.country)
    if came:
        yield _transfer_added(after, came)
    if went:
        yield follows(Effect.TRANSFER_ENDED, after, before=", ".join(went))
    if before.safeguard != after.safeguard and not came:
        yield follows(
            Effect.SAFEGUARD_CHANGED,
            after,
            before=before.safeguard,
            after=after.safeguard,
            duty=Duty.TELL,
            source="GDPR Art. 13(1)(f)",
        )


def _transfer_added(rule: Recipient, countries: Iterable[str]) -> Consequence:
    return follows(
        Effect.TRANSFER_ADDED,
        rule,
        after=", ".join(countries),
        duty=Duty.TELL,
        source="GDPR Art. 13(1)(f)",
    )


def _transfer(before: Transfer | None, after: Transfer | None) -> Iterator[Consequence]:
    rule = after or before
    if rule is None or (before and after and set(before.needs_any) == set(after.needs_any)):
        return
    yield follows(
        Effect.SAFEGUARD_CHANGED,
        rule,
        before=lay_list(before.needs_any, last="or") if before else "",
        after=lay_list(after.needs_any, last="or") if after else "",
        duty=Duty.TELL,
        source="GDPR Art. 13(1)(f)",
    )


def _right(before: Right | None, after: Right | None) -> Iterator[Consequence]:
    source = "GDPR Art. 12(5), 13(2)(b)"
    if after is None:
        if before is not None:
            yield follows(Effect.RIGHT_ENDED, before, duty=Duty.TELL, source=source)
        return
    if before is None:
        return
    changed = [
        f for f in ("by", "fee", "amount", "covers", "reasons") if _differs(before, after, f)
    ]
    # Another route is told by the notice itself; a price or a narrower right is told before.
    duty = Duty.TELL if set(changed) - {"by"} else Duty.NONE
    for field in changed:
        yield follows(
            Effect.RIGHT_CHANGED,
            after,
            before=written(before, field),
            after=written(after, field),
            duty=duty,
            source=source,
        )


def _differs(before: Rule, after: Rule, field: str) -> bool:
    return bool(getattr(before, field) != getattr(after, field))


def _automated(before: Automated | None, after: Automated | None) -> Iterator[Consequence]:
    if after is None:
        return
    came, _ = moved(before.decides if before else (), after.decides)
    if came or before is None:
        words = lay_list(came or (after.name,))
        yield follows(
            Effect.AUTOMATED_ADDED,
            after,
            after=words,
            duty=Duty.TELL,
            source="GDPR Art. 13(2)(f)",
        )


def _controller(before: Controller | None, after: Controller | None) -> Iterator[Consequence]:
    if after is None or (before is not None and _identity(before) == _identity(after)):
        return
    yield follows(
        Effect.CONTROLLER_CHANGED,
        after,
        before=_identity(before) if before else "",
        after=_identity(after),
        duty=Duty.TELL,
        source="GDPR Art. 13(1)(a)",
    )


def _identity(rule: Controller) -> str:
    return ", ".join(filter(None, (rule.name, rule.address, rule.country)))


def _age(before: AudienceAge | None, after: AudienceAge | None) -> Iterator[Consequence]:
    rule = after or before
    if rule is None or (before and after and before.age == after.age):
        return
    yield follows(
        Effect.AGE_CHANGED,
        rule,
        before=str(before.age) if before else "",
        after=str(after.age) if after else "",
    )


_TOLD: Final[Mapping[type[Rule], Callable[[Any, Any], Iterator[Consequence]]]] = {
    Recipient: _recipient,
    Transfer: _transfer,
    Right: _right,
    Automated: _automated,
    Controller: _controller,
    AudienceAge: _age,
}
