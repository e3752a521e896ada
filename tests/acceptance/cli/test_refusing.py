"""Wrong use, refusals and a failing world: a sentence and a mend, an exit code, nothing lost."""

import shutil
import signal
import sqlite3
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from placket.gate.opening import open_gate
from placket.settings import read_settings
from tests.acceptance.cli.conftest import COMMAND, Placket, make_shop, run_placket

MANY, SOME_BYTES = 6_000, 1_000_000
ADA = "email:ada@example.org"
ACTIVITIES = "`answer_questions`, `fulfil_order`, `newsletter`, `order_updates`, `run_account`"


@pytest.mark.parametrize(
    ("words", "sentence", "mend"),
    [
        (
            ("decide", "newsleter", "--subject", ADA),
            "no clause names the activity `newsleter`",
            "write `newsletter`",
        ),
        (
            ("decide", ADA, "--subject", "newsletter"),
            "no clause names the activity that is written",
            f"write one of {ACTIVITIES}",
        ),
        (
            ("decide", "newsletter", "--subject", ADA, "--channel", "emial"),
            "there is no channel `emial`",
            "write `email`",
        ),
        (
            ("decide", "newsletter", "--subject", ADA, "--data", "emails"),
            "there is no category of data `emails`",
            "write `email`",
        ),
        (
            ("decide", "newsletter", "--subject", "ada@example.org"),
            "no kind is named",
            "write `kind:value`, where kind is one of email, phone, customer, order, device, other",
        ),
        (
            ("decide", "newsletter", "--subject", "email:ada"),
            "the value is no email address",
            "write one such as `email:ada@example.org`",
        ),
        (
            ("decide", "newsletter", "--subject", "phone:07700 900123"),
            "the number has no country code",
            "write it as in `phone:+44 7700 900123`, or name the country",
        ),
        (
            ("decide", "newsletter", "ada@example.org"),
            "missing option `--subject`",
            "see `placket decide --help`",
        ),
        (
            ("decide", "newsletter", "ada@example.org", "--subject", ADA),
            "there are more words than the command takes",
            "see `placket decide --help`",
        ),
        (
            ("decide", "newsletter", "--subject", ADA, "--at", "yesterday"),
            "`yesterday` is no instant",
            "write `2026-11-24` or `2026-11-24T12:00:00Z`",
        ),
        (
            ("fact", "add", "consent_gven", "--subject", ADA),
            "there is no kind of fact `consent_gven`",
            "write `consent_given`",
        ),
        (
            ("fact", "add", "tombstone", "--subject", ADA),
            "facts of kind `tombstone` are written by Placket alone",
            "leave it to the command whose end they tell",
        ),
        (
            ("fact", "add", "consent_given", "--subject", ADA, "--what", "news"),
            "the policy has no consent `news`",
            "write one of `newsletter`",
        ),
        (
            ("fact", "add", "consent_given", "--subject", ADA),
            "a fact of kind `consent_given` needs `--what`",
            "add one such as `--what newsletter`",
        ),
        (
            ("fact", "add", "born", "--subject", ADA),
            "a fact of kind `born` needs a date of birth, sealed",
            "add `--private` and give `birth_date=2001-02-03` on standard input",
        ),
        (
            ("sync", "--source", "shp"),
            "the settings have no source `shp`",
            "the settings name `shop`",
        ),
        (
            ("decide", "newsletter", "--subject", ADA, "--config", "no.toml"),
            "there is no no.toml",
            "`placket init` writes one",
        ),
        (
            ("check", "no.md"),
            "no.md cannot be read: no such file or directory",
            "name a policy.md, its folder, or a text or HTML file",
        ),
        (
            ("eligible", "newsletter", "--why", "--at", "2026-01-01"),
            "`--why` answers for now alone",
            "leave `--at` out",
        ),
        (
            ("fact", "add", "interacted", "--subject", ADA, "--thing", "ada@example.org"),
            "an address stands in `--thing`",
            "leave it out, or give it by `--private`",
        ),
        (
            ("fact", "add", "interacted", "--subject", ADA, "--mark", "a@example.org"),
            "an address stands in `--mark`",
            "leave it out, or give it by `--private`",
        ),
        (
            ("fact", "add", "interacted", "--subject", ADA, "--thing", "x" * 129),
            "no name or id stands in `--thing`",
            "write at most 128 plain characters",
        ),
        (
            ("fact", "add", "interacted", "--subject", ADA, "--what", "\udcff"),
            "no name or id stands in `--what`",
            "write at most 128 plain characters",
        ),
        (
            ("fact", "add", "located", "--subject", ADA, "--region", "<b>"),
            "`--region` is no country",
            "write two letters, such as `GB`",
        ),
        (
            ("fact", "add", "restricted", "--subject", ADA),
            "a fact of kind `restricted` needs `--data` or `--activity`",
            "add one such as `--data email`, else nothing is restricted",
        ),
        (
            ("fact", "add", "preference_off", "--subject", ADA, "--what", "email"),
            "a preference is about a channel or a topic",
            "write one such as `--what channel:email`",
        ),
        (
            ("fact", "add", "objected", "--subject", ADA, "--what", "direct_marketting"),
            "there is no purpose `direct_marketting`",
            "write `direct_marketing`",
        ),
        (
            ("audit", "prove", "f_000000000000000000000000000000"),
            "the ledger has no fact of this id",
            "ids are printed by `placket fact add` and with each decision's reasons",
        ),
        (
            ("work", "--every", "nan"),
            "invalid value for `--every`: it is no number that can be counted by",
            "see `placket work --help`",
        ),
        (("nonsense",), "no such command `nonsense`", "see `placket --help`"),
    ],
)
def test_wrong_use_is_a_sentence_and_a_mend(
    placket: Placket, words: tuple[str, ...], sentence: str, mend: str
) -> None:
    done = placket(*words)

    assert done.err == f"placket: {sentence}\n  mend: {mend}\n"
    assert (done.code, done.out) == (2, "")


