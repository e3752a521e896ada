"""One server for the tests of a module: an installation of its own, some facts recorded."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.web.installation import FACTS, Served, make_installation, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield a server whose ledger holds FACTS, sent through the interface."""
    folder = tmp_path_factory.mktemp("served")
    keys = make_installation(folder)
    with serving(folder) as (address, process):
        found = Served(address=address, folder=folder, keys=keys, process=process)
        answer = httpx.post(
            f"{address}/v1/facts", json={"facts": FACTS}, headers=found.bearing("all"), timeout=60
        )
        recorded = answer.json()
        assert (recorded["recorded"], recorded["known"]) == (len(FACTS), 0)
        yield found


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """Yield a client whose key may do everything."""
    with httpx.Client(base_url=served.address, headers=served.bearing("all"), timeout=60) as opened:
        yield opened
