"""`placket`: finds the command, tells a failure in one sentence and a mend, sets the exit code."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import click

from placket.cli.outcome import DONE, WORLD, WRONG_USE, Ended

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("placket.cli.demo", "build and serve the reference retailer"),
    "check": ("placket.cli.check", "tell what is wrong with a policy"),
    "draft": ("placket.cli.draft", "draft a policy from a text that people wrote"),
    "notice": ("placket.cli.notice", "write the notice, in any language it is in"),
    "record-of-processing": ("placket.cli.record", "write the record of GDPR Art. 30"),
    "map": ("placket.cli.map", "draw where data come from and where they go"),
    "diff": ("placket.cli.diff", "tell what a policy changes, and for whom"),
    "export": ("placket.cli.export", "write the policy for other programs"),
    "trace": ("placket.cli.trace", "show each clause with its rule and its test"),
    "init": ("placket.cli.init", "set up an installation"),
    "serve": ("placket.cli.serve", "serve the interface and the pages"),
    "work": ("placket.cli.work", "keep the tree and the views up to date"),
    "sync": ("placket.cli.sync", "turn a shop's rows into facts, once each"),
    "policy": ("placket.cli.policy", "publish a version of the policy"),
    "catalogue": ("placket.cli.catalogue", "check the catalogue against its source"),
    "discover": ("placket.cli.discover", "draft a catalogue from a live database"),
    "fact": ("placket.cli.fact", "append a fact"),
    "decide": ("placket.cli.decide", "say whether an act is lawful, and why"),
    "eligible": ("placket.cli.eligible", "list whom an activity may address"),
    "view": ("placket.cli.view", "make a purpose view on a shop's database"),
    "query": ("placket.cli.query", "rewrite a query by hand onto purpose views"),
    "request": ("placket.cli.request", "take a person's request from receipt to answer"),
    "scan": ("placket.cli.scan", "read every source again for a person"),
    "audit": ("placket.cli.audit", "verify the ledger, prove a fact, explain an act"),
    "key": ("placket.cli.key", "rotate the wrapping key"),
    "backup": ("placket.cli.backup", "write sealed backups, each part apart"),
    "restore": ("placket.cli.restore", "put a sealed backup back"),
}


class Commands(click.Group):
    """The commands by name, each imported when asked for, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names in the order of the documentation."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, importing its module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}
)
@click.version_option(package_name="placket", prog_name="placket")
def placket() -> None:
    """Turn a retailer's privacy policy into the running system."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code.

    0 done or permitted, 1 problems or denied, 2 wrong use, 3 stale or refused, 4 the world
    failed. A failure is one sentence and a mend on the error stream, never a traceback.
    """
    try:
        code = placket.main(
            args=arguments, prog_name="placket", standalone_mode=False, color=_colour()
        )
    except click.exceptions.Exit as left:
        sys.exit(left.exit_code)
    except click.exceptions.NoArgsIsHelpError as bare:
        bare.show()
        sys.exit(WRONG_USE)
    except click.ClickException as wrong:
        _wrong_use(wrong).show()
        sys.exit(WRONG_USE)
    except click.Abort:
        click.echo("stopped; nothing is half-written", err=True)
        sys.exit(WORLD)
    except Ended as ended:
        ended.show()
        sys.exit(ended.code)
    except SystemExit:
        # So click ends when the reader of our output went away: not ours to complain about.
        sys.exit(DONE)
    except Exception as failure:  # noqa: BLE001 - told or raised again, by its class
        _told(failure)
    sys.exit(code if isinstance(code, int) else 0)


def _colour() -> bool | None:
    """Return False where `NO_COLOR` is set to anything; None lets the terminal decide."""
    return False if os.environ.get("NO_COLOR") else None


def _told(failure: Exception) -> NoReturn:
    # Imported here: only a command that fails pays for it.
    from placket.cli.failures import ended  # noqa: PLC0415

    end = ended(failure)
    if end is None:
        raise failure
    end.show()
    sys.exit(end.code)


def _wrong_use(wrong: click.ClickException) -> Ended:
    """Return a wrong use as one sentence, without the stray words: they may be personal data."""
    sentence = " ".join(wrong.format_message().split()).rstrip(".").replace("'", "`")
    if "unexpected extra argument" in sentence:
        sentence = "there are more words than the command takes"
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    path = context.command_path if context is not None else "placket"
    mend = f"see `{path} --help`"
    return Ended(sentence[:1].lower() + sentence[1:], mend, code=WRONG_USE)
