"""What every test may ask for: a database of its own, a browser, generated cases."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.counted import Counted, Counts, counting
from tests.crash.traced import why_untraceable
from tests.last_run import LastRun
from tests.servers import (
    MariadbServer,
    PostgresServer,
    chromium_arguments,
    find_chromium,
    find_mariadb,
    find_postgres,
    mariadb_server,
    postgres_server,
)

# A shared machine makes deadlines and data-generation times meaningless; in CI the cases are
# the same in each run, so that a red run can be run again.
settings.register_profile(
    "quick",
    deadline=None,
    max_examples=60,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    deadline=None,
    max_examples=600,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("PLACKET_TEST_PROFILE", "quick"))


def _leave_out(what: str, reason: str) -> None:
    """Skip the test, or fail it where PLACKET_TEST_NEEDS says that `what` must be there."""
    if what in os.environ.get("PLACKET_TEST_NEEDS", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Return what a test tells by how many cases it went through: `counted("races", 100)`."""
    return counting(record_property)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Yield a PostgreSQL server, one for each test process, stopped at the end."""
    named = os.environ.get("PLACKET_TEST_POSTGRES")
    if named:
        server = PostgresServer(url=named)
        yield server
        server.close()
        return
    if find_postgres() is None:
        _leave_out(
            "postgres", "no PostgreSQL server is installed, nor named in PLACKET_TEST_POSTGRES"
        )
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Yield the URL of a database that the tests of this process share."""
    with postgres.database(prefix="shared") as url:
        yield url


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[str]:
    """Yield the URL of an empty database of the test's own."""
    with postgres.emptied() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariadbServer]:
    """Yield a MariaDB server, one for each test process, stopped at the end."""
    named = os.environ.get("PLACKET_TEST_MARIADB")
    if named:
        yield MariadbServer(url=named)
        return
    if find_mariadb() is None:
        _leave_out("mariadb", "no MariaDB server is installed, nor named in PLACKET_TEST_MARIADB")
    with mariadb_server() as server:
        yield server


@pytest.fixture
def mariadb_database(mariadb: MariadbServer) -> Iterator[str]:
    """Yield the URL of an empty database of the test's own."""
    with mariadb.database() as url:
        yield url


@pytest.fixture(scope="session")
def strace() -> None:
    """See that the system calls of a process can be traced, and failed."""
    reason = why_untraceable()
    if reason:
        _leave_out("strace", f"system calls cannot be traced: {reason}")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return the path of Chromium."""
    path = find_chromium()
    if path is None:
        _leave_out("chromium", "no Chromium is on the path, nor named in PLACKET_TEST_CHROMIUM")
    assert path is not None
    return path


# Not for the whole session: while it is open its event loop runs, and asyncio.run would refuse.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Yield Chromium, started without a window, for the tests of one module."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(chromium), args=chromium_arguments()
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield an empty page of a fresh profile, 1280 px wide."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield context.new_page()


def pytest_configure(config: pytest.Config) -> None:
    """Keep how the tests of clauses end; a process that another controls only reports."""
    if not hasattr(config, "workerinput"):
        results = Path(__file__).parents[1] / ".placket" / "last-run.json"
        config.pluginmanager.register(LastRun(results), "last run of the clauses")
        config.pluginmanager.register(Counts(), "counts")
