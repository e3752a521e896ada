"""Recognising who receives data, in what role, and what must hold before they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.draft.collecting import data_of
from placket.policy.draft.drafted import Drafted, Names, drafted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence


def shared(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the recipients of a clause: those named in sentences that say that data go out."""
    del names
    telling = [sentence for sentence in reading.sentences if _goes_out(sentence)]
    is_named = any(_recipients(sentence) not in ([], ["third_party"]) for sentence in telling)
    for sentence in telling:
        recipients = _recipients(sentence)
        if recipients and not (is_named and recipients == ["third_party"]):
            yield drafted(
                "recipient",
                recipients,
                names=_companies(sentence),
                as_=_role(sentence),
                gets=data_of(sentence) if sentence.has("act", "share") else [],
            )


def _goes_out(sentence: Sentence) -> bool:
    if sentence.denies("act", "share") or sentence.text.endswith("?"):
        return False
    if sentence.has("right") and sentence.has("act", "say"):
        return False
    return sentence.has("act", "share") or "share" in sentence.topics


def _recipients(sentence: Sentence) -> list[str]:
    named = sentence.terms("recipient", "company")
    # `third parties` names nobody where somebody is named.
    return [r for r in named if r != "third_party"] or list(named)


def _companies(sentence: Sentence) -> list[str]:
    return list(dict.fromkeys(sentence.words_at(match) for match in sentence.of("company")))


def _role(sentence: Sentence) -> str:
    roles = sentence.terms("role")
    return roles[0] if len(roles) == 1 else ""


def _leaves(sentence: Sentence) -> bool:
    """Say whether the sentence sends data to the place that it names."""
    is_outside = sentence.has("area", "outside_eea", "outside_uk")
    is_sent = sentence.has("act", "transfer") or sentence.has("transfer")
    return is_sent or (is_outside and sentence.has("act", "share"))


def transferred(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield what a clause says of data that leave: whither, and on which safeguards."""
    told = [sentence for sentence in reading.sentences if not sentence.text.endswith("?")]
    areas = [area for sentence in told for area in sentence.terms("area")]
    tools = list(dict.fromkeys(tool for sentence in told for tool in sentence.terms("transfer")))
    is_about = "transfer" in reading.topics
    leaves = any(s.has("area") and _leaves(s) for s in told)
    if areas and (leaves or (is_about and tools)):
        yield drafted("transfer", names.new("transfer", areas[0]), needs_any=tools)
    elif is_about and tools:
        yield drafted("transfer", names.new("transfer", tools[0]), needs_any=tools)
