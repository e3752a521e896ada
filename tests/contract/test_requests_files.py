"""A request over a database and a store of files: planned, carried out and read again as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.planning import approve, make_plan
from placket.plan.plan import StalePlan
from placket.rights.request import State
from placket.rights.right import Right
from placket.settings import SourceSettings, read_settings, write_settings
from placket.sources.connect import SourceUnreachable
from tests.contract.bucket_server import WHO, Shelf, bucket_server
from tests.contract.rights_shop import ADA, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDINGS = """
catalogue: recordings
sources:
  recordings:
    dialect: files
    tables:
      recording:
        files: '*.wav'
        owner: path -> shop:call.recording
        holds: {call_recording: path}
"""


@pytest.fixture
def shelf() -> Shelf:
    found = Shelf()
    for path, body in (("ring.wav", b"Ada rings"), ("cat.wav", b"Cat rings")):
        found.put(f"calls/{path}", body)
    return found


@pytest.fixture(params=["folder", "bucket"])
def asked(request: pytest.FixtureRequest, tmp_path: Path, shelf: Shelf) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    file = tmp_path / "recordings.yaml"
    file.write_text(RECORDINGS)
    with bucket_server(shelf) as endpoint:
        of = SourceSettings(url=f"file://{tmp_path}/calls", catalogue=file)
        if request.param == "bucket":
            secret = tmp_path / "secret"
            secret.write_text(f"{WHO.key}\n{WHO.secret}\n")
            of = SourceSettings(
                url="s3://shop/calls",
                catalogue=file,
                endpoint=endpoint,
                region=WHO.region,
                secret_file=secret,
            )
        (tmp_path / "calls").mkdir()
        for path, body in shelf.objects.items():
            (tmp_path / path).write_bytes(body[-1][1] or b"")
        settings = made.gate.settings
        made.gate.settings = replace(settings, sources={**settings.sources, "recordings": of})
        yield made
        made.close()


def names(asked: Asked, shelf: Shelf, folder: Path) -> list[str]:
    if asked.gate.settings.sources["recordings"].endpoint:
        found = [path.removeprefix("calls/") for path in sorted(shelf.objects)]
    else:
        found = sorted(path.name for path in (folder / "calls").iterdir())
    return [name for name in found if not name.startswith("placket_")]


def test_the_recordings_of_a_person_go_with_the_rows(
    asked: Asked, shelf: Shelf, tmp_path: Path
) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    made = make_plan(asked.register, case.request.id)
    asked.shop.clock.now += 1_000_000
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")

    done = carry_out(asked.register, case.request.id, holder="w1")
    certificate = certify_whole(asked.register, case.request.id)

    assert made.plan.obstacles == ()
    assert done.is_done
    assert names(asked, shelf, tmp_path) == ["cat.wav"]
    assert certificate is not None
    assert certificate.state is State.FULFILLED
    assert {each.table for each in certificate.gone} >= {"customer", "call", "recording"}
    assert "recordings" in {probe.where.partition(".")[0] for probe in certificate.probes}


def test_a_recording_that_changed_makes_the_plan_stale(
    asked: Asked, shelf: Shelf, tmp_path: Path
) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    made = make_plan(asked.register, case.request.id)
    asked.shop.clock.now += 1_000_000
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    shelf.put("calls/ring.wav", b"Ada rang")
    (tmp_path / "calls" / "ring.wav").write_bytes(b"Ada rang")

    with pytest.raises(StalePlan):
        carry_out(asked.register, case.request.id, holder="w1")

    assert names(asked, shelf, tmp_path) == ["cat.wav", "ring.wav"]
    assert len(asked.rows("call")) == 2


def test_a_store_that_is_away_makes_no_plan(asked: Asked, tmp_path: Path) -> None:
    settings = asked.gate.settings
    of = replace(settings.sources["recordings"], url=f"file://{tmp_path}/unmounted")
    asked.gate.settings = replace(settings, sources={**settings.sources, "recordings": of})
    case = asked.strongly(ADA, Right.ERASURE)

    with pytest.raises(SourceUnreachable):
        make_plan(asked.register, case.request.id)


def test_the_settings_of_a_store_are_read_as_they_were_written(
    asked: Asked, tmp_path: Path
) -> None:
    file = tmp_path / "written.toml"
    sources = {"recordings": asked.gate.settings.sources["recordings"]}
    file.write_text(write_settings(replace(asked.gate.settings, sources=sources)))

    assert read_settings(file, {}).sources == sources
