"""Letters by mail: one message however often it is sent, and no header that nobody wrote."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from placket.sources.mail import (
    FolderPost,
    Mail,
    MailNotSent,
    MailRefused,
    MailUnset,
    Post,
    SmtpPost,
    open_post,
    written,
)
from tests.unit.sources.letterbox import Letterbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

SENDER = "privacy@harbour.example"
AT = 1_700_000_000_000_000
LETTER: dict[str, Any] = {
    "to": "ada@example.org",
    "subject": "Your request: é",
    "body": "Dear Ada,\n\n.\nWe have erased it.\n",
    "name": "f_1:answered:a1:",
}


def mail(**parts: Any) -> Mail:
    return Mail(**(LETTER | parts))


def sent(post: Post, **parts: Any) -> None:
    post.send(**(LETTER | parts))


def text_of(message: EmailMessage) -> str:
    """Return the letter's text; lines end in mails as they do on the wire."""
    return str(message.get_content()).replace("\r\n", "\n")


# What is written


def test_a_letter_says_from_whom_to_whom_and_what() -> None:
    found = written(mail(language="en-GB"), SENDER, AT)

    assert dict(found.items()) == {
        "From": SENDER,
        "To": "ada@example.org",
        "Subject": "Your request: é",
        "Date": "Tue, 14 Nov 2023 22:13:20 +0000",
        "Message-ID": f"<{mail().id}@harbour.example>",
        "Content-Language": "en-GB",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "MIME-Version": "1.0",
    }
    assert text_of(found) == LETTER["body"]


def test_a_letter_of_one_name_is_one_message() -> None:
    once, again = (written(mail(), SENDER, AT).as_bytes() for _ in range(2))
    other = written(mail(name="f_2:answered:a1:"), SENDER, AT)

    assert once == again
    assert other["Message-ID"] != written(mail(), SENDER, AT)["Message-ID"]


def test_a_message_id_shows_nothing_of_the_name() -> None:
    assert "ada" not in written(mail(name="to-ada@example.org"), SENDER, AT)["Message-ID"]


INJECTIONS = ("\r\nBcc: eve@example.net", "\nX: y", "\r", "\0", "\x0b", "\x85", "\u2028")


@pytest.mark.parametrize("more", INJECTIONS)
@pytest.mark.parametrize("part", ["to", "subject"])
def test_no_header_ends_early(part: str, more: str) -> None:
    with pytest.raises(MailRefused) as raised:
        written(mail(**{part: LETTER[part] + more}), SENDER, AT)

    assert "ada" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org, eve@example.net",
        "Ada <ada@example.org>",
        "ada@example.org>",
        "ada@ex ample.org",
        "a@b@example.org",
        "ada(x)@example.org",
        "ada..b@example.org",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        written(mail(to=address), SENDER, AT)


@pytest.mark.parametrize("subject", ["", "a" * 201])
def test_a_subject_is_one_line_of_some_length(subject: str) -> None:
    with pytest.raises(MailRefused):
        written(mail(subject=subject), SENDER, AT)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200), st.text(max_size=30))
def test_whatever_is_written_has_the_headers_that_we_wrote(
    name: str, subject: str, body: str, language: str
) -> None:
    letter = mail(name=name.encode("utf-8", "replace").decode(), subject=subject, body=body)
    letter = Mail(
        to=letter.to,
        subject=subject,
        body=body.encode("utf-8", "replace").decode(),
        name=letter.name,
        language=language,
    )
    try:
        raw = written(letter, SENDER, AT).as_bytes()
    except MailRefused:
        return
    found = message_from_bytes(raw, policy=default)

    assert set(found.keys()) - {"Content-Language"} == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert found.defects == []


# Where it goes


@pytest.mark.parametrize(
    ("url", "host", "port", "is_wrapped", "user"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, False, ""),
        ("smtp://us:p%40ss@mail.example.org:25", "mail.example.org", 25, False, "us"),
        ("smtps://mail.example.org", "mail.example.org", 465, True, ""),
    ],
)
def test_a_mail_server_is_named_by_a_url(
    url: str, host: str, port: int, user: str, *, is_wrapped: bool
) -> None:
    found = open_post(url, SENDER)

    assert isinstance(found, SmtpPost)
    assert (found.host, found.port, found.is_wrapped, found.user) == (host, port, is_wrapped, user)
    assert found.password == ("p@ss" if user else "")
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example.org", "http://a.example", "smtp://", "smtp://a:x", "smtp://a.example/b?c"],
)
def test_what_names_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(MailUnset):
        open_post(url, SENDER)


@pytest.mark.parametrize("sender", ["", "privacy", "a@b.example\nBcc: c@d.example"])
def test_a_sender_is_an_address(sender: str) -> None:
    with pytest.raises(MailUnset) as raised:
        open_post("file:letters", sender)

    assert str(raised.value) == (
        "`mail_from` is no address; write one such as `privacy@example.org`"
    )


# A folder


def test_a_folder_gets_a_file_that_a_mail_program_opens(tmp_path: Path) -> None:
    sent(open_post(f"file:{tmp_path}", SENDER))

    (file,) = tmp_path.iterdir()
    found = message_from_bytes(file.read_bytes(), policy=default)
    assert file.name == f"{mail().id}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (found["To"], found["Subject"]) == ("ada@example.org", "Your request: é")


def test_a_letter_put_down_again_is_one_file(tmp_path: Path) -> None:
    post = FolderPost(folder=tmp_path, sender=SENDER, clock=lambda: AT)

    sent(post)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    sent(post)

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert len(before) == 1


def test_a_folder_that_is_not_there_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(MailNotSent):
        sent(open_post(f"file:{tmp_path / 'gone'}", SENDER))


