"""The scan of real databases and folders: what is found where, and what could not be read."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, text

from placket.identity import Identifier, parse_identifier
from placket.plan.scanned import Finding, Scanned, Unread, file_name
from placket.scan.files import folder_of
from placket.scan.scan import AWAY, scan
from placket.sources.connect import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine

ADA = "email:Ada@Example.org"


def of(*subjects: str) -> list[Identifier]:
    found = [parse_identifier(subject) for subject in subjects]
    return [each for each in found if isinstance(each, Identifier)]


def scanned(**sources: Engine | Path) -> Scanned:
    return scan(sources, of(ADA, "phone:+447700900123"), written=[ADA], key=b"k" * 32)


def placed(found: Scanned) -> set[tuple[str, str]]:
    """Return where something was found, and what kind it was."""
    return {(each.where, each.form.partition(" in ")[0]) for each in found.findings}


def made(shop: Engine, *statements: str, **values: Any) -> None:
    with shop.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values if ":" in statement else {})


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    engine.dispose()


def test_every_table_is_read_and_each_finding_names_column_form_and_key(shop: Engine) -> None:
    found = scanned(shop=shop)

    assert {probe.where: probe.rows for probe in found.probes} == {
        "shop.customer": 2,
        "shop.objection": 1,
        "shop.orders": 4,
        "shop.payment": 2,
        "shop.x;--": 1,
    }
    assert found.findings == (
        Finding(
            source="shop", table="customer", column="email", form="email", count=1,
            keys=((("id", 1),),),
        ),
        Finding(
            source="shop", table="orders", column="guest_email", form="email", count=2,
            keys=((("id", 8),), (("id", 9),)),
        ),
    )  # fmt: skip
    assert (found.unread, found.outcome) == ((), "found")


def test_where_nothing_stands_the_scan_is_clean(shop: Engine) -> None:
    found = scan({"shop": shop}, of("email:cy@example.org"), key=b"k")

    assert (found.findings, found.outcome, len(found.probes)) == ((), "clean", 5)


def test_text_json_bytes_and_numbers_are_read(empty: Engine) -> None:
    json, blob = ("json", "bytea") if empty.dialect.name == "postgresql" else ("json", "blob")
    made(
        empty,
        f'CREATE TABLE "Order" (id integer PRIMARY KEY, "a""b" text, extra {json}, raw {blob},'
        " phone bigint, amount numeric(20, 2), hash char(64))",
        'INSERT INTO "Order" VALUES (1, :text, :json, :raw, 447700900123, 7700900123, :hash)',
        text="from <ada@example.org>",
        json=r'{"to": "ada\u0040example.org"}',
        raw=gzip.compress(b"ada@example.org"),
        hash=hashlib.sha256(b"ada@example.org").hexdigest().upper(),
    )

    assert placed(scanned(shop=empty)) == {
        ('shop.Order.a"b', "email"),
        ("shop.Order.extra", "email"),
        ("shop.Order.raw", "email"),
        ("shop.Order.phone", "phone"),
        ("shop.Order.amount", "phone"),
        ("shop.Order.hash", "sha256 of email"),
    }


def test_a_key_that_is_personal_is_not_told(empty: Engine) -> None:
    made(
        empty,
        "CREATE TABLE by_email (email varchar(90) PRIMARY KEY)",
        "CREATE TABLE by_phone (phone bigint PRIMARY KEY)",
        "INSERT INTO by_email VALUES ('ada@example.org')",
        "INSERT INTO by_phone VALUES (447700900123)",
    )

    found = scanned(shop=empty)

    assert [each.keys for each in found.findings] == [(), ()]


def test_views_are_left_out_and_tables_of_our_own_count_as_read(empty: Engine) -> None:
    made(
        empty,
        "CREATE TABLE placket_known (hash varchar(90))",
        "INSERT INTO placket_known VALUES ('ada@example.org')",
        "CREATE VIEW seen AS SELECT * FROM placket_known",
    )

    found = scanned(shop=empty)

    assert [(p.where, p.rows, p.forms) for p in found.probes] == [("shop.placket_known", 0, ())]
    assert found.outcome == "clean"


def test_a_large_table_is_streamed_to_its_last_row(empty: Engine) -> None:
    made(empty, "CREATE TABLE visit (id integer PRIMARY KEY, what varchar(600))")
    rows = [{"id": number, "what": f"page {number} " + "x" * 500} for number in range(6000)]
    rows[-1]["what"] = "by ada@example.org"
    with empty.begin() as connection:
        connection.execute(text("INSERT INTO visit VALUES (:id, :what)"), rows)
    told: list[tuple[str, int, int]] = []

    found = scan({"shop": empty}, of(ADA), progress=lambda *each: told.append(each))

    assert [(p.rows, p.bytes > 3_000_000) for p in found.probes] == [(6000, True)]
    assert [each.keys for each in found.findings] == [((("id", 5999),),)]
    assert told[-1] == ("shop", 6000, 6000)


def test_the_scan_leaves_the_connection_as_it_was_and_writes_nothing(shop: Engine) -> None:
    before = shop.connect()
    before.close()

    scanned(shop=shop)

    made(shop, "INSERT INTO customer (id, email) VALUES (3, 'cy@example.org')")
    with shop.connect() as connection:
        kinds = connection.execute(text("SELECT email FROM customer ORDER BY id")).scalars().all()
    assert kinds == ["Ada@Example.org", "bo@example.org", "cy@example.org"]


def test_a_value_longer_than_a_piece_is_read_to_its_end(empty: Engine) -> None:
    made(
        empty,
        "CREATE TABLE note (id integer PRIMARY KEY, body text)",
        "INSERT INTO note VALUES (1, :body)",
        body="word " * 500_000 + "ada@example.org",
    )

    assert placed(scanned(shop=empty)) == {("shop.note.body", "email")}


def test_a_spreadsheet_in_a_column_is_opened_and_a_pdf_makes_the_scan_partial(
    empty: Engine,
) -> None:
    blob = "bytea" if empty.dialect.name == "postgresql" else "blob"
    made(
        empty,
        f"CREATE TABLE attached (id integer PRIMARY KEY, body {blob})",
        "INSERT INTO attached VALUES (1, :sheet), (2, :pdf)",
        sheet=zip_of({"xl/sharedStrings.xml": b"<si><t>ada@example.org</t></si>"}),
        pdf=b"%PDF-1.7 ...",
    )

    found = scanned(shop=empty)

    assert placed(found) == {("shop.attached.body", "email")}
    assert found.unread == (
        Unread(where="shop.attached.body", why="a PDF: its text is drawn, not written"),
    )


def test_text_of_sqlite_that_is_no_unicode_is_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE t (a TEXT, b INTEGER)")
        connection.execute("INSERT INTO t VALUES (CAST(x'ff2061646140' || 'x' AS TEXT), 'x')")
        connection.execute("INSERT INTO t VALUES (1, CAST(? AS TEXT))", (b"\xff ada@example.org",))
    connection.close()

    found = scanned(shop=create_engine(f"sqlite:///{tmp_path}/shop.db"))

    assert placed(found) == {("shop.t.b", "email")}


def test_a_table_of_a_module_that_is_not_there_is_unread_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE t (email TEXT)")
        connection.execute("INSERT INTO t VALUES ('ada@example.org')")
        connection.execute("PRAGMA writable_schema = ON")
        made = "CREATE VIRTUAL TABLE gone USING nomodule (x)"
        connection.execute(
            "INSERT INTO sqlite_schema VALUES ('table', 'gone', 'gone', 0, ?)", (made,)
        )
    connection.close()

    found = scanned(shop=create_engine(f"sqlite:///{tmp_path}/shop.db"))

    assert placed(found) == {("shop.t.email", "email")}
    assert found.unread == (Unread(where="shop.gone", why="the database refused to read it"),)


def test_a_bomb_beside_an_address_is_unread_and_the_address_found(empty: Engine) -> None:
    blob = "bytea" if empty.dialect.name == "postgresql" else "blob"
    made(
        empty,
        f"CREATE TABLE t (id integer PRIMARY KEY, body {blob})",
        "INSERT INTO t VALUES (1, :body)",
        body=b"ada@example.org " + gzip.compress(bytes(90_000_000)),
    )

    found = scanned(shop=empty)

    assert placed(found) == {("shop.t.body", "email")}
    assert found.unread == (
        Unread(where="shop.t.body", why="a packed part over the limits of size"),
    )


def test_a_database_without_tables_was_read(empty: Engine) -> None:
    found = scanned(shop=empty)

    assert [(probe.where, probe.rows) for probe in found.probes] == [("shop", 0)]


def test_rows_and_schemas_that_a_role_may_not_see_make_the_scan_partial(
    postgres_database: str,
) -> None:
    engine = create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
    made(
        engine,
        "CREATE SCHEMA archive",
        "CREATE TABLE archive.old (email text)",
        "CREATE TABLE hidden (email text)",
        "CREATE TABLE plain (email text)",
        "INSERT INTO plain VALUES ('ada@example.org')",
        "INSERT INTO hidden VALUES ('ada@example.org')",
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
        "CREATE ROLE placket_reader_of_some",
        "GRANT SELECT ON hidden, plain TO placket_reader_of_some",
    )
    with engine.connect() as connection:
        connection.execute(text("SET ROLE placket_reader_of_some"))
        connection.commit()

    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET SESSION AUTHORIZATION placket_reader_of_some")
            connection.commit()
        found = scanned(shop=engine)
    finally:
        engine.dispose()
        again = create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
        made(again, "DROP OWNED BY placket_reader_of_some", "DROP ROLE placket_reader_of_some")
        again.dispose()

    assert placed(found) == {("shop.plain.email", "email")}
    assert {each.where for each in found.unread} == {"shop.archive.old", "shop.hidden"}


def test_stored_views_and_other_schemas_are_read(postgres_database: str) -> None:
    engine = create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
    made(
        engine,
        "CREATE SCHEMA archive",
        "CREATE TABLE archive.old (email text)",
        "INSERT INTO archive.old VALUES ('ada@example.org')",
        "CREATE MATERIALIZED VIEW copied AS SELECT email AS mail FROM archive.old",
        "CREATE TABLE part (id int, mails text[], at bytea[]) PARTITION BY RANGE (id)",
        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (9)",
        "INSERT INTO part VALUES (1, '{ada@example.org}', ARRAY['ada@example.org'::bytea])",
        "SELECT lo_from_bytea(0, 'ada@example.org')",
    )

    found = scanned(shop=engine)

    engine.dispose()
    assert placed(found) == {
        ("shop.archive.old.email", "email"),
        ("shop.copied.mail", "email"),
        ("shop.part_1.mails", "email"),
        ("shop.part_1.at", "email"),
    }
    assert found.unread == (Unread(where="shop.pg_largeobject", why="large objects"),)


def test_a_source_that_is_away_makes_the_scan_partial(shop: Engine, tmp_path: Path) -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")

    found = scan(
        {"till": away, "mail": tmp_path / "none", "shop": shop}, of("email:cy@example.org")
    )

    assert found.unread == (Unread(where="till", why=AWAY), Unread(where="mail", why=AWAY))
    assert found.outcome == "partial"


@pytest.mark.parametrize(("cuts", "unread"), [(1, set()), (2, {"shop.plain"})])
def test_a_source_whose_connection_is_cut_is_read_once_more(
    postgres_database: str, cuts: int, unread: set[str]
) -> None:
    engine = create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
    made(engine, "CREATE TABLE plain (email text)", "INSERT INTO plain VALUES ('ada@example.org')")
    other = create_engine(engine.url)
    done = list[int]()

    def cut(*call: Any) -> None:
        if len(done) < cuts and "plain" in call[2]:
            done.append(1)
            made(
                other,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )

    event.listen(engine, "before_cursor_execute", cut)

    found = scanned(shop=engine)

    engine.dispose()
    other.dispose()
    assert (len(done), {each.where for each in found.unread}) == (cuts, unread)
    assert placed(found) == (set() if unread else {("shop.plain.email", "email")})


# Folders.


def zip_of(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def folder(at: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (at / name).write_bytes(content)
    return at


def forms(found: Scanned) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for each in found.findings:
        held.setdefault(each.column, set()).add(each.form)
    return held


def test_files_are_read_whatever_they_are_packed_in(tmp_path: Path) -> None:
    address = b"to ada@example.org, again"
    sheet = zip_of({"word/document.xml": b"<w:t>ada</w:t><w:t>@example.org</w:t>"})
    folder(
        tmp_path,
        plain=address,
        late=b"x" * 3_000_000 + b" " + address,
        log=gzip.compress(address),
        docx=sheet,
        nested=gzip.compress(zip_of({"a": zip_of({"b": address})})),
        base64=base64.encodebytes(gzip.compress(address)),
        other=b"nada@example.org ada@example.org.uk",
    )

    found = scanned(files=tmp_path)

    assert forms(found) == {
        file_name("plain"): {"email"},
        file_name("late"): {"email"},
        file_name("log"): {"email in an archive"},
        file_name("docx"): {"email in markup in an archive"},
        file_name("nested"): {"email in an archive in an archive in an archive"},
        file_name("base64"): {"email in packed bytes in base64"},
    }
    assert (found.unread, found.probes[0].rows) == ((), 7)


def test_an_address_is_found_and_another_is_not_wherever_a_piece_ends(tmp_path: Path) -> None:
    mega = 1024 * 1024
    for shift in range(-20, 21, 5):
        folder(tmp_path, **{f"a{shift}": b"x " * ((mega + shift) // 2) + b" ada@example.org yes"})
        folder(tmp_path, **{f"b{shift}": b"x " * ((mega + shift) // 2) + b" nada@example.org.uk"})

    found = scanned(files=tmp_path)

    assert set(forms(found)) == {file_name(f"a{shift}") for shift in range(-20, 21, 5)}


def test_a_name_of_a_file_is_read_and_never_told(tmp_path: Path) -> None:
    (tmp_path / "ada@example.org").mkdir()
    folder(tmp_path / "ada@example.org", **{"07700 900123.txt": b"nothing"})
    folder(tmp_path, archive=zip_of({"ada@example.org.csv": b""}))

    found = scanned(files=tmp_path)

    assert forms(found) == {
        file_name("ada@example.org"): {"email in a file name"},
        file_name("ada@example.org/07700 900123.txt"): {"phone in a file name"},
        file_name("archive"): {"email in a file name in an archive"},
    }
    assert "example.org" not in repr(found)


def test_what_cannot_be_opened_makes_the_scan_partial(tmp_path: Path) -> None:
    encrypted = bytearray(zip_of({"a": b"secret"}))
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(marker) + offset] |= 1
    deep = b"ada@example.org"
    for _ in range(5):
        deep = zip_of({"inner": deep})
    folder(
        tmp_path,
        pdf=b"%PDF-1.4",
        cut=gzip.compress(os.urandom(5000))[:3000],
        bomb=gzip.compress(bytes(30_000_000)),
        encrypted=bytes(encrypted),
        deep=deep,
        many=zip_of({str(number): b"" for number in range(10_001)}),
        shop=b"SQLite format 3\0" + bytes(80),
    )
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "inside").symlink_to(tmp_path / "pdf")
    (tmp_path / "outside").symlink_to("/etc/hostname")

    found = scanned(files=tmp_path)

    names = ("pdf", "cut", "bomb", "encrypted", "deep", "many", "shop", "pipe", "outside")
    assert {each.where for each in found.unread} == {f"files.{file_name(name)}" for name in names}
    assert (found.outcome, found.findings) == ("partial", ())


def test_a_folder_reads_no_file_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").mkdir()
    folder(tmp_path / "elsewhere", secret=b"ada@example.org")
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "elsewhere")

    found = scanned(files=tmp_path / "folder")

    assert (found.findings, found.probes[0].rows) == ((), 0)
    assert [each.why for each in found.unread] == ["a link that leads out of the folder"]


def test_a_folder_is_named_by_a_url() -> None:
    assert folder_of("file:///srv/re%20cordings") == Path("/srv/re cordings")


def test_a_shop_with_a_log_is_read_as_it_stood_and_keeps_no_writer_waiting(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as shop:
        shop.execute("PRAGMA journal_mode = WAL")
        shop.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, email TEXT)")
        shop.execute("CREATE TABLE b (id INTEGER PRIMARY KEY, email TEXT)")
        shop.execute("INSERT INTO a VALUES (1, 'x')")

        def moved(_source: str, _done: int, _total: int) -> None:
            # While `a` is read, the address comes into `b`, which is read after it.
            shop.execute("INSERT OR REPLACE INTO b VALUES (1, 'ada@example.org')")

        engine = create_engine(f"sqlite:///{file}")
        during = scan({"shop": engine}, of(ADA), progress=moved)
        after = scan({"shop": engine}, of(ADA))
        engine.dispose()

    assert (during.outcome, after.outcome) == ("clean", "found")


def test_mariadb_is_read_as_the_others_are(mariadb_database: str) -> None:
    engine = create_engine(parse_url(mariadb_database))
    made(
        engine,
        "CREATE TABLE `a%b` (id int PRIMARY KEY, `x``y` text, kept json, raw blob, phone bigint)",
        "INSERT INTO `a%b` VALUES (1, 'to ada@example.org', '[12]', :raw, 447700900123)",
        "CREATE TABLE big (id int PRIMARY KEY, body text)",
        "INSERT INTO big SELECT seq, repeat('x', 600) FROM seq_1_to_5000",
        "INSERT INTO big VALUES (9999, 'ada@example.org')",
        "CREATE VIEW seen AS SELECT * FROM big",
        raw=b"\x1f ada@example.org",
    )

    found = scanned(shop=engine)

    engine.dispose()
    assert {probe.where: probe.rows for probe in found.probes} == {"shop.a%b": 1, "shop.big": 5001}
    assert placed(found) == {
        ("shop.a%b.x`y", "email"),
        ("shop.a%b.raw", "email"),
        ("shop.a%b.phone", "phone"),
        ("shop.big.body", "email"),
    }
    assert found.unread == ()
