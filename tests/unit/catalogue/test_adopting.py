"""Fides datasets become a catalogue: what is said carried over, what is left open asked."""

from __future__ import annotations

from textwrap import dedent

import pytest
from fideslang.default_taxonomy import DEFAULT_TAXONOMY

from placket.catalogue import Catalogue, Table, check_catalogue, parse, render
from placket.catalogue.adopting import Adopted, adopt, fits
from placket.catalogue.fides import read_datasets
from placket.policy import vocabulary
from placket.problems import Severity

CUSTOMER = """
      - name: customer
        fields:
          - name: id
            data_categories: [user.unique_id]
            fides_meta: {primary_key: True}
          - name: email
            data_categories: [user.contact.email]
            fides_meta: {identity: email}
"""


def adopted(collections: str, *more: str) -> Adopted:
    head = "dataset:\n  - fides_key: shop\n    collections:\n"
    texts = [head + collections.strip("\n") + "\n", *map(dedent, more)]
    read = [read_datasets(text, f"{n}.yml") for n, text in enumerate(texts)]
    assert [problem for _, problems in read for problem in problems] == []
    return adopt([dataset for datasets, _ in read for dataset in datasets])


def written(catalogue: Catalogue, name: str, source: str = "shop") -> str:
    """Return the YAML of one table, as the catalogue has it."""
    text = render(catalogue).split(f"  {source}:\n")[1]
    after = text.split(f"\n      {name}:\n", 1)[1]
    lines = []
    for line in after.split("\n"):
        if not line.startswith("        "):
            break
        lines.append(line[8:])
    return "\n".join(lines)


def table(found: Adopted, name: str) -> Table:
    source = found.catalogue.source("shop")
    there = source.table(name) if source else None
    assert there is not None
    return there


def told(found: Adopted, code: str) -> list[str]:
    return [problem.summary for problem in found.problems if problem.code == code]


def test_an_identity_is_an_identifier_and_a_reference_from_it_an_owner() -> None:
    found = adopted(
        CUSTOMER
        + """
      - name: orders
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - name: customer_id
            data_categories: [user.unique_id]
            fides_meta:
              references: [{dataset: shop, field: customer.id, direction: from}]
          - {name: phone, data_categories: [user.contact.phone_number]}
"""
    )

    assert written(found.catalogue, "customer") == dedent(
        """\
        subject:
          email: email
          match: [email]
        holds: {customer_id: id, email: email}
        blank: email
        confirm: [subject, blank]"""
    )
    assert written(found.catalogue, "orders") == dedent(
        """\
        owner: customer_id -> customer.id
        holds: {phone: phone}
        blank: phone
        confirm: [blank]"""
    )


def test_a_reference_to_a_row_makes_it_the_persons_by_a_link_back() -> None:
    address = """
      - name: address
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: country, data_categories: [user.contact.address.country]}
"""
    held = CUSTOMER.rstrip() + (
        "\n          - name: address_id\n            fides_meta:\n"
        "              references: [{dataset: shop, field: address.id, direction: to}]\n"
    )

    found = adopted(held + address)

    assert written(found.catalogue, "address").startswith("owner: <- customer.address_id\n")


def test_what_is_reached_and_holds_nothing_of_a_persons_is_nobodys_and_stays() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: branch_id
            fidesops_meta:
              references: [{dataset: shop, field: branch.id, direction: to}]
      - name: branch
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: city, data_categories: [system.operations]}
"""
    )

    assert written(found.catalogue, "branch") == "no_person: true\nconfirm: [no_person]"


def test_a_reference_without_a_direction_leads_away_from_the_person_and_is_asked() -> None:
    found = adopted(
        CUSTOMER
        + """
      - name: login
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: ip, data_categories: [user.device.ip_address]}
          - name: customer_id
            fides_meta: {references: [{dataset: shop, field: customer.id}]}
"""
    )

    assert written(found.catalogue, "login").startswith("owner: customer_id -> customer.id\n")
    assert table(found, "customer").owner == ()
    assert "owner" in table(found, "login").confirm
    assert told(found, "C403") == ["a reference between `customer` and `login` has no direction"]


def test_one_edge_that_both_ends_tell_is_one_link() -> None:
    found = adopted(
        CUSTOMER.replace(
            "{primary_key: True}",
            "{primary_key: True,"
            " references: [{dataset: shop, field: login.customer_id, direction: to}]}",
        )
        + """
      - name: login
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: ip, data_categories: [user.device.ip_address]}
          - name: customer_id
            fides_meta: {references: [{dataset: shop, field: customer.id}]}
