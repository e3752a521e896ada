"""From Markdown to a Document: headings with ids are clauses, fenced blocks are their rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt

from placket.documents import MOST_BYTES, Node, read_yaml
from placket.policy import rules
from placket.policy.forms import FLAG, LANGUAGE, MISSING, Reading
from placket.policy.front import Front, read_front
from placket.policy.rules import (
    DRAFT,
    KINDS,
    PUBLISHED,
    STANDINGS,
    Provenance,
    Rule,
    is_needed,
    keys_of,
)
from placket.problems import NOWHERE, Place, Problem, Problems, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from dataclasses import Field

    from markdown_it.token import Token

_HEADING: Final = re.compile(r"(?P<title>.*?)\s*\{#(?P<id>[^}\s]+)\}\s*")
UNREAD: Final = ("", "")
_CLOSING: Final = re.compile(r"(?:^|\s)#+\s*$")
_CLAUSE_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
FENCE: Final = "placket"
BYTE_ORDER_MARK: Final = "\ufeff"
# Blocks alone are wanted: what stands in a line is the page's to show.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).disable(["inline", "text_join"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A heading, its prose (Markdown, without the blocks) and the rules under it.

    id: empty for a heading that only structures. blocks: how many rules each block holds,
    and whether it was written as a list, so that rendering gives the same document back.
    prose_lines: the number in the file of each line of the prose. unread: kind and name of
    each rule that could not be read, empty for a whole block.
    """

    title: str
    level: int
    id: str = ""
    prose: str = ""
    rules: tuple[Rule, ...] = ()
    blocks: tuple[tuple[int, bool], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
    prose_lines: tuple[int, ...] = field(default=(), compare=False)
    unread: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy as written: front matter and clauses in order."""

    front: Front
    clauses: tuple[Clause, ...]
    file: str = field(default="", compare=False)

    def rules(self) -> Iterator[Rule]:
        """Yield all rules in order of the text."""
        for clause in self.clauses:
            yield from clause.rules


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading a policy gave: a document when it could be read, and all problems."""

    document: Document | None
    problems: tuple[Problem, ...]


@lru_cache(maxsize=4)
def parse(text: str, file: str = "policy.md") -> Parsed:
    """Return the document that `text` says, with every problem of its form.

    text: Markdown with YAML front matter, at most 2 MiB. file: the name shown in problems.
    The last few are remembered: a long text takes a second to read.
    """
    problems = Problems()
    start = Span(file=file)
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        problems.add(
            Problem(
                source=LANGUAGE,
                code="P003",
                summary="the policy is larger than 2 MiB",
                mend="split it, or take out what is no policy text",
                at=start,
            )
        )
        return Parsed(None, problems.sorted())
    text = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    front, body_line = read_front(text, start, problems)
    clauses = _clauses(text.split("\n"), body_line, file, problems)
    _tell_repeated(clauses, problems)
    if front is None:
        return Parsed(None, problems.sorted())
    return Parsed(Document(front=front, clauses=tuple(clauses), file=file), problems.sorted())


@dataclass(slots=True)
class _Draft:
    """A clause while its lines are gathered."""

    title: str
    level: int
    id: str
    span: Span
    prose: list[tuple[int, str]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    blocks: list[tuple[int, bool]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)

    def done(self) -> Clause:
        filled = [at for at, (_, line) in enumerate(self.prose) if line]
        lines = self.prose[filled[0] : filled[-1] + 1] if filled else []
        return Clause(
            title=self.title,
            level=self.level,
            id=self.id,
            prose="\n".join(line for _, line in lines),
            rules=tuple(self.rules),
            blocks=tuple(self.blocks),
            span=self.span,
            prose_lines=tuple(number for number, _ in lines),
            unread=tuple(self.unread),
        )


def _clauses(lines: list[str], first: int, file: str, problems: Problems) -> list[Clause]:
    tokens = _MARKDOWN.parse("\n".join(lines[first:]))
    _tell_unread(tokens, lines, Span(file=file, line=first + 1), problems)
    marks = {token.map[0] + first: token for token in tokens if token.map and _is_mark(token)}
    draft = _Draft(title="", level=0, id="", span=Span(file=file, line=first + 1))
    done: list[Clause] = []
    number = first
    while number < len(lines):
        token = marks.get(number)
        if token is None:
            draft.prose.append((number + 1, lines[number]))
            number += 1
        elif token.type == "heading_open":
            done.append(draft.done())
            draft = _heading(token, lines[number], number, file, problems)
            number += 1
        else:
            _read_block(token, number, draft, problems)
            number = first + (token.map or [0, 0])[1]
    done.append(draft.done())
    return done if done[0].prose else done[1:]


def _is_mark(token: Token) -> bool:
    is_heading = token.type == "heading_open" and token.markup.startswith("#")
    return token.level == 0 and (is_heading or _is_block(token))


def _is_block(token: Token) -> bool:
    return token.type == "fence" and token.info.strip() == FENCE


def _tell_unread(tokens: list[Token], lines: list[str], start: Span, problems: Problems) -> None:
    """Tell what looks like a block or a clause and would be read as mere prose."""
    for at, token in enumerate(tokens):
        first, end = token.map or (0, 0)
        below = tokens[at + 1].content if at + 1 < len(tokens) else ""
        told = _unread(token, lines[start.line + end - 2 : start.line + end - 1], below)
        if told:
            code, summary, mend = told
            span = Span(file=start.file, line=start.line + first)
            problems.add(Problem(code=code, summary=summary, mend=mend, at=span, source=LANGUAGE))


def _unread(token: Token, last: list[str], below: str) -> tuple[str, str, str] | None:
    if token.type == "fence" and token.info.strip().casefold().split(" ")[0] == FENCE:
        if not _is_block(token):
            opened = f"`{token.info.strip()}` where `{FENCE}` alone opens a block"
            return "P014", opened, f"write `{FENCE}` and nothing else after the fence"
        if token.level:
            return "P013", "a block stands in a list or quotation", "begin it at the line's start"
        if not (last and last[0].strip().startswith(token.markup)):
            return (
                "P015",
                "the block is never closed",
                "end it with a line of the marks that open it",
            )
    underlined = token.type == "heading_open" and not token.markup.startswith("#")
    if underlined and _HEADING.fullmatch(below):
        return "P016", "an underlined heading is no clause", "write it with `#`, as in `### Title`"
    return None


def _heading(token: Token, line: str, number: int, file: str, problems: Problems) -> _Draft:
    span = Span(file=file, line=number + 1, length=len(line))
    title = _CLOSING.sub("", line.strip()[len(token.markup) :]).strip()
    match = _HEADING.fullmatch(title)
    clause_id = match["id"] if match else ""
    if clause_id and not _CLAUSE_ID.fullmatch(clause_id):
        problems.add(
            Problem(
                source=LANGUAGE,
                code="P011",
                summary=f"`{clause_id}` is no clause id",
                at=span,
                mend="write letters, digits, `-`, `.` and `_`, a letter first",
            )
        )
    return _Draft(
        title=match["title"] if match else title, level=int(token.tag[1]), id=clause_id, span=span
    )


def _tell_repeated(clauses: list[Clause], problems: Problems) -> None:
    seen: dict[str, Clause] = {}
    for clause in clauses:
        first = seen.setdefault(clause.id, clause)
        if clause.id and first is not clause:
            problems.add(
                Problem(
                    source=LANGUAGE,
                    code="P012",
                    summary=f"clause id `{clause.id}` stands twice",
                    mend="give one of the two clauses another id",
                    at=clause.span,
                    clause=clause.id,
                    also=(Place(at=first.span, clause=first.id),),
                )
            )


def _read_block(token: Token, number: int, draft: _Draft, problems: Problems) -> None:
    at = Span(file=draft.span.file, line=number + 2)
    if not draft.id:
        problems.add(
            Problem(
                source=LANGUAGE,
                code="P010",
                summary="a block stands under no clause",
                at=at,
                mend="put it under a heading with an id, such as `### Title {#ID}`",
            )
        )
        return
    node = read_yaml(token.content, at, problems, draft.id)
    if node is None:
        draft.unread.append(UNREAD)
        return
    written = node.value if node.is_list else [node]
    found = [_rule(item, Reading(problems, draft.id)) for item in written]
    kept = [rule for rule in found if rule is not None]
    pairs = zip(written, found, strict=True)
    draft.unread.extend(head for item, rule in pairs if rule is None for head in _heads(item))
    draft.rules.extend(kept)
    draft.blocks.append((len(kept), node.is_list))


def _heads(node: Node) -> tuple[tuple[str, str], ...]:
    """Return the kind and names of a rule that could not be read, so that nobody misses it."""
    kind, name = next(iter(node.pairs()), (None, node))
    if kind is None or kind.value not in KINDS:
        return (UNREAD,)
    named = name.value if name.is_list else [name]
    return tuple((kind.value, item.word) for item in named)


def _rule(node: Node, to: Reading) -> Rule | None:
    if not node.is_map:
        to.fault("P020", node.span, "a rule is a mapping", "write `kind: name` and its keys")
        return None
    heads = [(key, value) for key, value in node.pairs() if key.value in KINDS]
    kind_key = next(iter(node.pairs()), (node, node))[0]
    if not heads or heads[0][0] is not kind_key:
        to.fault(
            "P021",
            kind_key.span,
            f"{kind_key.shown()} is no kind of rule",
            _near(
                str(kind_key.value),
                KINDS,
                "a rule begins with its kind, such as "
                "`activity: name`; the kinds stand in docs/reference/policy.md",
            ),
        )
        return None
    return _fill(KINDS[kind_key.value], node, to)


def _near(word: str, words: Any, otherwise: str) -> str:
    near = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"write `{near[0]}`" if near else otherwise


def _fill(kind: type[Rule], node: Node, to: Reading) -> Rule | None:
    keys, values, places = keys_of(kind), {}, []
    provenance: Provenance | None = rules.SAID
    overlay: Node | None = None
    for key, value in node.pairs():
        if key.value in STANDINGS[1:]:
            provenance = _provenance(key, value, provenance, to)
        elif key.value == PUBLISHED:
            overlay = value
        elif key.value == DRAFT:
            values[DRAFT] = FLAG.read(value, to)
        elif key.value in keys:
            keyed = keys[key.value]
            values[keyed.name] = keyed.metadata["form"].read(value, to)
            places.append((keyed.name, value.span))
        else:
            known = [*keys, *STANDINGS[1:], PUBLISHED, DRAFT]
            # What the key would have said is missing, so that the rule is not read at all.
            values[str(key.value)] = to.fault(
                "P022",
                key.span,
                f"`{key.value}` is no key of `{kind.KIND}`",
                _near(str(key.value), known, f"take it out; the keys are {', '.join(known)}"),
            )
    values = _left_open(keys, values)
    missing = [k for k, f in keys.items() if is_needed(f) and f.name not in values]
    for name in missing:
        to.fault(
            "P023", node.span, f"`{kind.KIND}` needs the key `{name}`", f"add `{name}:` to the rule"
        )
    values["published"] = _published(kind, overlay, provenance, to) if overlay else None
    places += _published_places(kind, overlay)
    if missing or provenance is None or any(v is MISSING for v in values.values()):
        return None
    return kind(
        provenance=provenance, clause=to.clause, span=node.span, places=tuple(places), **values
    )


def _left_open(keys: Mapping[str, Field[Any]], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with those that a draft may leave out."""
    if values.get(DRAFT) is not True:
        return values
    lefts = ((f.name, f.metadata["left_open"]) for f in keys.values())
    return {name: left for name, left in lefts if left is not None} | values


def _published(kind: type[Rule], node: Node, provenance: Provenance | None, to: Reading) -> Any:
    """Return (field, value) pairs of the text as published, MISSING when they cannot be read."""
    if provenance is rules.SAID:
        return to.fault(
            "P026",
            node.span,
            "`published` on a rule that the text says",
            "take it out, or say by `inferred`, `added` or `narrowed` how the rule leaves the text",
        )
    if not node.is_map or not node.pairs():
        return to.fault(
            "P027",
            node.span,
            f"{node.shown()} where keys of the rule were expected",
            "write a key and the value of the published text, as in `published: {basis: null}`",
        )
    pairs = [_as_published(kind, key, value, to) for key, value in node.pairs()]
    return MISSING if any(pair is MISSING for pair in pairs) else tuple(pairs)


def _published_places(kind: type[Rule], node: Node | None) -> list[tuple[str, Span]]:
    pairs = node.pairs() if node else ()
    keyed = ((keys_of(kind).get(str(key.value)), value.span) for key, value in pairs)
    return [(f"{PUBLISHED} {field.name}", span) for field, span in keyed if field]


def _as_published(kind: type[Rule], key: Node, value: Node, to: Reading) -> Any:
    keyed = keys_of(kind).get(str(key.value))
    if keyed is None:
        return to.fault(
            "P027",
            key.span,
            f"{key.shown()} under `published` is no key of `{kind.KIND}`",
            _near(str(key.value), keys_of(kind), f"write one of {', '.join(keys_of(kind))}"),
        )
    is_null = not value.is_map and not value.is_list and value.value is None
    read = None if is_null else keyed.metadata["form"].read(value, to)
    return MISSING if read is MISSING else (keyed.name, read)


def _provenance(
    key: Node, value: Node, before: Provenance | None, to: Reading
) -> Provenance | None:
    why = " ".join(value.word.split())
    if before is not rules.SAID:
        to.fault(
            "P024",
            key.span,
            f"`{key.value}` beside another word for how the rule stands",
            "keep one of `inferred`, `added` and `narrowed`; the stronger is `narrowed`",
        )
        return None
    if not why:
        to.fault(
            "P025",
            key.span,
            f"`{key.value}` without a reason",
            f"write the reason behind `{key.value}:`",
        )
        return None
    return Provenance(word=key.value, why=why)
