"""A query by hand through the real command: rewritten, refused, run and recorded."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from placket.facts import Fact, Kind
from placket.facts.fact import decode
from tests.acceptance.cli.conftest import run_script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.cli.conftest import Placket

YES = ("--what", "newsletter", "--wording", "newsletter-1")
ASKED = ("query", "newsletter", "--source", "shop")


def change(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()


def used(folder: Path) -> list[Fact]:
    """Return the facts of use in the ledger."""
    with sqlite3.connect(folder / "placket.db") as ledger:
        facts = [decode(body) for (body,) in ledger.execute("SELECT body FROM fact")]
    ledger.close()
    return [fact for fact in facts if fact.kind is Kind.USED]


def test_a_query_is_printed_over_the_views_wherever_it_is_written(
    placket: Placket, folder: Path
) -> None:
    (folder / "query.sql").write_text("SELECT email FROM customer\n", encoding="utf-8")

    by_file = placket(*ASKED, "--file", "query.sql")
    by_input = placket(*ASKED, "-", given="SELECT email FROM customer")

    assert (by_file.code, by_file.err) == (0, "")
    assert by_file.out == (
        'SELECT "customer"."email" FROM "placket_newsletter_customer" AS "customer"\n'
    )
    assert by_input == by_file


def test_two_queries_or_none_are_wrong_use(placket: Placket) -> None:
    done = placket(*ASKED, "-", "--file", "query.sql")

    assert (done.code, done.err.splitlines()[0]) == (
        *(2, "placket: there is no query, or there are two"),
    )


def test_a_refused_query_tells_each_reason_with_its_place_and_mend(placket: Placket) -> None:
    done = placket(*ASKED, "SELECT email, birth_date\nFROM customer, product")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "2:16: `product` has no view: by the catalogue it holds no personal data\n"
        "  mend: leave the table out\n"
        "1:15: `customer.birth_date` holds `date_of_birth`, which `newsletter` (clause P-06)"
        " does not use\n"
        "  mend: leave it out, or let a clause of the policy name the data\n"
    )


def test_a_write_is_refused_and_its_reads_are_shown_to_programs(placket: Placket) -> None:
    done = placket(*ASKED, "UPDATE segment SET n = c.id FROM customer AS c", "--json")

    assert done.code == 1
    assert done.plain["refused"][0]["line"] == 1
    assert done.plain["reads"] == (
        'UPDATE "segment" SET "n" = "c"."id" FROM "placket_newsletter_customer" AS "c"'
    )


def test_a_run_shows_lawful_rows_once_it_is_recorded_whose_they_are(
    placket: Placket, folder: Path
) -> None:
    query = "SELECT *, '=1+1' AS sum, -1 AS less FROM customer"
    run = (*ASKED, query, "--run", "--by", "staff-7")
    placket("fact", "add", "consent_given", "--subject", "email:ada@example.org", *YES)

    unmade = placket(*run)
    placket("view", "newsletter", "--source", "shop", "--apply")
    done = placket(*run)
    [fact] = used(folder)
    counted = placket(*ASKED, "SELECT count(*) AS n FROM orders, customer AS c", "--run", "--json")
    shown = placket(*ASKED, "SELECT 1 AS n UNION SELECT 2", "--run", "--table", "--rows", "1")
    facts = used(folder)
    change(folder / "shop.db", "UPDATE placket_replica SET good_until = 0")
    stale = placket(*run)

    assert (unmade.code, unmade.out) == (3, "")
    assert "mend: make them: `placket view ACTIVITY --source NAME --apply`" in unmade.err
    assert (done.code, done.err) == (0, "")
    assert done.out == "id,email,first_name,sum,less\n1,ada@example.org,Ada,'=1+1,-1\n"
    assert (fact.activity, fact.data, fact.by, fact.route, len(fact.persons)) == (
        *("newsletter", ("email", "name"), "staff-7", "query", 1),
    )
    assert "ada@example.org" not in repr(fact)
    assert (counted.plain["columns"], counted.plain["persons"], len(facts)) == (["n"], 1, 2)
    assert [word for word in shown.out.split() if word in "n12"] == ["n", "1"]
    assert shown.err == "only the first 1 rows; more with `--rows`\n"
    assert (stale.code, stale.out, used(folder)) == (3, "", facts)
    assert stale.err == (
        "placket: the views are stale, so they show nothing\n  mend: run `placket work`\n"
    )


def test_nothing_is_shown_that_the_ledger_did_not_take(placket: Placket, folder: Path) -> None:
    placket("fact", "add", "consent_given", "--subject", "email:ada@example.org", *YES)
    placket("view", "newsletter", "--source", "shop", "--apply")
    refuses = "CREATE TRIGGER no BEFORE INSERT ON fact BEGIN SELECT raise(ABORT, 'no'); END"
    change(folder / "placket.db", refuses)

    done = run_script(folder, *ASKED, "SELECT email FROM customer", "--run")

    assert done.code != 0
    assert "ada@example.org" not in done.out + done.err


def test_a_query_that_fails_for_the_rows_it_reads_is_recorded_as_a_use(
    placket: Placket, folder: Path
) -> None:
    placket("fact", "add", "consent_given", "--subject", "email:ada@example.org", *YES)
    placket("view", "newsletter", "--source", "shop", "--apply")
    # The least whole number has no opposite: one row more, and SQLite fails.
    asks = "SELECT abs(-9223372036854775807 - count(*)) AS n FROM customer WHERE email LIKE '{}%'"

    fails = placket(*ASKED, asks.format("ada"), "--run")
    answers = placket(*ASKED, asks.format("bob"), "--run")

    assert (fails.code, answers.code, fails.out) == (3, 0, "")
    assert "ada" not in fails.err
    assert [len(fact.persons) for fact in used(folder)] == [1, 1]


def test_nobody_asks_under_an_address(placket: Placket, folder: Path) -> None:
    done = placket(*ASKED, "SELECT email FROM customer", "--run", "--by", "ada@example.org")

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "placket: an address stands in `--by`, and the ledger keeps it in the clear\n"
        "  mend: write an id, such as `staff-7`\n"
    )
    assert used(folder) == []
