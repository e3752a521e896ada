"""An installation in this process: its pages and interface asked without a server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import httpx

from placket.gate.requests.post import letters_of
from placket.web.api.keys import FILE, new_key
from placket.web.app import make_app
from tests.contract.gates import DAY
from tests.contract.rights_shop import asked_in

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp

    from placket.gate.gate import Gate
    from placket.gate.requests.post import Written
    from placket.gate.requests.register import Case, Register
    from tests.contract.rights_shop import Asked

HOST = "http://localhost"


class InProcess(httpx.BaseTransport):
    """An application asked without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx.ASGITransport(app, client=("203.0.113.9", 50_000))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the whole answer."""
        return anyio.run(self._answered, request)

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        body = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


class Ticking:
    """A clock that a test sets, and that never says the same instant twice."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


@dataclass(slots=True)
class Web:
    """The shop whose customers ask, and a browser that keeps cookies."""

    asked: Asked
    app: ASGIApp
    browser: httpx.Client
    keys: dict[str, str]

    @property
    def gate(self) -> Gate:
        return self.asked.gate

    @property
    def register(self) -> Register:
        return self.asked.register

    def other_browser(self) -> httpx.Client:
        """Return a browser without cookies."""
        return httpx.Client(transport=InProcess(self.app), base_url=HOST)

    def newest(self, subject: str) -> Case:
        """Return the newest request of a person."""
        person = self.gate.person_of(subject)
        assert person is not None
        return self.register.cases_of(person)[-1]

    def letters(self, case: Case, kind: str) -> list[Written]:
        """Return the letters of a kind."""
        return [w for w in letters_of(self.register, case) if w.kept.kind == kind]

    def code(self, case: Case) -> str:
        """Return the newest code that was sent for a request."""
        body = self.letters(case, "code")[-1].kept.body
        found = re.search(r"\b(\d{6})\b", body)
        assert found is not None
        return found[1]

    def prove(self, case: Case, browser: httpx.Client | None = None) -> Case:
        """Enter the newest code, as the person does."""
        form = {"reference": case.request.id, "code": self.code(case)}
        answer = (browser or self.browser).post("/privacy/requests/prove", data=form)
        assert answer.status_code == 303, answer.text
        return self.register.case(case.request.id)

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.gate.in_force.clock.now += days * DAY  # type: ignore[attr-defined]  # the clock of these tests

    def bearing(self, name: str) -> dict[str, str]:
        """Return the header that bears a key."""
        return {"authorization": f"Bearer {self.keys[name]}"}


def web_in(folder: Path, *, answer_seconds: float = 0) -> Web:
    """Return the shop in `folder`, asked through its pages."""
    asked = asked_in(folder, f"sqlite:///{folder / 'shop.db'}")
    asked.gate.in_force.clock = Ticking(asked.gate.now())
    scopes = {
        "all": ("requests", "desk", "approve"),
        "boss-1": ("approve",),
        "reader": ("requests",),
        "clerk": ("desk",),
    }
    keys = {name: new_key(folder / FILE, name, said) for name, said in scopes.items()}
    app = make_app(asked.gate, folder / FILE, answer_seconds=answer_seconds)
    return Web(asked, app, httpx.Client(transport=InProcess(app), base_url=HOST), keys)
