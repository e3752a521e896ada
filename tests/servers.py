"""The servers that tests run against: a PostgreSQL and a MariaDB of their own, and Chromium."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

# The longest wait for a server to answer, in seconds; a loaded machine needs some of it.
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Between two looks at a server that is starting, in seconds.
LOOK_SECONDS = 0.05
# Another program may take a free port between our asking for one and the server's binding it.
PORT_TRIES = 5
# The path of a unix socket may have 107 bytes, its name `.s.PGSQL.65535` included.
SOCKET_FOLDER_BYTES = 90
_CUT_OFF = """
SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{}'
"""
_EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
END $$;
"""
# As the server makes it in a new database.
_PUBLIC = """
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC
"""
_PUBLIC_BEFORE_15 = "CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO PUBLIC"
# Whether a database has anything that is in no schema.
_MORE = """
SELECT EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
OR EXISTS (SELECT FROM pg_largeobject_metadata)
OR EXISTS (SELECT FROM pg_default_acl)
OR EXISTS (SELECT FROM pg_event_trigger)
OR EXISTS (SELECT FROM pg_publication)
OR EXISTS (
    SELECT FROM pg_database WHERE datname = current_database()
    AND (datacl IS NOT NULL OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = oid))
)
"""
_MARIADB_FAST = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--aria-log-file-size=8M",
    # Making a table is then no new file, which a busy disk waits for.
    "--innodb-file-per-table=0",
)


class ServerDidNotStart(RuntimeError):
    """The server for tests did not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server on which tests may make and drop databases.

    url: of its maintenance database, as `postgresql://user@127.0.0.1:port/postgres`.
    process: None when the server is somebody else's.
    """

    url: str
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _emptied: list[str] = field(default_factory=list)

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
        name = self._named(prefix)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.url_of(name)
        finally:
            self._drop(name)

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """Yield the URL of an empty database, perhaps one emptied of what it had before.

        Emptying one costs a fifth of making and dropping one. Where what was changed is in none
        of its schemas, it is dropped all the same.
        """
        if not self._emptied:
            made = self._named("test")
            self._run("CREATE DATABASE {}", made)
            self._emptied.append(made)
        name = self._emptied.pop()
        try:
            yield self.url_of(name)
        finally:
            if self._empty(name):
                self._emptied.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        """Drop what was kept to be used again."""
        while self._emptied:
            self._drop(self._emptied.pop())

    def _empty(self, name: str) -> bool:
        """Cut everybody's connection to the database and empty it; say whether it is as new."""
        self._run(_CUT_OFF.format(name))
        with psycopg.connect(self.url_of(name), autocommit=True) as connection:
            version = connection.info.server_version
            connection.execute(_EMPTY + (_PUBLIC if version >= 150000 else _PUBLIC_BEFORE_15))
            return connection.execute(_MORE).fetchone() == (False,)

    def _named(self, prefix: str) -> str:
        return f"{prefix}_{os.getpid()}_{next(self._numbers)}"

    def _drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MariadbServer:
    """A running server on which tests may make and drop databases.

    url: of the server, as `mysql+pymysql://user:password@127.0.0.1:port`.
    process: None when the server is somebody else's.
    """

    url: str
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, yield its URL, and drop it at the end."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            self._run(f"DROP DATABASE IF EXISTS {name}")

    def _run(self, statement: str) -> None:
        with _mariadb(self.url) as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def _mariadb(url: str) -> Iterator[Connection]:
    engine = create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5}
    )
    with engine.connect() as connection:
        yield connection


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


def find_mariadb() -> Path | None:
    """Return the program `mariadbd`, or None where it or what makes its folder is missing."""
    # The folders of a system's own programs are not on everybody's path.
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/libexec"))
    found = shutil.which("mariadbd", path=path)
    whole = found is not None and shutil.which("mariadb-install-db", path=path) is not None
    return Path(found) if found is not None and whole else None


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
    account = _account("postgres")
    with _folder("placket-pg-", account) as folder:
        _make_cluster(programs, folder, account)
        process, port = _start(
            lambda port: _command(programs, folder, port, fsync=fsync),
            folder,
            account,
            lambda port: psycopg.connect(_postgres_url(port), connect_timeout=5).close(),
        )
        try:
            yield PostgresServer(url=_postgres_url(port), process=process)
        finally:
            _stop(process)


