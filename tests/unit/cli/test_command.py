"""The command finds its parts by name and imports none of them before it is asked."""

import subprocess
import sys

import pytest

from placket.cli.command import COMMANDS

HEAVY = ("sqlalchemy", "sqlglot", "rich", "cryptography", "phonenumbers", "starlette", "ruamel")


def imported_after(*words: str) -> set[str]:
    """Return the packages that a run of the command has imported."""
    script = (
        "import sys\nfrom placket.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('\\n'.join({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_help_imports_nothing_heavy() -> None:
    assert imported_after("--help") & set(HEAVY) == set()


def test_checking_a_policy_reaches_for_no_database() -> None:
    assert imported_after("check", "--help") & {"sqlalchemy", "sqlglot", "cryptography"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_told_in_one_short_line(name: str) -> None:
    _, text = COMMANDS[name]

    assert text[0].islower()
    assert not text.endswith(".")
    assert len(text) <= 60
