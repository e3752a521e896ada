"""`placket request`, from receipt to certificate, and what each step refuses."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from placket.cli.command import main
from placket.gate.words import COLUMNS
from tests.acceptance.cli.conftest import Run

if TYPE_CHECKING:
    from pathlib import Path

Said = Callable[..., Run]
REFUSED = """\
placket: whoever asked does not decide
  mend: let somebody decide who neither asked nor took it down
"""
ADA = "email:ada@example.org"
MAIL = 'mail = "file:post"\nmail_from = "privacy@example.org"\n'


@pytest.fixture
def said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Return the command, run in this process in the test's own installation."""
    (folder / "post").mkdir()
    settings = folder / "placket.toml"
    settings.write_text(MAIL + settings.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PLACKET_CONFIG", raising=False)

    def run(*words: str, given: str = "") -> Run:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main(words)
        return Run(int(left.value.code or 0), out.getvalue(), err.getvalue())

    return run


def opened(said: Said, right: str, *more: str) -> str:
    done = said("request", "open", right, "--subject", ADA, "--by", "clerk_1", *more)
    assert done.code == 0, done.err
    return done.out.strip()


def proven(said: Said, right: str, *more: str) -> str:
    return opened(said, right, "--proof", "staff", "--proof", "second_channel", *more)


def shown(said: Said, reference: str) -> dict[str, object]:
    found = said("request", "show", reference, "--json").plain
    assert isinstance(found, dict)
    return found


def address_of(said: Said, reference: str) -> str:
    lines = said("request", "show", reference).out.splitlines()
    return next(line.split()[1] for line in lines if line.startswith("address"))


def planned(said: Said, reference: str) -> str:
    """Make the plan, and return its digest: the last line of what is shown."""
    return said("request", "plan", reference).out.split()[-1]


def code_in(folder: Path) -> str:
    """Return the one-time code that a letter in the folder holds."""
    texts = (
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_content()
        for file in (folder / "post").glob("*.eml")
    )
    return next(found[1] for text in texts if (found := re.search(r"(?m)^- (\d{6})\r?$", text)))


def closed(folder: Path) -> None:
    """Let the order that an erasure waits for be delivered."""
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute("UPDATE orders SET delivered_at = '2026-03-05 10:00:00' WHERE id = 1")
    shop.close()


def test_an_erasure_goes_from_receipt_to_certificate(said: Said, folder: Path) -> None:
    reference = opened(said, "erasure", "--route", "email")
    address = address_of(said, reference)
    said("request", "verify", reference, "--send-code", address)
    said("work", "--once")
    coded = said("request", "verify", reference, "--code", given=code_in(folder))
    assert "who asks  known, strong is needed" in coded.out
    second = ("--seen", "second_channel", "--address", address, "--by", "clerk_1")
    assert "who asks  strong" in said("request", "verify", reference, *second).out
    digest = planned(said, reference)
    approved = said("request", "approve", reference, digest, "--by", "boss_1")
    assert (approved.code, shown(said, reference)["state"]) == (0, "accepted")

    applied = said("request", "apply", reference)
    answered = said("request", "answer", reference)

    assert (applied.code, answered.code) == (0, 0)
    assert shown(said, reference)["state"] == "action_delayed"
    assert said("request", "certificate", reference).code == 1
    closed(folder)
    said("sync", "--source", "shop")
    assert "requests completed: 1" in said("work", "--once").out
    assert shown(said, reference)["state"] == "fulfilled"
    assert said("scan", "--subject", ADA).code == 0
    assert said("request", "certificate", reference, "--out", "done.txt").code == 0
    key = said("audit", "checkpoint").out.split()[-1]
    assert said("audit", "certificate", "done.txt", "--public-key", key).code == 0


def test_a_copy_is_made_locked_and_its_passphrase_told_apart(said: Said, folder: Path) -> None:
    reference = proven(said, "access")
    said("request", "approve", reference, planned(said, reference), "--by", "boss_1")
    said("request", "apply", reference)

    done = said("request", "copy", reference, "--out", "ada.zip", "--json")

    assert done.plain["archive"] == "ada.zip"
    assert (folder / "ada.zip").read_bytes()[:2] == b"PK"
    assert done.plain["passphrase"] not in (folder / "ada.zip").read_bytes().decode("latin-1")
    assert said("request", "answer", reference).code == 0


def test_whoever_took_it_down_approves_nothing_and_is_told_who_may(said: Said) -> None:
    reference = proven(said, "erasure")

    done = said("request", "approve", reference, planned(said, reference), "--by", "clerk_1")

    assert (done.code, done.out, done.err) == (
        3,
        "",
        REFUSED,
    )


def test_staff_read_no_code_and_no_link_that_stops(said: Said) -> None:
    reference = opened(said, "erasure")
    said("request", "verify", reference, "--send-code", address_of(said, reference))

    letters = said("request", "show", reference, "--letters").out

    assert letters.count("it is not shown") == 2
    assert not re.search(r"\b\d{6}\b", letters)
    assert "/stop/" not in letters


def test_after_five_wrong_codes_the_mend_is_another_one(said: Said) -> None:
    reference = opened(said, "erasure")
    tries = [said("request", "verify", reference, "--code", given="000000") for _ in range(6)]

    assert {done.code for done in tries} == {3}
    assert "send a new one with" in tries[4].err
    assert "wait ten minutes" in tries[5].err


def test_what_is_not_a_word_of_ours_is_answered_with_those_that_are(said: Said) -> None:
    wrong = said("request", "open", "erase", "--subject", ADA)
    route = said("request", "open", "erasure", "--subject", ADA, "--route", "pigeon")

    assert wrong.err == "placket: there is no right `erase`\n  mend: write `erasure`\n"
    assert route.err.startswith("placket: there is no route `pigeon`\n  mend: write one of `")
    assert (wrong.code, route.code) == (2, 2)
    assert said("request", "list").out == "no request is open\n"


def test_an_answer_that_says_nothing_is_sent_back_with_what_to_add(said: Said) -> None:
    reference = opened(said, "complaint", "--route", "phone")
    said("request", "accept", reference, "--by", "boss_1")

    empty = said("request", "answer", reference)
    whole = ("--outcome", "We were wrong.", "--why", "The letter went out twice.")

    assert empty.code == 2
    assert "mend: add `--outcome` and `--why` to an answer" in empty.err
    assert said("request", "answer", reference, *whole).code == 0


def test_nothing_that_is_shown_is_wider_than_a_terminal(said: Said) -> None:
    reference = opened(said, "automated_decision_opt_out", "--proof", "token")
    erasure = proven(said, "erasure")
    said("request", "approve", erasure, planned(said, erasure), "--by", "boss_1")
    outputs = [
        said("request", "apply", erasure).out,
        said("request", "show", erasure, "--letters").out,
        said("request", "certificate", erasure).out,
        said("request", "list").out,
        said("request", "show", reference).out,
    ]

    wide = [line for out in outputs for line in out.splitlines() if len(line) > COLUMNS]

    # The link that stops a request cannot be broken.
    assert [line for line in wide if "://" not in line] == []


def test_a_request_is_told_in_json_without_whom_it_is_about(said: Said) -> None:
    reference = opened(said, "objection", "--proof", "token")

    plain = shown(said, reference)

    assert plain["reference"] == reference
    assert (plain["right"], plain["state"], plain["owner"]) == (
        "objection",
        "acknowledged",
        "privacy_manager",
    )
    assert "ada@example.org" not in json.dumps(plain)
