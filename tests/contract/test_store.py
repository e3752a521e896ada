"""The ledger's contract, kept by SQLite and by PostgreSQL: facts, persons, standing."""

from dataclasses import replace
from itertools import permutations

import pytest
from msgspec.structs import replace as changed

from placket.facts import OPEN, Fact, Kind
from placket.standing.standing import Standing
from placket.store import Appended, Erasure, KeptPolicy, Ledger, open_ledger
from placket.store.checks import TOLERANCE
from placket.store.refusals import (
    FactConflict,
    FactFromTheFuture,
    FactRefused,
    FoldMissing,
    ForeignKeyring,
    LedgerMissing,
    LedgerRefuses,
    NobodyConcerned,
    PersonErased,
    PolicyConflict,
    StaleFolds,
    UnknownKind,
)
from tests.contract.ledgers import (
    ADA,
    BEA,
    CAT,
    HASH,
    NOW,
    OTHER,
    SEEN,
    Seen,
    linked,
    seen,
    told,
    voided,
)


def standing(ledger: Ledger, person: str) -> Standing | None:
    return ledger.standing_of(person, SEEN.digest)


def test_facts_come_back_as_they_were_told(ledger: Ledger) -> None:
    first, second = seen(ADA, 2), seen(ADA, 1, "order")

    done = ledger.append([first, second, seen(BEA, 3)], [SEEN], now=NOW)

    assert done == Appended(new=3, known=0, refolded=2)
    assert ledger.facts_of(ADA) == [first, second]
    assert ledger.fact(second.id) == second
    assert ledger.fact("f_none") is None
    assert ledger.facts_of("p_none") == []
    assert ledger.has([first.id, "f_none"]) == {first.id}


def test_a_fact_told_again_changes_nothing(ledger: Ledger) -> None:
    fact = seen(ADA, 1)
    ledger.append([fact, fact], [SEEN], now=NOW)

    again = ledger.append([fact, seen(ADA, 2)], [SEEN], now=NOW)

    assert again == Appended(new=1, known=1, refolded=1)
    assert ledger.facts_of(ADA) == [fact, seen(ADA, 2)]


def test_one_id_with_two_meanings_is_refused_and_nothing_is_written(ledger: Ledger) -> None:
    fact = seen(ADA, 1)
    ledger.append([fact], [SEEN], now=NOW)

    for batch in (
        [seen(BEA, 1), changed(fact, what="order")],
        [seen(BEA, 1), seen(CAT, 2), changed(seen(CAT, 2), what="order")],
    ):
        with pytest.raises(FactConflict, match="known already and says something else"):
            ledger.append(batch, [SEEN], now=NOW)

    assert ledger.facts_of(ADA) == [fact]
    assert ledger.root_of(BEA) is None


@pytest.mark.parametrize(
    ("fact", "refused", "said"),
    [
        (
            changed(seen(ADA, 1), id="f_x", occurred_at=NOW + TOLERANCE + 1),
            FactFromTheFuture,
            "fact `f_x` has a time that is not yet; mend the clock",
        ),
        (
            changed(seen(ADA, 1), id="f_x", recorded_at=NOW + TOLERANCE + 1),
            FactFromTheFuture,
            "fact `f_x` has a time that is not yet; mend the clock",
        ),
        (
            changed(seen(ADA, 1), id="f_x", kind="gossip"),
            UnknownKind,
            "fact `f_x` is of a kind that is not known",
        ),
        (changed(seen("", 1), id="f_x"), NobodyConcerned, "fact `f_x` names no person"),
        (
            changed(seen(ADA, 1), id="f_x", persons=(BEA,)),
            NobodyConcerned,
            "fact `f_x` names both one person and a list",
        ),
        (
            changed(linked(ADA, BEA, 1), id="f_x", about=""),
            NobodyConcerned,
            "link `f_x` names fewer than two persons",
        ),
        (
            told(Kind.LINK_VOIDED, ADA, id="f_x"),
            FactRefused,
            "fact `f_x` does not say which link is void",
        ),
        (
            told(Kind.TOMBSTONE, id="f_x", thing="ada"),
            FactRefused,
            "tombstone `f_x` names no keyed hash: 64 hex digits were expected",
        ),
        (changed(seen(ADA, 1), id=""), FactRefused, "a fact has no id"),
    ],
)
def test_a_fact_without_sense_is_refused_and_nothing_is_written(
    ledger: Ledger, fact: Fact, refused: type[FactRefused], said: str
) -> None:
    with pytest.raises(refused) as raised:
        ledger.append([seen(CAT, 1), fact], [SEEN], now=NOW)

    assert str(raised.value) == said
    assert list(ledger.persons()) == []


