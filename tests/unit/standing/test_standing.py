from placket.facts import OPEN, Kind
from placket.standing.layout import LONGEST, layout_of
from placket.standing.standing import ALWAYS, Standing, dense_names, pack, unpack
from tests.unit.standing.telling import TWO_LAWS, day, shop, standing_of, told

CARE = """
activity: care
purpose: customer_service
uses: [email]
basis: legitimate_interest
while: case is open
"""
BORN = told(Kind.BORN, 1)


def test_a_standing_holds_from_its_beginning_until_its_end() -> None:
    standing = Standing(person="ada", dense={"a": (1, 3, "f")}, sparse={"b": (2, 4, "g")})

    assert [at for at in range(6) if standing.holds("a", at)] == [1, 2]
    assert [at for at in range(6) if standing.holds("b", at)] == [2, 3]
    assert not standing.holds("never", 1)


def test_a_packed_standing_is_read_back() -> None:
    standing = standing_of(shop(CARE), told(Kind.LOCATED, region="GB"))

    assert unpack(pack(standing)) == standing


def test_a_wide_row_has_two_columns_for_each_state() -> None:
    policy = shop(CARE)
    layout = layout_of(policy)
    opened = told(Kind.RELATION_OPENED, 1, what="case")
    row = layout.wide_row(standing_of(policy, opened, told(Kind.HOLD_PLACED, 1)))

    columns = dict(zip(("person", *layout.wide_columns()), row, strict=True))

    assert (columns["person"], columns["marks"]) == ("ada", 1)
    assert (columns["open_case_from"], columns["open_case_until"]) == (day(1), OPEN)
    assert (columns["in_home_uk_from"], columns["in_home_uk_until"]) == (ALWAYS, OPEN)
    assert columns["minor_from"] is None
    assert layout.names == dense_names(policy)


def test_the_tables_of_a_fold_are_named_by_its_digest() -> None:
    layout = layout_of(shop(CARE))

    stem = layout.digest[:12]
    assert (layout.wide, layout.marks, layout.bodies) == (
        f"standing_{stem}",
        f"mark_{stem}",
        f"body_{stem}",
    )


def test_long_names_share_no_column() -> None:
    data = "[email, name, mobile, phone, postal_address, billing_address]"
    rule = "- retain: {data}\n  for: {days} days from order.placed\n"
    retained = "".join(rule.format(data=data, days=days) for days in (100, 200))

    columns = layout_of(shop(CARE, retained)).columns

    assert len(set(columns.values())) == len(columns)
    assert all(len(stem) <= LONGEST for stem in columns.values())


def test_where_the_country_is_unknown_every_place_is_possible() -> None:
    policy = shop(CARE, region=TWO_LAWS)

    everywhere = standing_of(policy, told(Kind.INTERACTED))
    nowhere = standing_of(policy, told(Kind.LOCATED, region="US"))
    britain = standing_of(
        policy, told(Kind.LOCATED, region="US"), told(Kind.LOCATED, 1, region="GB")
    )

    assert [n for n in everywhere.dense if n.startswith("in.")] == ["in.union_eu", "in.kingdom_uk"]
    assert [n for n in nowhere.dense if n.startswith("in.")] == []
    assert [n for n in britain.dense if n.startswith("in.")] == ["in.kingdom_uk"]


def test_a_birth_whose_key_is_gone_leaves_the_age_unknown() -> None:
    gone = standing_of(shop(CARE), BORN)
    known = standing_of(shop(CARE), BORN, private={BORN.id: {"birth_date": "2013-06-01"}})

    assert gone.get("age_unknown") == (ALWAYS, OPEN, "")
    assert known.get("age_unknown") is None
    assert known.get("minor") == (ALWAYS, day(150.5) - 3_600_000_000, BORN.id)
