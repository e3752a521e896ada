import re
from pathlib import Path

from placket import decide
from placket.web.look.reason_words import reason_words

STEPS = Path(decide.__file__).parent / "steps"


def test_every_code_of_a_refusal_has_words_of_its_own() -> None:
    written = "\n".join(file.read_text(encoding="utf-8") for file in sorted(STEPS.glob("*.py")))

    codes = set(re.findall(r'"([a-z]+\.[a-z_]+)",', written))

    assert "basis.no_trigger" in codes
    assert [code for code in sorted(codes) if reason_words(code).endswith(spelt(code))] == []


def spelt(code: str) -> str:
    """Return how the words end that are made of the code itself."""
    return f": {code.partition('.')[2].replace('_', ' ')}"