def test_what_cannot_be_put_down_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / f"{mail().id}.eml").mkdir()

    with pytest.raises(MailNotSent):
        sent(FolderPost(folder=tmp_path, sender=SENDER))

    assert [file.name for file in tmp_path.iterdir()] == [f"{mail().id}.eml"]


# A server


@pytest.fixture
def letterbox() -> Iterator[Callable[..., Letterbox]]:
    started: list[Letterbox] = []

    def start(**parts: Any) -> Letterbox:
        started.append(Letterbox(**parts))
        return started[-1]

    yield start
    for box in started:
        box.close()


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the key and certificate of localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("certified") / "localhost.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return file


def shown(certified: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified)
    return context


def trusting(certified: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certified))


def test_a_server_gets_the_letter(letterbox: Callable[..., Letterbox]) -> None:
    box = letterbox()

    sent(open_post(f"smtp://127.0.0.1:{box.port}", SENDER))

    (letter,) = box.letters
    assert (letter.sender, letter.to) == (SENDER, "ada@example.org")
    assert letter.message["Message-ID"] == f"<{mail().id}@harbour.example>"
    assert text_of(letter.message) == LETTER["body"]


def test_a_server_that_offers_tls_is_spoken_to_in_it(
    letterbox: Callable[..., Letterbox], certified: Path
) -> None:
    box = letterbox(tls=shown(certified))
    url = f"smtp://us:them@localhost:{box.port}"

    sent(open_post(url, SENDER, tls=trusting(certified)))

    assert [letter.secured for letter in box.letters] == [True]
    assert box.commands.index("STARTTLS") < box.commands.index("AUTH")


def test_a_server_may_speak_tls_from_the_first_byte(
    letterbox: Callable[..., Letterbox], certified: Path
) -> None:
    box = letterbox(tls=shown(certified), is_wrapped=True)

    sent(open_post(f"smtps://localhost:{box.port}", SENDER, tls=trusting(certified)))

    assert [letter.secured for letter in box.letters] == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    letterbox: Callable[..., Letterbox], certified: Path, scheme: str
) -> None:
    box = letterbox(tls=shown(certified), is_wrapped=scheme == "smtps")

    with pytest.raises(MailNotSent):
        sent(open_post(f"{scheme}://us:them@localhost:{box.port}", SENDER))

    assert box.letters == []
    assert "AUTH" not in box.commands


def test_a_server_elsewhere_without_tls_gets_nothing(letterbox: Callable[..., Letterbox]) -> None:
    box = letterbox()
    # Another name of this machine, as a server elsewhere has one.
    post = SmtpPost(host="127.1", port=box.port, sender=SENDER, user="us", password=SENDER)

    with pytest.raises(MailNotSent) as raised:
        sent(post)

    assert str(raised.value) == "the mail server `127.1` offers no TLS"
    assert box.commands == ["EHLO"]


@pytest.mark.parametrize(
    ("answers", "failure", "says"),
    [
        ({"RCPT": "550 nobody"}, MailRefused, "the mail server refuses the letter with code 550"),
        (
            {"RCPT": "451 later"},
            MailNotSent,
            "the mail server puts the letter off with code 451",
        ),
        ({"MAIL": "553 no"}, MailRefused, "the mail server refuses the letter with code 553"),
        ({"DATA": "452 full"}, MailNotSent, "the mail server puts the letter off with code 452"),
        (
            {"taken": "554 spam"},
            MailRefused,
            "the mail server refuses the letter with code 554",
        ),
        ({"taken": ""}, MailNotSent, "the mail server `127.0.0.1` did not answer"),
        ({"EHLO": ""}, MailNotSent, "the mail server `127.0.0.1` did not answer"),
        (
            {"connect": "421 busy"},
            MailNotSent,
            "the mail server puts the letter off with code 421",
        ),
        (
            {"AUTH": "535 unknown"},
            MailNotSent,
            "the mail server does not take the user of `mail`",
        ),
    ],
)
def test_a_server_that_does_not_take_the_letter_is_told(
    letterbox: Callable[..., Letterbox],
    answers: dict[str, str],
    failure: type[Exception],
    says: str,
) -> None:
    box = letterbox(answers=answers)
    user = "us:them@" if "AUTH" in answers else ""

    with pytest.raises(failure) as raised:
        sent(open_post(f"smtp://{user}127.0.0.1:{box.port}", SENDER))

    assert str(raised.value) == says


def test_a_letter_whose_fate_nobody_knows_is_sent_again_as_the_same_message(
    letterbox: Callable[..., Letterbox],
) -> None:
    box = letterbox(answers={"taken": ""})
    post = open_post(f"smtp://127.0.0.1:{box.port}", SENDER)
    with pytest.raises(MailNotSent):
        sent(post)
    box.answers.clear()

    sent(post)

    assert len({letter.message["Message-ID"] for letter in box.letters}) == 1
    assert len(box.letters) == 2


def test_a_server_that_leaves_at_parting_has_the_letter(
    letterbox: Callable[..., Letterbox],
) -> None:
    box = letterbox(answers={"QUIT": ""})

    sent(open_post(f"smtp://127.0.0.1:{box.port}", SENDER))

    assert len(box.letters) == 1


def test_an_address_in_a_script_that_the_server_cannot_write_is_told(
    letterbox: Callable[..., Letterbox],
) -> None:
    box = letterbox()

    with pytest.raises(MailRefused) as raised:
        sent(open_post(f"smtp://127.0.0.1:{box.port}", SENDER), to="ada@exämple.org")

    assert str(raised.value) == "the mail server cannot write this address"
