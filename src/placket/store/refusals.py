"""What a ledger refuses, each with a sentence that says what to do."""


class LedgerRefuses(Exception):
    """The ledger refuses."""


class LedgerMissing(LedgerRefuses):
    """There is no ledger here; create one, or name another place."""


class AnotherVersion(LedgerRefuses):
    """The ledger was made by another version of Placket; install the newest one."""


class LedgerDamaged(LedgerRefuses):
    """The ledger's file is damaged; keep it, and restore the newest copy beside it."""


class LedgerUnreachable(LedgerRefuses):
    """The ledger's database went away; nothing is known to be written, so try again."""


class LedgerUnwritable(LedgerRefuses):
    """The ledger's disk is full or fails; nothing was written. Make room, then try again."""


class LedgerReadOnly(LedgerUnwritable):
    """The ledger may be read here and not written; nothing was written."""


class LedgerBusy(LedgerRefuses):
    """Another process has been writing to the ledger for too long; nothing was written."""


class UnknownOutcome(LedgerRefuses):
    """The database went away while it committed; append the same facts again: ids decide."""


class ForeignKeyring(LedgerRefuses):
    """The keyring belongs to another ledger."""


class FactRefused(LedgerRefuses):
    """A fact cannot be appended; nothing was written."""


class FactFromTheFuture(FactRefused):
    """A fact has a time that is not yet; look at the clock of whoever recorded it."""


class UnknownKind(FactRefused):
    """A fact is of a kind that is not in the closed set."""


class NobodyConcerned(FactRefused):
    """A fact names no person, or both one person and a list of persons."""


class FactConflict(FactRefused):
    """A fact with this id stands in the ledger and says something else."""


class PersonErased(FactRefused):
    """A fact gives an erased person an identifier or a link; make a new person."""


class PolicyConflict(LedgerRefuses):
    """A policy of this version is published with another text; give the text a new version."""


class FoldMissing(LedgerRefuses):
    """The ledger holds no standing under this fold; prepare the fold first."""


class StaleFolds(LedgerRefuses):
    """The ledger keeps standing under a fold that was not given; load the policy in force."""


class StandingStale(LedgerRefuses):
    """Standing under the policy in force is still being built; ask again in a moment."""


class LeaseLost(LedgerRefuses):
    """Somebody else took over this task; nothing was written. Leave it to them."""


class NotInTree(LedgerRefuses):
    """The fact has no position in the tree yet; wait for the next checkpoint."""
