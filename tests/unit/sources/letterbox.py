"""A mail server on this machine that keeps what it is given, or refuses it as told."""

from __future__ import annotations

import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

END: Final = b"\r\n.\r\n"


@dataclass(frozen=True)
class Delivered:
    """A letter as the server got it, with whether TLS was on."""

    sender: str
    to: str
    raw: bytes
    secured: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)


@dataclass
class Letterbox:
    """answers: replies in place of the usual ones, by command; an empty one hangs up."""

    tls: ssl.SSLContext | None = None
    is_wrapped: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    letters: list[Delivered] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._speaker())
        self._server.daemon_threads = True
        if self.tls is not None and self.is_wrapped:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _speaker(self) -> type[socketserver.BaseRequestHandler]:
        box = self

        class Speaker(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                talk = Talk(box, self.request)
                with suppress(OSError):
                    talk.run()
                talk.file.close()
                talk.connection.close()

        return Speaker


class Talk:
    """One connection."""

    def __init__(self, box: Letterbox, connection: Any) -> None:
        self.box, self.connection = box, connection
        self.file = connection.makefile("rb")
        self.secured, self.sender, self.to = box.is_wrapped, "", ""

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def run(self) -> None:
        self.say(self.box.answers.get("connect", "220 box"))
        while line := self.file.readline().decode().strip():
            command = line.split(" ")[0].split(":")[0].upper()
            self.box.commands.append(command)
            usual = self.box.answers.get(command)
            if usual == "":
                return
            if usual is not None:
                self.say(usual)
            elif not self.obey(command, line):
                return

    def obey(self, command: str, line: str) -> bool:
        match command:
            case "EHLO":
                offers = self.box.tls is not None and not self.secured
                self.say(
                    "250-box\r\n250-AUTH PLAIN" + ("\r\n250 STARTTLS" if offers else "\r\n250 OK")
                )
            case "STARTTLS" if self.box.tls is not None:
                self.say("220 go on")
                self.connection = self.box.tls.wrap_socket(self.connection, server_side=True)
                self.file, self.secured = self.connection.makefile("rb"), True
            case "AUTH":
                self.say("235 known")
            case "MAIL":
                self.sender = line.partition("<")[2].partition(">")[0]
                self.say("250 OK")
            case "RCPT":
                self.to = line.partition("<")[2].partition(">")[0]
                self.say("250 OK")
            case "DATA":
                self.take()
            case _:
                self.say("221 bye")
                return command != "QUIT"
        return True

    def take(self) -> None:
        self.say("354 go on")
        raw = b""
        while not raw.endswith(END):
            raw += self.file.readline()
        body = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        self.box.letters.append(Delivered(self.sender, self.to, body, self.secured))
        taken = self.box.answers.get("taken", "250 taken")
        if taken:
            self.say(taken)
        else:
            self.connection.close()
            raise OSError
