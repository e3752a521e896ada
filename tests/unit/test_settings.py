import json
from pathlib import Path

import pytest

from placket.settings import Settings, SettingsUnusable, documented, read_settings

SOURCE = "[sources.shop]\nurl = {url}\ncatalogue = {catalogue}\n"
NUMBERS = [name for name, default, _, _ in documented() if default.isdigit()]
TEXTS = [name for name, default, _, _ in documented() if not default.isdigit()]


def refusal(folder: Path, text: str) -> str:
    file = folder / "placket.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsUnusable) as refused:
        read_settings(file, {})
    return str(refused.value).replace(str(file), "FILE")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "value", ["[1]", "{a = 1}", "-1", "true", '""', '" "', '"a\\u0000"', '"a\\n"']
)
def test_a_setting_that_is_no_text_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert refusal(tmp_path, f"{name} = {value}") == (
        f"`{name}` in FILE is a text in quotes, on one line and not empty"
    )


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["[1]", "{a = 1}", "1.5", "true", '""', '"a"'])
def test_a_setting_that_is_no_number_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert refusal(tmp_path, f"{name} = {value}") == f"`{name}` in FILE is a whole number"


@pytest.mark.parametrize("value", ["-1", "999999999999999999999"])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_its_bounds(tmp_path: Path, name: str, value: str) -> None:
    least, most = ("0", "65535") if name == "port" else ("1", "1000000000")

    assert refusal(tmp_path, f"{name} = {value}") == (
        f"`{name}` in FILE is a number from {least} to {most}"
    )


@pytest.mark.parametrize("key", ["url", "catalogue"])
@pytest.mark.parametrize("value", ["[1]", "-1", '""', '"a\\u0000"'])
def test_what_a_source_says_is_text(tmp_path: Path, key: str, value: str) -> None:
    said = {"url": '"sqlite:///shop.db"', "catalogue": '"catalogue.yaml"', key: value}

    assert refusal(tmp_path, SOURCE.format(**said)) == (
        f"`{key}` of `[sources.shop]` in FILE is a text in quotes, on one line and not empty"
    )


def test_settings_that_are_nested_too_deep_are_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, f"port = {'[' * 3000}")

    assert found == "FILE is nested too deep; write lines such as `port = 8600`"


def test_the_environment_outranks_the_file(tmp_path: Path) -> None:
    file = tmp_path / "placket.toml"
    file.write_text(f"port = 1\nledger = {json.dumps('a.db')}\n")

    found = read_settings(file, {"PLACKET_PORT": "2"})

    assert found == Settings(folder=tmp_path, port=2, ledger="a.db")
