"""Where a keyring under test stands, and what happens to it step by step."""

import signal
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from placket.keyring import (
    Keyring,
    create_keyring,
    open_keyring,
)

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


CHILD = """
import os, signal, sys
from pathlib import Path
from placket.keyring import open_keyring
url, key_file, act, when = sys.argv[1:]
keyring = open_keyring(url, key_file=Path(key_file), environ={})
def point(name):
    if name == when:
        os.kill(os.getpid(), signal.SIGKILL)
keyring.rotate(point=point) if act == "rotate" else keyring.destroy("p_1", point=point)
"""


def killed(place: Place, act: str, when: str) -> None:
    """Run `act` in a process that kills itself at the point `when`."""
    arguments = [sys.executable, "-c", CHILD, place.url, str(place.key_file), act, when]
    done = subprocess.run(arguments, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def fail(_name: str) -> None:
    raise ZeroDivisionError
