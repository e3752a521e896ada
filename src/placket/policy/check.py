"""What is wrong with a policy that reads well: dangling words, impossible periods, two bases."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from placket.policy.checks import (
    basis,
    conflict,
    drafts,
    gaps,
    lacks,
    laws,
    marketing,
    names,
    notices,
    phrases,
    prose,
    references,
    risk,
    sharing,
    times,
    vague,
    wording,
)
from placket.policy.checks.book import Book
from placket.policy.published import as_published
from placket.policy.rules import Controller, Notice
from placket.problems import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from placket.policy.parse import Document
    from placket.problems import Problem

Check: TypeAlias = "Callable[[Book], Iterator[Problem]]"

CHECKS: Final[tuple[Check, ...]] = (
    times.too_long,
    times.latest_of_one,
    times.ages_out_of_reach,
    times.rates_without_measure,
    times.events_not_past,
    times.conditions_without_state,
    laws.unknown_countries,
    times.clocks_that_never_start,
    times.free_values_without_keys,
    references.unknown_activities,
    references.unknown_consents,
    references.unknown_roles,
    references.unknown_statuses,
    references.unknown_regions,
    laws.unknown_packs,
    laws.no_region,
    laws.countries_twice,
    laws.law_and_countries,
    references.misspelt_relations,
    references.repeated_names,
    references.cyclic_extensions,
    references.cyclic_statuses,
    times.events_to_bind,
    basis.two_bases,
    basis.consent_without_rule,
    basis.contract_without_relation,
    basis.obligation_without_law,
    basis.interest_unsaid,
    basis.interest_unweighed,
    marketing.marketing_without_yes,
    marketing.soft_opt_in_incomplete,
    marketing.soft_opt_in_out_of_reach,
    basis.basis_without_occasion,
    basis.special_without_condition,
    basis.automated_without_safeguards,
    basis.device_without_cookie,
    basis.incomplete_activities,
    times.unretained,
    times.kept_until_asked,
    sharing.undeclared_recipients,
    sharing.processors_without_contract,
    sharing.third_countries_without_safeguard,
    marketing.unused_consents,
    gaps.gaps,
    prose.numbers,
    prose.channels_unsaid,
    prose.channels_unheld,
    prose.recipients_unsaid,
    prose.recipients_unheld,
    prose.promises_without_rule,
    drafts.unconfirmed,
    lacks.clocks_out_of_reach,
)
"""Every check, in the order of its code; a new fault is a new function here."""

LAWFUL: Final[tuple[Check, ...]] = (
    risk.objections_with_reasons,
    risk.implied_consents,
    risk.audiences_without_consent,
    risk.refusals_too_wide,
    risk.marketing_by_contract,
    risk.promoting_service,
    risk.transfers_by_use,
    risk.accounts_needed,
    risk.laws_from_elsewhere,
)
"""What no policy may say, whether it runs or is only read."""

WORDING: Final[tuple[Check, ...]] = (
    wording.counts,
    wording.numbering,
    wording.headings,
    wording.references,
    wording.dates,
    names.laws,
    names.authorities,
    names.sites,
    names.spellings,
    names.others_names,
    names.one_of_several,
    names.dated,
    names.certificates,
    names.misprints,
    phrases.open_ended,
    phrases.wherever_they_stand,
    phrases.only_and_more,
    phrases.encrypted_for_matching,
    phrases.fees,
    phrases.reasons_of_objectors,
    phrases.handed_on_for_marketing,
)
"""What the words alone show, also those of a text that nobody has written rules for."""

OF_RULES: Final[tuple[Check, ...]] = (
    references.unknown_statuses,
    basis.two_bases,
    basis.contract_without_relation,
    basis.obligation_without_law,
    basis.interest_unsaid,
    marketing.soft_opt_in_incomplete,
    basis.special_without_condition,
    basis.automated_without_safeguards,
    basis.incomplete_activities,
    times.unretained,
    times.kept_until_asked,
    sharing.undeclared_recipients,
    sharing.third_countries_without_safeguard,
    marketing.unused_consents,
    conflict.free_and_for_a_fee,
    risk.fees,
    conflict.two_roles,
    conflict.marketing_on_two_bases,
    conflict.kept_for_two_times,
    conflict.device_beside_consent,
    conflict.used_for_more_than_told,
    conflict.gates_without_birth,
    conflict.other_purposes_elsewhere,
    conflict.unreachable_addresses,
    conflict.voluntary_and_needed,
    conflict.limits_broken,
    conflict.erased_and_kept,
    conflict.kindred_on_two_bases,
    conflict.held_elsewhere_and_used,
    notices.controllers,
    notices.representatives,
    notices.officers,
    notices.recipients_unnamed,
    notices.transfers,
    notices.rights_lacking,
    notices.withdrawals,
    notices.complaints,
    notices.own_complaints,
    notices.needs_untold,
    notices.automated_untold,
    notices.sources_untold,
    notices.indirect_untold,
    notices.objection_untold,
    notices.marketing_without_way_out,
    notices.rights_without_route,
    notices.children,
    notices.security_untold,
    lacks.roles_without_clock,
    lacks.joint_control_untold,
    lacks.publications,
    lacks.partners_unnamed,
    lacks.data_without_use,
    lacks.periods_untold,
    lacks.fees_without_amount,
    vague.open_purposes,
    vague.open_recipients,
    vague.open_data,
    vague.rates_untold,
    vague.safeguards_untold,
    vague.consent_in_some_cases,
    vague.routes_not_equal,
    vague.offers_without_business,
    vague.mixed_lists,
    vague.groups_without_size,
    risk.browsers_as_consent,
    risk.opting_out_at_a_price,
    risk.bundled_consents,
    risk.devices_without_consent,
    risk.profiles_without_way_out,
    risk.kept_longer_than_law,
    risk.endless_waits,
    risk.cookies_for_messages,
    risk.one_time_for_everything,
    risk.recordings_without_time,
    risk.derogations_as_rule,
)
"""What the rules of a text show when the law is held against them."""

ONCE: Final[tuple[Check, ...]] = (
    basis.consent_without_rule,
    marketing.marketing_without_yes,
    risk.others_by_soft_opt_in,
)
"""What of those is told of a clause once, however many rules stand in it."""


NOTICE: Final[tuple[Check, ...]] = (
    notices.representatives,
    notices.officers,
    notices.recipients_unnamed,
    notices.transfers,
    notices.withdrawals,
    notices.own_complaints,
    notices.needs_untold,
    notices.automated_untold,
    notices.sources_untold,
    notices.indirect_untold,
    notices.objection_untold,
    notices.rights_without_route,
    notices.children,
    notices.security_untold,
)
"""What is noted of a policy that runs and is whole: it names its controller and its notices."""


def once_a_clause(checking: Check) -> Check:
    """Return the check, told once for each clause: a text is not mended rule by rule."""

    def first(book: Book) -> Iterator[Problem]:
        told: set[str] = set()
        for problem in checking(book):
            if problem.clause not in told:
                told.add(problem.clause)
                yield problem

    return first


OF_TEXT: Final[tuple[Check, ...]] = (
    *OF_RULES,
    *(once_a_clause(checking) for checking in ONCE),
    *WORDING,
)
"""What is judged of a text as published: the law, and not how its rules are written."""


def check(document: Document) -> tuple[Problem, ...]:
    """Return the problems of the document's content, by place and code."""
    book = Book(document=document)
    told = _told((*CHECKS, *LAWFUL, risk.others_by_soft_opt_in), book)
    is_whole = bool(book.rules(Controller)) and bool(book.rules(Notice))
    noted = _told(NOTICE, book) if is_whole else ()
    return _ordered((*told, *(replace(p, severity=Severity.NOTE) for p in noted)))


def check_published(document: Document) -> tuple[Problem, ...]:
    """Return what is wrong with the document's text as it was published, by place and code."""
    return _ordered(_told((*LAWFUL, *OF_TEXT), Book(document=as_published(document))))


def _told(checks: Iterable[Check], book: Book) -> Iterator[Problem]:
    return chain.from_iterable(find(book) for find in checks)


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: (p.at.line, p.at.column, p.code, p.summary)))
