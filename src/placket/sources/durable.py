"""Files that are written whole or not at all, and are on the disk once that was said."""

import os
from pathlib import Path
from secrets import token_hex
from typing import Final

OWNER: Final = 0o600
ANYBODY: Final = 0o666
"""Who may open a new file, less what the process's umask forbids."""


def write_whole(file: Path, body: bytes, *, mode: int = OWNER) -> None:
    """Put a file in place of what has its name: after a power loss it is the one or the other.

    Raises OSError, and then leaves what was there.
    """
    part = file.with_name(f".{file.name}.{token_hex(8)}.part")
    try:
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(opened, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(opened)
        put_in_place(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def put_in_place(part: Path, file: Path) -> None:
    """Give `part`, which is on the disk, the name of `file` in the same folder, durably."""
    part.replace(file)
    # Until its folder is synced the disk may still know the name of the file before.
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
