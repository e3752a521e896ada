"""Every refusal of the parts below: the exit code it ends with and, where it helps, a mend."""

from __future__ import annotations

from typing import Final

from placket.cli.outcome import REFUSED, WORLD, WRONG_USE, Ended

CODES: Final[dict[str, tuple[int, str]]] = {
    "placket.settings.SettingsUnusable": (WRONG_USE, ""),
    "placket.law.packs.NotInForce": (WORLD, "see that this machine's clock is right"),
    "placket.gate.gate.NotAnIdentifier": (WRONG_USE, ""),
    "placket.gate.gate.UnknownActivity": (WRONG_USE, ""),
    "placket.gate.instants.NotAnInstant": (WRONG_USE, ""),
    "placket.gate.versions.NothingPublished": (REFUSED, ""),
    "placket.gate.notices.NobodyKnown": (WRONG_USE, "name ids that `placket policy told` listed"),
    "placket.gate.notices.NothingBefore": (REFUSED, ""),
    "placket.gate.versions.UnknownVersion": (WRONG_USE, "see `placket policy list`"),
    "placket.gate.ages.AgeMissing": (WORLD, ""),
    "placket.gate.ages.NotARecipient": (WRONG_USE, "`placket key identity FILE` makes one"),
    "placket.gate.ages.NotAnIdentity": (WRONG_USE, ""),
    "placket.gate.ages.NotOpened": (
        REFUSED,
        "name the identity it was sealed for, or take another backup",
    ),
    "placket.gate.ages.NotSealed": (WORLD, "see that disk and server are well; try again"),
    "placket.gate.backups.NotApart": (REFUSED, "name another folder"),
    "placket.gate.backups.NothingToBackUp": (WORLD, ""),
    "placket.gate.backups.BackupUnderWay": (REFUSED, ""),
    "placket.gate.backups.RotationUnderWay": (REFUSED, ""),
    "placket.gate.backups.AlreadyThere": (REFUSED, ""),
    "placket.gate.backups.NotThisBackup": (REFUSED, "name a backup of the part that is wanted"),
    "placket.gate.backups.ToolFailed": (WORLD, ""),
    "placket.store.refusals.LedgerMissing": (
        WORLD,
        "run `placket init`, or name another settings file with `--config`",
    ),
    "placket.store.refusals.LedgerDamaged": (WORLD, "restore the newest copy beside it"),
    "placket.store.refusals.LedgerUnreachable": (WORLD, "see that its database runs, try again"),
    "placket.store.refusals.LedgerUnwritable": (WORLD, "make room, then try again"),
    "placket.store.refusals.LedgerReadOnly": (WORLD, "let this user write the ledger's file"),
    "placket.store.refusals.LedgerBusy": (WORLD, "try again when the other process is done"),
    "placket.store.refusals.UnknownOutcome": (WORLD, "run the same command again"),
    "placket.store.refusals.StaleFolds": (REFUSED, "run the command again"),
    "placket.store.refusals.FoldMissing": (
        REFUSED,
        "run the command again: another policy took over; if it stays so, `placket policy publish`",
    ),
    "placket.store.refusals.PolicyConflict": (REFUSED, "give the text a new `version:`"),
    "placket.store.refusals.AnotherVersion": (WORLD, "install the newest Placket"),
    "placket.store.refusals.LeaseLost": (REFUSED, "leave it to them; run the command again later"),
    "placket.store.refusals.NotInTree": (REFUSED, "try again in a second"),
    "placket.store.refusals.ForeignKeyring": (
        REFUSED,
        "set `keyring` in the settings to the one made with this ledger",
    ),
    "placket.store.refusals.FactFromTheFuture": (
        REFUSED,
        "tell what happened once it has happened; or set this machine's clock",
    ),
    "placket.store.refusals.LedgerRefuses": (REFUSED, ""),
    "placket.keyring.refusals.KeyringMissing": (
        WORLD,
        "put keyring and key file where the settings say, or run `placket init` in a new folder",
    ),
    "placket.keyring.refusals.KeyringExists": (REFUSED, "name another folder, or another keyring"),
    "placket.keyring.refusals.ForeignKeyring": (
        REFUSED,
        "set `keyring` in the settings to the one made with this ledger",
    ),
    "placket.keyring.refusals.WrongWrappingKey": (
        REFUSED,
        "set `key_file` in the settings to the key made with this keyring",
    ),
    "placket.keyring.refusals.KeyringDamaged": (WORLD, "restore the newest copy of the keyring"),
    "placket.keyring.refusals.ErasureUnfinished": (WORLD, "run the command again"),
    "placket.keyring.refusals.KeyringUnusable": (WORLD, ""),
    "placket.keyring.refusals.SealBroken": (WORLD, "run `placket audit verify`"),
    "placket.sources.connect.NotADatabase": (
        WRONG_USE,
        "write one such as `sqlite:///shop.db`, `postgresql://localhost/shop` or `duckdb:///shop.duckdb`",
    ),
    "placket.sources.connect.SourceUnreachable": (WORLD, ""),
    "placket.sources.connect.DriverMissing": (WORLD, ""),
    "placket.sources.stores.StoreRefuses": (WORLD, ""),
    "placket.sources.stores.NotAFile": (REFUSED, ""),
    "placket.sources.sync.UnknownSource": (WRONG_USE, ""),
    "placket.sources.grants.grant.RoleRefused": (REFUSED, ""),
    "placket.sources.grants.grant.NoRoles": (WRONG_USE, "leave `--role` out"),
    "placket.sources.grants.grant.RoleMissing": (WRONG_USE, ""),
    "placket.sources.grants.grant.MayNotGrant": (REFUSED, "see how to query a purpose view"),
    "placket.sources.trees.UnsupportedDialect": (WRONG_USE, ""),
    "placket.sources.replica_plan.TooManyStates": (REFUSED, ""),
    "placket.sources.replica.PlanTooNarrow": (REFUSED, ""),
    "placket.sources.replica.ViewStillReads": (REFUSED, ""),
    "placket.sources.replica.NotReplicated": (REFUSED, ""),
    "placket.plan.apply.TakenOver": (REFUSED, ""),
    "placket.plan.apply.TargetRefuses": (REFUSED, ""),
    "placket.plan.apply.TargetUnreachable": (WORLD, ""),
    "placket.plan.plan.StalePlan": (REFUSED, "run `placket request plan` again"),
    "placket.sources.processors.refusals.NotTold": (WORLD, "it is tried again by `placket work`"),
    "placket.sources.processors.refusals.RecipientUnset": (WRONG_USE, ""),
    "placket.sources.mail.MailUnset": (WRONG_USE, ""),
    "placket.sources.mail.MailNotSent": (WORLD, ""),
    "placket.sources.mail.MailPutOff": (WORLD, ""),
    "placket.sources.mail.MailRefused": (REFUSED, ""),
    "placket.gate.views.SourceNotSet": (WRONG_USE, ""),
    "placket.gate.views.CatalogueUnusable": (REFUSED, ""),
    "placket.gate.queries.ViewsNotMade": (
        REFUSED,
        "make them: `placket view ACTIVITY --source NAME --apply`",
    ),
    "placket.sources.querying.ViewsStale": (REFUSED, ""),
    "placket.sources.querying.QueryRefused": (REFUSED, ""),
    "placket.sources.querying.SourceAway": (WORLD, ""),
    "placket.gate.paper.PdfMissing": (WORLD, ""),
    "placket.gate.requests.register.NoSuchRequest": (WRONG_USE, ""),
    "placket.gate.requests.register.MoveRefused": (REFUSED, "see `placket request show`"),
    "placket.gate.requests.planning.NoPlan": (REFUSED, ""),
    "placket.gate.requests.carrying.InHand": (REFUSED, ""),
    "placket.gate.requests.proof.NotOnFile": (
        REFUSED,
        "see `placket request show` for those on file",
    ),
    "placket.gate.requests.proof.TooManyCodes": (REFUSED, ""),
    "placket.gate.requests.proof.WrongCode": (
        REFUSED,
        "send a new one with `placket request verify REFERENCE --send-code ADDRESS`",
    ),
    "placket.gate.requests.proof.TriedTooOften": (REFUSED, ""),
    "placket.rights.letters.Unsaid": (
        WRONG_USE,
        "add `--outcome` and `--why` to an answer, `--amount` and `--ground` to a fee",
    ),
    "placket.gate.requests.certifying.NoCertificate": (REFUSED, ""),
    "placket.gate.requests.packing.NoPackage": (REFUSED, ""),
    "placket.gate.requests.telling.NotARecipient": (WRONG_USE, "see `placket request show`"),
    "placket.gate.requests.proof.NoSuchToken": (REFUSED, ""),
    "placket.plan.build.NeedsNoPlan": (WRONG_USE, "run `placket request accept`"),
    "placket.plan.asking.NotInCatalogue": (REFUSED, "add the table to the catalogue"),
    "placket.scan.dialects.UnsupportedDialect": (WRONG_USE, ""),
    "placket.demo.run.FolderInUse": (REFUSED, ""),
    "placket.demo.rows.ShopExists": (REFUSED, "name an empty database with `--url`"),
    "placket.demo.rows.UnsupportedDatabase": (WRONG_USE, ""),
}
"""Class to exit code and mend, by name: a class that was never imported was never raised."""

