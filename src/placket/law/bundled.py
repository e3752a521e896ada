"""The YAML files that ship with the law packs, read once."""

from importlib.resources import files
from typing import Any


class PackFault(Exception):
    """a bundled file of law does not hold what it must."""

    def __init__(self, file: str, key: str, fault: str) -> None:
        super().__init__(f"{file}: `{key}`: {fault}")


def read_yaml(file: str, text: str | None = None) -> dict[str, Any]:
    """Return the mapping in `text`, or in the bundled `file`; YAML 1.2, so `NO` is a word.

    Raises PackFault when it is no YAML, or no mapping.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - the command line starts without it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above

    if text is None:
        text = files("placket.law").joinpath(file).read_text(encoding="utf-8")
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as fault:
        raise PackFault(file, "", f"this is no YAML: {fault}") from fault
    if not isinstance(found, dict):
        raise PackFault(file, "", "the file holds no mapping")
    return found


def bundled_packs() -> tuple[str, ...]:
    """Return the bundled pack files as paths in the package, by name."""
    names = (each.name for each in files("placket.law").joinpath("packs").iterdir())
    return tuple(sorted(f"packs/{name}" for name in names if name.endswith(".yaml")))
