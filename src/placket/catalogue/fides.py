"""Fides datasets as values: what their YAML says, read as the fideslang package reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from placket.catalogue.reading import Reading
from placket.documents import read_yaml
from placket.problems import NOWHERE, Problems, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.documents import Node
    from placket.problems import Problem

_TRUE: Final = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "n", "f", "0"})
_WAYS: Final = ("from", "to")
DELETE: Final = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An edge: this field and the field `to` of `dataset` hold the same value.

    to: `collection.field`, nested fields after further dots. direction: `from` there, `to`
    there, or empty where the dataset does not say.
    """

    dataset: str
    to: str
    direction: str = ""
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def collection(self) -> str:
        """Return the collection at the other end."""
        return self.to.partition(".")[0]

    @property
    def column(self) -> str:
        """Return the field at the other end; with a dot in it, it is nested."""
        return self.to.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; values: what its masking strategy is configured with.

    said: the keys of its meta that were written, whatever their value.
    """

    name: str
    categories: tuple[str, ...] = ()
    identity: str = ""
    primary_key: bool = False
    references: tuple[Reference, ...] = ()
    data_type: str = ""
    read_only: bool = False
    strategy: str = ""
    rewrite: str | None = None
    fields: tuple[Field, ...] = ()
    said: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)

    def nested(self, path: str = "") -> Iterator[tuple[str, Field]]:
        """Yield each field below this one, however deep, with its path."""
        for inner in self.fields:
            name = f"{path or self.name}.{inner.name}"
            yield name, inner
            yield from inner.nested(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One collection of a dataset, which is a table of ours."""

    name: str
    fields: tuple[Field, ...] = ()
    categories: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    erase_after: tuple[str, ...] = ()
    skips: bool = False
    deletes: bool = False
    said: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def key(self) -> tuple[str, ...]:
        """Return the fields that are said to be the primary key, in order."""
        return tuple(each.name for each in self.fields if each.primary_key)

    @property
    def identities(self) -> tuple[Field, ...]:
        """Return the fields by which a person is looked for, in order."""
        return tuple(each for each in self.fields if each.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset, which is a source of ours."""

    key: str
    collections: tuple[Collection, ...] = ()
    categories: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)

    def collection(self, name: str) -> Collection | None:
        """Return the collection of that name, or None."""
        return next((each for each in self.collections if each.name == name), None)


def read_datasets(text: str, file: str) -> tuple[tuple[Dataset, ...], tuple[Problem, ...]]:
    """Return the datasets of a manifest, in its order, with every problem of its form.

    Keys that neither Placket nor the answering of requests in Fides reads are passed over, as
    fideslang itself does.
    """
    problems = Problems()
    node = read_yaml(text, Span(file=file), problems)
    if node is None:
        return (), problems.sorted()
    reader = _Reader(Reading(problems))
    found = reader.manifest(node)
    return found, problems.sorted()


@dataclass(slots=True)
class _Reader:
    """One reading of a manifest, part by part; what is not known is passed over."""

    to: Reading

    def manifest(self, node: Node) -> tuple[Dataset, ...]:
        keys = self._keys(node, "a Fides manifest")
        if "dataset" not in keys:
            if node.is_map:
                mend = "name a file that begins with `dataset:`"
                self.to.fault("C103", node.span, "the manifest has no `dataset`", mend)
            return ()
        found = [self._dataset(item) for item in self._list(keys["dataset"], "datasets")]
        return self._once(tuple(each for each in found if each.key), "datasets")

    def _dataset(self, node: Node) -> Dataset:
        keys = self._keys(node, "a dataset")
        meta = self._meta(keys)
        collections = self._list(self._needed(node, keys, "collections"), "collections")
        read = tuple(self._collection(item) for item in collections)
        return Dataset(
            key=self._name(node, keys, "fides_key"),
            collections=self._once(tuple(each for each in read if each.name), "collections"),
            categories=self._texts(keys.get("data_categories")),
            after=self._texts(meta.get("after")),
            said=_said(keys, meta),
            span=node.span,
        )

    def _collection(self, node: Node) -> Collection:
        keys = self._keys(node, "a collection")
        meta = self._meta(keys)
        fields = self._fields(self._needed(node, keys, "fields"))
        return Collection(
            name=self._name(node, keys, "name"),
            fields=fields,
            categories=self._texts(keys.get("data_categories")),
            after=self._texts(meta.get("after")),
            erase_after=self._texts(meta.get("erase_after")),
            skips=self._flag(meta.get("skip_processing")),
            deletes=self._strategy(meta)[0] == DELETE,
            said=_said(keys, meta),
            span=keys["name"].span if "name" in keys else node.span,
        )

    def _fields(self, node: Node | None) -> tuple[Field, ...]:
        read = tuple(self._field(item) for item in self._list(node, "fields"))
        return self._once(tuple(each for each in read if each.name), "fields")

    def _field(self, node: Node) -> Field:
        keys = self._keys(node, "a field")
        meta = self._meta(keys)
        strategy, rewrite = self._strategy(meta)
        return Field(
            name=self._name(node, keys, "name"),
            categories=self._texts(keys.get("data_categories")),
            identity=self._text(meta.get("identity")),
            primary_key=self._flag(meta.get("primary_key")),
            references=self._references(meta.get("references")),
            data_type=self._text(meta.get("data_type")),
            read_only=self._flag(meta.get("read_only")),
            strategy=strategy,
            rewrite=rewrite,
            fields=self._fields(keys.get("fields")),
            said=_said(keys, meta),
            span=keys["name"].span if "name" in keys else node.span,
        )

    def _references(self, node: Node | None) -> tuple[Reference, ...]:
        read = (self._reference(item) for item in self._list(node, "references"))
        return tuple(each for each in read if each is not None)

    def _reference(self, node: Node) -> Reference | None:
        keys = self._keys(node, "a reference")
        dataset, named = (self._name(node, keys, key) for key in ("dataset", "field"))
        way = self._text(keys.get("direction"))
        if way and way not in _WAYS:
            self.to.expected(keys["direction"], "`from` or `to`")
            return None
        if not dataset or not named:
            return None
        return Reference(dataset=dataset, to=named, direction=way, span=node.span)

    def _strategy(self, meta: dict[str, Node]) -> tuple[str, str | None]:
        found = meta.get("masking_strategy_override")
        if _is_nothing(found):
            return "", None
        keys = self._keys(found, "a masking strategy") if found else {}
        configured = keys.get("configuration")
        inner = self._keys(configured, "its configuration") if not _is_nothing(configured) else {}
        rewrite = inner.get("rewrite_value")
        return self._text(keys.get("strategy")), rewrite.word if rewrite else None

    def _meta(self, keys: dict[str, Node]) -> dict[str, Node]:
        """Return what `fides_meta` says, or in its absence the older `fidesops_meta`."""
        for name in ("fides_meta", "fidesops_meta"):
            node = keys.get(name)
            if node is not None and not _is_nothing(node) and node.value:
                return self._keys(node, f"`{name}`")
        return {}

    def _keys(self, node: Node | None, what: str) -> dict[str, Node]:
        if node is None or not node.is_map:
            if node is not None:
                self.to.expected(node, f"{what} as a mapping")
            return {}
        return {str(key.value): value for key, value in node.pairs()}

    def _list(self, node: Node | None, what: str) -> list[Node]:
        if node is None or _is_nothing(node):
            return []
        if not node.is_list:
            self.to.expected(node, f"a list of {what}")
            return []
        return list(node.value)

    def _needed(self, node: Node, keys: dict[str, Node], key: str) -> Node | None:
        if node.is_map and key not in keys:
            self.to.fault("C103", node.span, f"there is no `{key}` here", f"add `{key}:`")
        return keys.get(key)

    def _name(self, node: Node, keys: dict[str, Node], key: str) -> str:
        found = self._needed(node, keys, key)
        return self.to.text(found) if found is not None else ""

    def _text(self, node: Node | None) -> str:
        return "" if node is None or _is_nothing(node) else self.to.text(node)

    def _texts(self, node: Node | None) -> tuple[str, ...]:
        return tuple(filter(None, (self.to.text(item) for item in self._list(node, "words"))))

    def _flag(self, node: Node | None) -> bool:
        if node is None or _is_nothing(node):
            return False
        word = node.word.lower()
        if word not in _TRUE | _FALSE:
            self.to.expected(node, "`true` or `false`")
        return word in _TRUE

    def _once(self, found: tuple[Any, ...], what: str) -> tuple[Any, ...]:
        """Return those with a name of their own; a second of one name is told."""
        kept: dict[str, Any] = {}
        for each in found:
            name = each.key if isinstance(each, Dataset) else each.name
            if name in kept:
                summary = f"`{name}` is the name of two {what}"
                self.to.fault("C104", each.span, summary, "rename one, or take it out")
            kept.setdefault(name, each)
        return tuple(kept.values())


def _is_nothing(node: Node | None) -> bool:
    return node is None or node.value is None


def _said(keys: dict[str, Node], meta: dict[str, Node]) -> tuple[str, ...]:
    """Return the keys that were written with something in them."""
    return tuple(name for name, node in {**keys, **meta}.items() if node.value)
