"""One served installation for the browser tests of a module."""

from tests.acceptance.web.conftest import served

__all__ = ["served"]
