import json
from dataclasses import fields
from pathlib import Path

import pytest

from placket.settings import (
    RecipientSettings,
    Settings,
    SettingsUnusable,
    documented,
    read_settings,
    write_settings,
)

SOURCE = "[sources.shop]\nurl = {url}\ncatalogue = {catalogue}\n"
NUMBERS = [name for name, default, _, _ in documented() if default.isdigit()]
TEXTS = [name for name, default, _, _ in documented() if not default.isdigit()]
BOUNDS = {f.name: f.metadata["within"] for f in fields(Settings) if "doc" in f.metadata}


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
    least, most = BOUNDS[name]

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


# Recipients

WEBHOOK = 'kind = "webhook"\nurl = "https://ferry.example/told"\nsecret_file = "ferry.secret"\n'


def recipient(said: str) -> str:
    return f"[recipients.ferry]\n{said}"


def test_a_recipient_has_its_kind_and_what_that_needs(tmp_path: Path) -> None:
    file = tmp_path / "placket.toml"
    file.write_text(recipient(WEBHOOK))

    found = read_settings(file, {})

    assert dict(found.recipients) == {
        "ferry": RecipientSettings(
            kind="webhook",
            url="https://ferry.example/told",
            secret_file=tmp_path / "ferry.secret",
        )
    }


@pytest.mark.parametrize("kind", ['"pigeon"', '"harbour.ferry"', '"os:path:join"', '":Ferry"'])
def test_a_kind_that_is_not_known_is_refused(tmp_path: Path, kind: str) -> None:
    assert refusal(tmp_path, recipient(f"kind = {kind}")) == (
        "`kind` of `[recipients.ferry]` in FILE is one of webhook, opendsr, opengdpr, shopify, "
        "eraser, mail, or `MODULE:CLASS` of your own"
    )


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        ('kind = "webhook"', "`webhook`, which needs `url` and `secret_file` alone"),
        (
            f'{WEBHOOK}address = "a@example.org"',
            "`webhook`, which needs `url` and `secret_file` alone",
        ),
        (
            'kind = "mail"',
            "`mail`, which needs `address` alone, and may have `url` and `secret_file`",
        ),
        (
            'kind = "opendsr"\nurl = "https://ferry.example/v2"',
            "`opendsr`, which needs `url` and `certificate_file` alone, and may have `secret_file`",
        ),
    ],
)
def test_a_recipient_with_other_keys_is_refused(tmp_path: Path, said: str, needs: str) -> None:
    assert refusal(tmp_path, recipient(said)) == f"`[recipients.ferry]` in FILE is of kind {needs}"


@pytest.mark.parametrize("written", ["recipients = 1", "recipients = {ferry = 1}"])
def test_recipients_that_are_no_tables_are_refused(tmp_path: Path, written: str) -> None:
    assert refusal(tmp_path, written) == "write recipients in FILE as `[recipients.NAME]` with kind"


def test_a_recipient_says_text(tmp_path: Path) -> None:
    assert refusal(tmp_path, recipient('kind = "webhook"\nurl = 1')) == (
        "`url` of `[recipients.ferry]` in FILE is a text in quotes, on one line and not empty"
    )


def test_a_connector_of_ones_own_is_named_by_module_and_class(tmp_path: Path) -> None:
    file = tmp_path / "placket.toml"
    file.write_text(recipient('kind = "harbour.ferry:Ferry"\naddress = "quay 4"'))

    found = read_settings(file, {}).recipients["ferry"]

    assert found == RecipientSettings(kind="harbour.ferry:Ferry", address="quay 4")


def test_recipients_are_written_as_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "placket.toml"
    file.write_text(recipient(WEBHOOK))
    found = read_settings(file, {})

    file.write_text(write_settings(found))

    assert read_settings(file, {}) == found


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("smtp://mail.example.org", "smtp://mail.example.org"),
        ("file:letters", "file:FOLDER/letters"),
        ("", ""),
    ],
)
def test_a_folder_of_letters_counts_from_the_settings(
    tmp_path: Path, written: str, means: str
) -> None:
    found = Settings(folder=tmp_path, mail=written)

    assert found.post.replace(str(tmp_path), "FOLDER") == means
