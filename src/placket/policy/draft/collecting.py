"""Recognising what is collected, where, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.draft.drafted import Drafted, Names, drafted
from placket.policy.draft.periods import durations_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence

ALL: Final = "all_held"
_OTHER_TOPICS: Final = frozenset({"rights", "retain", "security", "share", "transfer", "changes"})


def collected(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield a form or data rule for each place and source that a clause names."""
    taken: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for sentence in reading.sentences:
        if not takes(sentence):
            continue
        data = data_of(sentence)
        places = sentence.terms("touchpoint") or _places(reading)
        if places and (data or _is_place(sentence) or sentence.has("act", "collect")):
            taken.setdefault((places, _source(sentence)), []).extend(data)
        elif data:
            taken.setdefault(((), _source(sentence)), []).extend(data)
        elif sentence.has("act", "collect"):
            for source in sentence.terms("source"):
                taken.setdefault((("", source), source), [])
    yield from _as_rules(taken, names)


def _as_rules(
    taken: dict[tuple[tuple[str, ...], str], list[str]], names: Names
) -> Iterator[Drafted]:
    for (places, source), found in taken.items():
        data = list(dict.fromkeys(found))
        if places[:1] == ("",):
            yield drafted("capture", names.new("capture", source), source=source)
        elif places:
            name = names.new("capture", places[0])
            yield drafted("capture", name, at=list(places), takes=data, source=source)
        else:
            yield drafted("data", data, source=source)


def takes(sentence: Sentence) -> bool:
    """Say whether the sentence tells what is collected, and not only what is done with it."""
    if sentence.has("act", "say") and sentence.has("right"):
        return False
    listed = "collect" in sentence.topics and not sentence.topics & _OTHER_TOPICS
    # `for 2 years after your account is closed` names a clock, and no place.
    is_timed = sentence.has("event") and any(durations_in(sentence.text))
    is_kept_there = sentence.has("act", "keep") and sentence.has("touchpoint") and not is_timed
    taken = sentence.has("act", "collect") or (
        (sentence.has("act", "given") or is_kept_there) and not sentence.has("purpose")
    )
    said = taken and not sentence.topics & {"rights", "retain"}
    is_shared = sentence.has("act", "share") and sentence.has("recipient")
    return (said and not is_shared) or (listed and bool(data_of(sentence))) or _is_place(sentence)


def _is_place(sentence: Sentence) -> bool:
    """Say whether the sentence is one of a list of places where data are taken."""
    is_listed = "collect" in sentence.topics and not sentence.topics & {"use", *_OTHER_TOPICS}
    return is_listed and sentence.has("touchpoint") and not sentence.text.endswith("?")


def data_of(sentence: Sentence) -> list[str]:
    """Return the data of a sentence, without `all your data`, which names none."""
    return [datum for datum in sentence.terms("data") if datum != ALL]


def _places(reading: Reading) -> tuple[str, ...]:
    """Return where data are taken when the clause is a row of a table, or one list."""
    is_whole = reading.passage.shape in {"row", "item"}
    lead = reading.sentences[:1] if reading.passage.shape == "item" else reading.sentences
    told = (s for s in lead if not s.topics & {"retain", "basis", "rights"})
    found = (place for sentence in told for place in sentence.terms("touchpoint"))
    return tuple(dict.fromkeys(found)) if is_whole else ()


def _source(sentence: Sentence) -> str:
    sources = sentence.terms("source")
    return sources[0] if len(sources) == 1 else ""
