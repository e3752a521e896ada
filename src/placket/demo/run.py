"""The demo's run: build the shop, publish, sync, count, explain, view, withdraw, verify."""

from __future__ import annotations

import textwrap
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, func, select, table

from placket import catalogue as catalogues
from placket.decide.question import Question
from placket.demo.asking import Requests
from placket.demo.examples import POLICY, catalogue_of
from placket.demo.schema import customer
from placket.demo.shop import build_shop
from placket.demo.text import tell_judged, tell_running
from placket.demo.words import WIDTH
from placket.facts import Fact, Kind, fact_id
from placket.gate.opening import create_gate, publish
from placket.gate.views import SourceViews
from placket.gate.words import decision_lines
from placket.policy.check import check_published
from placket.policy.compile import is_direct_marketing
from placket.policy.parse import parse
from placket.settings import Settings, SourceSettings, write_settings
from placket.sources.connect import open_source
from placket.sources.sync import sync
from placket.sources.told import Told
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from placket.demo.telling import Telling
    from placket.gate.answers import Funnel
    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.sources.views import PurposeViews

SHOP: Final = "shop"
MAIL: Final = "email"
PARTS: Final = ("placket.db", "placket-keys.db", "placket.key", "placket.toml", "shop.db")
MARKER: Final = "made-by-placket-demo"
"""A file by which a folder is known to be a demo's, so that nothing else is ever cleared."""

ROWS: Final = 12
"""Lines of the table of whom messages may reach, and how many of them are of promotion."""

PROMOTING: Final = 7

LOOKED_AT: Final = 500
"""Customers of whom the one with most reasons is shown."""


class FolderInUse(Exception):
    """the folder holds something else than a demo; name an empty one with --folder."""


class PolicyBroken(Exception):
    """the bundled policy or catalogue has problems; this is a fault of Placket."""


@dataclass(kw_only=True)
class Demo:
    """One run of the demo: where it is made and what tells of it."""

    folder: Path
    url: str
    policy: Path
    today: date
    telling: Telling
    scale: float = 1.0

    @property
    def settings(self) -> Settings:
        """Return the settings of the demo's installation."""
        source = SourceSettings(url=self.url, catalogue=catalogue_of(self.policy))
        # Invented persons wait for nothing: what a setting spreads over days happens at once.
        return Settings(
            folder=self.folder,
            policy=str(self.policy),
            sources={SHOP: source},
            request_wait_hours=0,
            request_address_days=0,
        )

    @cached_property
    def text(self) -> str:
        """Return the text of the policy."""
        return (self.policy / POLICY).read_text(encoding="utf-8")


def run(demo: Demo) -> Gate:
    """Run the main job from an empty folder and return the gate, open, to be served."""
    tell = demo.telling
    clear(demo.folder)
    _text(demo)
    gate = create_gate(demo.settings)
    (demo.folder / "placket.toml").write_text(write_settings(demo.settings), encoding="utf-8")
    _policy(demo, gate)
    _shop(demo)
    _sync(demo, gate)
    question = _whom(demo, gate)
    subject = _explain(demo, gate, question)
    views = SourceViews(gate=gate, name=SHOP)
    made = _view(demo, views, question, subject)
    _withdraw(demo, views, made, question, subject)
    views.close()
    Requests(
        gate=gate, url=demo.url, telling=tell, sheet=style_sheet()[0].decode(), spared=subject
    ).run()
    _verify(demo, gate)
    tell.found["seconds"] = round(tell.elapsed(), 1)
    tell.line()
    tell.line(f"All of it took {tell.elapsed():.0f} seconds. It lies in {demo.folder}.")
    return gate