"""
    )

    assert len(table(found, "login").owner) == 1
    assert told(found, "C403") == []


def test_several_datasets_become_one_catalogue_whose_links_cross() -> None:
    found = adopted(
        CUSTOMER,
        """
        dataset:
          - fides_key: crm
            collections:
              - name: note
                fields:
                  - {name: id, fides_meta: {primary_key: true}}
                  - {name: said, data_categories: [user.content.public]}
                  - name: customer
                    fides_meta:
                      references: [{dataset: shop, field: customer.id, direction: from}]
        """,
    )

    assert [source.name for source in found.catalogue.sources] == ["shop", "crm"]
    assert written(found.catalogue, "note", "crm").startswith("owner: customer -> shop:customer.id")


def test_a_single_dataset_takes_the_name_of_the_source_that_is_given() -> None:
    datasets, _ = read_datasets(f"dataset:\n  - fides_key: k\n    collections:{CUSTOMER}", "f.yml")

    found = adopt(datasets, name="mine", source="shop")

    assert found.catalogue.name == "mine"
    assert [source.name for source in found.catalogue.sources] == ["shop"]


def test_a_guest_beside_an_owner_is_a_person_by_the_address() -> None:
    found = adopted(
        CUSTOMER
        + """
      - name: orders
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - name: email
            data_categories: [user.contact.email]
            fides_meta: {identity: email}
          - name: customer_id
            fides_meta: {references: [{dataset: shop, field: customer.id, direction: from}]}
"""
    )

    assert written(found.catalogue, "orders").startswith(
        dedent(
            """\
            subject:
              as: contact
              key: email
              email: email
              when: {customer_id: null}
              match: [email]
            owner: customer_id -> customer.id
            """
        )
    )


def test_a_second_identity_of_one_kind_is_told_of_the_person() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: old_email
            data_categories: [user.contact.email]
            fides_meta: {identity: email}
"""
    )

    assert "tells:\n  - customer.identified as email by old_email" in written(
        found.catalogue, "customer"
    )


@pytest.mark.parametrize(
    ("identity", "kind"),
    [("phone_number", "phone"), ("ga_client_id", "device"), ("ljt_readerID", "other")],
)
def test_each_identity_has_a_kind_of_identifier(identity: str, kind: str) -> None:
    found = adopted(CUSTOMER.replace("identity: email", f"identity: {identity}"))

    subject = table(found, "customer").subject
    assert subject is not None
    assert subject.identifiers == ((kind, "email"),)
    assert ("subject.email" in table(found, "customer").confirm) is (kind == "other")


def test_a_category_without_a_word_of_ours_is_asked_and_its_column_still_overwritten() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + "\n          - {name: scan, data_categories: [user.biometric.retinal]}\n"
    )

    customer = table(found, "customer")
    assert "scan" not in [column for held in customer.holds for column in held.columns]
    assert [action.columns for action in customer.actions] == [("email", "scan")]
    assert "holds.scan" in customer.confirm
    assert told(found, "C401") == [
        "`user.biometric.retinal` of `scan` has no word in the vocabulary"
    ]


def test_what_nested_fields_hold_their_column_holds_and_what_finds_by_them_is_left_out() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: profile
            fields:
              - name: contact
                fields:
                  - name: mail
                    data_categories: [user.contact.email]
                    fides_meta: {identity: email}
"""
    )

    assert table(found, "customer").categories()["email"] == ("email", "profile")
    assert told(found, "C407") == ["`identity` of `profile.contact.mail` is not carried over"]


def test_a_field_without_categories_has_those_of_its_collection_or_dataset() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: note
      - name: name_day
        data_categories: [user.name]
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: day}
          - name: customer_id
            data_categories: [system.operations]
            fides_meta: {references: [{dataset: shop, field: customer.id, direction: from}]}
"""
    )

    assert table(found, "name_day").categories() == {"name": ("day",)}
    assert "note" not in [c for h in table(found, "customer").holds for c in h.columns]


