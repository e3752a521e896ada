"""`placket scan` and `placket audit certificate` as they are called."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from placket.plan.certificate import Certificate
from placket.plan.scanned import Probe
from placket.store.certifying import sign_certificate
from placket.store.checkpoint import Checkpoint, sign
from tests.unit.store.test_checkpoint import KEY, NAME

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.cli.conftest import Placket

TILL = '\n[sources.till]\nurl = "sqlite:///till.db"\ncatalogue = "catalogue.yaml"\n'
CALLS = '\n[sources.calls]\nurl = "file:calls"\ncatalogue = "catalogue.yaml"\n'


def written(folder: Path, more: str) -> None:
    with (folder / "placket.toml").open("a", encoding="utf-8") as settings:
        settings.write(more)


def test_whom_no_source_knows_is_not_found(placket: Placket) -> None:
    done = placket("scan", "--subject", "email:nobody@example.org")

    assert (done.code, done.out) == (0, "✓ not found: 3 places, 5 rows and files read\n")


def test_who_is_there_is_found_with_place_and_form_and_never_a_value(placket: Placket) -> None:
    done = placket("scan", "--subject", "email:Ada@Example.org", "--source", "shop")

    assert done.code == 1
    assert done.out.splitlines() == [
        "✗ found: 3 places, 5 rows and files read",
        "  shop.customer.email: email, once",
    ]
    assert "ada@" not in done.out.lower() + done.err.lower()


def test_the_keyed_hash_of_this_installation_and_hashes_handed_out_are_found(
    placket: Placket, folder: Path
) -> None:
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute("CREATE TABLE audience (id INTEGER PRIMARY KEY, member TEXT)")
        shop.execute(
            "INSERT INTO audience VALUES (4, ?)",
            (hashlib.sha256(b"nobody@example.org").hexdigest(),),
        )
    shop.close()

    done = placket("scan", "--subject", "email:nobody@example.org", "--json")

    assert done.code == 1
    assert done.plain["findings"] == [
        {
            "source": "shop",
            "table": "audience",
            "column": "member",
            "form": "sha256 of email in hex",
            "count": 1,
            "keys": [[["id", 4]]],
        }
    ]


def test_several_identifiers_are_looked_for_at_once(placket: Placket) -> None:
    done = placket(
        "scan",
        "--subject",
        "email:nobody@example.org",
        "--subject",
        "-",
        given="email:gus@example.org\n",
    )

    assert done.out.splitlines()[1:] == ["  shop.orders.guest_email: email, once"]


def test_a_folder_of_files_is_a_source(placket: Placket, folder: Path) -> None:
    (folder / "calls").mkdir()
    (folder / "calls" / "chat.txt").write_text("I am nobody@example.org.", encoding="utf-8")
    written(folder, CALLS)

    done = placket("scan", "--subject", "email:nobody@example.org")

    name = hashlib.sha256(b"chat.txt").hexdigest()[:16]
    assert (done.code, done.out.splitlines()[1:]) == (1, [f"  calls.{name}: email, once"])


def test_a_source_that_is_away_makes_the_scan_partial(placket: Placket, folder: Path) -> None:
    written(folder, TILL)

    done = placket("scan", "--subject", "email:nobody@example.org")

    assert done.code == 3
    assert done.out.splitlines() == [
        "✗ partial: 3 places, 5 rows and files read",
        "  not read: till: the source cannot be reached",
    ]


def test_the_only_source_being_away_is_the_worlds_fault(placket: Placket, folder: Path) -> None:
    (folder / "shop.db").unlink()

    done = placket("scan", "--subject", "email:nobody@example.org")

    assert (done.code, done.out) == (4, "")


@pytest.mark.parametrize(
    "words",
    [
        ("scan",),
        ("scan", "--subject", "nobody@example.org"),
        ("scan", "--subject", "email:nobody@example.org", "--source", "none"),
        ("audit", "certificate", "placket.toml", "--public-key", "short"),
    ],
)
def test_a_wrong_use_is_told_in_one_sentence(placket: Placket, words: tuple[str, ...]) -> None:
    done = placket(*words)

    assert (done.code, done.out) == (2, "")
    assert "nobody" not in done.err


# Certificates.


@pytest.fixture
def certificate(folder: Path) -> Path:
    """Return the file of a signed certificate."""
    found = Certificate(
        ledger=NAME, request="r_1", right="erasure", person="p_1", policy="a", plan="b", made_at=5,
        probes=(Probe(where="shop.t", rows=1, bytes=2, forms=("email",)),),
    )  # fmt: skip
    checkpoint = sign(Checkpoint(origin=NAME, size=7, root=bytes(32), at=5), KEY)
    file = folder / "certificate.txt"
    file.write_text(sign_certificate(found, checkpoint, KEY), encoding="utf-8")
    return file


def test_a_certificate_is_verified_and_read_without_the_ledger(
    placket: Placket, folder: Path, certificate: Path
) -> None:
    (folder / "placket.toml").unlink()

    done = placket("audit", "certificate", certificate.name, "--public-key", KEY.public_key.hex())

    assert done.code == 0
    assert done.out.splitlines()[:3] == [
        "✓ signed by this key, and as it was signed",
        "erasure for request r_1, as of 1 January 1970",
        "fulfilled: the plan is carried out, and a second reading found no more",
    ]
    assert done.out.endswith(f"ledger {NAME}, at 7 facts\n")


def test_the_key_may_stand_in_a_file(placket: Placket, folder: Path, certificate: Path) -> None:
    (folder / "key.txt").write_text(f"{KEY.public_key.hex()}\n", encoding="utf-8")

    done = placket("audit", "certificate", certificate.name, "--public-key", "key.txt", "--json")

    assert (done.code, done.plain["holds"], done.plain["state"]) == (0, True, "fulfilled")


def test_a_certificate_that_was_altered_is_refused(placket: Placket, certificate: Path) -> None:
    text = certificate.read_bytes()
    certificate.write_bytes(text.replace(b'"rows":1', b'"rows":2'))

    done = placket("audit", "certificate", certificate.name, "--public-key", KEY.public_key.hex())

    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("✗ the signature does not fit")
