"""Recipients that last as long as one test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.sources.processors.fakes import Recipient

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Serve = Callable[..., Recipient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return what starts a recipient that answers as it is told."""
    started: list[Recipient] = []

    def start(answers: Callable[..., Any], tls: ssl.SSLContext | None = None) -> Recipient:
        started.append(Recipient(answers, tls))
        return started[-1]

    yield start
    for recipient in started:
        recipient.close()
