"""Every command, option and setting is documented, as the commands and settings themselves say."""

import re
from pathlib import Path

import click
import pytest

from placket.cli.page import all_commands, commands_page, settings_page
from placket.settings import documented

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SERVING = {("demo",), ("serve",)}


def test_the_page_of_commands_is_the_one_the_commands_give() -> None:
    assert (REFERENCE / "commands.md").read_text(encoding="utf-8") == commands_page()


def test_every_command_and_option_stands_on_the_page() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## `placket ([a-z -]+)`\n(.*?)(?=^## |\Z)", page))

    missing = [
        (names, option.opts[0])
        for names, command in all_commands()
        for option in command.params
        if isinstance(option, click.Option)
        and not option.hidden
        and f"| `{', '.join(option.opts)}" not in sections.get(" ".join(names), "")
    ]

    assert missing == []


def test_every_option_says_what_it_does() -> None:
    silent = [
        (names, option.opts[0])
        for names, command in all_commands()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]

    assert silent == []


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, id="-".join(n)) for n, c in all_commands() if n not in SERVING],
)
def test_every_command_that_answers_can_write_json(command: click.Command) -> None:
    assert "--json" in {name for option in command.params for name in option.opts}


def test_the_page_of_settings_is_the_one_the_settings_give() -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")

    assert page == settings_page()
    assert all(f"| `{name}` |" in page for name, _, _, _ in documented())
