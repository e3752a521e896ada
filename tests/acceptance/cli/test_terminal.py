"""On a terminal: colour beside glyph and word, bars on standard error, neither where not wanted."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.cli.conftest import COMMAND

ADA = "email:ada@example.org"


def on_a_terminal(folder: Path, *words: str, **environ: str) -> str:
    """Return what a terminal is sent, both streams together."""
    ours, theirs = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(
        [COMMAND, *words],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=kept | {"TERM": "xterm", "COLUMNS": "80"} | environ,
    ):
        os.close(theirs)
        sent = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    return sent.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # so Linux tells that nobody writes any more
        return b""


def test_a_decision_is_coloured_beside_its_glyph_and_word(folder: Path) -> None:
    sent = on_a_terminal(folder, "decide", "newsletter", "--subject", ADA)

    assert sent.startswith("\x1b[31m\x1b[1m✗ deny\x1b[0m  newsletter, at ")


@pytest.mark.parametrize(
    "words",
    [("decide", "newsletter", "--subject", ADA), ("policy", "publish", "faulty.md")],
    ids=["decide", "publish"],
)
def test_no_color_leaves_the_words_alone(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "faulty.md").write_text("no front matter")

    sent = on_a_terminal(folder, *words, NO_COLOR="1")

    assert "\x1b" not in sent


def test_a_sync_shows_a_bar_and_takes_it_away(folder: Path) -> None:
    sent = on_a_terminal(folder, "sync", "--source", "shop")

    assert "shop.customer" in sent
    assert sent.endswith("0 new facts\r\n")


def test_off_a_terminal_there_is_no_bar(folder: Path) -> None:
    done = subprocess.run(
        [COMMAND, "sync", "--source", "shop"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == ""
    assert "\x1b" not in done.stdout