OWN_MEND: Final = frozenset({"KeyringMissing", "WrongWrappingKey"})
"""Classes whose own mend, where there is one, knows more than the one above."""


def ended(failure: BaseException) -> Ended | None:
    """Return how the command ends by `failure`; None when it is our own fault.

    The nearest of the failure's classes decides, so that a new refusal of a known family is
    told too.
    """
    for kind in type(failure).__mro__:
        found = CODES.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is not None:
            code, mend = found
            sentence, said = sentence_of(failure)
            is_said = said and kind.__name__ in OWN_MEND
            return Ended(sentence, said if is_said else mend or said, code=code)
    if isinstance(failure, OSError) and failure.strerror:
        return Ended(_of_system(failure), "see that the file is there and may be used")
    return None


def sentence_of(failure: BaseException) -> tuple[str, str]:
    """Return the failure's own words as a sentence, and the mend that they end with, if any."""
    words = " ".join((str(failure) or type(failure).__doc__ or "").split()).rstrip(".")
    sentence, _, mend = words.replace(": write ", "; write ").partition("; ")
    # A name in capitals, such as that of a variable, stays as it is.
    is_word = sentence[1:2].islower() or sentence[1:2] == " "
    return (sentence[:1].lower() + sentence[1:] if is_word else sentence), mend


def _of_system(failure: OSError) -> str:
    what = f"`{failure.filename}`" if isinstance(failure.filename, str) else "the system"
    return f"{what}: {str(failure.strerror).lower()}"
