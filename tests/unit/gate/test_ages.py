"""Files sealed with age."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from placket.gate.ages import NotSealed, new_identity, seal


def test_a_full_disk_is_said_in_the_words_of_the_system(tmp_path: Path) -> None:
    recipient = new_identity(tmp_path / "identity")

    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(NotSealed) as raised,
    ):
        seal(BytesIO(bytes(300_000)), full, [recipient])

    assert str(raised.value) == "the backup could not be written: no space left on device"
