"""The package of an answer: rows and account as JSON, CSV and a page that needs nothing beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.plan.package_account import (
    categories_told,
    choices_told,
    complaints_told,
    kept_told,
    looks_told,
    machines_told,
    moment,
    omissions_told,
    passages_told,
    receivers_told,
    rights_told,
    transfers_told,
)
from placket.plan.package_document import COPY, PORTABLE, Copy, Portable, as_json, schema_of
from placket.plan.package_page import copy_as_html
from placket.plan.package_tables import as_csv, tables_of
from placket.plan.plan import refuse_stale
from placket.rights.remedies import contact_for
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.facts import Fact
    from placket.plan.asking import Asking
    from placket.plan.explaining import About
    from placket.plan.plan import Plan

DATA: Final = "data.json"
SCHEMA: Final = "schema.json"
PAGE: Final = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The files of one answer, by name. What they hold is the person's alone."""

    # Left out of what is printed: an error or a log never shows a personal value.
    files: Mapping[str, bytes] = field(repr=False)


def package(  # noqa: PLR0913 - what an answer is made of, all but three by name
    asking: Asking,
    plan: Plan,
    about: tuple[About, ...],
    *,
    sheet: str,
    facts: Iterable[Fact] = (),
    country: str = "",
) -> Package:
    """Return the package for a plan that shows: of portability the smaller one, without a page.

    about: of the same request, from `explained`. sheet: the style sheet that stands in the page.
    facts: of the person; those of passages and uses are told, of data no longer held too.
    country: the person's, by its ISO code, empty while it is not known.
    Raises StalePlan when the rows are not those that the plan shows.
    Source: GDPR Art. 15(1) to 15(4), 20(1).
    """
    refuse_stale(plan, asking.rows)
    if asking.right is Right.PORTABILITY:
        return _files(_portable(asking, plan), {})
    copy = _copy(asking, plan, about, tuple(facts), country)
    return _files(copy, {PAGE: copy_as_html(asking, copy, sheet=sheet).encode()})


def _files(document: Copy | Portable, page: Mapping[str, bytes]) -> Package:
    tables = {records.file: as_csv(records) for records in document.tables}
    data = {DATA: as_json(document), SCHEMA: schema_of(document.schema)}
    return Package(files=MappingProxyType({**page, **data, **tables}))


def _portable(asking: Asking, plan: Plan) -> Portable:
    front = asking.policy.front
    return Portable(
        schema=PORTABLE,
        request=asking.request,
        right=asking.right.value,
        made_at=moment(asking.at),
        retailer=front.retailer,
        policy=front.version,
        tables=tables_of(asking, plan),
        left_out=omissions_told(asking, plan),
    )


def _copy(
    asking: Asking,
    plan: Plan,
    about: tuple[About, ...],
    facts: tuple[Fact, ...],
    country: str,
) -> Copy:
    front, tables = asking.policy.front, tables_of(asking, plan)
    return Copy(
        schema=COPY,
        request=asking.request,
        right=asking.right.value,
        made_at=moment(asking.at),
        retailer=front.retailer,
        policy=front.version,
        contact=dict(contact_for(asking.policy, (asking.place,))),
        categories=categories_told(about),
        received=passages_told(about, facts),
        receivers=receivers_told(asking, about),
        transfers=transfers_told(asking.policy, asking.place),
        looks=looks_told(facts),
        choices=choices_told(facts),
        automated=machines_told(asking, about, tables),
        kept=kept_told(asking, about),
        rights=rights_told(asking.policy, asking.place),
        complaints=complaints_told(asking, country),
        left_out=omissions_told(asking, plan),
        tables=tables,
    )
