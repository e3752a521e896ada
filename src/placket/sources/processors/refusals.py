"""Why a recipient could not be told, or its answer not believed; no message holds a value."""

from __future__ import annotations

from typing import ClassVar, Final

from placket.rights.recipients import UNABLE


class NotTold(Exception):
    """The recipient could not be told; it is tried again."""

    why: ClassVar[str] = "not_told"

    def __init__(self, says: str = "") -> None:
        """Say why, by default as the class does."""
        super().__init__(says or type(self).__doc__)


class AddressRefused(NotTold):
    """The recipient's address is one that Placket does not call."""

    why = "address_refused"


class RecipientUnreachable(NotTold):
    """The recipient did not answer in time."""

    why = "unreachable"


class AnswerTooLong(NotTold):
    """The recipient's answer is too long."""

    why = "too_long"


class AnswerRefused(NotTold):
    """The recipient answered with another status than one that says yes."""

    why = "bad_status"


class AnswerUnreadable(NotTold):
    """The recipient's answer is not of the form that was agreed."""

    why = "unreadable"


class SignatureWrong(NotTold):
    """The answer does not carry the recipient's signature."""

    why = "unsigned"


class AnswerOfAnother(NotTold):
    """The answer belongs to another request."""

    why = "of_another"


class Unable(NotTold):
    """The way to this recipient cannot say what there is to say; tell it another way."""

    why = UNABLE


class ConnectorBroken(NotTold):
    """The recipient's own connector has a fault; run its tests."""

    why = "broken"


class RecipientUnset(Exception):
    """The settings of the recipient cannot be used."""


REASONS: Final = frozenset((NotTold.why, *(kind.why for kind in NotTold.__subclasses__())))
"""Every word that `ground` of a failed answer may have."""