def clear(folder: Path) -> None:
    """Make the folder, or take an earlier demo's files out of it and nothing else.

    Raises FolderInUse when the folder holds anything and no demo made it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / MARKER).exists():
        raise FolderInUse(f"{folder} holds something else than a demo; name an empty folder")
    (folder / MARKER).touch()
    for part in PARTS:
        for file in folder.glob(f"{part}*"):
            file.unlink()


def _shop(demo: Demo) -> None:
    tell = demo.telling
    tell.step("A shop: real transactions, invented persons")
    with tell.progress() as progress:
        summary = build_shop(demo.url, today=demo.today, progress=progress, scale=demo.scale)
    rows = summary.rows
    tell.found["shop"] = dict(rows)
    tell.line(
        f"{rows['customer']:,} customers, {rows['orders']:,} orders, "
        f"{rows['order_line']:,} order lines, the last of yesterday."
    )
    tell.line("Order lines: Online Retail, D. Chen, UCI, doi 10.24432/C5BW33, CC BY 4.0.")


def _text(demo: Demo) -> None:
    tell = demo.telling
    tell.step("A privacy policy as it was published, judged")
    with tell.progress() as progress:
        progress("read the text", 0, 1)
        document = parse(demo.text, POLICY).document
        if document is None:
            raise PolicyBroken("the text cannot be read")
        progress("judge the text", 0, 1)
        problems = check_published(document)
    tell_judged(tell, document, problems)


def _policy(demo: Demo, gate: Gate) -> None:
    tell = demo.telling
    tell.step("The policy that runs: clauses beside their rules")
    with tell.progress() as progress:
        progress("check and publish", 0, 1)
        published = publish(gate, demo.text, POLICY, by="demo")
    if not published.version:
        raise PolicyBroken("\n".join(str(p) for p in published.problems))
    tell_running(tell, gate.policy, published.problems)


def _sync(demo: Demo, gate: Gate) -> None:
    tell = demo.telling
    tell.step("The shop's rows become facts, once each")
    file = catalogue_of(demo.policy)
    parsed = catalogues.parse(file.read_text(encoding="utf-8"), file.name)
    if parsed.catalogue is None:
        raise PolicyBroken("\n".join(str(p) for p in parsed.problems))
    engine = open_source(demo.url)
    with (
        tell.progress() as progress,
        gate.in_force.loading(lambda d, n: progress("standing", d, n)),
    ):
        summary = sync(
            parsed.catalogue,
            SHOP,
            engine,
            gate,
            now=gate.now(),
            policy_version=gate.versions.version_at,
            secret=gate.keys.hmac_key,
            progress=progress,
        )
    gate.sequence()
    engine.dispose()
    tell.found["sync"] = {"facts": summary.told, "linked": summary.linked}
    tell.line(f"{summary.told:,} facts told, {summary.linked:,} persons known to be the same.")


def _whom(demo: Demo, gate: Gate) -> Question:
    """Count for each activity and channel; return the message that promotes to most persons."""
    tell, policy = demo.telling, gate.policy
    tell.step("Who may be addressed today, and why not the others")
    questions = [
        Question(activity=name, channel=channel)
        for name, variants in policy.activities.items()
        for channel in variants[0].channel or ("",)
    ]
    funnels = gate.funnels(questions)
    tell.found["eligible"] = [asdict(funnel) for funnel in funnels]
    messages = _messages(policy, funnels)
    shown = _most_asked(policy, messages)
    tell.funnels(shown)
    tell.line()
    silent = sum(not funnel.permitted for funnel in messages)
    tell.lines(
        textwrap.wrap(
            f"These are {len(shown)} of {len(funnels)} activities and channels, and the console "
            f"shows all. Of {len(messages)} that are messages, {silent} may reach nobody today.",
            WIDTH,
        )
    )
    chosen = max(
        (f for f in messages if f.channel == MAIL and _promotes(policy, f)),
        key=lambda funnel: funnel.permitted,
    )
    tell.line()
    tell.funnel(chosen)
    return Question(activity=chosen.activity, channel=chosen.channel)


def _messages(policy: Policy, funnels: Sequence[Funnel]) -> list[Funnel]:
    """Return the funnels of what is sent or said to a person, on a channel."""
    return [f for f in funnels if f.channel and policy.activities[f.activity][0].message]


def _promotes(policy: Policy, funnel: Funnel) -> bool:
    return is_direct_marketing(policy.activities[funnel.activity][0])


def _most_asked(policy: Policy, messages: Sequence[Funnel]) -> list[Funnel]:
    """Return the messages that reach most persons, those that promote first.

    One row an activity, on the channel that reaches most; of those that reach nobody, those with
    most reasons.
    """
    best: dict[str, Funnel] = {}
    for funnel in sorted(messages, key=lambda f: (-f.permitted, -len(f.lost))):
        best.setdefault(funnel.activity, funnel)
    promoting = [f for f in best.values() if _promotes(policy, f)]
    others = [f for f in best.values() if not _promotes(policy, f)]
    return [*promoting[:PROMOTING], *others[: ROWS - PROMOTING]]


def _explain(demo: Demo, gate: Gate, question: Question) -> str:
    """Explain one act that is permitted and one that is not; return the first subject."""
    tell = demo.telling
    tell.step("One person, one act: the decision and all its reasons")
    decided = {s: gate.decide(s, question) for s in _subjects(demo.url)[:LOOKED_AT]}
    permitted = next(s for s, decision in decided.items() if decision.is_permitted)
    denied = max(
        (s for s, decision in decided.items() if not decision.is_permitted),
        key=lambda s: len(set(decided[s].codes)),
    )
    for subject in (permitted, denied):
        tell.line(subject, style="bold")
        tell.lines(decision_lines(decided[subject], gate.fact, channel=question.channel))
        tell.line()
    return permitted


def _subjects(url: str) -> list[str]:
    """Return the shop's customers as subjects, in order of their number."""
    engine = open_source(url)
    wanted = select(customer.c.email).where(customer.c.email.is_not(None)).order_by(customer.c.id)
    with engine.connect() as connection:
        emails = [str(row[0]) for row in connection.execute(wanted)]
    engine.dispose()
    return [f"email:{email.lower()}" for email in emails]