@dataclass(slots=True)
class HardServer:
    """A PostgreSQL that syncs what it commits, stopped without farewell and started again.

    url: of its maintenance database, another one after each start.
    """

    url: str
    process: subprocess.Popen[bytes]
    _start: Callable[[], tuple[subprocess.Popen[bytes], int]]

    def stop(self) -> None:
        """Stop it at once, whatever it is about to do."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def start(self) -> None:
        """Start it on what its disk holds."""
        self.process, port = self._start()
        self.url = _postgres_url(port)


@contextmanager
def hard_server() -> Iterator[HardServer]:
    """Start a server as `postgres_server` does, with what makes it durable on."""
    programs = find_postgres()
    if programs is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    account = _account("postgres")
    with _folder("placket-pg-", account) as folder:
        _make_cluster(programs, folder, account)

        def start() -> tuple[subprocess.Popen[bytes], int]:
            return _start(
                lambda port: _command(programs, folder, port, fsync=True),
                folder,
                account,
                lambda port: psycopg.connect(_postgres_url(port), connect_timeout=5).close(),
            )

        process, port = start()
        server = HardServer(url=_postgres_url(port), process=process, _start=start)
        try:
            yield server
        finally:
            _stop(server.process)


def _postgres_url(port: int) -> str:
    return f"postgresql://placket@127.0.0.1:{port}/postgres"


@contextmanager
def mariadb_server() -> Iterator[MariadbServer]:
    """Start a server on a free loopback port and stop it, by its process, at the end.

    Its data stand in a temporary folder and survive no crash of the machine. As root it runs as
    another user. Raises ServerDidNotStart, and FileNotFoundError when no server is installed.
    """
    program = find_mariadb()
    if program is None:
        raise FileNotFoundError("no MariaDB server is installed")
    account, password = _account("mysql"), secrets.token_urlsafe()
    with _folder("placket-my-", account) as folder:
        _make_mariadb(folder, account, password)

        def url_of(port: int) -> str:
            found = URL.create("mysql+pymysql", "placket", password, "127.0.0.1", port)
            return found.render_as_string(hide_password=False)

        def connect(port: int) -> None:
            with _mariadb(url_of(port)):
                pass

        process, port = _start(
            lambda port: _mariadb_command(program, folder, port),
            folder,
            account,
            connect,
        )
        try:
            yield MariadbServer(url=url_of(port), process=process)
        finally:
            _stop(process, signal.SIGTERM)


@contextmanager
def _folder(prefix: str, account: pwd.struct_passwd | None) -> Iterator[Path]:
    """Lend a temporary folder of the user that a server runs as."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(folder: Path) -> tuple[int, ...]:
    """Return the version in `/usr/lib/postgresql/15/bin` or `/usr/pgsql-15/bin`."""
    digits = folder.parent.name.removeprefix("pgsql-").split(".")
    return tuple(int(part) for part in digits if part.isdigit())


def _account(name: str) -> pwd.struct_passwd | None:
    """Return the user to run the server as: none but ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get(name) or names["nobody"]


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
    _make(command, account)


def _make_mariadb(folder: Path, account: pwd.struct_passwd | None, password: str) -> None:
    """Make the data folder, and the statements that make the user `placket` as it starts."""
    command = [
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--auth-root-authentication-method=socket",
        "--skip-test-db",
        "--skip-name-resolve",
        *_MARIADB_FAST,
    ]
    _make(command, account)
    (folder / "users.sql").write_text(
        f"CREATE USER placket@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON *.* TO placket@'127.0.0.1' WITH GRANT OPTION;\n",
        encoding="utf-8",
    )
    (folder / "users.sql").chmod(0o644)


def _make(command: list[str], account: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **_as(account)
    )
    if done.returncode != 0:
        raise ServerDidNotStart(done.stdout.decode(errors="replace"))


def _start(
    command: Callable[[int], list[str]],
    folder: Path,
    account: pwd.struct_passwd | None,
    connect: Callable[[int], None],
) -> tuple[subprocess.Popen[bytes], int]:
    """Return the running server and its port. command, connect: by the port."""
    for _ in range(PORT_TRIES):
        port = free_port()
        log = (folder / "log").open("ab")
        with log:
            process = subprocess.Popen(
                command(port),
                stdout=log,
                stderr=log,
                **_as(account),
            )
        if _answers(process, lambda: connect(port)):  # noqa: B023 - called before the next port
            return process, port
        _stop(process, signal.SIGKILL)
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
        # Compiling a long condition costs more than the few rows of a test can give back; what is
        # timed runs on a durable server, with it.
        "jit": durable,
        "timezone": "UTC",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), *settings]


def _mariadb_command(program: Path, folder: Path, port: int) -> list[str]:
    return [
        str(program),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--init-file={folder / 'users.sql'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        # None is needed, and its path would be the folder's, which may be too long for one.
        "--socket=",
        f"--pid-file={folder / 'pid'}",
        "--skip-name-resolve",
        "--default-time-zone=+00:00",
        *_MARIADB_FAST,
    ]


def _answers(process: subprocess.Popen[bytes], connect: Callable[[], None]) -> bool:
    """Say whether the server answers before it ends or its time is up."""
    for _ in range(round(START_SECONDS / LOOK_SECONDS)):
        try:
            connect()
        except (psycopg.OperationalError, OperationalError):
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


def _stop(process: subprocess.Popen[bytes], first: signal.Signals = signal.SIGINT) -> None:
    """Stop the server, cutting its sessions; if it does not go, stop it without farewell."""
    for how in (first, signal.SIGQUIT, signal.SIGKILL):
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