def test_clocks_may_differ_by_five_minutes(ledger: Ledger) -> None:
    fact = seen(ADA, NOW + TOLERANCE)

    ledger.append([fact], [SEEN], now=NOW)

    assert ledger.facts_of(ADA) == [fact]


@pytest.mark.parametrize("hashes", [{"f_none": HASH}, {"f_identified_p_ada_5": b"short"}])
def test_an_identifier_without_its_fact_or_hash_is_refused(
    ledger: Ledger, hashes: dict[str, bytes]
) -> None:
    with pytest.raises(FactRefused):
        ledger.append([told(Kind.IDENTIFIED, ADA)], [SEEN], now=NOW, identifiers=hashes)

    assert ledger.root_of(ADA) is None


def test_a_passage_of_many_is_one_fact_that_speaks_of_each(ledger: Ledger) -> None:
    used = told(Kind.USED, persons=(ADA, BEA, ADA), activity="newsletter")
    sent = told(Kind.SENT, persons=(ADA,), at=6)
    ledger.append([seen(ADA, 1)], [SEEN], now=NOW)

    done = ledger.append([used, sent], [SEEN], now=NOW)

    # Ada, since `sent` concerns her, and Bea, who is new.
    assert done == Appended(new=2, known=0, refolded=2)
    assert ledger.facts_of(ADA) == [seen(ADA, 1), used, sent]
    assert ledger.facts_of(BEA) == [used]


def test_a_fact_that_concerns_no_standing_refolds_nobody(ledger: Ledger) -> None:
    ledger.append([seen(ADA, 1)], [SEEN], now=NOW)

    done = ledger.append([told(Kind.USED, ADA)], [SEEN], now=NOW)

    assert done == Appended(new=1, known=0, refolded=0)


def test_a_person_is_found_by_the_keyed_hash(ledger: Ledger) -> None:
    fact = told(Kind.IDENTIFIED, ADA)

    ledger.append([fact, seen(ADA, 1)], [SEEN], now=NOW, identifiers={fact.id: HASH})

    assert ledger.find(HASH) == ADA
    assert ledger.find(OTHER) is None
    assert ledger.find_many([HASH, OTHER]) == {HASH: ADA}
    assert ledger.find_many([]) == {}
    assert ledger.standing_by_identifier(HASH, SEEN.digest) == standing(ledger, ADA)
    assert ledger.standing_by_identifier(OTHER, SEEN.digest) is None


def test_who_was_identified_first_is_found(ledger: Ledger) -> None:
    for person in (BEA, ADA):
        fact = told(Kind.IDENTIFIED, person)
        ledger.append([fact], [SEEN], now=NOW, identifiers={fact.id: HASH})

    assert ledger.find(HASH) == BEA
    assert ledger.find_many([HASH]) == {HASH: BEA}
    assert ledger.holders(HASH) == (BEA, ADA)
    assert ledger.holders(OTHER) == ()


def test_standing_is_the_fold_of_all_facts_in_any_order(ledger: Ledger) -> None:
    facts = [seen(ADA, 3), seen(ADA, 1), seen(ADA, 2, "order")]
    expected = Standing(
        person=ADA,
        dense={"last.seen": (3, OPEN, facts[0].id)},
        sparse={"did.visit": (3, OPEN, facts[0].id), "did.order": (2, OPEN, facts[2].id)},
    )

    for fact in facts:
        ledger.append([fact], [SEEN], now=NOW)

    assert standing(ledger, ADA) == expected
    assert standing(ledger, "p_none") is None


def test_the_wide_row_and_the_marks_can_be_asked_in_sql(ledger: Ledger) -> None:
    ledger.append([seen(ADA, 3), seen(BEA, 9)], [SEEN], now=NOW)
    layout = SEEN.layout
    sign = ":now" if ledger.dialect == "sqlite" else "%(now)s"

    held = f"FROM {layout.wide} AS w WHERE last_seen_from <= {sign} AND marks = 1"
    marked = f"FROM {layout.marks} WHERE name = 'did.visit' AND from_ <= {sign}"

    assert list(ledger.select(f"SELECT person {held}", {"now": 5})) == [ADA]
    assert ledger.count(f"SELECT count(*) {held}", {"now": 9}) == 2
    assert list(ledger.select(f"SELECT person {marked}", {"now": 5})) == [ADA]


