"""The pages that list every command with its options, and every setting with its unit."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click

from placket.cli.command import COMMANDS, placket
from placket.settings import FILE, PREFIX, documented

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS: Final = """\
# Commands

This page is written from the commands by `placket.cli.page`, and a test holds the two equal.

Every command that answers takes `--json`, and then writes one JSON document and nothing else.
A failure is one sentence and a mend on standard error, and holds no personal data.
`--subject -` reads the identifier from standard input, so that it stands in no shell history.
Colour is left out where `NO_COLOR` is set or the output is no terminal.
Progress is shown on a terminal alone, on standard error.

| exit code | meaning |
| --- | --- |
| 0 | done, or permitted |
| 1 | problems, or denied |
| 2 | wrong use |
| 3 | stale or refused |
| 4 | the world failed: a database away, a disk full, a file damaged |
"""
_SETTINGS: Final = f"""\
# Settings

This page is written from `placket.settings`, and a test holds the two equal.

Settings stand in `{FILE}`; `--config` or the variable `{PREFIX}CONFIG` names another file.
A relative path counts from the folder of that file.
Each can be given in the environment too, which outranks the file.

| setting | variable | default | unit | meaning |
| --- | --- | --- | --- | --- |
"""
_SOURCES: Final = """
## Sources

A connected database has a table of its own: its address, and the catalogue of what lives in it.

```toml
[sources.shop]
url = "postgresql://localhost/shop"
catalogue = "catalogue.yaml"
```

A folder or an S3-compatible store is a source too; its catalogue says `dialect: files`.

```toml
[sources.recordings]
url = "file:///srv/recordings"
catalogue = "catalogue.yaml"

[sources.chats]
url = "s3://bucket/prefix"
catalogue = "catalogue.yaml"
endpoint = "https://s3.eu-west-1.amazonaws.com"
region = "eu-west-1"
secret_file = "s3.secret"
```

Sources that link to each other stand in one catalogue, which each of them names.
`endpoint` is where the store answers, by default Amazon's of the region.
`region` is `us-east-1` by default.
`secret_file` holds the id of a key and its secret, a line each.
That key lists, reads and deletes objects and their versions.
It writes below `placket_done/` and `placket_fence/` alone.

## Recipients

A recipient that is told of what a request changed has a table under its name in the policy.

| `kind` | needs | may have |
| --- | --- | --- |
| `webhook` | `url`, `secret_file` | |
| `opendsr` | `url` with its version, `certificate_file` | `secret_file` |
| `opengdpr` | `url` with its version, `certificate_file` | `secret_file` |
| `shopify` | `url` of its Admin interface, `secret_file` | |
| `eraser` | `url`, `secret_file` | |
| `mail` | `address` | `url` and `secret_file` |
| `MODULE:CLASS` | | all of these |

- `webhook`: a signed POST, whose answer is signed too; the secret is of both.
- `opendsr`: OpenDSR 2, and `opengdpr` the same by its old paths; the secret is a bearer token.
- `shopify`: a request to erase a customer; the secret is the access token.
- `eraser`: page by page, as the erasers of WordPress answer; signed like a webhook.
- `mail`: a letter, with a link under `url` to reply by, made with the secret.
- `MODULE:CLASS`: [a connector of your own](../how-to/add-a-connector.md).

```toml
[recipients.courier]
kind = "webhook"
url = "https://courier.example/placket"
secret_file = "courier.secret"
```

Every file counts from the folder of the settings.
A call goes to `https://` alone and to an address of the open network.
It has five seconds, and it follows no redirect.

The wrapping key of the keyring can stand in `PLACKET_WRAPPING_KEY` in place of `key_file`.
"""


def settings_page() -> str:
    """Return the page of all settings as Markdown."""
    rows = (
        f"| `{name}` | `{PREFIX}{name.upper()}` | `{default}` | {unit} | {meaning} |\n"
        for name, default, unit, meaning in documented()
    )
    return _SETTINGS + "".join(rows) + _SOURCES


def commands_page() -> str:
    """Return the page of all commands as Markdown, in the order of `placket --help`."""
    sections = (_section(("placket", *names), found) for names, found in all_commands())
    return "\n".join([_COMMANDS, *sections])


def all_commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command that does something, with the words that call it."""
    context = click.Context(placket)
    for name, (module, _) in COMMANDS.items():
        if find_spec(module) is not None:
            yield from _leaves((name,), placket.get_command(context, name))


def _leaves(
    names: tuple[str, ...], found: click.Command | None
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(found, click.Group):
        for name, inner in found.commands.items():
            yield from _leaves((*names, name), inner)
    elif found is not None:
        yield names, found


def _section(names: tuple[str, ...], found: click.Command) -> str:
    arguments = [p for p in found.params if isinstance(p, click.Argument)]
    usage = " ".join([*names, *(_shown(argument) for argument in arguments)])
    text = "\n".join(" ".join(part.split()) for part in (found.help or "").split("\n\n"))
    lines = [f"## `{' '.join(names)}`", "", f"`{usage}`", "", text, "", *_options(found)]
    return "\n".join(lines)


def _shown(argument: click.Argument) -> str:
    name = argument.human_readable_name.upper()
    return name if argument.required else f"[{name}]"


def _options(found: click.Command) -> Iterator[str]:
    yield "| option | meaning |"
    yield "| --- | --- |"
    for option in found.params:
        if isinstance(option, click.Option) and not option.hidden:
            yield f"| `{_written(option)}` | {_meaning(option)} |"
    yield ""


def _written(option: click.Option) -> str:
    names = ", ".join(option.opts)
    is_value = not option.is_flag and not option.count
    metavar = option.metavar or (option.type.name.upper() if is_value else "")
    return f"{names} {metavar}" if is_value else names


def _meaning(option: click.Option) -> str:
    words = " ".join((option.help or "").split()).replace("|", "&#124;")
    default = f" Default `{option.default}`." if option.show_default is True else ""
    return words + (" Required." if option.required else default)


if __name__ == "__main__":
    sys.stdout.write({"commands": commands_page, "settings": settings_page}[sys.argv[1]]())
