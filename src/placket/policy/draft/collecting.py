"""Recognising what is collected, where, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.draft.drafted import Drafted, Names, drafted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence

ALL: Final = "all_held"
_OTHER_TOPICS: Final = frozenset({"rights", "retain", "security", "share", "transfer", "changes"})


def collected(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield a form or data rule for each sentence that says what is taken."""
    for sentence in reading.sentences:
        if not takes(sentence):
            continue
        data = data_of(sentence)
        places = sentence.terms("touchpoint") or _places(reading)
        if not data and not sentence.has("act", "collect"):
            continue
        if places:
            yield drafted(
                "capture",
                names.new("capture", places[0]),
                at=list(places),
                takes=data,
                source=_source(sentence),
            )
        elif data:
            yield drafted("data", data, source=_source(sentence))
        else:
            for source in sentence.terms("source"):
                yield drafted("capture", names.new("capture", source), source=source)


def takes(sentence: Sentence) -> bool:
    """Say whether the sentence tells what is collected, and not only what is done with it."""
    if sentence.has("act", "say") and sentence.has("right"):
        return False
    listed = "collect" in sentence.topics and not sentence.topics & _OTHER_TOPICS
    taken = sentence.has("act", "collect") or (
        sentence.has("act", "given") and not sentence.has("purpose")
    )
    said = taken and not sentence.topics & {"rights", "retain"}
    is_shared = sentence.has("act", "share") and sentence.has("recipient")
    return (said and not is_shared) or (listed and bool(data_of(sentence)))


def data_of(sentence: Sentence) -> list[str]:
    """Return the data of a sentence, without `all your data`, which names none."""
    return [datum for datum in sentence.terms("data") if datum != ALL]


def _places(reading: Reading) -> tuple[str, ...]:
    """Return where data are taken when the clause is a row of a table, or one list."""
    is_whole = reading.passage.shape in {"row", "item"}
    lead = reading.sentences[:1] if reading.passage.shape == "item" else reading.sentences
    return tuple(t for s in lead for t in s.terms("touchpoint")) if is_whole else ()


def _source(sentence: Sentence) -> str:
    sources = sentence.terms("source")
    return sources[0] if len(sources) == 1 else ""
