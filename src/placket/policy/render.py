"""From a Document back to Markdown: canonical, and `parse(render(d))` is `d` again."""

from __future__ import annotations

import calendar
import io
import re
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from placket.policy.parse import FENCE, Clause, Document
from placket.policy.rules import DRAFT, PUBLISHED, SAID, Rule, is_needed, keys_of

if TYPE_CHECKING:
    from placket.policy.front import Front

_PLAIN: Final = re.compile(r"[A-Za-z0-9_(][A-Za-z0-9 _.,;()/+-]*")
"""Texts that the writer may leave bare or quote as it finds right: what YAML has no marks for."""


def render(document: Document) -> str:
    """Return the policy as Markdown, blocks in canonical YAML."""
    parts = [render_front(document.front), *(render_clause(c) for c in document.clauses)]
    return "\n".join(parts)


def render_front(front: Front) -> str:
    """Return the front matter with every key that is not its default."""
    month, day = front.year_end
    written = {
        "retailer": front.retailer,
        "version": front.version,
        "effective": front.effective.isoformat(),
        "language": front.language,
        "time_zone": front.zone,
        "accounting_year_ends": f"{day} {calendar.month_name[month]}",
        "reason": front.reason,
    }
    return f"---\n{dump({k: v for k, v in written.items() if v})}---\n"


def render_clause(clause: Clause) -> str:
    """Return a heading, its prose and its blocks."""
    parts = []
    if clause.level:
        tail = f" {{#{clause.id}}}" if clause.id else ""
        parts.append(f"{'#' * clause.level} {clause.title}{tail}\n")
    if clause.prose:
        parts.append(f"{clause.prose}\n")
    rest = list(clause.rules)
    for count, is_list in clause.blocks:
        block, rest = [rule_as_yaml(rule) for rule in rest[:count]], rest[count:]
        if not (block or is_list):
            continue  # its one rule could not be read
        parts.append(f"```{FENCE}\n{dump(block if is_list else block[0])}```\n")
    return "\n".join(parts)


def rule_as_yaml(rule: Rule) -> dict[str, Any]:
    """Return the rule as plain YAML, defaults left out, in the order of the kind's keys."""
    written: dict[str, Any] = {}
    for name, keyed in keys_of(type(rule)).items():
        value = getattr(rule, keyed.name)
        is_open = rule.draft and is_needed(keyed) and value == keyed.metadata["left_open"]
        if keyed.metadata["head"] or (value != keyed.default and not is_open):
            written[name] = keyed.metadata["form"].write(value)
    if rule.provenance != SAID:
        written[rule.provenance.word] = rule.provenance.why
    if rule.published is not None:
        written[PUBLISHED] = _published_as_yaml(rule, rule.published)
    if rule.draft:
        written[DRAFT] = True
    return written


def _published_as_yaml(rule: Rule, published: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    by_field = {keyed.name: (key, keyed) for key, keyed in keys_of(type(rule)).items()}
    written: dict[str, Any] = {}
    for name, value in published:
        key, keyed = by_field[name]
        written[key] = None if value is None else keyed.metadata["form"].write(value)
    return written


def dump(value: Any) -> str:
    """Return canonical YAML 1.2 of plain values: one key a line, what is nested in one line."""
    out = io.StringIO()
    yaml = YAML(pure=True)
    yaml.default_flow_style = True
    yaml.width = 10_000
    yaml.dump(_blocks(value), out)
    return out.getvalue()


def _blocks(value: Any) -> Any:
    if isinstance(value, list):
        rows = CommentedSeq(_blocks(item) for item in value)
        rows.fa.set_block_style()
        return rows
    pairs = CommentedMap(_quoted(value))
    pairs.fa.set_block_style()
    return pairs


def _quoted(value: Any) -> Any:
    """Return `value` with every text quoted that YAML might read otherwise in one line."""
    match value:
        case dict():
            return {_quoted(key): _quoted(item) for key, item in value.items()}
        case list():
            return [_quoted(item) for item in value]
        case str() if not _PLAIN.fullmatch(value):
            # The writer leaves `:0` bare, also where it then reads as a value without a key.
            return SingleQuotedScalarString(value)
        case _:
            return value
