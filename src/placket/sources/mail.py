"""Letters by mail: plain text, one message however often it is sent, to a server or a folder."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote, urlsplit

from placket.sources.durable import write_whole
from placket.sources.processors.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.law.calendar import Instant

SECONDS: Final = 10.0
LONGEST: Final = 200
"""The characters of a subject at most."""
FOLDER: Final = "file:"
_PORTS: Final = {"smtp": 587, "smtps": 465}
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\\\"()\[\]]{1,64}@[^\s@<>,;:\\\"()\[\]]{1,250}")
_PERMANENT: Final = 500
_MICROSECOND: Final = 1_000_000


def _now() -> Instant:
    return time_ns() // 1_000


class MailNotSent(Exception):
    """The letter was not sent, or nobody knows whether it was; send it again."""


class MailPutOff(MailNotSent):
    """The mail server takes this letter later; others may go."""


class MailRefused(Exception):
    """The mail server does not take the letter for this address; see that it is right."""


class MailUnset(Exception):
    """The mail server is not set; write `smtp://HOST`, `smtps://HOST` or `file:FOLDER`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter. name: what it is called here, of which its Message-ID is made."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    name: str
    language: str = "en"

    @property
    def id(self) -> str:
        """Return a digest of the name: equal names are one message, and none is shown."""
        return hashlib.blake2b(self.name.encode(), digest_size=16).hexdigest()


class Post(Protocol):
    """What takes letters away."""

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        """Send a plain text; of one name it is one message. Raises MailNotSent, MailRefused."""
        ...


def open_post(url: str, sender: str, *, tls: ssl.SSLContext | None = None) -> Post:
    """Return the post of the settings `mail` and `mail_from`. Raises MailUnset.

    A folder must be there: letters lie in it as files that a mail program opens.
    """
    if not is_address(sender):
        raise MailUnset("`mail_from` is no address; write one such as `privacy@example.org`")
    if url.startswith(FOLDER):
        return FolderPost(folder=Path(url.removeprefix(FOLDER)), sender=sender)
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise MailUnset from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise MailUnset
    return SmtpPost(
        host=parts.hostname,
        port=port,
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_wrapped=parts.scheme == "smtps",
        tls=tls or ssl.create_default_context(),
    )


def is_address(text: str) -> bool:
    """Say whether `text` is one plain address, in which no header can end."""
    return text.isprintable() and bool(_ADDRESS.fullmatch(text))


def written(mail: Mail, sender: str, at: Instant) -> EmailMessage:
    """Return the letter as a message of `at`: equal letters are equal bytes.

    Raises MailRefused when an address or the subject could end a header and begin another.
    """
    if not is_address(mail.to):
        raise MailRefused("the letter's address is no plain address")
    if not mail.subject.isprintable() or not 0 < len(mail.subject) <= LONGEST:
        raise MailRefused("the letter's subject is not one line")
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(addr_spec=sender)
        message["To"] = Address(addr_spec=mail.to)
    except (HeaderParseError, ValueError, IndexError):
        raise MailRefused("the letter's address is no plain address") from None
    message["Subject"] = mail.subject
    message["Date"] = datetime.fromtimestamp(at // _MICROSECOND, tz=UTC)
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    # A machine that answers by itself is asked not to.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="base64")
    if _LANGUAGE.fullmatch(mail.language):
        message["Content-Language"] = mail.language
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPost:
    """A folder that letters are put into, for trying out: nothing leaves the machine."""

    folder: Path
    sender: str
    clock: Callable[[], Instant] = _now

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        """Put the letter down under its id, whole or not at all."""
        mail = Mail(to=to, subject=subject, body=body, name=name, language=language)
        text = written(mail, self.sender, self.clock()).as_bytes()
        try:
            write_whole(self.folder / f"{mail.id}.eml", text)
        except OSError as fault:
            raise MailNotSent(
                f"the letter cannot be put into `{self.folder}`; see that this folder is there"
            ) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPost:
    """A mail server. is_wrapped: TLS from the first byte, else by STARTTLS.

    A server on this machine may do without; any other that offers no TLS is given nothing.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_wrapped: bool = False
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    seconds: float = SECONDS
    clock: Callable[[], Instant] = _now

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        """Hand the letter to the server."""
        mail = Mail(to=to, subject=subject, body=body, name=name, language=language)
        message = written(mail, self.sender, self.clock())
        server: smtplib.SMTP | None = None
        try:
            server = self._open()
            server.send_message(message, self.sender, [to])
        except smtplib.SMTPAuthenticationError:
            raise MailNotSent("the mail server does not take the user of `mail`") from None
        except smtplib.SMTPResponseException as fault:
            raise _refusal(fault.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as fault:
            raise _refusal(max(code for code, _ in fault.recipients.values())) from None
        except smtplib.SMTPNotSupportedError:
            raise MailRefused("the mail server cannot write this address") from None
        except (smtplib.SMTPException, OSError):
            raise MailNotSent(f"the mail server `{self.host}` did not answer") from None
        finally:
            if server is not None:
                _close(server)

    def _open(self) -> smtplib.SMTP:
        # The name of this machine concerns nobody; looking it up may take long.
        name = self.sender.rpartition("@")[2]
        server = (
            smtplib.SMTP_SSL(self.host, self.port, name, timeout=self.seconds, context=self.tls)
            if self.is_wrapped
            else smtplib.SMTP(self.host, self.port, name, timeout=self.seconds)
        )
        try:
            self._greet(server)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        is_here = is_loopback(self.host) or self.host == "localhost"
        if not self.is_wrapped and server.has_extn("starttls"):
            server.starttls(context=self.tls)
            server.ehlo()
        elif not self.is_wrapped and not is_here:
            raise MailNotSent(f"the mail server `{self.host}` offers no TLS")
        if self.user:
            server.login(self.user, self.password)


def _refusal(code: int) -> Exception:
    if code >= _PERMANENT:
        return MailRefused(f"the mail server refuses the letter with code {code}")
    return MailPutOff(f"the mail server puts the letter off with code {code}")


def _close(server: smtplib.SMTP) -> None:
    # The letter is taken: what is said at parting changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
