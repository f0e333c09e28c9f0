"""Composition root: settings become sources, channels, a store and a pipeline. Only this module knows the concrete classes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.app.installed import program
from monitor.app.leader import LeaseElection, Owners, SoleDaemon, single_instance
from monitor.app.reading import Reader, classify_document
from monitor.domain.alert_limits import CATCH_UP_WAIT
from monitor.domain.context import context_line
from monitor.domain.database_address import shown_database_address
from monitor.domain.subscriptions import Subscription
from monitor.pipeline import Pipeline
from monitor.polling import Timekeeper
from monitor.ports import Channel, Clock, ConfigError, Fetcher, LeaderElection, Source, StoreError
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

_log = logging.getLogger(__name__)
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
    lead: LeaderElection  #: who polls, where several daemons share the database
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


def build_outbox(
    settings: Settings, store: SqlStore, channels: Mapping[str, Channel], clock: Clock, lead: LeaderElection | None = None
) -> Outbox:
    """What sends, over the store's deliveries and the channels; and, who has the `lead`, writes digests."""
    from monitor.delivery import Outbox, SentJournal, new_owner
    from monitor.system.private_files import kept_files

    journal, owners = SentJournal(settings.state / "sent.journal"), Owners(settings.state)
    store.register_start(settings.state / "generation", journal.latest())
    outbox = Outbox(
        store=store,
        channels=channels,
        clock=clock,
        journal=journal,
        owner=lead.owner if isinstance(lead, LeaseElection) else new_owner(),
        leads=(lambda: lead.epoch) if lead else (lambda: True),
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
    with _reading_children() as sandbox, single_instance(settings.state, _database_file(settings)):
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


def _database_file(settings: Settings) -> Path | None:
    """The file of a SQLite database; None for a server's."""
    url = database_url(settings)
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _election(settings: Settings, store: SqlStore) -> LeaderElection:
    """A file has one monitor (see `single_instance`); a server may have several, which have one key.

    Raises StoreError where another daemon runs with another key.
    """
    from monitor.delivery import new_owner

    if store.guard is not None:
        return SoleDaemon()
    previous = Owners(settings.state).previous
    same = store.register_key(own_key(settings.state), previous)
    if same is False:
        raise StoreError(
            "is another key than that of the daemon that runs on this database: what one signs (links in mail, marks "
            "of bounces) the other refuses. Give both one MONITOR_LINKS_KEY (docs/runbook.md)",
            key=str(settings.state / "links.key"),
        )
    if same is None:
        _log.warning("links.key is another one than before: links in mail that was sent until now work no longer")
    return LeaseElection(store, new_owner(), previous)


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
        lead = _election(settings, store)
        outbox = build_outbox(settings, store, polling.channels, clock, lead)
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
            lead=lead,
            database=shown_database_address(database_url(settings)),
        )
    finally:
        store.close()
