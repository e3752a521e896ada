"""From the settings of a recipient to the way in which it is told, or what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.rights.recipients import State
from placket.settings import RecipientSettings
from placket.sources.mail import FolderPost
from placket.sources.processors.eraser import Eraser
from placket.sources.processors.letter import ByMail
from placket.sources.processors.message import Answer, Message, asked
from placket.sources.processors.message import told as tell
from placket.sources.processors.opendsr import OpenDSR
from placket.sources.processors.opening import Given, open_processor
from placket.sources.processors.refusals import ConnectorBroken, RecipientUnset
from placket.sources.processors.shopify import Shopify
from placket.sources.processors.webhook import Webhook
from tests.unit.sources.processors.fakes import SECRET, clock, message, outgoing
from tests.unit.sources.processors.test_opendsr import CERTIFICATE

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://ferry.example/told"


class Quay:
    """A connector of one's own."""

    def __init__(self, given: Given) -> None:
        self.berth = given.settings.address

    def tell(self, message: Message) -> Answer:
        return Answer(state=State.DONE, signed=(self.berth.encode(),))

    def status(self, message: Message, reference: str) -> Answer:
        return self.tell(message)


class Sunk(Quay):
    """A connector with a fault."""

    def tell(self, message: Message) -> Answer:
        raise KeyError(message.values("email"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with what settings may name."""
    (tmp_path / "secret").write_bytes(SECRET + b"\n")
    (tmp_path / "short").write_bytes(b"short\n")
    (tmp_path / "lines").write_bytes(b"two\nlines\n")
    (tmp_path / "certificate").write_bytes(CERTIFICATE)
    return tmp_path


def given(folder: Path, *, has_post: bool = True, **said: Any) -> Given:
    files = {key: folder / value for key, value in said.items() if key.endswith("_file")}
    return Given(
        name="ferry",
        settings=RecipientSettings(**{**said, **files}),
        calls=outgoing(),
        clock=clock,
        post=FolderPost(folder=folder, sender="a@harbour.example") if has_post else None,
    )


SECRETS: dict[str, Any] = {"url": URL, "secret_file": "secret"}


def test_each_kind_has_its_way(folder: Path) -> None:
    post = FolderPost(folder=folder, sender="a@harbour.example")

    webhook = given(folder, kind="webhook", **SECRETS)
    assert open_processor(webhook) == Webhook(
        url=URL, secret=SECRET, calls=webhook.calls, clock=clock
    )
    assert isinstance(open_processor(given(folder, kind="eraser", **SECRETS)), Eraser)
    assert isinstance(open_processor(given(folder, kind="shopify", **SECRETS)), Shopify)
    assert open_processor(given(folder, kind="mail", address="a@ferry.example")) == ByMail(
        address="a@ferry.example", post=post
    )


@pytest.mark.parametrize(("kind", "legacy"), [("opendsr", False), ("opengdpr", True)])
def test_both_names_of_the_protocol_are_known(folder: Path, kind: str, *, legacy: bool) -> None:
    found = open_processor(given(folder, kind=kind, url=URL, certificate_file="certificate"))

    assert isinstance(found, OpenDSR)
    assert (found.legacy, found.token) == (legacy, "")


def test_a_connector_of_ones_own_is_found(folder: Path) -> None:
    own = given(folder, kind=f"{__name__}:Quay", address="quay 4")

    found = open_processor(own).tell(message())

    assert found == Answer(state=State.DONE, signed=(b"quay 4",))


def test_a_fault_in_a_connector_is_a_failure_of_its_recipient(folder: Path) -> None:
    sunk = open_processor(given(folder, kind=f"{__name__}:Sunk"))

    with pytest.raises(ConnectorBroken) as raised:
        sunk.tell(message())

    assert str(raised.value) == "the connector of `ferry` raised KeyError"
    assert tell(sunk, message()) == Answer(state=State.FAILED, why="broken")
    assert asked(sunk, message(), "").why == "broken"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            {"kind": "webhook", "url": URL, "secret_file": "short"},
            "the secret is shorter than 24 bytes",
        ),
        (
            {"kind": "webhook", "url": URL, "secret_file": "gone"},
            "`FOLDER/gone` of `[recipients.ferry]` cannot be read",
        ),
        (
            {"kind": "shopify", "url": URL, "secret_file": "lines"},
            "the secret of `[recipients.ferry]` is not one plain line",
        ),
        (
            {"kind": "opendsr", "url": URL, "certificate_file": "secret"},
            "the certificate is no certificate in PEM",
        ),
        (
            {"kind": "mail", "address": "desk"},
            "`address` of `[recipients.ferry]` is no mail address",
        ),
        (
            {"kind": "mail", "address": "a@ferry.example", "url": URL},
            "`[recipients.ferry]` needs both `url` and `secret_file` for links, or neither",
        ),
        (
            {"kind": "mail", "address": "a@ferry.example", "has_post": False},
            "`[recipients.ferry]` is written to, but `mail` is not set",
        ),
        (
            {"kind": "harbour_that_is_not_there:Ferry"},
            "`harbour_that_is_not_there:Ferry` of `[recipients.ferry]` cannot be found",
        ),
        (
            {"kind": f"{__name__}:Gone"},
            f"`{__name__}:Gone` of `[recipients.ferry]` cannot be found",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_told(
    folder: Path, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(RecipientUnset) as raised:
        open_processor(given(folder, **said))

    assert str(raised.value).replace(str(folder), "FOLDER") == why
