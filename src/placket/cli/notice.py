"""`placket notice`: the notice of a policy, without its blocks, in any language it is in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from placket.cli.check import load_file, show
from placket.cli.options import json_option
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.cli.translations import translations_of
from placket.cli.written import out_option, write_out
from placket.policy.checks.drafts import UNCONFIRMED
from placket.policy.rendering.notice import notice_as_html, notice_as_markdown
from placket.policy.rendering.outline import outline
from placket.policy.rendering.summary import topics
from placket.policy.translation import translated
from placket.problems import has_errors
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    from placket.policy.compile import Policy
    from placket.policy.parse import Document

_FORMATS: Final = ("html", "md")


@click.command("notice")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="A page that needs nothing beside it, or Markdown.",
)
@click.option("--lang", default="", help="The language, such as `fr`; default: the policy's own.")
@out_option
@json_option
def command(policy: Path, *, form: str, lang: str, out: Path | None, as_json: bool) -> int:
    """Write the notice of POLICY, a file or its folder: each topic in short, then every clause.

    A translation stands beside the policy: `policy.fr.md` is the French of `policy.md`.
    """
    running = running_policy(policy)
    text = _text(policy, running, lang)
    if as_json:
        write_json(_as_plain(running, text))
    elif form == "md":
        write_out(notice_as_markdown(text), out)
    else:
        write_out(notice_as_html(running, text, sheet=style_sheet()[0].decode()), out)
    return DONE


def _as_plain(policy: Policy, text: Document) -> dict[str, Any]:
    found = outline(text)
    return {
        "retailer": text.front.retailer,
        "version": text.front.version,
        "effective": text.front.effective.isoformat(),
        "language": text.front.language,
        "title": found.title,
        "topics": [{"topic": t.key, "clauses": t.clauses} for t in topics(policy)],
        "clauses": [
            {"id": clause.id, "section": section.title, "title": clause.title, "text": clause.prose}
            for section in found.sections
            for clause in section.clauses
        ],
    }


def running_policy(policy: Path) -> Policy:
    """Return the policy of a file or folder; one with an error ends the command."""
    loaded = load_file(policy)
    if loaded.policy is not None:
        return loaded.policy
    errors = [p for p in loaded.problems if has_errors((p,))]
    awaiting = [p for p in errors if p.code == UNCONFIRMED]
    if awaiting == errors:
        raise Ended(
            f"the policy is a draft: {awaiting[0].summary}", awaiting[0].mend, code=PROBLEMS
        )
    also = "".join(f", and {p.summary}" for p in awaiting)
    raise Ended(f"the policy has errors{also}", f"placket check {policy}", code=PROBLEMS)


def _text(file: Path, policy: Policy, language: str) -> Document:
    own = policy.front.language
    if language in {"", own, own.partition("-")[0]}:
        return policy.document
    beside = {t.language: t for t in translations_of(file, policy.document)}
    found = beside.get(language)
    if found is None:
        there = ", ".join([own, *beside])
        raise Ended(
            "there is no translation into that language",
            f"write it beside the policy as `policy.{language}.md`; there is {there}",
            code=WRONG_USE,
        )
    show([p for p in found.problems if has_errors((p,))], [], to_error_stream=True)
    if found.document is None or has_errors(found.problems):
        raise Ended("the translation has errors", "mend what is told above", code=PROBLEMS)
    return translated(policy.document, found.document)
