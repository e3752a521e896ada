"""An eraser as WordPress has them: asked page by page until it says that it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from placket.rights.recipients import Act, State
from placket.sources.processors.message import Answer, Message
from placket.sources.processors.reading import read_json, write_json
from placket.sources.processors.refusals import AnswerUnreadable, RecipientUnreachable, Unable
from placket.sources.processors.signing import signed, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.law.calendar import Instant
    from placket.sources.processors.outgoing import Outgoing

SECOND: Final = 1_000_000
MOST_PAGES: Final = 200
MOST_TIME: Final = 60 * SECOND
"""For all pages together, microseconds."""


class Page(msgspec.Struct, frozen=True):
    """The form of one page. messages: for people, and so neither kept nor shown."""

    items_removed: bool | int
    items_retained: bool | int
    messages: list[str]
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """A shop site whose erasers answer behind one signed address. clock: microseconds UTC.

    It finds a person by email alone, and it can only erase.
    """

    url: str
    secret: bytes = field(repr=False)
    calls: Outgoing
    clock: Callable[[], Instant]

    def tell(self, message: Message) -> Answer:
        """Erase, page by page: done when nothing was retained, partial when anything was."""
        emails = message.values("email")
        if message.act is not Act.ERASE or not emails:
            raise Unable
        pages = [page for email in emails for page in self._pages(message, email)]
        retained = any(page.items_retained for page, _ in pages)
        return Answer(
            state=State.PARTIAL if retained else State.DONE,
            signed=tuple(body for _, body in pages),
            reference=message.id,
        )

    def status(self, message: Message, reference: str) -> Answer:  # noqa: ARG002  # it keeps none
        """Erase again: what is gone stays gone, and the eraser says what it retains."""
        return self.tell(message)

    def _pages(self, message: Message, email: str) -> Iterator[tuple[Page, bytes]]:
        ends = self.clock() + MOST_TIME
        for number in range(1, MOST_PAGES + 1):
            if self.clock() > ends:
                raise RecipientUnreachable("the eraser takes too long over its pages")
            body = self._ask(message, email, number)
            page = read_json(body, Page)
            yield page, body
            if page.done:
                return
        raise AnswerUnreadable(f"the eraser is not done after {MOST_PAGES} pages")

    def _ask(self, message: Message, email: str, number: int) -> bytes:
        """Return one page, signed for this message and page."""
        name = f"{message.id}.{message.values('email').index(email) + 1}.{number}"
        body = write_json({"email_address": email, "page": number})
        headers = signed(self.secret, name, body, self.clock() // SECOND)
        reply = self.calls.post(self.url, body, headers).expected(200)
        verify(self.secret, name, reply.headers, reply.body, self.clock() // SECOND)
        return reply.body