def test_a_link_makes_one_standing_and_a_void_splits_it(ledger: Ledger) -> None:
    link = linked(BEA, ADA, 7)
    ledger.append([seen(ADA, 1), seen(BEA, 2)], [SEEN], now=NOW)

    ledger.append([link], [SEEN], now=NOW)
    together = standing(ledger, BEA)
    ledger.append([voided(link, 8)], [SEEN], now=NOW)

    assert together is not None
    assert (together.person, together.dense["last.seen"][0]) == (ADA, 2)
    assert together.sparse["is.p_bea"] == (7, OPEN, "")
    assert ledger.root_of(BEA) == BEA
    apart = standing(ledger, BEA)
    assert apart is not None
    assert (apart.person, set(apart.sparse)) == (BEA, {"did.visit"})
    assert ledger.facts_of(ADA) == [seen(ADA, 1)]


def test_each_identifier_of_persons_who_are_one_finds_their_standing(ledger: Ledger) -> None:
    told_of = {ADA: HASH, BEA: OTHER}
    facts = {person: told(Kind.IDENTIFIED, person) for person in told_of}
    hashes = {facts[person].id: keyed for person, keyed in told_of.items()}
    ledger.append([*facts.values(), seen(BEA, 2)], [SEEN], now=NOW, identifiers=hashes)

    ledger.append([linked(BEA, ADA, 7)], [SEEN], now=NOW)

    found = [ledger.standing_by_identifier(keyed, SEEN.digest) for keyed in (HASH, OTHER)]
    assert found == [standing(ledger, ADA)] * 2
    assert found[0] is not None


def test_the_order_in_which_links_and_voids_arrive_does_not_matter(url: str) -> None:
    first, second = linked(ADA, BEA, 1), linked(BEA, CAT, 2)
    facts = [first, second, voided(first, 3), seen(CAT, 4)]
    found = []

    with open_ledger(url, create=True) as ledger:
        ledger.prepare_fold(SEEN)
        for number, order in enumerate(permutations(facts)):
            for fact in order:
                ledger.append([renamed(fact, number)], [SEEN], now=NOW)
            found.append([ledger.root_of(f"{p}{number}") for p in (ADA, BEA, CAT)])

    expected = [[f"{ADA}{n}", f"{BEA}{n}", f"{BEA}{n}"] for n in range(len(found))]
    # Where no fact names Ada but the link, she is there all the same.
    assert found == expected


def renamed(fact: Fact, number: int) -> Fact:
    """Return the fact as of other persons, so that one ledger holds many orders."""
    about = f"{fact.about}{number}" if fact.about else ""
    return changed(fact, id=f"{fact.id}{number}", person=f"{fact.person}{number}", about=about)


def test_linking_two_clusters_makes_one(ledger: Ledger) -> None:
    people = ["p_1", "p_2", "p_3", "p_4"]
    ledger.append([seen(p, 1) for p in people], [SEEN], now=NOW)
    ledger.append([linked("p_2", "p_1", 2), linked("p_4", "p_3", 3)], [SEEN], now=NOW)

    ledger.append([linked("p_4", "p_2", 4)], [SEEN], now=NOW)

    assert [ledger.root_of(p) for p in people] == ["p_1"] * 4
    assert list(ledger.persons()) == ["p_1"]
    found = standing(ledger, "p_3")
    assert found is not None
    assert {name: i[0] for name, i in found.sparse.items()} == {
        "did.visit": 1,
        "is.p_2": 2,
        "is.p_3": 4,
        "is.p_4": 4,
    }
    body, wide, marks = (SEEN.layout.bodies, SEEN.layout.wide, SEEN.layout.marks)
    counted = [ledger.count(f"SELECT count(*) FROM {t}", {}) for t in (body, wide, marks)]  # noqa: S608  # a layout's names
    assert counted == [1, 1, 4]


def test_every_active_fold_must_be_given(ledger: Ledger) -> None:
    other = Seen("0ther000000000000000")

    with pytest.raises(FoldMissing):
        ledger.append([seen(ADA, 1)], [SEEN, other], now=NOW)
    with pytest.raises(StaleFolds):
        ledger.append([seen(ADA, 1)], now=NOW)

    assert ledger.root_of(ADA) is None
    with pytest.raises(FoldMissing):
        ledger.standing_of(ADA, other.digest)


