"""Decide, list and record with the real command, in words and in JSON."""

import re
import sqlite3
from pathlib import Path

import pytest

from tests.acceptance.cli.conftest import Placket

ADA, BOB, NOBODY = "email:ada@example.org", "email:bob@example.net", "email:zoe@example.org"
FACT = re.compile(r"f_[0-9a-f]{30}")
PERSON = re.compile(r"p_[0-9a-f]{16}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def settled(text: str) -> str:
    """Return `text` with what differs from run to run replaced."""
    return MOMENT.sub("MOMENT", FACT.sub("FACT", PERSON.sub("PERSON", text)))


def say_yes(placket: Placket, *, at: str = "2026-06-01T12:00:00Z", to: str = ADA) -> str:
    done = placket(
        "fact", "add", "consent_given", "--subject", to, "--what", "newsletter",
        "--channel", "email", "--wording", "newsletter-1", "--at", at,
    )  # fmt: skip
    assert done.code == 0, done.err
    return done.out.strip()


def test_a_denial_names_each_reason_with_clause_law_and_mend(placket: Placket) -> None:
    done = placket("decide", "newsletter", "--subject", ADA)

    assert done.code == 1
    assert (
        settled(done.out)
        == """\
✗ deny  newsletter, at MOMENT

  ✗ basis.consent_not_given
    clause    P-06: “The newsletter comes by email, and only after you said yes
              to it. You can end it by the link in each letter.”
    law       UK GDPR Art. 6(1)(a), 7
    until     the person says yes by a published wording

  ✗ channel.no_soft_opt_in
    clause    P-06
    law       PECR 2003 reg. 22(3)
    until     the person consents, or buys and is offered to refuse
"""
    )


def test_a_permission_names_the_fact_it_rests_on(placket: Placket) -> None:
    say_yes(placket)

    done = placket("decide", "newsletter", "--subject", ADA, "--channel", "email")

    assert done.code == 0
    assert (
        settled(done.out)
        == """\
✓ permit  newsletter by email, at MOMENT
  data      name, email, marketing_preferences

  ✓ permitted.consent
    clause    P-06: “The newsletter comes by email, and only after you said yes
              to it. You can end it by the link in each letter.”

  ✓ permitted.consent_given
    clause    P-06
    fact      consent given: newsletter by email, 2026-06-01
              (FACT)
"""
    )


def test_no_line_is_wider_than_80_columns(placket: Placket) -> None:
    runs = [
        placket("decide", "newsletter", "--subject", BOB),
        placket("decide", "answer_questions", "--subject", ADA, "--data", "name,email"),
        placket("eligible", "newsletter", "--why"),
        placket("audit", "explain", "newsletter", "--subject", ADA, "--at", "2026-06-01"),
    ]

    assert [line for done in runs for line in done.out.splitlines() if len(line) > 80] == []


def test_a_decision_in_json_has_the_outside_contract(placket: Placket) -> None:
    fact = say_yes(placket)
    placket(
        "fact", "add", "consent_withdrawn", "--subject", ADA, "--what", "newsletter",
        "--at", "2026-07-01T12:00:00Z",
    )  # fmt: skip

    denied = placket("decide", "newsletter", "--subject", ADA, "--json").plain
    permitted = placket(
        "decide", "newsletter", "--subject", ADA, "--at", "2026-06-15T00:00:00Z", "--json"
    ).plain

    assert list(denied) == ["outcome", "activity", "data", "withheld", "at", "because"]
    assert (denied["outcome"], denied["activity"], denied["data"]) == ("deny", "newsletter", [])
    assert list(denied["because"][0]) == [
        "code", "clause", "text", "law", "fact", "changes_when", "data",
    ]  # fmt: skip
    assert permitted["at"] == "2026-06-15T00:00:00Z"
    assert permitted["outcome"] == "permit"
    assert fact in {reason["fact"] for reason in permitted["because"]}


def test_the_subject_comes_from_standard_input(placket: Placket) -> None:
    say_yes(placket)

    done = placket("decide", "newsletter", "--subject", "-", "--json", given=f"{ADA}\n")

    assert (done.code, done.plain["outcome"]) == (0, "permit")


def test_a_past_instant_answers_by_what_held_then(placket: Placket) -> None:
    say_yes(placket, at="2026-06-01T12:00:00Z")

    before = placket("decide", "newsletter", "--subject", ADA, "--at", "2026-05-31")
    after = placket("decide", "newsletter", "--subject", ADA, "--at", "2026-06-02")

    assert (before.code, after.code) == (1, 0)


def test_what_was_not_known_then_does_not_count_by_what_was_known_then(placket: Placket) -> None:
    say_yes(placket, at="2026-06-01T12:00:00Z")

    done = placket(
        "audit", "explain", "newsletter", "--subject", ADA, "--at", "2026-06-02", "--json"
    )

    assert done.code == 1
    assert {name: found["outcome"] for name, found in done.plain.items()} == {
        "as_known_then": "deny",
        "as_known_now": "permit",
    }


def test_a_list_holds_whom_the_decision_permits(placket: Placket) -> None:
    say_yes(placket)

    listed = placket("eligible", "newsletter", "--channel", "email")
    counted = placket("eligible", "newsletter", "--channel", "email", "--count")
    then = placket("eligible", "newsletter", "--at", "2026-05-01", "--count", "--json")

    assert settled(listed.out) == "PERSON\n"
    assert counted.out == "1\n"
    assert then.plain == {
        "activity": "newsletter",
        "channel": "",
        "at": "2026-04-30T23:00:00Z",
        "permitted": 0,
    }


def test_a_list_is_json_whether_it_is_empty_or_not(placket: Placket) -> None:
    empty = placket("eligible", "newsletter", "--json")
    say_yes(placket)
    full = placket("eligible", "newsletter", "--json")

    assert empty.plain == []
    assert [settled(person) for person in full.plain] == ["PERSON"]


def test_a_list_goes_whole_into_a_file_for_its_owner_alone(placket: Placket, folder: Path) -> None:
    say_yes(placket)

    done = placket("eligible", "newsletter", "--out", "ids.txt")

    assert done.out == "1 ids written to ids.txt\n"
    assert settled((folder / "ids.txt").read_text()) == "PERSON\n"
    assert (folder / "ids.txt").stat().st_mode & 0o777 == 0o600
    assert list(folder.glob(".ids*")) == []


def test_the_reasons_that_lose_persons_are_counted(placket: Placket) -> None:
    say_yes(placket)

    done = placket("eligible", "newsletter", "--channel", "email", "--why")
    plain = placket("eligible", "newsletter", "--channel", "email", "--why", "--json").plain

    first = "newsletter by email: 1 of 4 may be addressed"
    assert done.out.splitlines()[0] == first
    assert plain["permitted"] + sum(lost["persons"] for lost in plain["lost"]) == plain["persons"]


def test_a_fact_added_twice_stands_once(placket: Placket) -> None:
    first, again = say_yes(placket), say_yes(placket)

    assert first == again
    assert placket("audit", "verify", "--json").plain["whole"] is True


def test_what_somebody_kept_is_held_against_the_ledger(placket: Placket, folder: Path) -> None:
    receipt = placket("fact", "add", "interacted", "--subject", NOBODY, "--new", "--json")
    (folder / "receipt.json").write_text(receipt.out)
    (folder / "other.txt").write_text("a page of a book\n")
    say_yes(placket)

    whole = placket("audit", "verify", "--checkpoint", "receipt.json", "--json")
    other = placket("audit", "verify", "--checkpoint", "other.txt")

    assert (whole.code, whole.plain["damage"]) == (0, None)
    assert other.code == 1
    assert other.out.startswith(
        "✗ what was kept is no checkpoint of this ledger: the checkpoint is cut short"
    )


def test_a_new_person_is_made_only_when_asked_for(placket: Placket) -> None:
    refused = placket("fact", "add", "interacted", "--subject", NOBODY)
    made = placket("fact", "add", "interacted", "--subject", NOBODY, "--new", "--json")
    again = placket("fact", "add", "interacted", "--subject", NOBODY, "--new", "--json")

    assert refused.code == 2
    assert refused.err == (
        "placket: the ledger knows nobody by this identifier\n"
        "  mend: check it, or add `--new` to make the person\n"
    )
    assert made.plain["person"] == again.plain["person"]


def test_a_date_of_birth_is_sealed_and_decides(placket: Placket, folder: Path) -> None:
    given = f"{NOBODY}\nbirth_date=2001-02-03\n"

    done = placket("fact", "add", "born", "--subject", "-", "--private", "--new", given=given)

    assert done.code == 0, done.err
    for part in folder.glob("placket*"):
        assert b"2001-02-03" not in part.read_bytes()
        assert b"zoe@example.org" not in part.read_bytes()


def test_the_ledger_holds_no_identifier_in_the_clear(folder: Path) -> None:
    with sqlite3.connect(folder / "placket.db") as connection:
        dumped = "\n".join(connection.iterdump())
    connection.close()

    assert "ada@example.org" not in dumped
    assert b"ada@example.org".hex().upper() not in dumped.upper()


@pytest.mark.parametrize("name", ["placket.db", "placket-keys.db", "placket.key", "placket.toml"])
def test_a_list_is_written_over_nothing_but_a_list(placket: Placket, name: str) -> None:
    done = placket("eligible", "newsletter", "--out", name)

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "placket: something else than a list of ids has this name already\n"
        "  mend: name another file\n"
    )
    assert placket("audit", "verify").code == 0


def test_a_message_is_recorded_only_where_it_is_permitted(placket: Placket) -> None:
    send = ("fact", "add", "sent", "--activity", "newsletter", "--channel", "email", "--json")

    denied = placket(*send, "--if-permitted", "--subject", ADA)
    stranger = placket(*send, "--if-permitted", "--subject", NOBODY, "--new")
    say_yes(placket)
    done = placket(*send, "--if-permitted", "--subject", ADA)
    other = placket("fact", "add", "interacted", "--if-permitted", "--subject", ADA)
    before = placket(*send, "--if-permitted", "--subject", ADA, "--at", "2026-03-01")

    codes = [each.code for each in (denied, stranger, done, other, before)]
    assert codes == [1, 1, 0, 2, 2]
    assert [reason["code"] for reason in denied.plain["because"]] == [
        "basis.consent_not_given",
        "channel.no_soft_opt_in",
    ]
    assert done.plain["new"] is True
    assert placket("fact", "add", "interacted", "--subject", NOBODY).code == 2
