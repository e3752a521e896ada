"""Make an installation, publish, check and sync with the real command."""

import re
import sqlite3
from pathlib import Path

import pytest

from tests.acceptance.cli.conftest import Placket, make_shop, run_placket

MADE = ("placket.toml", "placket.db", "placket-keys.db", "placket.key", "policy.md")


def test_an_installation_drafts_from_the_schema_and_says_what_comes_next(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop.db")

    done = run_placket(tmp_path, "init", "mine", "--source", "sqlite:///shop.db")

    assert done.code == 0
    assert (
        done.out
        == """\
made in mine/: placket.toml, placket.db, placket-keys.db, placket.key, catalogue.yaml, policy.md
read 3 tables; rows that are persons: customer, orders

Nothing is published, and nothing was copied from the database. Next:
  cd mine
  look at catalogue.yaml: each `confirm` marks a guess
  placket catalogue check
  look at policy.md: make each clause say what the shop does
  placket check policy.md
  placket policy publish policy.md
  placket sync --source shop
"""
    )
    assert (tmp_path / "mine" / "placket.toml").read_text() == (
        '[sources.shop]\nurl = "sqlite:///../shop.db"\ncatalogue = "catalogue.yaml"\n'
    )


def test_the_drafted_policy_and_catalogue_have_no_error(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop.db")
    run_placket(tmp_path, "init", "--source", "sqlite:///shop.db")

    policy = run_placket(tmp_path, "check", "policy.md")
    catalogue = run_placket(tmp_path, "catalogue", "check", "--json")

    assert policy.out == "12 clauses, 25 rules (23 said, 2 added): clean\n"
    assert catalogue.code == 0
    assert {found["severity"] for found in catalogue.plain["problems"]} <= {"warning"}


def test_without_a_source_there_is_a_policy_alone(tmp_path: Path) -> None:
    done = run_placket(tmp_path, "init", "--retailer", "Harbour Books", "--json")

    assert done.plain["made"] == [
        "placket.toml", "placket.db", "placket-keys.db", "placket.key", "policy.md",
    ]  # fmt: skip
    assert run_placket(tmp_path, "policy", "publish", "policy.md").out == "version 1 is published\n"


def test_before_the_first_sync_the_reasons_say_what_to_run(tmp_path: Path) -> None:
    run_placket(tmp_path, "init")
    run_placket(tmp_path, "policy", "publish", "policy.md")

    done = run_placket(tmp_path, "eligible", "newsletter", "--why")

    assert done.out == (
        "newsletter: 0 of 0 may be addressed\n"
        "the ledger knows nobody yet: placket sync --source NAME\n"
    )


def test_an_installation_is_never_made_over_another(placket: Placket, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    done = placket("init", ".")

    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "placket: placket.toml is here already; nothing was changed\n  mend: name another folder\n"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_policy_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text("mine")

    done = run_placket(tmp_path, "init", "--json")

    assert done.plain["kept"] == ["policy.md"]
    assert (tmp_path / "policy.md").read_text() == "mine"


def test_the_settings_and_keys_are_for_their_owner_alone(folder: Path) -> None:
    modes = {
        name: (folder / name).stat().st_mode & 0o077
        for name in ("placket.toml", "placket.db", "placket-keys.db", "placket.key")
    }

    assert set(modes.values()) == {0}


def test_a_database_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run_placket(tmp_path, "init", "mine", "--source", "sqlite:///no.db")

    assert done.code == 4
    assert done.err == (
        "placket: `sqlite:///no.db` cannot be opened\n"
        "  mend: check that the file is there and is a SQLite database\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_address_of_a_database_is_wrong_use(tmp_path: Path) -> None:
    done = run_placket(tmp_path, "discover", "shop")

    assert done.code == 2
    assert done.err == (
        "placket: the address names no database\n"
        "  mend: write one such as `sqlite:///shop.db`, `postgresql://localhost/shop` or"
        " `duckdb:///shop.duckdb`\n"
    )


def test_a_catalogue_is_drafted_to_standard_output(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop.db")

    done = run_placket(tmp_path, "discover", "sqlite:///shop.db", "--name", "web")

    (tmp_path / "catalogue.yaml").write_text(done.out)
    checked = run_placket(tmp_path, "catalogue", "check", "catalogue.yaml")
    assert checked.code == 0
    assert "  web:\n    dialect: sqlite\n" in done.out


def test_the_versions_are_listed_with_the_one_in_force(placket: Placket) -> None:
    (row,) = placket("policy", "list", "--json").plain

    assert (row["version"], row["in_force"]) == ("1", True)


def test_a_policy_with_a_fault_is_not_published(placket: Placket, folder: Path) -> None:
    text = (folder / "policy.md").read_text()
    (folder / "policy.md").write_text(
        text.replace("version: 1", "version: 2").replace("basis: contract", "basis: hope", 1)
    )

    done = placket("policy", "publish", "policy.md")

    assert done.code == 1
    assert done.out.startswith("error policy.md:")
    assert "`hope`" in done.out
    assert re.search(r"\nnot published: \d errors?\n\Z", done.out)
    assert [row["version"] for row in placket("policy", "list", "--json").plain] == ["1"]


def test_a_version_is_published_once(placket: Placket, folder: Path) -> None:
    text = (folder / "policy.md").read_text()

    same = placket("policy", "publish", "policy.md")
    (folder / "policy.md").write_text(text.replace("Read each clause", "Do read each clause"))
    other = placket("policy", "publish", "policy.md")

    assert same.code == 0
    assert other.code == 3
    assert "mend: give the text a new `version:`" in other.err


def test_a_policy_over_the_size_limit_is_a_problem(placket: Placket, folder: Path) -> None:
    (folder / "long.md").write_text("a" * (2 * 1024 * 1024 + 1))

    done = placket("policy", "publish", "long.md")

    assert done.code == 1
    assert done.out.count("error long.md:1:1:") == 1


def test_a_second_sync_tells_nothing_new(placket: Placket) -> None:
    done = placket("sync", "--source", "shop", "--json")

    assert done.plain["told"] == 0
    assert sum(table["known"] for table in done.plain["tables"]) > 0


def test_a_sync_tells_what_was_added(placket: Placket, folder: Path) -> None:
    add_customer(folder)

    done = placket("sync", "--source", "shop")

    assert done.code == 0
    assert done.out.splitlines()[-1] == "5 new facts"
    assert placket("decide", "newsletter", "--subject", "email:dot@example.org").code == 1


def add_customer(folder: Path) -> None:
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute(
            "INSERT INTO customer VALUES"
            " (4, 'dot@example.org', 'Dot', '1970-05-05', 'GB', '2026-05-01 10:00:00')"
        )
    shop.close()


def test_a_catalogue_that_names_a_missing_column_stops_the_sync(
    placket: Placket, folder: Path
) -> None:
    text = (folder / "catalogue.yaml").read_text()
    (folder / "catalogue.yaml").write_text(text.replace("at placed_at", "at place_at", 1))

    done = placket("sync", "--source", "shop")

    assert (done.code, done.out) == (3, "")
    assert "`place_at`" in done.err
    assert done.err.endswith(
        "placket: catalogue and database differ; nothing was read\n"
        "  mend: mend catalogue.yaml, then run the sync again\n"
    )


def test_a_catalogue_with_a_fault_names_the_place(placket: Placket, folder: Path) -> None:
    text = (folder / "catalogue.yaml").read_text()
    (folder / "catalogue.yaml").write_text(text.replace("holds:", "hold:", 1))

    checked = placket("catalogue", "check")
    synced = placket("sync", "--source", "shop")

    assert checked.code == 1
    assert "catalogue.yaml:16:9: C102: `hold` is no key of a table" in checked.out
    assert synced.code == 3
    assert synced.err == (
        "placket: catalogue.yaml has problems\n"
        "  mend: see `placket catalogue check catalogue.yaml`\n"
    )


def test_a_new_wrapping_key_opens_what_the_old_one_closed(placket: Placket, folder: Path) -> None:
    before = (folder / "placket.key").read_bytes()

    done = placket("key", "rotate")

    assert done.code == 0
    assert (folder / "placket.key").read_bytes() != before
    assert placket("audit", "verify", "--standing", "--json").plain["whole"] is True


@pytest.mark.parametrize(
    "lost",
    [
        ("placket.toml",),
        ("placket.toml", "policy.md"),
        ("placket.toml", "policy.md", "placket.db"),
        ("placket.toml", "policy.md", "placket.db", "placket-keys.db"),
    ],
)
def test_a_run_that_was_stopped_is_finished_by_the_next(
    tmp_path: Path, lost: tuple[str, ...]
) -> None:
    run_placket(tmp_path, "init")
    for name in lost:
        (tmp_path / name).unlink()

    done = run_placket(tmp_path, "init", "--json")

    assert done.code == 0
    assert done.plain["made"] == [name for name in MADE if name in lost]
    assert done.plain["kept"] == [name for name in MADE if name not in lost]
    assert run_placket(tmp_path, "policy", "publish", "policy.md").code == 0
    assert run_placket(tmp_path, "audit", "verify", "--json").plain["whole"] is True


def test_a_keyring_in_use_is_not_taken_for_another_installation(
    folder: Path, placket: Placket
) -> None:
    (folder / "placket.toml").unlink()

    done = placket("init")

    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "placket: a keyring that is in use stands here already, without its settings\n"
        "  mend: bring placket.toml back, or name another folder\n"
    )