def test_a_new_fold_is_built_from_all_facts_and_can_be_dropped(ledger: Ledger) -> None:
    other = Seen("0ther000000000000000")
    steps: list[tuple[int, int]] = []
    ledger.append([seen(ADA, 1), seen(BEA, 2), linked(ADA, CAT, 3)], [SEEN], now=NOW)

    ledger.prepare_fold(other, progress=lambda done, total: steps.append((done, total)))
    ledger.prepare_fold(other)
    both = [ledger.standing_of(p, other.digest) == standing(ledger, p) for p in (ADA, BEA, CAT)]
    active = ledger.active_folds()
    ledger.drop_fold(SEEN.digest)
    ledger.append([seen(ADA, 9)], [other], now=NOW)

    assert both == [True, True, True]
    assert steps == [(0, 2), (2, 2)]
    assert active == (SEEN.digest, other.digest)
    assert ledger.active_folds() == (other.digest,)
    with pytest.raises(FoldMissing):
        standing(ledger, ADA)


def test_an_erasure_takes_standing_and_identifiers_and_leaves_a_tombstone(ledger: Ledger) -> None:
    named = told(Kind.IDENTIFIED, BEA)
    ledger.append(
        [seen(ADA, 1), named, linked(ADA, BEA, 2)], [SEEN], now=NOW, identifiers={named.id: HASH}
    )
    during: list[object] = []

    def destroy(erasure: Erasure) -> list[Fact]:
        during.extend((erasure, standing(ledger, ADA), ledger.unfinished_erasures()))
        return [
            told(Kind.KEY_DESTROYED, ADA),
            told(Kind.TOMBSTONE, thing=HASH.hex(), marks=("objected",)),
        ]

    ledger.bury(told(Kind.ERASURE_STARTED, ADA), destroy, [SEEN], now=NOW)

    erasure = Erasure(
        fact_id="f_erasure_started_p_ada_5", person=ADA, members=(ADA, BEA), hashes=(HASH,)
    )
    assert during == [erasure, None, (erasure,)]
    assert ledger.unfinished_erasures() == ()
    assert ledger.find(HASH) is None
    assert standing(ledger, BEA) is None
    assert list(ledger.persons()) == []
    assert len(ledger.facts_of(ADA)) == 5


def erased(ledger: Ledger) -> Fact:
    """Erase Ada, known by HASH, and return her tombstone."""
    named = told(Kind.IDENTIFIED, ADA)
    tombstone = told(Kind.TOMBSTONE, thing=HASH.hex(), marks=("objected",))
    ledger.append([named], [SEEN], now=NOW, identifiers={named.id: HASH})
    ledger.bury(
        told(Kind.ERASURE_STARTED, ADA),
        lambda _: [told(Kind.KEY_DESTROYED, ADA), tombstone],
        [SEEN],
        now=NOW,
    )
    return tombstone


def test_to_an_erased_person_who_comes_back_the_tombstone_still_speaks(ledger: Ledger) -> None:
    tombstone = erased(ledger)
    back = told(Kind.IDENTIFIED, BEA)

    ledger.append([back], [SEEN], now=NOW, identifiers={back.id: HASH})

    assert ledger.facts_of(BEA) == [tombstone, back]
    found = standing(ledger, BEA)
    assert found is not None
    assert found.dense == {"tombstone": (5, OPEN, tombstone.id)}
    assert ledger.tombstones([HASH, OTHER]) == {HASH: [tombstone]}


def test_a_tombstone_speaks_to_whoever_has_the_identifier_already(ledger: Ledger) -> None:
    other = told(Kind.IDENTIFIED, BEA)
    ledger.append([other], [SEEN], now=NOW, identifiers={other.id: HASH})

    tombstone = erased(ledger)

    found = standing(ledger, BEA)
    assert found is not None
    assert found.dense == {"tombstone": (5, OPEN, tombstone.id)}


def test_an_erased_person_gets_no_standing_link_or_identifier(ledger: Ledger) -> None:
    erased(ledger)
    late = told(Kind.IDENTIFIED, ADA, 9)

    ledger.append([seen(ADA, 6)], [SEEN], now=NOW)
    for facts, hashes in (([linked(BEA, ADA, 7)], {}), ([late], {late.id: OTHER})):
        with pytest.raises(PersonErased):
            ledger.append(facts, [SEEN], now=NOW, identifiers=hashes)

    assert standing(ledger, ADA) is None
    assert ledger.root_of(BEA) is None
    assert ledger.find(OTHER) is None


