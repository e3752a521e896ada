"""The closed sets of grounds and prohibitions that a law pack's matrix relates."""

from enum import StrEnum


class Ground(StrEnum):
    """What an activity rests on where a prohibition would otherwise stop it.

    Source: GDPR Art. 6(1), 17(3), 18(2), 21(1); the reading in each pack's matrix.
    """

    NONE = "none"
    CONTRACT = "contract"
    DUTY = "duty"
    RECALL = "recall"
    CLAIMS = "claims"
    VITAL_INTEREST = "vital_interest"
    OWN_REQUEST = "own_request"
    RIGHTS_OF_OTHERS = "rights_of_others"
    PUBLIC_INTEREST = "public_interest"
    STORAGE = "storage"


class Prohibition(StrEnum):
    """What stops an activity that a clause would permit.

    Source: GDPR Art. 8, 17(3), 18, 21; ePrivacy Directive 2002/58/EC Art. 13.
    """

    LOCK = "lock"
    RESTRICTED = "restricted"
    OBJECTION = "objection"
    ROLE = "role"
    AGE = "age"
    CHANNEL = "channel"
    PREFERENCE = "preference"
    FREQUENCY = "frequency"
