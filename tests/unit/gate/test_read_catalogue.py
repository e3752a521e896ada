"""A catalogue is used as it is written, or not at all."""

from __future__ import annotations

import pytest

from placket.gate.views import CatalogueUnusable, read_catalogue

TABLES = """
catalogue: one
sources:
  shop:
    tables:
      customer:
        subject: {email: email}
        delete: DELETE
"""


def test_a_catalogue_without_an_error_is_used() -> None:
    assert read_catalogue(TABLES.replace("DELETE", "true"), "one.yaml").name == "one"


@pytest.mark.parametrize("said", ["{}", "'yes'", "true\n        erase: true"])
def test_a_catalogue_of_which_a_part_cannot_be_read_is_not_used_for_the_rest(said: str) -> None:
    with pytest.raises(CatalogueUnusable):
        read_catalogue(TABLES.replace("DELETE", said), "one.yaml")
