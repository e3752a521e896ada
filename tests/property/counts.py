"""How many cases a test draws that is dear for each: fewer in a quick run than in a long one."""

import os


def cases(*, quick: int, long: int) -> int:
    """Return the number for the profile that this run is of."""
    return long if os.environ.get("PLACKET_TEST_PROFILE") == "long" else quick
