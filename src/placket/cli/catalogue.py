"""`placket catalogue`: check where data live, or import that from Fides datasets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from placket.catalogue.adopting import adopt
from placket.catalogue.fides import read_datasets
from placket.catalogue.render import render
from placket.cli.check import as_plain, load_file, read_text, show
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.cli.source import connected, read_catalogue, schema_of, source_of
from placket.cli.written import out_option, write_out
from placket.problems import Problem, Severity, has_errors
from placket.settings import read_settings
from placket.sources.checks import PolicyWords, check_all, words_of
from placket.sources.files import schema_of_files

if TYPE_CHECKING:
    from placket.catalogue import Catalogue, Schema
    from placket.catalogue.fides import Dataset
    from placket.settings import Settings


@click.group("catalogue")
def command() -> None:
    """Check or import the catalogue, which says where data live."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--source", metavar="NAME", help="A source of the settings; default all of them.")
@click.option("--notes", is_flag=True, help="Show notes too.")
@config_option
@json_option
def check(
    file: Path | None, *, source: str | None, notes: bool, config: Path | None, as_json: bool
) -> int:
    """Tell what is wrong with the catalogue in FILE, or with those of the settings.

    It is checked alone, beside the schema of each source that the settings know, and beside
    the policy. Exit code 1 when there is an error.
    """
    settings = read_settings(config)
    words = policy_words(settings)
    files = {file: source} if file else _files(settings, source)
    found = {path: _check(settings, path, name, words) for path, name in files.items()}
    shown = {
        path: [p for p in problems if notes or p.severity is not Severity.NOTE]
        for path, problems in found.items()
    }
    if as_json:
        write_json({"problems": [as_plain(p) for some in shown.values() for p in some]})
    else:
        _tell(shown)
    return PROBLEMS if any(has_errors(problems) for problems in found.values()) else DONE


HEAD = """\
# Imported from Fides datasets. Each table says under `confirm` what they leave open:
# look at it, correct it, and take the word out. `placket catalogue check` shows what is left.

"""


@command.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--source", default="", metavar="NAME", help="The source's name; default: its key.")
@click.option("--name", default="shop", show_default=True, help="The catalogue's name.")
@out_option
@json_option
def take_over(
    files: tuple[Path, ...], *, source: str, name: str, out: Path | None, as_json: bool
) -> int:
    """Write the catalogue that the Fides datasets in FILES say, all of them in one.

    What a dataset leaves open is told as a warning and stands under `confirm`; what is not
    carried over is told as a note. A file with an error in its form ends it, and nothing is
    written.
    """
    datasets, problems = _datasets(files)
    if source and len(datasets) > 1:
        raise Ended(
            "`--source` names one source, and the files hold more", "leave it out", code=WRONG_USE
        )
    text = ""
    if not has_errors(problems):
        adopted = adopt(datasets, name=name, source=source)
        problems += adopted.problems
        text = HEAD + render(adopted.catalogue)
    if text and (out is not None or not as_json):
        write_out(text, out)
    if as_json:
        write_json({"catalogue": text, "problems": [as_plain(p) for p in problems]})
    else:
        _tell_by_file(files, problems, to_error_stream=out is None)
    return DONE if text else PROBLEMS


def _datasets(files: tuple[Path, ...]) -> tuple[tuple[Dataset, ...], tuple[Problem, ...]]:
    found: dict[str, Dataset] = {}
    problems: list[Problem] = []
    for file in files:
        datasets, told = read_datasets(read_text(file, wanted="name a file of datasets"), str(file))
        problems += told
        for dataset in datasets:
            if dataset.key in found:
                problems.append(_twice(dataset))
            found.setdefault(dataset.key, dataset)
    return tuple(found.values()), tuple(problems)


def _twice(dataset: Dataset) -> Problem:
    summary = f"`{dataset.key}` is the name of two datasets"
    return Problem(code="C104", summary=summary, mend="rename one of them", at=dataset.span)


def _tell_by_file(
    files: tuple[Path, ...], problems: tuple[Problem, ...], *, to_error_stream: bool
) -> None:
    for file in files:
        found = [problem for problem in problems if problem.at.file == str(file)]
        show(found, read_text(file).split("\n"), to_error_stream=to_error_stream)
        counts = Counter(problem.severity for problem in found)
        shown = (f"{n} {word}{'s' if n != 1 else ''}" for word in Severity if (n := counts[word]))
        click.echo(f"{file}: {', '.join(shown) or 'nothing is left open'}", err=to_error_stream)


def policy_words(settings: Settings) -> PolicyWords | None:
    """Return the words of the settings' policy, None when there is none that reads."""
    if not settings.policy_file.exists():
        return None
    document = load_file(settings.policy_file).document
    return words_of(document) if document is not None else None


def _files(settings: Settings, source: str | None) -> dict[Path, str | None]:
    if source:
        return {source_of(settings, source).catalogue: source}
    if not settings.sources:
        raise Ended(
            "the settings have no source, and no catalogue is named",
            "write `placket catalogue check FILE`",
            code=WRONG_USE,
        )
    return dict.fromkeys(found.catalogue for found in settings.sources.values())


def _check(
    settings: Settings, file: Path, source: str | None, words: PolicyWords | None
) -> tuple[Problem, ...]:
    parsed = read_catalogue(file)
    if parsed.catalogue is None or has_errors(parsed.problems):
        return parsed.problems
    names = [source] if source else [s.name for s in parsed.catalogue.sources]
    known = [name for name in names if name in settings.sources]
    schemas = {name: _schema(settings, parsed.catalogue, name) for name in known}
    return (*parsed.problems, *check_all(parsed.catalogue, schemas, words))


def _schema(settings: Settings, catalogue: Catalogue, name: str) -> Schema:
    source = catalogue.source(name)
    if settings.sources[name].is_store and source is not None:
        return schema_of_files(source)
    with connected(source_of(settings, name)) as engine:
        return schema_of(engine)


def _tell(shown: dict[Path, list[Problem]]) -> None:
    for path, problems in shown.items():
        show(problems, path.read_text(encoding="utf-8-sig").split("\n"))
        counts = [
            f"{n} {word}{'s' if n != 1 else ''}"
            for word in Severity
            if (n := sum(p.severity is word for p in problems))
        ]
        click.echo(f"{path}: {', '.join(counts) or 'clean'}")