def test_a_kind_that_is_empty_is_no_kind(placket: Placket) -> None:
    done = placket("fact", "add", "", "--subject", ADA)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("placket: there is no kind of fact that is written\n  mend: ")


@pytest.mark.parametrize("day", ["9999-12-31", "2126-01-01", "0001-01-01"])
def test_nobody_is_born_on_a_day_that_is_no_birthday(placket: Placket, day: str) -> None:
    born = ("fact", "add", "born", "--subject", ADA, "--private")

    done = placket(*born, given=f"birth_date={day}\n")

    assert (done.code, done.out) == (2, "")
    assert "needs a date of birth" in done.err


def test_input_that_is_no_text_is_wrong_use(folder: Path) -> None:
    done = subprocess.run(
        [COMMAND, "fact", "add", "interacted", "--subject", "-"],
        cwd=folder,
        input=b"\xff\xfe",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == (
        b"placket: standard input is not text in UTF-8\n  mend: write it as UTF-8\n"
    )


def test_a_closed_input_holds_no_subject(folder: Path) -> None:
    words = f"exec '{COMMAND}' fact add interacted --subject - <&-"

    done = subprocess.run(
        ["/bin/sh", "-c", words], cwd=folder, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.startswith("placket: standard input holds no subject\n  mend: ")


def test_no_message_repeats_an_identifier(placket: Placket) -> None:
    runs = [
        placket("decide", "newsletter", "--subject", "zoe@example.org"),
        placket("decide", "zoe@example.org", "--subject", "zoe@example.org"),
        placket("decide", "newsletter", "zoe@example.org", "--subject", "email:zoe@example.org"),
        placket("fact", "add", "interacted", "--subject", "email:zoe@example.org"),
        placket("fact", "add", "zoe@example.org", "--subject", "zoe@example.org"),
        placket("decide", "newsletter", "--subject", "-", given="email:zoe example.org\n"),
        placket("decide", "newsletter", "--subject", "email:zoe@example.org"),
    ]

    assert [done for done in runs if "zoe" in done.out + done.err] == []


def test_a_fact_from_the_future_is_refused_and_nothing_is_written(placket: Placket) -> None:
    before = placket("audit", "verify", "--json").plain["facts"]

    done = placket("fact", "add", "consent_withdrawn", "--subject", ADA, "--at", "2126-01-01")

    assert done.code == 3
    assert done.err.endswith(
        "has a time that is not yet\n"
        "  mend: tell what happened once it has happened; or set this machine's clock\n"
    )
    assert placket("audit", "verify", "--json").plain["facts"] == before


def test_a_folder_without_a_ledger_says_so(tmp_path: Path) -> None:
    done = run_placket(tmp_path, "decide", "newsletter", "--subject", ADA)

    assert done.code == 4
    assert done.err.endswith(
        "  mend: run `placket init`, or name another settings file with `--config`\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_settings_that_are_no_toml_are_told_with_a_mend(placket: Placket, folder: Path) -> None:
    (folder / "placket.toml").write_text("port = \n")

    done = placket("decide", "newsletter", "--subject", ADA)

    assert done.err == (
        "placket: placket.toml is not TOML: Invalid value (at line 1, column 8)\n"
        "  mend: write lines such as `port = 8600`\n"
    )
    assert done.code == 2


@pytest.mark.parametrize("given", ["/dev/zero", "long.toml"])
def test_settings_without_an_end_are_refused(placket: Placket, folder: Path, given: str) -> None:
    (folder / "long.toml").write_text("#" * 300_000)

    done = placket("decide", "newsletter", "--subject", ADA, "--config", given)

    assert done.err == (f"placket: {given} is too long for settings\n  mend: name another file\n")


def test_who_was_erased_comes_back_by_an_act_of_their_own_alone(
    placket: Placket, folder: Path
) -> None:
    with open_gate(read_settings(folder / "placket.toml")) as gate:
        gate.erase(str(gate.person_of(ADA)), by="test", route="test")
    known = ("--subject", ADA, "--new")

    seen = placket("fact", "add", "interacted", *known)
    old = placket(
        "fact", "add", "relation_opened", *known, "--what", "account", "--at", "2026-01-05"
    )
    anew = placket("fact", "add", "relation_opened", *known, "--what", "account")

    assert (seen.code, seen.out) == (3, "")
    assert seen.err == (
        "placket: the person of this identifier was erased, and this fact is no act by which they"
        " come back\n"
        "  mend: leave it out; after one of consent_given, consent_requested, relation_opened,"
        " requested it can be told\n"
    )
    assert old.err == seen.err
    assert anew.code == 0


def test_nothing_is_decided_before_a_policy_is_published(tmp_path: Path) -> None:
    run_placket(tmp_path, "init")

    done = run_placket(tmp_path, "decide", "newsletter", "--subject", ADA)

    assert done.code == 3
    assert done.err == (
        "placket: no policy is published\n  mend: run `placket policy publish POLICY`\n"
    )


def test_a_ledger_without_its_keyring_answers_nothing(placket: Placket, folder: Path) -> None:
    (folder / "placket-keys.db").unlink()

    done = placket("decide", "newsletter", "--subject", ADA)

    assert done.code == 4
    assert not (folder / "placket-keys.db").exists()


def test_the_keyring_of_another_ledger_is_refused(
    placket: Placket, folder: Path, tmp_path: Path
) -> None:
    run_placket(tmp_path, "init", "other")
    for name in ("placket-keys.db", "placket.key"):
        shutil.copy(tmp_path / "other" / name, folder / name)

    done = placket("decide", "newsletter", "--subject", ADA)

    assert done.code == 3
    assert "mend: set `keyring` in the settings to the one made with this ledger" in done.err


def test_a_wrong_wrapping_key_is_refused(placket: Placket, folder: Path, tmp_path: Path) -> None:
    run_placket(tmp_path, "init", "other")
    shutil.copy(tmp_path / "other" / "placket.key", folder / "placket.key")

    done = placket("decide", "newsletter", "--subject", ADA)

    assert done.code == 3
    assert done.err.startswith("placket: the wrapping key does not open keyring `k_")
    assert done.err.endswith("\n  mend: give the one that was made or rotated with it\n")


def test_a_ledger_file_that_is_no_database_says_so(placket: Placket, folder: Path) -> None:
    (folder / "placket.db").write_bytes(b"nothing of the kind" * 999)

    done = placket("audit", "verify")

    assert done.code == 4
    assert "mend: " in done.err


def test_a_changed_fact_is_named_by_its_leaf(placket: Placket, folder: Path) -> None:
    with sqlite3.connect(folder / "placket.db") as ledger:
        fact, body = ledger.execute(
            "SELECT id, body FROM fact JOIN place USING (seq) WHERE position = 2"
        ).fetchone()
        altered = body[:-1] + bytes([body[-1] ^ 1])
        ledger.execute("UPDATE fact SET body = ? WHERE id = ?", (altered, fact))
    ledger.close()

    done = placket("audit", "verify")
    plain = placket("audit", "verify", "--json").plain

    assert done.code == 1
    assert done.out.startswith("✗ damaged: leaf 2: ")
    assert (plain["whole"], plain["damage"]["leaf"]) == (False, 2)


def test_a_fact_is_proved_offline(placket: Placket) -> None:
    fact = placket("fact", "add", "interacted", "--subject", ADA).out.strip()

    shown = placket("audit", "prove", fact)
    plain = placket("audit", "prove", fact, "--json").plain

    assert shown.code == 0
    assert shown.out.endswith("✓ the path leads to the signed root\n")
    assert (plain["fact"], plain["holds"]) == (fact, True)
    assert plain["checkpoint"] == placket("audit", "checkpoint", "--json").plain["checkpoint"]


def test_two_processes_append_at_once_and_lose_nothing(placket: Placket, folder: Path) -> None:
    before = placket("audit", "verify", "--json").plain["facts"]
    writers = [
        subprocess.Popen(
            [COMMAND, "fact", "add", "interacted", "--subject", ADA, "--thing", f"call-{number}"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    ids = [writer.communicate()[0].strip() for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    assert len(set(ids)) == 4
    after = placket("audit", "verify", "--standing", "--json").plain
    assert (after["facts"], after["whole"]) == (before + 4, True)


def begun_sync(folder: Path, stderr: int | None = None) -> subprocess.Popen[str]:
    """Return a sync of many rows that has written some of its facts and is not done."""
    begun = subprocess.Popen(
        [COMMAND, "sync", "--source", "shop"], cwd=folder, text=True, stderr=stderr
    )
    written = folder / "placket.db-wal"
    while not (written.exists() and written.stat().st_size > SOME_BYTES):
        assert begun.poll() is None
        with suppress(subprocess.TimeoutExpired):
            begun.wait(timeout=0.01)
    return begun


def test_a_first_sync_that_is_killed_is_run_again(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop.db")
    add_many(tmp_path, MANY)
    run_placket(tmp_path, "init", "--source", "sqlite:///shop.db")
    run_placket(tmp_path, "policy", "publish", "policy.md")
    kill(begun_sync(tmp_path))

    done = run_placket(tmp_path, "sync", "--source", "shop")

    assert done.code == 0, done.err
    assert run_placket(tmp_path, "audit", "verify", "--json").plain["whole"] is True
    why = run_placket(tmp_path, "eligible", "newsletter", "--why", "--json").plain
    assert why["persons"] == MANY + 4


def test_a_later_sync_that_is_killed_is_run_again(placket: Placket, folder: Path) -> None:
    add_many(folder, MANY)
    kill(begun_sync(folder))

    done = placket("sync", "--source", "shop")

    assert done.code == 0, done.err
    assert placket("audit", "verify", "--json").plain["whole"] is True
    assert placket("eligible", "newsletter", "--why", "--json").plain["persons"] == MANY + 4


def kill(running: subprocess.Popen[str]) -> None:
    running.send_signal(signal.SIGKILL)
    running.wait()


def add_many(folder: Path, number: int) -> None:
    rows = (
        (10 + i, f"shopper{i}@example.com", None, None, "GB", "2026-05-01 10:00:00")
        for i in range(number)
    )
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.executemany("INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)", rows)
    shop.close()


def test_an_interrupt_ends_without_a_traceback(folder: Path) -> None:
    add_many(folder, MANY)
    stopped = begun_sync(folder, stderr=subprocess.PIPE)
    stopped.send_signal(signal.SIGINT)
    told = stopped.communicate()[1]

    assert stopped.returncode == 4
    assert told.strip() == "stopped; nothing is half-written"


def test_a_reader_who_leaves_is_no_failure(folder: Path) -> None:
    add_many(folder, MANY)
    run_placket(folder, "sync", "--source", "shop")
    with subprocess.Popen(
        [COMMAND, "eligible", "run_account"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.readline()
        listing.stdout.close()
        told = listing.stderr.read()

    assert (listing.returncode, told) == (0, "")
