"""Composition root: settings become sources, channels, a store and a pipeline. Only this module knows the concrete classes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.app.installed import program
from monitor.app.leader import LeaseElection, Owners, single_instance
from monitor.domain.alert_limits import CATCH_UP_WAIT
from monitor.domain.calendar import london_day
from monitor.domain.context import context_line
from monitor.domain.database_address import shown_database_address
from monitor.domain.model import ClassifierResult, Link, Report, SourceClass
from monitor.domain.subscriptions import Subscription
from monitor.pipeline import Document, Pipeline
from monitor.polling import Timekeeper
from monitor.ports import Channel, Clock, ConfigError, Fetcher, LeaderElection, Page, ReadError, Source
from monitor.settings import Problem, Settings, SettingsError
from monitor.settings.secret import own_key
from monitor.system.clock import SystemClock, uptime

if TYPE_CHECKING:
    from monitor.channels.route import RoutedChannel
    from monitor.delivery import Outbox
    from monitor.extraction.sandbox import Sandbox
    from monitor.fetch import HttpFetcher
    from monitor.messages import Renderer
    from monitor.messages.links import Links
    from monitor.postmaster.ingest import Postmaster
    from monitor.store import SqlStore
    from monitor.store.idle_check import IdleState

#: Where changes go while nobody is subscribed: the terminal.
CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Everything assembled, ready to run."""

    settings: Settings
    clock: Clock
    store: SqlStore
    sources: tuple[Source, ...]
    channels: Mapping[str, RoutedChannel]
    subscriptions: tuple[Subscription, ...]
    pipeline: Pipeline
    outbox: Outbox
    postmaster: Postmaster | None  #: fetches returned mail; None: nobody told where it comes to
    lead: LeaderElection | None  #: who polls, where several daemons share the database; None: nobody else can
    database: str  #: where the state is, without secrets

    async def drain(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop`; ends after the message in flight is settled."""
        await self.outbox.drain(stop)

    async def send_due(self) -> None:
        """Send what is due now, and return. Nothing more comes in this run that a message could wait for."""
        await self.outbox.send_due(early=max(self.settings.group_wait, CATCH_UP_WAIT))


def build_sources(settings: Settings, *, standing_by: bool = False, **wiring: object) -> tuple[Source, ...]:
    """Every enabled source, and those that stand by if asked. Raises SettingsError with each of either that cannot be built."""
    from monitor.sources import build_source

    sources: list[Source] = []
    problems: list[Problem] = []
    for table in settings.sources:
        try:
            source = build_source(table.values, **wiring)
        except ConfigError as error:
            problems.append(table.problem_of(error))
            continue
        if standing_by or table.values.get("enabled", True):
            sources.append(source)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(sources)


def nothing_watched(settings: Settings) -> Problem | None:
    """Why there is nothing to poll, where there is nothing: a monitor that looks well and sees nothing is no monitor."""
    file = settings.config / "sources.toml"
    if file.name in settings.broken or any(table.values.get("enabled", True) for table in settings.sources):
        return None
    if settings.sources:
        message = "every source is switched off (enabled = false), so nothing would be watched"
    elif file.exists():
        message = "declares no [[source]], so nothing would be watched; the file that came with the monitor has many"
    else:
        message = "is not there, so nothing would be watched; the file that came with the monitor has many sources"
    return Problem(file=str(file), message=message)


def build_channels(settings: Settings, key: bytes = b"") -> dict[str, RoutedChannel]:
    """Every channel by name; the terminal alone where none is configured.

    Raises SettingsError with each unusable one, and with each message that would reach nobody by the others.

    With the `key` of this installation, mail is marked, so that it is known when it comes back.
    """
    from monitor.app import recipients
    from monitor.channels import build_channel

    channels: dict[str, RoutedChannel] = {}
    problems: list[Problem] = []
    for table in settings.channels:
        try:
            channels[table.name] = build_channel(table.name, dict(table.values), os.environ.get, key=key)
        except ConfigError as error:
            problems.append(table.problem_of(error))
    problems += recipients.problems(settings, {name: channel.route for name, channel in channels.items()})
    if problems:
        raise SettingsError(tuple(problems))
    return channels or {CONSOLE: build_channel(CONSOLE, {"url": "console://"}, os.environ.get)}


def _subscriptions(settings: Settings) -> tuple[Subscription, ...]:
    """The subscriptions; everything to the terminal where no channel is configured."""
    if settings.channels or settings.subscriptions:
        return settings.subscriptions
    return (Subscription(name="terminal", channel=CONSOLE),)


class Reader:
    """Pages into articles and reports, by what their bytes are, in a child process that can be killed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, page: Page, link: Link, source: Source | None) -> Document:
        """The article or report of a page. Raises ReadError for what is neither."""
        listed = london_day(link.published) if link.published else None
        if b"%PDF-" in page.body[:1024]:
            from monitor.extraction.pdf.report import read_report

            if source and source.source_class is not SourceClass.OFFICIAL:
                # Anybody can put a file that looks like a report on a page. Only Ofsted's own confirms.
                raise ReadError("a report that is not from an official source", reason="unofficial_report", key=page.url)
            return read_report(page.body, page.url, sandbox=self._sandbox, published=listed)
        if source and source.source_class is SourceClass.OFFICIAL and _names_a_file(page.url, link.url):
            # An error page in a report's place, with status 200: the report is there another time.
            raise ReadError("a page stands in the report's place", reason="not_a_pdf", key=page.url)
        from monitor.extraction.html.pages import read_page

        return read_page(
            page,
            source.outlet if source else "",
            source_class=source.source_class if source else SourceClass.PRESS,
            published=listed,
            first_published=source is not None and source.lists_first_published,
            title=link.title,
            sandbox=self._sandbox,
        )


def _names_a_file(*urls: str) -> bool:
    """Whether one of these is the address of a report, which is a PDF: by its ending, or by where Ofsted keeps them."""
    paths = [urlsplit(url) for url in urls]
    return any(each.path.lower().endswith(".pdf") or each.hostname == "files.ofsted.gov.uk" for each in paths)


def classify_document(document: Document, alert: float | None = None, review: float | None = None) -> ClassifierResult:
    """What a document says: of an article what the classifier finds, of a report the grades in its table.

    `alert` and `review` are other thresholds than those of the classifier's weights.
    """
    if isinstance(document, Report):
        from monitor.extraction.pdf.version import version

        return ClassifierResult(judgements=document.judgements, relevant=True, classifier_version=version())
    from monitor.classifier import Thresholds, classify

    cut = Thresholds.of(alert=alert, review=review)
    return classify(document.title, document.text, published=document.published, cut=cut)


def database_url(settings: Settings) -> str:
    """Where the state is: as configured, else a file in the state folder."""
    return settings.database_url or f"sqlite:///{(settings.state / 'monitor.db').absolute()}"


def build_renderer(settings: Settings) -> Renderer:
    """What makes messages, under the name of the public page."""
    from monitor.channels import forms
    from monitor.messages import Renderer
    from monitor.messages.render import domain_of

    return Renderer(domain=domain_of(settings.public_url), site=settings.public_url, forms=forms())


def signed_links(settings: Settings) -> Links | None:
    """What signs the addresses in mail, with a key made once in the state folder; None without a public address to point to."""
    from monitor.messages.links import Links

    return Links(base=settings.public_url.rstrip("/"), key=own_key(settings.state)) if settings.public_url else None


def open_state(settings: Settings) -> SqlStore:
    """The store of an installation, made or brought up to date. Close it. Raises StoreError where it cannot be opened."""
    from monitor.store import open_store

    subscriptions = _subscriptions(settings)
    return open_store(
        database_url(settings),
        subscriptions=lambda: subscriptions,
        renderer=build_renderer(settings),
        alert_window=settings.alert_window,
        group_wait=settings.group_wait,
        untellable=[table.name for table in settings.channels if table.values.get("secret_env")],
        most_an_hour=settings.most_an_hour,
        context=context_line,
        links=signed_links(settings),
        contact=settings.contact,
    )


def build_outbox(settings: Settings, store: SqlStore, channels: Mapping[str, Channel], clock: Clock) -> Outbox:
    """What sends, over the store's deliveries and the channels."""
    from monitor.delivery import Outbox, SentJournal
    from monitor.system.private_files import kept_files

    journal, owners = SentJournal(settings.state / "sent.journal"), Owners(settings.state)
    store.register_start(settings.state / "generation", journal.latest())
    outbox = Outbox(
        store=store,
        channels=channels,
        clock=clock,
        journal=journal,
        previous=owners.previous,
        recovered=lambda: owners.keep(outbox.owner),
        uptime=uptime if isinstance(clock, SystemClock) else None,
        check=store.check_writable,
        off=store.sending_disabled,
    )
    owners.add(outbox.owner)
    if store.guard is not None:
        store.guard.on_removed += [journal.rescue, *kept_files(settings.state, ("links.key", "generation", "owners"))]
    return outbox


def build_fetcher(settings: Settings, clock: Clock) -> HttpFetcher:
    """What fetches, as configured. Raises ConfigError for a proxy in the environment that is none."""
    from monitor.fetch import HttpFetcher, Limits, proxies_of

    return HttpFetcher(
        clock=clock,
        contact=settings.contact or settings.public_url,
        limits=Limits(deadline=settings.fetch_deadline.total_seconds()),
        allow_private=settings.allow_private,
        robots=settings.robots,
        ca_file=settings.ca_file,
        proxies=proxies_of(settings.proxy, os.environ),
    )


@contextmanager
def _reading_children() -> Iterator[Sandbox]:
    """The processes that parse; at the end what they still read is cut off, for waiting would hold up the end."""
    from monitor.extraction.lanes import Lanes

    sandbox = Lanes()
    try:
        yield sandbox
    finally:
        sandbox.kill()
        sandbox.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingRuntime:
    """What asking takes, without any state: the sources, and what fetches and reads for them."""

    settings: Settings
    clock: Clock
    sources: tuple[Source, ...]
    channels: Mapping[str, RoutedChannel]
    fetcher: Fetcher
    sandbox: Sandbox
    timekeeper: Timekeeper | None  #: None where the clock is meant to be another

    def config_fingerprint(self) -> str:
        """What the state is sealed with once everything in it was seen to, today (or this hour) and as configured now.

        Who wants to be told of alarms, or of silence, does not wait for it until tomorrow.
        """
        from monitor.store.idle_check import config_fingerprint

        told = self.settings.operator or any(each.no_news for each in self.settings.subscriptions)
        files = [self.settings.config / name for name in ("monitor.toml", "channels.toml", "subscriptions.toml")]
        period = f"{self.clock.now():%Y-%m-%d %H}" if told else self.clock.today().isoformat()
        return config_fingerprint(files, f"{period} {program()}")

    def open_if_idle(self) -> IdleState | None:
        """A look at a state in which there is nothing to do but to ask; None where it has to be opened."""
        from monitor.store.idle_check import open_if_idle

        path = database_url(self.settings).removeprefix("sqlite:///")
        return None if "://" in path else open_if_idle(Path(path), self.config_fingerprint(), self.clock.now())


@asynccontextmanager
async def open_polling_runtime(settings: Settings, clock: Clock) -> AsyncIterator[PollingRuntime]:
    """Everything that asking takes, alone in the state folder until the end of the block.

    Sources and channels that cannot be built, and a list of sources that is empty, raise SettingsError; a state folder in use
    StoreError.
    """
    from monitor.sources.drop import with_drops

    if nothing := nothing_watched(settings):
        raise SettingsError((nothing,))
    channels = build_channels(settings, own_key(settings.state))
    with _reading_children() as sandbox, single_instance(settings.state):
        sources = build_sources(settings, sandbox=sandbox, home=settings.state)
        client = build_fetcher(settings, clock)
        timekeeper = Timekeeper(client, clock)
        try:
            yield PollingRuntime(
                settings=settings,
                clock=clock,
                sources=sources,
                channels=channels,
                fetcher=with_drops(timekeeper, sources, clock),
                timekeeper=timekeeper if isinstance(clock, SystemClock) else None,
                sandbox=sandbox,
            )
        finally:
            await client.close()


@asynccontextmanager
async def open_runtime(settings: Settings, clock: Clock, *, watched_before: bool = False) -> AsyncIterator[Runtime]:
    """Everything, opened and ready; closed again at the end of the block.

    Args:
        settings: checked by `settings.load`; sources and channels that cannot be built raise SettingsError here.
        clock: the only clock of everything assembled.
        watched_before: see `Pipeline`.
    """
    async with (
        open_polling_runtime(settings, clock) as polling,
        complete_runtime(polling, watched_before=watched_before) as runtime,
    ):
        yield runtime


@asynccontextmanager
async def complete_runtime(polling: PollingRuntime, *, watched_before: bool = False) -> AsyncIterator[Runtime]:
    """The state behind what polls, made or brought up to date, and everything that works on it."""
    from monitor.postmaster.build import build_postmaster

    settings, clock = polling.settings, polling.clock
    if not (settings.database_url or (settings.state / "monitor.db").exists()):
        polling.sandbox.start()  # everything is to be read: its interpreter starts while this one opens the state
    store = await asyncio.to_thread(open_state, settings)
    try:
        now = clock.now()
        await asyncio.to_thread(store.retry_own_faults, program(), now=now, since=now - settings.alert_window)
        outbox = build_outbox(settings, store, polling.channels, clock)
        yield Runtime(
            settings=settings,
            clock=clock,
            store=store,
            sources=polling.sources,
            channels=polling.channels,
            subscriptions=_subscriptions(settings),
            pipeline=Pipeline(
                store=store,
                fetcher=polling.fetcher,
                sources=polling.sources,
                read=Reader(polling.sandbox),
                classify=lambda document: classify_document(document, *settings.thresholds),
                clock=clock,
                concurrency=settings.concurrency,
                watched_before=watched_before,
                timekeeper=polling.timekeeper,
                keep=lambda pages: store.keep_captures(pages, now=clock.now()),
            ),
            outbox=outbox,
            postmaster=build_postmaster(settings, store, clock) if settings.returned else None,
            # A file has one monitor (see `single_instance`); a server may have several.
            lead=LeaseElection(store, clock, outbox.owner) if settings.database_url.startswith("postgres") else None,
            database=shown_database_address(database_url(settings)),
        )
    finally:
        store.close()
