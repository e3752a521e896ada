"""Where a keyring under test stands, and what happens to it step by step."""

import os
import signal
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from placket.keyring import (
    Keyring,
    create_keyring,
    open_keyring,
)
from tests.forked import run_forked

KEY = b64encode(bytes(32)).decode()
AAD = b"p_1 f_1 consent.given 1"
ROTATION = [
    "next wrapping key written",
    "keys wrapped again",
    "rotation committed",
    "old wrapping key overwritten",
    "old wrapping key destroyed",
    "files purged",
]
DESTRUCTION = ["wrap overwritten", "destruction committed", "files purged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test's keyring stands, and its wrapping key."""

    url: str
    key_file: Path

    def create(self) -> Keyring:
        return create_keyring(self.url, key_file=self.key_file, environ={})

    def open(self, keyring_id: str | None = None) -> Keyring:
        return open_keyring(
            self.url,
            keyring_id=keyring_id,
            key_file=self.key_file,
            environ={},
        )


def killed(place: Place, act: str, when: str) -> None:
    """Run `act` in a process that kills itself at the point `when`."""
    child = f"{__name__}:program"
    done = run_forked(child, place.url, str(place.key_file), act, when)
    assert done.returncode == -signal.SIGKILL, done.stderr


def program() -> None:
    """Open the keyring, and act until the point that the command line names."""
    url, key_file, act, when = sys.argv[1:]

    def point(name: str) -> None:
        if name == when:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_keyring(url, key_file=Path(key_file), environ={}) as keyring:
        if act == "rotate":
            keyring.rotate(point=point)
        else:
            keyring.destroy("p_1", point=point)


def fail(_name: str) -> None:
    raise ZeroDivisionError
