"""A small real installation, served by the real command on a free port."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placket.gate.instants import rfc3339, system_now
from placket.gate.opening import create_gate, publish
from placket.settings import Settings, write_settings
from placket.web.api.keys import FILE, new_key
from tests.forked import run_forked

POLICY = Path(__file__).resolve().parents[3] / "policies" / "justelegance" / "policy.md"
MAIN = "from placket.cli import main; main()"

ADA = "email:ada@example.org"
BEN = "email:ben@example.org"
NOBODY = "email:nobody@example.org"

SOFT = ["got_from:data_subject", "by:this_retailer", "in:sale", "refusal_offered"]


def fact(number: int, kind: str, subject: str, **said: Any) -> dict[str, Any]:
    """Return a fact as it is sent, of 1 March 2026 unless it says otherwise."""
    return {
        "id": f"t_{number}",
        "kind": kind,
        "subject": subject,
        "occurred_at": "2026-03-01T10:00:00Z",
        **said,
    }


def sent(number: int, subject: str, **said: Any) -> dict[str, Any]:
    """Return a newsletter sent now, to be recorded where it is permitted."""
    news = {"kind": "sent", "activity": "newsletter", "channel": "email", "if_permitted": True}
    return fact(number, "", subject) | {"occurred_at": rfc3339(system_now())} | news | said


FACTS = [
    fact(1, "located", ADA, region="GB"),
    fact(2, "relation_opened", ADA, what="account", thing="shop:1"),
    fact(3, "relation_opened", ADA, what="order", thing="shop:88"),
    fact(4, "contact_obtained", ADA, channel="email", marks=SOFT),
    fact(5, "born", ADA, private={"birth_date": "1990-05-17"}),
    fact(6, "located", BEN, region="GB"),
    fact(7, "happened", BEN, what="newsletter.requested"),
    fact(
        8,
        "consent_given",
        BEN,
        what="email_marketing",
        channel="email",
        marks=["wording:news-1"],
    ),
    fact(9, "happened", ADA, what="order.placed", thing="shop:88"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server. keys: by what they may do."""

    address: str
    folder: Path
    keys: dict[str, str]
    process: subprocess.Popen[str]

    def bearing(self, name: str) -> dict[str, str]:
        """Return the header that bears a key."""
        return {"authorization": f"Bearer {self.keys[name]}"}


def make_installation(folder: Path) -> dict[str, str]:
    """Make an installation with the example policy in `folder`; return its keys by name."""
    settings = Settings(folder=folder)
    with create_gate(settings) as gate:
        published = publish(gate, POLICY.read_text(), "policy.md", by="test")
        assert published.version, [str(problem) for problem in published.problems]
    (folder / "placket.toml").write_text(write_settings(settings))
    scopes = {
        "all": ("facts", "decide", "eligible", "audit"),
        "news": ("decide:newsletter", "eligible:newsletter", "facts:newsletter"),
        "recorder": ("facts",),
        "auditor": ("audit",),
    }
    return {name: new_key(folder / FILE, name, said) for name, said in scopes.items()}


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in `folder`."""
    return run_forked("placket.cli:main", *arguments, cwd=folder)


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the installation in `folder`; yield the address and the process."""
    with (folder / "serve.err").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "serve", "--port", "0", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("serving "), (folder / "serve.err").read_text()
        yield first.split()[1], process
    finally:
        process.terminate()
        process.communicate(timeout=60)
