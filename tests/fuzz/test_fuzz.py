"""Each reader of a text from outside holds to its rules for good texts, broken at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import targets
from tests.property.counts import cases

if TYPE_CHECKING:
    from tests.counted import Counted

ODD = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\r", b"\t", b"9" * 30, b"null"),
    *(b"&a", b"*a", b"!!x ", b"- ", b": ", b"{", b"[" * 40, b"'", b'"', b"`"),
    *(b"```\n", b"---\n", b"<", b"&#0;", b"--", b"/*"),
)
"""What readers stumble over: half letters, deep nesting, marks of YAML, Markdown, HTML and SQL."""


@st.composite
def broken(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Draw a seed with a few pieces cut out, doubled, exchanged or put in."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from((b"", text[begin:end] * 2, *ODD)) | st.binary(max_size=8))
        text = text[:begin] + piece + text[end:]
    return text


@pytest.mark.parametrize("name", sorted(targets()))
def test_whatever_it_reads_it_holds_to_its_rules(name: str, counted: Counted) -> None:
    target, tried = targets()[name], 0

    @settings(
        max_examples=cases(quick=8, long=300),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(raw=broken(target.seeds))
    def reads(raw: bytes) -> None:
        nonlocal tried
        tried += 1
        target.holds(raw)

    for seed in target.seeds:
        target.holds(seed)
    reads()

    counted("broken texts", tried + len(target.seeds))
