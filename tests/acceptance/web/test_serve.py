"""`placket serve`: what it prints, what it refuses, how it ends."""

import signal
import socket
from pathlib import Path

import httpx
import pytest

from placket.gate.opening import create_gate
from placket.settings import Settings, write_settings
from tests.acceptance.web.installation import make_installation, run, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("installed")
    make_installation(made)
    return made


def test_it_prints_its_pages_and_ends_cleanly(folder: Path) -> None:
    with serving(folder) as (address, process):
        up = httpx.get(f"{address}/privacy/notice", timeout=60)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        # Not communicate: the first line was read with whatever else had come by then.
        printed = process.stdout.read() if process.stdout else ""

    assert up.status_code == 200
    assert process.returncode == 0
    assert printed.splitlines() == [
        f"  {address}/privacy/notice",
        f"  {address}/privacy/cookies",
        f"  {address}/privacy/changes",
        f"  {address}/privacy/contact",
        f"  {address}/privacy/requests",
        f"  {address}/console/requests",
        f"  {address}/console/activities",
        f"  {address}/console/decisions",
        f"  {address}/console/audit",
        f"  {address}/schema",
    ]


def test_an_interrupt_ends_it_cleanly_too(folder: Path) -> None:
    with serving(folder) as (_, process):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == 0


def test_the_console_is_closed_beyond_this_machine(folder: Path) -> None:
    with serving(folder, "--host", "0.0.0.0") as (address, _):  # noqa: S104  # that is the point
        port = address.rsplit(":", 1)[1]
        console = httpx.get(f"http://127.0.0.1:{port}/console/audit", timeout=60)
        notice = httpx.get(f"http://127.0.0.1:{port}/privacy/notice", timeout=60)

    assert (console.status_code, notice.status_code) == (403, 200)
    assert "The console is closed here" in console.text


def test_the_console_is_open_to_whom_something_else_lets_in(folder: Path) -> None:
    with serving(folder, "--host", "0.0.0.0", "--open-console") as (address, _):  # noqa: S104  # as above
        port = address.rsplit(":", 1)[1]
        console = httpx.get(f"http://127.0.0.1:{port}/console/audit", timeout=60)

    assert console.status_code == 200


def test_a_taken_port_is_one_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        ended = run("serve", "--port", port, folder=folder)

    assert ended.returncode == 4
    assert ended.stderr == (
        f"placket: cannot listen on 127.0.0.1, port {port}: address already in use\n"
        "  mend: name another with `--port`; port 0 takes a free one\n"
    )


def test_an_address_of_another_machine_is_one_sentence(folder: Path) -> None:
    ended = run("serve", "--host", "192.0.2.1", "--port", "0", folder=folder)

    assert ended.returncode == 4
    assert ended.stderr == (
        "placket: cannot listen on 192.0.2.1, port 0: cannot assign requested address\n"
        "  mend: name another with `--host`\n"
    )


def test_no_ledger_is_one_sentence(tmp_path: Path) -> None:
    ended = run("serve", "--port", "0", folder=tmp_path)

    assert ended.returncode == 4
    assert ended.stderr.startswith("placket: there is no ledger")
    assert "Traceback" not in ended.stderr


def test_nothing_published_is_one_sentence(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)
    create_gate(settings).close()
    (tmp_path / "placket.toml").write_text(write_settings(settings))

    ended = run("serve", "--port", "0", folder=tmp_path)

    assert ended.returncode == 3
    assert ended.stderr.startswith("placket: no policy is published")


def test_a_key_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    made = run("serve", "--new-key", "shop", "--scope", "decide", folder=tmp_path)
    again = run("serve", "--new-key", "shop", "--scope", "decide", folder=tmp_path)
    odd = run("serve", "--new-key", "till", "--scope", "everything", folder=tmp_path)

    file = tmp_path / "placket-web-keys.toml"
    assert made.returncode == 0
    assert made.stdout.startswith("plk_")
    assert made.stdout.strip() not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (again.returncode, odd.returncode) == (2, 2)
    assert odd.stderr.startswith("placket: `everything` is no scope\n  mend: write facts, decide")


def test_a_damaged_file_of_keys_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "placket-web-keys.toml").write_text("[shop]\nsha256 = 7\n")

    ended = run("serve", "--port", "0", folder=tmp_path)

    assert ended.returncode == 4
    assert ended.stderr.startswith("placket: `[shop]` in placket-web-keys.toml needs `sha256`")
