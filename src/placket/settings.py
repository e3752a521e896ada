"""Every setting with its default and unit: read from `placket.toml` and the environment."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "placket.toml"
PREFIX: Final = "PLACKET_"
LARGEST: Final = 262_144
"""The bytes of a settings file at most."""
MOST: Final = 1_000_000_000
"""What a number is at most where nothing else is said."""


class SettingsUnusable(Exception):
    """the settings cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """A connected database or store of files: its URL, and the catalogue of what lives in it.

    Of an S3-compatible store, endpoint: where it answers; region; secret_file: the id of a key
    and its secret, a line each.
    """

    url: str
    catalogue: Path
    endpoint: str = ""
    region: str = ""
    secret_file: Path | None = None

    @property
    def is_store(self) -> bool:
        """Say whether files lie there, and not a database."""
        return self.url.partition(":")[0] in {"file", "s3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientSettings:
    """A way to a recipient: its kind, and what that kind needs.

    secret_file: what signs, or opens, the calls. certificate_file: what the recipient signs with.
    """

    kind: str
    url: str = ""
    secret_file: Path | None = None
    certificate_file: Path | None = None
    address: str = ""


RECIPIENTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        "webhook": (("url", "secret_file"), ()),
        "opendsr": (("url", "certificate_file"), ("secret_file",)),
        "opengdpr": (("url", "certificate_file"), ("secret_file",)),
        "shopify": (("url", "secret_file"), ()),
        "eraser": (("url", "secret_file"), ()),
        "mail": (("address",), ("url", "secret_file")),
    }
)
"""The kinds of ways to a recipient: the keys that each needs, and those that it may have."""

OWN_KIND: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*")
"""A kind of one's own: the module and the name of the class that tells the recipient."""


def setting(default: Any, doc: str, unit: str = "", *, within: tuple[int, int] = (1, MOST)) -> Any:
    """Return a field of Settings that carries its own documentation.

    within: the least and the greatest number that it takes.
    """
    return field(default=default, metadata={"doc": doc, "unit": unit, "within": within})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where an installation keeps its parts; relative paths count from the settings file."""

    folder: Path = Path()
    ledger: str = setting("placket.db", "the ledger: a SQLite file or a PostgreSQL URL")
    keyring: str = setting(
        "placket-keys.db", "the keyring: a store of its own, never in one backup with the ledger"
    )
    key_file: str = setting("placket.key", "the wrapping key of the keyring, in no database")
    key_days: int = setting(
        7,
        "after how many days `placket work` changes the wrapping key; 0 leaves it to you",
        "days",
        within=(0, 3_650),
    )
    backup_days: int = setting(
        0,
        "how long backups of keyring and wrapping key are kept, for certificates; 0 says nothing",
        "days",
        within=(0, 3_650),
    )
    policy: str = setting("policy.md", "the policy document, or its folder")
    host: str = setting("127.0.0.1", "the address the web server listens on")
    port: int = setting(
        8600, "the port the web server listens on; 0 takes a free one", within=(0, 65_535)
    )
    web_address: str = setting(
        "", "the address under which shoppers reach the pages, for links in letters"
    )
    view_good_for: int = setting(
        60, "how long a replicated standing may serve views before it is stale", "seconds"
    )
    page_rows: int = setting(50, "rows on a page of the console", "rows")
    batch_facts: int = setting(10_000, "facts appended in one transaction by sync", "facts")
    request_owner: str = setting(
        "privacy_manager", "whose a request of a person is until it is given to somebody"
    )
    request_wait_hours: int = setting(
        72,
        "how long an unanswered notice to all known addresses stands in for a second proof",
        "hours",
        within=(0, 720),
    )
    request_address_days: int = setting(
        30, "how long an address is known before a code sent there counts", "days", within=(0, 365)
    )
    request_attempts: int = setting(
        10, "wrong codes after which codes no longer count for a request", "codes", within=(1, 100)
    )
    request_prompt_days: int = setting(
        7, "within how many days of receipt a question about identity is prompt", "days"
    )
    request_evidence_days: int = setting(
        2_192,
        "how long what proves the answer to a request is kept, sealed, for claims alone",
        "days",
    )
    request_review_days: int = setting(
        30, "after how many days what waits for an open case is looked at again", "days"
    )
    mail: str = setting(
        "", "where letters go: `smtp://USER:PASSWORD@HOST`, `smtps://` or `file:FOLDER`"
    )
    mail_from: str = setting("", "the address that letters come from")
    shopify_secret_file: str = setting(
        "",
        "the file of the secret that signs Shopify's compliance webhooks; without it none is taken",
    )
    shopify_source: str = setting(
        "shopify", "the source of the catalogue whose customers Shopify tells of"
    )
    recipients_on_loopback: int = setting(
        0, "1 lets recipients be on this machine, by plain http; for trying out", within=(0, 1)
    )
    sources: Mapping[str, SourceSettings] = field(default_factory=lambda: MappingProxyType({}))
    recipients: Mapping[str, RecipientSettings] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def databases(self) -> tuple[str, ...]:
        """Return the names of the sources that are databases."""
        return tuple(name for name, source in self.sources.items() if not source.is_store)

    def location(self, written: str) -> str:
        """Return a URL as written, a relative path as one from the settings' folder."""
        return written if "://" in written else str(self.folder / written)

    @property
    def post(self) -> str:
        """Return the setting `mail`, a relative folder as one from the settings' folder."""
        kind, colon, folder = self.mail.partition(":")
        is_folder = bool(colon) and kind == "file"
        return f"file:{self.folder / folder}" if is_folder else self.mail

    @property
    def policy_file(self) -> Path:
        """Return the policy document itself."""
        return policy_file(self.folder / self.policy)


