"""A catalogue from Fides datasets: what they say carried over, what they leave open asked."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.catalogue.check import looks_personal
from placket.catalogue.model import (
    IDENTIFIER_KINDS,
    Action,
    Catalogue,
    Condition,
    Held,
    Link,
    Source,
    Subject,
    Table,
    Tell,
)
from placket.catalogue.paths import paths_of
from placket.problems import Problem, Problems, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.catalogue.fides import Collection, Dataset, Field
    from placket.catalogue.model import IdentifierKind, Scalar
    from placket.catalogue.paths import At, Edge, Paths
    from placket.problems import Span

CONTACT: Final = "contact"
"""Under which name those are counted who are known by an address and have no row of their own."""

_KINDS: Final[Mapping[str, IdentifierKind]] = MappingProxyType(
    {
        "email": "email",
        "phone_number": "phone",
        "fides_user_device_id": "device",
        "ga_client_id": "device",
        "external_id": "other",
    }
)
_NULL: Final = "null_rewrite"
_REWRITE: Final = "string_rewrite"
_KEYS: Final = frozenset({"customer_id", "order_id"})
"""Categories that say no more of a linking column than its link does."""

_DATASET_LEFT: Final = {
    "after": "rows are worked in the order that the database's keys ask for",
    "namespace": "the source's URL in the settings says where it is",
    "data_uses": "the activities of the policy say what data are used for",
    "data_purposes": "the activities of the policy say what data are used for",
    "data_subjects": "the roles of the policy say whose data they are",
}
_COLLECTION_LEFT: Final = {
    "erase_after": "rows are worked in the order that the database's keys ask for",
    "partitioning": "a table is read by the index on the column that finds the person",
    "redact": "what is not to be shown stands under `hide`",
    "skip_processing": "write `no_person: true` where the rows are nobody's",
    **_DATASET_LEFT,
}
_FIELD_LEFT: Final = {
    "custom_request_field": "a request names a person by an identifier",
    "redact": "what is not to be shown stands under `hide`",
    "return_all_elements": "a column is read whole",
    "data_uses": _DATASET_LEFT["data_uses"],
    "data_purposes": _DATASET_LEFT["data_purposes"],
    "data_subjects": _DATASET_LEFT["data_subjects"],
}
_NESTED_LEFT: Final = dict.fromkeys(
    ("identity", "references", "primary_key"),
    "keep it in a column of its own; rows are not found by what is inside one",
)


@dataclass(frozen=True, slots=True)
class Fit:
    """Our word for a category of theirs: `same`, `near`, or `none`; `nobody` needs no word."""

    term: str
    how: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """The catalogue, and all that the datasets leave open or that is not carried over."""

    catalogue: Catalogue
    problems: tuple[Problem, ...]


@cache
def fits() -> Mapping[str, Fit]:
    """Return our word for each category of fideslang's default taxonomy."""
    text = files(__package__).joinpath("fides.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["fides"]: Fit(row["term"], row["fit"]) for row in rows})


def adopt(datasets: Sequence[Dataset], *, name: str = "shop", source: str = "") -> Adopted:
    """Return the catalogue that `datasets` say.

    name: the catalogue's. source: what the source of a single dataset is named, in place of the
    dataset's key. Every word that was not said stands under `confirm`, with a problem.
    """
    paths = paths_of(datasets)
    names = {d.key: source if source and len(datasets) == 1 else d.key for d in datasets}
    problems = Problems()
    sources = [
        Source(
            name=names[dataset.key],
            tables=tuple(
                _Table(paths, names, dataset, each, problems).table()
                for each in dataset.collections
            ),
        )
        for dataset in datasets
    ]
    for dataset, word, mend in _left_of_datasets(datasets):
        problems.add(_left(f"`{word}` of `{dataset.key}`", mend, dataset.span))
    return Adopted(Catalogue(name=name, sources=tuple(sources)), problems.sorted())


@dataclass(slots=True)
class _Table:
    """One collection on its way to a table."""

    paths: Paths
    names: Mapping[str, str]
    dataset: Dataset
    from_: Collection
    problems: Problems
    confirm: dict[str, None] = field(default_factory=dict)

    @property
    def at(self) -> At:
        return (self.dataset.key, self.from_.name)

    def table(self) -> Table:
        personal, holds = self._held()
        edges = self.paths.into(self.at)
        owner = self._owner(edges)
        key = self._key()
        self._tell_left()
        if not personal and not self.from_.identities and all(link.inward for link in owner):
            return self._nobodys(key)
        subject = self._subject(owner)
        tells = self._tells(subject)
        linking = {link.column for link in owner if not link.inward}
        holds = tuple(h for h in (_without(h, linking) for h in holds) if h)
        if self.at not in self.paths.depths:
            self._ask(
                "C408",
                "owner",
                f"no identity leads to `{self.from_.name}`, which holds personal data",
                "add `owner:` or `subject:` to the table",
                self.from_.span,
            )
        return Table(
            name=self.from_.name,
            key=key,
            subject=subject,
            owner=owner,
            tells=tells,
            holds=holds,
            actions=self._actions(personal, linking - _columns(holds), key),
            confirm=tuple(self.confirm),
        )

    def _nobodys(self, key: tuple[str, ...]) -> Table:
        self._ask(
            "C406",
            "no_person",
            f"no field of `{self.from_.name}` has a category of a person's",
            "look whether its rows are nobody's; then take `no_person` out of `confirm`",
            self.from_.span,
        )
        return Table(name=self.from_.name, key=key, no_person=True, confirm=tuple(self.confirm))

    def _ask(self, code: str, word: str, summary: str, mend: str, span: Span) -> None:
        """Tell what the dataset leaves open; it stands under `confirm` until it is answered."""
        self.confirm.setdefault(word)
        self.problems.add(
            Problem(code=code, summary=summary, mend=mend, at=span, severity=Severity.WARNING)
        )

    def _held(self) -> tuple[dict[str, Field], tuple[Held, ...]]:
        """Return the columns that hold something of a person's, and those with a word of ours."""
        personal: dict[str, Field] = {}
        terms: dict[str, list[str]] = {}
        for each in self.from_.fields:
            categories = tuple(c for c in self._categories(each) if _is_personal(c))
            if categories:
                personal[each.name] = each
            elif not self._categories(each) and looks_personal(each.name):
                self._ask(
                    "C401",
                    f"holds.{each.name}",
                    f"`{each.name}` looks personal and has no category",
                    f"add `{each.name}` to a category under `holds`, or leave it out",
                    each.span,
                )
            for term in dict.fromkeys(self._term(each, category) for category in categories):
                if term:
                    terms.setdefault(term, []).append(each.name)
        return personal, tuple(Held(category=t, columns=tuple(c)) for t, c in terms.items())

    def _categories(self, each: Field) -> tuple[str, ...]:
        """Return the categories of a field and of all that is nested in it.

        Without any, those of its collection hold, or else of its dataset.
        """
        inner = (category for _, nested in each.nested() for category in nested.categories)
        own = tuple(dict.fromkeys((*each.categories, *inner)))
        return own or self.from_.categories or self.dataset.categories

    def _term(self, each: Field, category: str) -> str:
        fit = fits().get(category, Fit("", "none"))
        if fit.how == "none":
            self._ask(
                "C401",
                f"holds.{each.name}",
                f"`{category}` of `{each.name}` has no word in the vocabulary",
                f"add `{each.name}` under `holds` to the category that says what it is",
                each.span,
            )
        elif fit.how == "near":
            self._ask(
                "C402",
                f"holds.{each.name}",
                f"`{category}` of `{each.name}` may be `{fit.term}` or another category",
                f"leave `{each.name}` under `{fit.term}`, or move it to the category that it is",
                each.span,
            )
        return fit.term

    def _key(self) -> tuple[str, ...]:
        if self.from_.key:
            return self.from_.key
        names = tuple(each.name for each in self.from_.fields)
        key = ("id",) if "id" in names else names or ("id",)
        self._ask(
            "C405",
            "key",
            f"`{self.from_.name}` has no primary key",
            "write under `key` the columns that name one row",
            self.from_.span,
        )
        return key

    def _owner(self, edges: Sequence[Edge]) -> tuple[Link, ...]:
        links = []
        for edge in edges:
            links.append(self._link(edge))
            if not edge.is_said:
                start = edge.start[1]
                self._ask(
                    "C403",
                    "owner",
                    f"a reference between `{start}` and `{self.from_.name}` has no direction",
                    f"look whether rows of `{self.from_.name}` are of the person of `{start}`",
                    edge.span,
                )
        for at, path, reference in self.paths.astray:
            if at == self.at and "." not in path:
                self._ask(
                    "C404",
                    f"owner.{path}",
                    f"`{path}` refers to `{reference.dataset}.{reference.to}`, which no dataset"
                    " here has at its top level",
                    "import that dataset too, or write the link yourself",
                    reference.span,
                )
        return tuple(dict.fromkeys(links))

    def _link(self, edge: Edge) -> Link:
        """Return the link of an edge: from the row to its person, or back from there."""
        there = next(c for at, c in self.paths.collections() if at == edge.start)
        source = "" if edge.start[0] == edge.end[0] else self.names[edge.start[0]]
        points_here = self.from_.key == (edge.target,) and there.key != (edge.column,)
        if points_here:
            return Link(source=source, table=there.name, target=edge.column, inward=True)
        return Link(source=source, column=edge.target, table=there.name, target=edge.column)

    def _identifiers(self) -> dict[IdentifierKind, str]:
        found: dict[IdentifierKind, str] = {}
        for each in self.from_.identities:
            found.setdefault(self._kind(each), each.name)
        return {kind: found[kind] for kind in IDENTIFIER_KINDS if kind in found}

    def _kind(self, each: Field) -> IdentifierKind:
        return _KINDS.get(each.identity, "other")

    def _subject(self, owner: tuple[Link, ...]) -> Subject | None:
        found = self._identifiers()
        if not found:
            return None
        self._ask(
            "C406",
            "subject",
            f"rows of `{self.from_.name}` are found by an identity; whether each is a person"
            " is not said",
            "look at `subject`: its key, and whether an equal identifier makes two rows one person",
            self.from_.span,
        )
        is_person = len(self.from_.key) == 1 and not owner
        outward = [link for link in owner if not link.inward]
        return Subject(
            anchor="" if is_person else CONTACT,
            key="" if is_person else next(iter(found.values())),
            identifiers=tuple(found.items()),
            when=tuple(Condition(column=link.column, any_of=(None,)) for link in outward),
            match=tuple(kind for kind in found if kind in {"email", "phone"}),
        )

    def _tells(self, subject: Subject | None) -> tuple[Tell, ...]:
        """Return a further identifier of the same kind, which the row tells of its person."""
        named = {column for _, column in subject.identifiers} if subject else set()
        further = [each for each in self.from_.identities if each.name not in named]
        for each in self.from_.identities:
            if each.identity not in _KINDS:
                self._ask(
                    "C406",
                    f"subject.{each.name}",
                    f"`{each.identity}` of `{each.name}` is no kind of identifier here",
                    "leave it as `other`, or write `device` or `order` in its place",
                    each.span,
                )
        return tuple(
            Tell(
                event="customer.identified",
                word="as",
                column=each.name,
                identifier=self._kind(each),
            )
            for each in further
        )

    def _actions(
        self, personal: Mapping[str, Field], linking: set[str], key: tuple[str, ...]
    ) -> tuple[Action, ...]:
        if self.from_.deletes:
            return (Action(word="delete"),)
        self._ask(
            "C406",
            "blank",
            f"what becomes of rows of `{self.from_.name}` is not said",
            "leave `blank`, by which the row stays, or write `delete: true` or `keep`",
            self.from_.span,
        )
        values: dict[str, Scalar] = {}
        for name, each in personal.items():
            if name in key or name in linking:
                continue
            if each.read_only:
                word, why = f"blank.{name}", "is read-only"
                mend = "let the source overwrite it, or delete its rows"
                self._ask("C406", word, f"`{name}` {why}, and holds personal data", mend, each.span)
                continue
            values[name] = self._rewritten(each)
        if not any(value is not None for value in values.values()):
            return (Action(word="blank", columns=tuple(values)),)
        return (Action(word="blank", columns=tuple(values), values=tuple(values.items())),)

    def _rewritten(self, each: Field) -> Scalar:
        if each.strategy == _REWRITE:
            return each.rewrite
        if each.strategy not in {"", _NULL}:
            mend = f"`{each.name}` is overwritten with null; name another value under `blank`"
            strategy = f"the strategy `{each.strategy}` of `{each.name}`"
            self.problems.add(_left(strategy, mend, each.span))
        return None

    def _tell_left(self) -> None:
        """Tell what is written and has no place in a catalogue."""
        self._left_of(self.from_.said, _COLLECTION_LEFT, self.from_.name, self.from_.span)
        for each in self.from_.fields:
            self._left_of(each.said, _FIELD_LEFT, each.name, each.span)
            for path, inner in each.nested():
                self._left_of(inner.said, _FIELD_LEFT, path, inner.span)
                self._left_of(inner.said, _NESTED_LEFT, path, inner.span)

    def _left_of(self, said: Sequence[str], left: Mapping[str, str], name: str, span: Span) -> None:
        for word in said:
            if word in left:
                self.problems.add(_left(f"`{word}` of `{name}`", left[word], span))


def _left(what: str, mend: str, span: Span) -> Problem:
    """Return the note that something is not carried over."""
    summary = f"{what} is not carried over"
    return Problem(code="C407", summary=summary, mend=mend, at=span, severity=Severity.NOTE)


def _is_personal(category: str) -> bool:
    fit = fits().get(category)
    return fit is None or fit.how != "nobody"


def _columns(holds: Sequence[Held]) -> set[str]:
    return {column for held in holds for column in held.columns}


def _without(held: Held, linking: set[str]) -> Held | None:
    """Return what is held without the keys that only link: their link says whose the row is."""
    if held.category not in _KEYS:
        return held
    columns = tuple(column for column in held.columns if column not in linking)
    return Held(category=held.category, columns=columns) if columns else None


def _left_of_datasets(datasets: Sequence[Dataset]) -> Iterator[tuple[Dataset, str, str]]:
    for dataset in datasets:
        for word in dataset.said:
            if word in _DATASET_LEFT:
                yield dataset, word, _DATASET_LEFT[word]
