"""Letters to recipients without an interface, and the receipts of their replies."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placket.rights.recipients import Act, State
from placket.sources.mail import MailNotSent, MailRefused
from placket.sources.processors.letter import (
    SAYABLE,
    ByMail,
    is_reply,
    recorded,
    replied,
    reply_token,
)
from placket.sources.processors.message import Answer, Correction, asked, receipt_of
from placket.sources.processors.message import told as tell
from tests.unit.sources.processors.fakes import SECRET, clock, message


@dataclass
class Pile:
    """A post that keeps letters, or fails as told."""

    fails: Exception | None = None
    letters: list[dict[str, str]] = field(default_factory=list)

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        if self.fails is not None:
            raise self.fails
        self.letters.append({"to": to, "subject": subject, "body": body, "name": name})


def by_mail(pile: Pile, link: str = "") -> ByMail:
    return ByMail(address="desk@ferry.example", post=pile, link=link, secret=SECRET)


def test_a_recipient_is_written_to() -> None:
    pile = Pile()

    found = tell(by_mail(pile, "https://harbour.example/told/"), message())

    token = reply_token(SECRET, "m_1")
    assert found == Answer(state=State.TOLD)
    assert pile.letters == [
        {
            "to": "desk@ferry.example",
            "subject": "Please erase data that you received from us",
            "name": "m_1.1",
            "body": f"""\
A person has had their data erased here. You received some of them from us.
Please erase these too, with every copy and every link to them (GDPR Art. 17 and 19).

The person, as you know them:
  email: ada@example.org
  customer: 7

The data: email

Please tell us whether you did it, did a part of it, or do not do it and why:
  https://harbour.example/told/m_1/{token}

Reference: m_1
Asked for on: 2023-11-14T22:13:20Z
""",
        }
    ]


def test_without_a_link_the_letter_itself_is_answered() -> None:
    pile = Pile()

    tell(by_mail(pile), message())

    assert "https://" not in pile.letters[0]["body"]
    assert "answer this letter and keep the reference below" in pile.letters[0]["body"]


def test_each_attempt_is_a_letter_of_its_own() -> None:
    pile = Pile()

    tell(by_mail(pile), message())
    asked(by_mail(pile), message(attempt=2), "")
    asked(by_mail(pile), message(attempt=2), "")

    assert [letter["name"] for letter in pile.letters] == ["m_1.1", "m_1.2", "m_1.2"]
    assert pile.letters[1]["body"].startswith("We wrote to you before and have no answer.\n")
    assert pile.letters[1] == pile.letters[2]


@pytest.mark.parametrize("act", Act)
def test_a_letter_says_what_to_do_for_every_act(act: Act) -> None:
    pile = Pile()
    right = Correction(category="email", value="ada@example.net")

    tell(by_mail(pile), message(act=act, corrections=(right,)))

    assert act.value[:6] in pile.letters[0]["body"] or act in {Act.RECTIFY, Act.ACCESS}
    assert "What is right:\n  email: ada@example.net" in pile.letters[0]["body"]


@pytest.mark.parametrize(
    ("fails", "why"), [(MailNotSent(), "unreachable"), (MailRefused(), "address_refused")]
)
def test_a_letter_that_does_not_go_is_a_failure(fails: Exception, why: str) -> None:
    assert tell(by_mail(Pile(fails)), message()) == Answer(state=State.FAILED, why=why)


# Replies


def test_a_reply_by_the_link_has_a_receipt() -> None:
    found = replied("m_1", State.DONE, clock())

    assert found.state == State.DONE
    assert found.signed == (
        b"m_1",
        b'{"at":"2023-11-14T22:13:20Z","id":"m_1","state":"done"}',
    )
    assert found.receipt == receipt_of(*found.signed)


def test_a_reply_that_staff_read_has_its_receipt_of_the_reply() -> None:
    found = recorded("m_1", State.PARTIAL, b"We erased all but the invoices.")

    assert found.state == State.PARTIAL
    assert found.receipt == receipt_of(b"m_1", b"We erased all but the invoices.")
    assert recorded("m_2", State.PARTIAL, b"We erased all but the invoices.") != found


def test_done_is_not_recorded_without_the_reply() -> None:
    with pytest.raises(ValueError, match="without a receipt"):
        recorded("m_1", State.DONE, b"")


@pytest.mark.parametrize("state", sorted(set(State) - SAYABLE))
def test_a_recipient_says_only_what_is_its_to_say(state: State) -> None:
    with pytest.raises(ValueError, match="does not say that"):
        replied("m_1", state, clock())


@given(st.text(max_size=60), st.sampled_from(("m_1", "m_2", "m_")))
def test_a_link_is_used_with_its_own_token_alone(token: str, name: str) -> None:
    assert is_reply(SECRET, "m_1", reply_token(SECRET, "m_1"))
    assert not is_reply(SECRET, "m_1", token)
    assert is_reply(SECRET, "m_1", reply_token(SECRET, name)) == (name == "m_1")


def test_without_a_secret_there_is_no_link() -> None:
    assert not is_reply(b"", "m_1", reply_token(b"", "m_1"))