def test_masking_says_what_becomes_of_a_row() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: nick
            data_categories: [user.name]
            fides_meta:
              masking_strategy_override:
                strategy: string_rewrite
                configuration: {rewrite_value: GONE}
          - name: town
            data_categories: [user.location]
            fides_meta: {masking_strategy_override: {strategy: hash}}
          - name: born
            data_categories: [user.demographic.date_of_birth]
            fides_meta: {read_only: true}
      - name: visit
        fides_meta: {masking_strategy_override: {strategy: delete}}
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - name: email
            data_categories: [user.contact.email]
            fides_meta: {identity: email}
"""
    )

    assert "blank: {email: null, nick: GONE, town: null}" in written(found.catalogue, "customer")
    assert "delete: true" in written(found.catalogue, "visit")
    assert "blank.born" in table(found, "customer").confirm
    assert told(found, "C407") == ["the strategy `hash` of `town` is not carried over"]


def test_the_order_of_work_and_what_the_policy_says_is_told_as_not_carried_over() -> None:
    datasets, _ = read_datasets(
        f"""
dataset:
  - fides_key: shop
    fides_meta: {{after: [other]}}
    collections:{
            CUSTOMER.replace(
                "        fields:",
                '''        data_uses: [essential]
        fides_meta: {after: [shop.a], erase_after: [shop.b], skip_processing: true}
        fields:''',
            )
        }
""",
        "f.yml",
    )

    found = adopt(datasets)

    assert told(found, "C407") == [
        "`after` of `shop` is not carried over",
        "`data_uses` of `customer` is not carried over",
        "`after` of `customer` is not carried over",
        "`erase_after` of `customer` is not carried over",
        "`skip_processing` of `customer` is not carried over",
    ]
    assert table(found, "customer").subject is not None


def test_a_reference_to_what_is_not_here_is_asked() -> None:
    found = adopted(
        CUSTOMER.rstrip()
        + """
          - name: tag_id
            fides_meta: {references: [{dataset: crm, field: tag.id, direction: from}]}
"""
    )

    assert "owner.tag_id" in table(found, "customer").confirm
    assert told(found, "C404") == [
        "`tag_id` refers to `crm.tag.id`, which no dataset here has at its top level"
    ]


def test_rows_that_no_identity_leads_to_are_asked_and_refused_by_the_check() -> None:
    found = adopted(
        CUSTOMER
        + """
      - name: letter
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: to, data_categories: [user.name]}
"""
    )

    assert told(found, "C408") == ["no identity leads to `letter`, which holds personal data"]
    assert [p.code for p in check_catalogue(found.catalogue) if p.severity is Severity.ERROR] == [
        "C122"
    ]


def test_what_is_imported_is_read_back_and_leaves_questions_alone() -> None:
    found = adopted(
        CUSTOMER + CUSTOMER.replace("customer", "Odd 'name'\\t", 1).replace("name: id", "name: ID")
    )
    text = render(found.catalogue)

    parsed = parse(text)

    assert parsed.problems == ()
    assert parsed.catalogue == found.catalogue
    assert {p.severity for p in check_catalogue(found.catalogue)} == {Severity.NOTE}


def test_every_category_of_fideslang_is_answered_with_a_word_of_ours_or_asked() -> None:
    categories = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}

    assert set(fits()) == categories
    assert {fit.how for fit in fits().values()} == {"same", "near", "none", "nobody"}
    for fit in fits().values():
        assert (fit.term in vocabulary.terms("data")) is (fit.how in {"same", "near"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("system: []", "1:1: C103: the manifest has no `dataset`"),
        ("dataset: {}", "1:10: C104: a mapping or a list where a list of datasets was expected"),
        ("dataset:\n  - fides_key: a", "2:5: C103: there is no `collections` here"),
        (
            "dataset:\n- fides_key: a\n  collections: [{name: b, fields: [{name: c}, {name: c}]}]",
            "3:54: C104: `c` is the name of two fields",
        ),
        ("dataset: [&a 1]", "1:11: P004: an anchor or alias in the YAML"),
        ("dataset: [!!python/object 1]", "1:11: P004: a tag in the YAML"),
    ],
)
def test_a_fault_of_form_is_told_with_its_place(text: str, said: str) -> None:
    _, problems = read_datasets(text, "f.yml")

    assert [str(problem).split("\n")[0] for problem in problems][:1] == [f"f.yml:{said}"]
