"""The digest of a policy's rules is the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
from datetime import date
from pathlib import Path
import placket
from placket.policy.load import load_policy
file = Path(placket.__file__).parent / "policies" / "justelegance" / "policy.md"
policy = load_policy(file.read_text(encoding="utf-8"), "policy.md", on=date(2026, 11, 24)).policy
print(policy.fold_digest)
"""


def digest_under(seed: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_each_process_gives_the_rules_one_digest() -> None:
    digests = {digest_under(seed) for seed in ("1", "2", "3")}

    assert len(digests) == 1