def _view(demo: Demo, views: SourceViews, question: Question, subject: str) -> PurposeViews:
    tell = demo.telling
    tell.step("A purpose view on the shop's own database")
    with tell.progress() as progress:
        made = views.apply(question, progress=progress)
    tell.line(f"{len(made.views)} views, one for each table that holds what the activity uses:")
    tell.lines(
        textwrap.wrap(
            ", ".join(view.name for view in made.views),
            80,
            initial_indent="  ",
            subsequent_indent="  ",
        )
    )
    name = made.views[0].name
    tell.line()
    tell.line(f"rows of {name}: {_rows(views, name):,}")
    tell.line(f"of these {subject}: {_rows(views, name, subject)}")
    return made


def _rows(views: SourceViews, name: str, subject: str = "") -> int:
    of = table(name, column("email"))
    wanted = select(func.count()).select_from(of)
    if subject:
        wanted = wanted.where(func.lower(of.c.email) == subject.removeprefix("email:"))
    with views.engine.connect() as connection:
        return int(connection.execute(wanted).scalar_one())


def _withdraw(
    demo: Demo, views: SourceViews, made: PurposeViews, question: Question, subject: str
) -> None:
    tell, gate = demo.telling, views.gate
    tell.step("The person unsubscribes: the decision flips, the row leaves the view")
    person, before, now = gate.person_of(subject), gate.size(), gate.now()
    if person is None:
        raise PolicyBroken("the demo's subject is unknown to the ledger")
    fact = Fact(
        id=fact_id("demo", person, now),
        kind=Kind.CONSENT_WITHDRAWN,
        person=person,
        channel=question.channel,
        occurred_at=now,
        recorded_at=now,
        route="mail_link",
        by="demo",
    )
    gate.record([Told(fact)])
    members = {f.person for f in gate.ledger.facts_of(person) if f.person}
    views.refresh_persons(members, since=before)
    tell.line(subject, style="bold")
    decision = gate.decide(subject, question)
    tell.found["withdrawn"] = {"before": "permit", "after": decision.outcome}
    tell.lines(decision_lines(decision, gate.fact, channel=question.channel))
    name = made.views[0].name
    tell.line()
    tell.line(f"rows of {name}: {_rows(views, name):,}")
    tell.line(f"of these {subject}: {_rows(views, name, subject)}")


def _verify(demo: Demo, gate: Gate) -> None:
    tell = demo.telling
    tell.step("The ledger, recomputed from its bytes")
    with tell.progress() as progress:
        found = gate.verify(progress=lambda done, total: progress("leaves", done, total))
    if found.damage is not None:
        raise PolicyBroken(found.damage.what)
    tell.found["ledger"] = {"facts": found.facts, "whole": found.is_whole}
    tell.line(f"{found.facts:,} facts, {found.checkpoints} signed checkpoints: whole.")
    note = (gate.checkpoint() or "").split("\n")
    tell.line(f"The newest signs the root {note[2]}.")


def today() -> date:
    """Return this machine's date, UTC."""
    return datetime.now(UTC).date()
