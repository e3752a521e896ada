"""The example policies that come with the package, and which of them the demo runs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

POLICY: Final = "policy.md"


def example_names() -> tuple[str, ...]:
    """Return the names of the example policies, in order."""
    return tuple(sorted(path.parent.name for path in _examples().glob(f"*/{POLICY}")))


def example_policy(name: str) -> Path:
    """Return the folder of an example policy. Raises FileNotFoundError."""
    if name not in example_names():
        raise FileNotFoundError(name)
    return _examples() / name


def catalogue_of(policy: Path) -> Path:
    """Return the catalogue of the demo's shop under the policy in a folder.

    Where the retailer's own catalogue describes other tables, `demo.yaml` describes the demo's.
    """
    of_demo = policy / "demo.yaml"
    return of_demo if of_demo.is_file() else policy / "catalogue.yaml"


def _examples() -> Path:
    return Path(str(files("placket"))) / "policies"


def _longest() -> str:
    return max(example_names(), key=lambda name: (_examples() / name / POLICY).stat().st_size)


DEFAULT: Final = _longest()
"""The policy that the demo runs unless another is named: the longest, which has most to show."""