def policy_file(path: Path) -> Path:
    """Return the document of a POLICY argument: the file, or `policy.md` in the folder."""
    return path / "policy.md" if path.is_dir() else path


def documented() -> tuple[tuple[str, str, str, str], ...]:
    """Return name, default, unit and meaning of every setting."""
    return tuple(
        (f.name, str(f.default), f.metadata["unit"], f.metadata["doc"])
        for f in fields(Settings)
        if "doc" in f.metadata
    )


def read_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `path` (default `placket.toml` here), the environment outranking.

    `PLACKET_LEDGER` and the like override one setting each. Raises SettingsUnusable with the
    file, the key and the mend.
    """
    environ = os.environ if environ is None else environ
    file = path or Path(environ.get(f"{PREFIX}CONFIG", FILE))
    written = _read(file) if path is not None or file.exists() else {}
    sources, recipients = written.pop("sources", {}), written.pop("recipients", {})
    known = {name: default for name, default, _, _ in documented()}
    for key in written:
        if key not in known:
            raise SettingsUnusable(
                f"`{key}` in {file} is no setting; the settings are {', '.join(known)}"
            )
    for name in known:
        if f"{PREFIX}{name.upper()}" in environ:
            written[name] = environ[f"{PREFIX}{name.upper()}"]
    values = {name: _typed(file, name, value) for name, value in written.items()}
    folder = file.parent
    return Settings(
        folder=folder,
        sources=_sources(file, folder, sources),
        recipients=_recipients(file, folder, recipients),
        **values,
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            read = opened.read(LARGEST + 1)
        if len(read) > LARGEST:
            raise SettingsUnusable(f"{file} is too long for settings; name another file")
        return tomllib.loads(read.decode())
    except FileNotFoundError:
        raise SettingsUnusable(f"there is no {file}; `placket init` writes one") from None
    except RecursionError:
        raise SettingsUnusable(
            f"{file} is nested too deep; write lines such as `port = 8600`"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsUnusable(
            f"{file} is not TOML: {fault}; write lines such as `port = 8600`"
        ) from None


def _typed(file: Path, name: str, value: object) -> Any:
    of = next(f for f in fields(Settings) if f.name == name)
    if not isinstance(of.default, int):
        return _text(f"`{name}` in {file}", value)
    least, most = of.metadata["within"]
    try:
        number = int(str(value))
    except ValueError:
        raise SettingsUnusable(f"`{name}` in {file} is a whole number") from None
    if not least <= number <= most:
        raise SettingsUnusable(f"`{name}` in {file} is a number from {least} to {most}")
    return number


def _text(what: str, value: object) -> str:
    # No path and no address holds a control character; the system refuses some of them.
    if isinstance(value, str) and value.isprintable() and value.strip():
        return value
    raise SettingsUnusable(f"{what} is a text in quotes, on one line and not empty")


def _sources(file: Path, folder: Path, written: object) -> Mapping[str, SourceSettings]:
    if not isinstance(written, dict):
        raise SettingsUnusable(
            f"write sources in {file} as `[sources.NAME]` with url and catalogue"
        )
    found: dict[str, SourceSettings] = {}
    for name, source in written.items():
        found[name] = _source(file, folder, name, source)
    return MappingProxyType(found)


def _source(file: Path, folder: Path, name: str, written: object) -> SourceSettings:
    of_stores = {"endpoint", "region", "secret_file"}
    keys = written if isinstance(written, dict) else {}
    more = of_stores if str(keys.get("url", "")).startswith("s3:") else set[str]()
    if not {"url", "catalogue"} <= set(keys) <= {"url", "catalogue", *more}:
        raise SettingsUnusable(f"`[sources.{name}]` in {file} needs `url` and `catalogue` alone")
    where = f"of `[sources.{name}]` in {file}"
    said = {key: _text(f"`{key}` {where}", value) for key, value in keys.items()}
    return SourceSettings(
        url=_url(folder, said["url"]),
        catalogue=folder / said["catalogue"],
        endpoint=said.get("endpoint", ""),
        region=said.get("region", ""),
        secret_file=folder / said["secret_file"] if "secret_file" in said else None,
    )


def _recipients(file: Path, folder: Path, written: object) -> Mapping[str, RecipientSettings]:
    if not isinstance(written, dict) or not all(isinstance(w, dict) for w in written.values()):
        raise SettingsUnusable(f"write recipients in {file} as `[recipients.NAME]` with kind")
    return MappingProxyType({n: _recipient(file, folder, n, w) for n, w in written.items()})


def _recipient(file: Path, folder: Path, name: str, written: dict[str, Any]) -> RecipientSettings:
    where = f"of `[recipients.{name}]` in {file}"
    said = {key: _text(f"`{key}` {where}", value) for key, value in written.items()}
    kind = said.get("kind", "")
    if kind not in RECIPIENTS and not OWN_KIND.fullmatch(kind):
        kinds = ", ".join(RECIPIENTS)
        raise SettingsUnusable(f"`kind` {where} is one of {kinds}, or `MODULE:CLASS` of your own")
    own = ((), ("url", "secret_file", "certificate_file", "address"))
    needed, more = RECIPIENTS.get(kind, own)
    if not {"kind", *needed} <= said.keys() <= {"kind", *needed, *more}:
        raise SettingsUnusable(_keys_of(name, file, kind, needed, more))
    return RecipientSettings(
        kind=kind,
        url=said.get("url", ""),
        address=said.get("address", ""),
        secret_file=folder / said["secret_file"] if "secret_file" in said else None,
        certificate_file=folder / said["certificate_file"] if "certificate_file" in said else None,
    )


def _keys_of(
    name: str, file: Path, kind: str, needed: tuple[str, ...], more: tuple[str, ...]
) -> str:
    needs = " and ".join(f"`{key}`" for key in needed)
    may = f", and may have {' and '.join(f'`{key}`' for key in more)}" if more else ""
    return f"`[recipients.{name}]` in {file} is of kind `{kind}`, which needs {needs} alone{may}"


def _url(folder: Path, url: str) -> str:
    for prefix in ("sqlite:///", "duckdb:///", "file:"):
        if url.startswith(prefix) and not url.removeprefix(prefix).startswith("/"):
            return f"{prefix}{(folder / url.removeprefix(prefix)).resolve()}"
    return url


def write_settings(settings: Settings) -> str:
    """Return the TOML of `settings`, the defaults left out."""
    lines = [
        f"{name} = {_toml(getattr(settings, name))}"
        for name, default, _, _ in documented()
        if str(getattr(settings, name)) != default
    ]
    for name, source in settings.sources.items():
        lines += ["", f"[sources.{name}]", *_lines(source)]
    for name, recipient in settings.recipients.items():
        lines += ["", f"[recipients.{name}]", *_lines(recipient)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(of: SourceSettings | RecipientSettings) -> list[str]:
    said = ((f.name, getattr(of, f.name)) for f in fields(of))
    return [f"{key} = {_toml(str(value))}" for key, value in said if value]


def _toml(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