def test_a_link_of_an_erased_person_cannot_be_voided(ledger: Ledger) -> None:
    link = linked(ADA, BEA, 2)
    ledger.append([link], [SEEN], now=NOW)
    ledger.bury(
        told(Kind.ERASURE_STARTED, ADA), lambda _: [told(Kind.KEY_DESTROYED, ADA)], [SEEN], now=NOW
    )

    with pytest.raises(PersonErased, match="cannot be voided"):
        ledger.append([voided(link, 6)], [SEEN], now=NOW)

    assert ledger.root_of(BEA) == ADA


def test_an_erasure_begun_twice_ends_once(ledger: Ledger) -> None:
    started = told(Kind.ERASURE_STARTED, ADA)
    ledger.append([seen(ADA, 1)], [SEEN], now=NOW)

    def fails(_: Erasure) -> list[Fact]:
        raise LedgerRefuses("the keyring is away")

    with pytest.raises(LedgerRefuses):
        ledger.bury(started, fails, [SEEN], now=NOW)
    (begun,) = ledger.unfinished_erasures()
    again = ledger.fact(begun.fact_id)
    assert again is not None
    ledger.bury(again, lambda _: [told(Kind.KEY_DESTROYED, ADA)], [SEEN], now=NOW)

    assert again == started
    assert ledger.unfinished_erasures() == ()
    assert len(ledger.facts_of(ADA)) == 3


def test_an_erasure_without_its_facts_is_refused(ledger: Ledger) -> None:
    with pytest.raises(FactRefused, match="does not start an erasure"):
        ledger.bury(seen(ADA, 1), lambda _: [], [SEEN], now=NOW)
    with pytest.raises(FactRefused, match="no fact says that the key was destroyed"):
        ledger.bury(told(Kind.ERASURE_STARTED, ADA), lambda _: [], [SEEN], now=NOW)


def test_histories_stream_with_all_that_speaks_of_a_person(ledger: Ledger) -> None:
    link = linked(BEA, ADA, 2)
    facts = [seen(ADA, 1), link, seen(CAT, 3), told(Kind.USED, persons=(BEA, CAT))]
    ledger.append(facts, [SEEN], now=NOW)

    found = {h.person: (h.members, [f.id for f in h.facts]) for h in ledger.stream_histories()}

    assert found == {
        ADA: ((ADA, BEA), [facts[0].id, link.id, facts[3].id]),
        CAT: ((CAT,), [facts[2].id, facts[3].id]),
    }


def test_policies_and_slots_are_kept(ledger: Ledger) -> None:
    policy = KeptPolicy(
        version="2026-01",
        digest="d",
        fold_digest="f",
        text="# Notice",
        effective_from=9,
        published_at=8,
    )
    earlier = replace(policy, version="2025-01", effective_from=1)

    for each in (policy, earlier, policy):
        ledger.keep_policy(each)
    ledger.remember({"shop.order": "7", "shop.customer": "1"})
    ledger.remember({"shop.order": "9"})

    assert ledger.policies() == (earlier, policy)
    with pytest.raises(PolicyConflict):
        ledger.keep_policy(replace(policy, digest="other"))
    assert ledger.remembered(["shop.order", "none"]) == {"shop.order": "9"}


def test_a_slot_is_kept_after_what_was_read_and_after_nothing_else(ledger: Ledger) -> None:
    said = [
        ledger.remember_after("views", "", "one"),
        ledger.remember_after("views", "", "two"),
        ledger.remember_after("views", "one", "three"),
        ledger.remember_after("views", "one", "three"),
        ledger.remember_after("views", "one", "four"),
    ]

    assert said == [True, False, True, True, False]
    assert ledger.remembered(["views"]) == {"views": "three"}


def test_the_ledger_keeps_to_its_keyring(url: str) -> None:
    with open_ledger(url, create=True) as first:
        assert first.keyring_id == ""
        first.bind_keyring("k_1")
        first.bind_keyring("k_1")
        made = first.id

    with open_ledger(url) as again, open_ledger(url, create=True) as third:
        assert (again.id, again.keyring_id, third.id) == (made, "k_1", made)
        with pytest.raises(ForeignKeyring) as raised:
            again.bind_keyring("k_2")

    assert str(raised.value) == "the ledger's keyring is `k_1`, not `k_2`; name that one"


def test_a_place_without_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(LedgerMissing):
        open_ledger(url)


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/ledger", "", "sqlite:///"])
def test_another_kind_of_place_is_refused(url: str) -> None:
    with pytest.raises(LedgerMissing, match="write sqlite:///path or postgresql://"):
        open_ledger(url, create=True)
