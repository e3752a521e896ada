"""The servers that tests run against: a PostgreSQL of their own, and Chromium."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# The longest wait for a server to answer, in seconds; a loaded machine needs some of it.
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Between two looks at a server that is starting, in seconds.
LOOK_SECONDS = 0.05
# Another program may take a free port between our asking for one and the server's binding it.
PORT_TRIES = 5
# The path of a unix socket may have 107 bytes, its name `.s.PGSQL.65535` included.
SOCKET_FOLDER_BYTES = 90


class ServerDidNotStart(RuntimeError):
    """The PostgreSQL server for tests did not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server on which tests may make and drop databases.

    url: of its maintenance database, as `postgresql://user@127.0.0.1:port/postgres`.
    process: None when the server is somebody else's.
    """

    url: str
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url_of(self, name: str) -> str:
        """Return the URL of the database `name` on this server."""
        address, _, options = self.url.partition("?")
        head, _, _ = address.rpartition("/")
        return f"{head}/{name}?{options}" if options else f"{head}/{name}"

    @contextmanager
    def database(self, *, prefix: str = "test", template: str = "template1") -> Iterator[str]:
        """Make a database as a copy of `template`, yield its URL, and drop it at the end.

        The process id in its name keeps test processes apart on a shared server.
        """
        name = f"{prefix}_{os.getpid()}_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.url_of(name)
        finally:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def find_postgres() -> Path | None:
    """Return the folder of `initdb` and `postgres`, the newest version's, or None."""
    installed = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
    ]
    newest_first = sorted(installed, key=_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path is not None:
        newest_first.append(Path(on_path).resolve().parent)
    whole = (at for at in newest_first if (at / "initdb").exists() and (at / "postgres").exists())
    return next(whole, None)


def find_chromium() -> Path | None:
    """Return the Chromium that PLACKET_TEST_CHROMIUM names, or the first on the path, or None."""
    names = (
        os.environ.get("PLACKET_TEST_CHROMIUM", ""),
        "chromium",
        "chromium-browser",
        "google-chrome",
    )
    found = (shutil.which(name) for name in names if name)
    return next((Path(path) for path in found if path is not None), None)


def chromium_arguments() -> list[str]:
    """Return the switches under which Chromium speaks to nobody but the page under test."""
    switches = [
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    # Chromium refuses to run as root with its sandbox.
    return [*switches, "--no-sandbox"] if os.geteuid() == 0 else switches


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[PostgresServer]:
    """Start a server on a free loopback port and stop it, by its process, at the end.

    Its data stand in a temporary folder. As root it runs as another user, since PostgreSQL
    refuses root. fsync: on only for tests of what survives a crash; off is many times faster.
    Raises ServerDidNotStart, and FileNotFoundError when no server is installed.
    """
    programs = find_postgres()
    if programs is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="placket-pg-"))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _make_cluster(programs, folder, account)
        process, url = _start(programs, folder, account, fsync=fsync)
        try:
            yield PostgresServer(url=url, process=process)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(folder: Path) -> tuple[int, ...]:
    """Return the version in `/usr/lib/postgresql/15/bin` or `/usr/pgsql-15/bin`."""
    digits = folder.parent.name.removeprefix("pgsql-").split(".")
    return tuple(int(part) for part in digits if part.isdigit())


def _account() -> pwd.struct_passwd | None:
    """Return the user to run the server as: none but ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that run a program as `account`, in a bare surrounding.

    The caller's PG* variables, language and home would otherwise reach the server.
    """
    surrounding: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    who: dict[str, Any] = {"env": surrounding, "stdin": subprocess.DEVNULL, "cwd": "/"}
    if account is not None:
        who |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return who


def _make_cluster(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make the data folder, its superuser `placket` trusted on loopback."""
    command = [
        str(programs / "initdb"),
        "--pgdata",
        str(folder / "data"),
        "--username",
        "placket",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
    ]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **_as(account)
    )
    if done.returncode != 0:
        raise ServerDidNotStart(done.stdout.decode(errors="replace"))


def _start(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, *, fsync: bool
) -> tuple[subprocess.Popen[bytes], str]:
    """Return the running server and the URL of its maintenance database."""
    for _ in range(PORT_TRIES):
        port = free_port()
        log = (folder / "log").open("ab")
        with log:
            process = subprocess.Popen(
                _command(programs, folder, port, fsync=fsync),
                stdout=log,
                stderr=log,
                **_as(account),
            )
        url = f"postgresql://placket@127.0.0.1:{port}/postgres"
        if _answers(process, url):
            return process, url
        _stop(process)
    raise ServerDidNotStart((folder / "log").read_text(errors="replace"))


def _command(programs: Path, folder: Path, port: int, *, fsync: bool) -> list[str]:
    sockets = folder if len(os.fsencode(folder)) < SOCKET_FOLDER_BYTES else ""
    durable = "on" if fsync else "off"
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(sockets),
        "fsync": durable,
        "full_page_writes": durable,
        "synchronous_commit": durable,
        "shared_buffers": "64MB",
        "timezone": "UTC",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), *settings]


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Say whether the server answers before it ends or its time is up."""
    for _ in range(round(START_SECONDS / LOOK_SECONDS)):
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if _has_ended(process, within=LOOK_SECONDS):
                return False
        else:
            # Somebody else's server may hold the port on which ours could not start.
            return not _has_ended(process, within=LOOK_SECONDS)
    return False


def _has_ended(process: subprocess.Popen[bytes], *, within: float) -> bool:
    try:
        process.wait(timeout=within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server, cutting its sessions; if it does not go, stop it without farewell."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(how)
        if _has_ended(process, within=STOP_SECONDS):
            return


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
