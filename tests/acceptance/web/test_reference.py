"""The reference page says what the interface does."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from placket.web.api.keys import VERBS
from placket.web.api.refusals import TYPES
from placket.web.api.serving import OPERATIONS
from placket.web.app import PAGES
from tests.acceptance.web.installation import ADA, Served, run

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "http.md"


GUIDE = PAGE.parents[1] / "how-to" / "serve.md"
COMMAND = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def rows(pattern: str) -> list[tuple[str, ...]]:
    found = re.findall(pattern, PAGE.read_text(), re.MULTILINE)
    return [row if isinstance(row, tuple) else (row,) for row in found]


def test_every_operation_is_documented_with_its_scope() -> None:
    documented = rows(r"^\| `(GET|POST) (/v1\S+)` \| `(\w+)` \| (.+) \|$")

    assert documented == [(o.method, o.path, o.verb, o.summary) for o in OPERATIONS]


def test_every_refusal_is_documented_with_its_status() -> None:
    documented = rows(r"^\| `/problems#([a-z-]+)` \| (\d+) \| (.+) \|$")

    assert documented == [(kind.name, str(kind.status), kind.title) for kind in TYPES.values()]


def test_every_scope_and_page_is_documented() -> None:
    assert rows(r"^\| `([a-z]+)` \| ") == [(verb,) for verb in VERBS]
    assert rows(r"^\| `(/(?:privacy|console)/\w+)` \| ") == [(page,) for page in PAGES]


def test_the_decision_on_the_page_has_the_shape_of_a_real_one(client: httpx.Client) -> None:
    (written,) = rows(r"^```json\n((?:.|\n)*?)^```$")
    asked = {"subject": ADA, "activity": "newsletter", "channel": "email"}

    real = client.post("/v1/decide", json=asked).json()

    shown = json.loads(written[0])
    assert list(shown) == list(real)
    assert list(shown["because"][0]) == list(real["because"][0])
    assert (shown["outcome"], shown["because"][0]["code"]) == (
        real["outcome"],
        real["because"][0]["code"],
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl is on the path")
def test_the_commands_of_the_guide_run(served: Served, tmp_path: Path) -> None:
    serve, make_key, ask = COMMAND.findall(GUIDE.read_text())
    address = ask.replace("http://127.0.0.1:8600", served.address)

    made = run(*make_key.split()[1:], folder=tmp_path)
    asked = subprocess.run(
        ["sh", "-c", address],  # noqa: S607  # whichever shell is on the path
        env={"PATH": os.environ["PATH"], "PLACKET_KEY": served.keys["all"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert serve == "placket serve\n"
    assert made.stdout.startswith("plk_")
    assert json.loads(asked.stdout)["activity"] == "newsletter"
