"""``monitor run``: the daemon and its page."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.app.leader import refuse_if_held
from monitor.commands.logs import FORMATS, log_to_stderr
from monitor.commands.options import clock_for, folder_options
from monitor.commands.plural import number_of
from monitor.commands.reloading import Reloading
from monitor.ports import ConfigError, MonitorError
from monitor.settings.secret import READERS, drop_token, metrics_token, operator_token
from monitor.system.heap import keep_nothing_free

if TYPE_CHECKING:
    from monitor.app.daemon import Daemon
    from monitor.app.replay import Preview
    from monitor.app.runtime import Runtime
    from monitor.domain.operator_alarms import Alarm
    from monitor.domain.replay import Day
    from monitor.domain.review import ReviewItem
    from monitor.domain.subscriptions import Subscription
    from monitor.settings import Settings
    from monitor.web.sign_in import SignIn
    from monitor.web.work import Work

_log = logging.getLogger(__name__)


#: A process that was asked to end is gone after so long, seconds, whatever hangs: containers are killed after 20 or 30.
LAST_MOMENT = 18.0


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "run",
        parents=[folder_options()],
        description="Starts the monitor and serves its page. Ctrl-C or SIGTERM ends it; a message in flight is finished first.",
    )
    parser.add_argument("--listen", metavar="HOST:PORT", help="where to serve the page (default: as monitor.toml says)")
    parser.add_argument(
        "--log-format", choices=FORMATS, help="the log as text or as JSON lines (default: as monitor.toml says)"
    )


def run(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    from monitor.settings import load

    keep_nothing_free()
    settings = load(args.config, args.state)
    if args.listen:
        settings = replace(settings, listen=_address(args.listen))
    log_to_stderr(settings.log_level, args.log_format or settings.log_format)
    for read in READERS:
        read(os.environ)  # refused here, and not by the page
    listening = _listen(settings.listen, settings.state)
    settings = replace(settings, listen=(settings.listen[0], listening.getsockname()[1]))
    reloading, hears = Reloading(args, settings), signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN  # nohup
    with listening:
        while asyncio.run(_serve(reloading, listening, hears_hang_up=hears)):
            log_to_stderr(reloading.settings.log_level, args.log_format or reloading.settings.log_format, again=True)
    return 0


def _address(text: str) -> tuple[str, int]:
    from monitor.settings.keys import address

    try:
        return address(text)
    except ValueError as error:
        raise ConfigError(str(error), key="--listen") from None


def _listen(where: tuple[str, int], state: Path) -> socket.socket:
    """The socket, bound before anything else is built: a taken port is a plain sentence, not a half-started daemon."""
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(where)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            refuse_if_held(state)  # who started it twice wants to know of the first, not of a port
        reason = error.strerror or error
        raise MonitorError(
            f"cannot listen at {where[0]}:{where[1]}: {reason}. Use --listen HOST:PORT for another place."
        ) from None
    return listening


async def _serve(reloading: Reloading, listening: socket.socket, *, hears_hang_up: bool) -> bool:
    """Run with the settings in force until told to end; whether to go on with others, which are in force by then.

    Everything that stands on settings is opened anew, by the same code as at a start, on the same socket: who knocks
    meanwhile waits for a moment.
    """
    from monitor.app.alarms import AlarmEvaluator
    from monitor.app.daemon import Daemon
    from monitor.app.heartbeat import build_heartbeat
    from monitor.app.housekeeping import Housekeeping
    from monitor.app.runtime import open_runtime
    from monitor.commands.surprises import warnings_in
    from monitor.system.supervisor import Supervisor
    from monitor.web import Entrypoint
    from monitor.web.kept import Kept
    from monitor.web.server import build_server, raise_descriptor_limit
    from monitor.web.work import work_of

    settings = reloading.settings
    async with open_runtime(settings, clock_for(None)) as runtime:
        for each in warnings_in(settings, os.environ, runtime.channels):
            _log.warning("configuration: %s", each)
        evaluator, housekeeping = AlarmEvaluator(runtime), Housekeeping(runtime)

        def notify(found: Sequence[Alarm]) -> None:
            evaluator.notify(found)
            housekeeping.tend()

        daemon = Daemon(
            pipeline=runtime.pipeline,
            drain=runtime.drain,
            stopped=lambda: runtime.outbox.trouble,
            clock=runtime.clock,
            evaluate=lambda: (*evaluator.evaluate(), *housekeeping.alarms(), *reloading.alarms()),
            notify=notify,
            heartbeat=build_heartbeat(settings, runtime.clock, os.environ),
            collect=runtime.postmaster.collect if runtime.postmaster else None,
            collect_every=settings.returned_interval.total_seconds(),
            lead=runtime.lead,
            is_alive=Supervisor.of(os.environ).is_alive,
        )
        work = Kept(lambda: work_of(runtime))
        app = Entrypoint(daemon, lambda: _pages(daemon, runtime, work), work, reloading.words)
        server = build_server(app, raise_descriptor_limit())
        loop, process = asyncio.get_running_loop(), _Process(server, daemon, reloading)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, process.end, number)
        loop.add_signal_handler(signal.SIGUSR1, process.reload)
        if hears_hang_up:  # the terminal that it runs in was closed; or, where it has none, it is to read its configuration
            closed = partial(process.end, signal.SIGHUP)
            loop.add_signal_handler(signal.SIGHUP, closed if sys.stderr.isatty() else process.reload)
        print(_first_screen(runtime), flush=True)
        await server.serve(sockets=[listening.dup()])  # it closes what it is given
    # Between two loops a signal would do what it does by default: end the process.
    for number in (signal.SIGUSR1, signal.SIGHUP):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
    return process.goes_on


class _Process:
    """What signals do to a running monitor: end it in order, or have it go on with another configuration."""

    def __init__(self, server: Any, daemon: Daemon, reloading: Reloading) -> None:
        self._server, self._daemon, self._reloading = server, daemon, reloading
        self._reading: asyncio.Task[None] | None = None
        self._ending = False
        self.goes_on = False  #: whether the process goes on, with other settings
        reloading.is_back()

    def end(self, number: signal.Signals) -> None:
        """End in order; what hangs is not waited for."""
        if self._ending:
            return
        _log.info("ending in order: %s", number.name)
        self._ending, self.goes_on = True, False
        self._server.should_exit = True
        self._daemon.end_soon()
        last = threading.Timer(LAST_MOMENT, _end_now)
        last.daemon = True
        last.start()

    def reload(self) -> None:
        """Read the configuration again, unless that is being done, or the end has come."""
        if not self._server.should_exit and (self._reading is None or self._reading.done()):
            self._reading = asyncio.get_running_loop().create_task(self._read(), name="reload")

    async def _read(self) -> None:
        settings = await asyncio.to_thread(self._reloading.read_again)
        if settings is None or self._server.should_exit:
            return
        self._reloading.take(settings, LAST_MOMENT)
        self.goes_on = self._server.should_exit = True
        self._daemon.end_soon()


def _pages(daemon: Daemon, runtime: Runtime, work: Callable[[], Work]) -> Any:
    from monitor.app.runtime import signed_links
    from monitor.web.app import create_app
    from monitor.web.kept import Kept
    from monitor.web.queries.recipients import RecipientCounter
    from monitor.web.queries.record import RecordCache
    from monitor.web.routes.forecast import backtest_of
    from monitor.web.security import answers_to
    from monitor.web.site import Site
    from monitor.web.status import status_of

    settings, routers = runtime.settings, []
    if token := drop_token(os.environ):
        from monitor.sources.drop import drop_folders
        from monitor.web.drop import drop_router

        routers.append(drop_router(drop_folders(runtime.sources), token))
    if links := signed_links(settings):
        from monitor.web.self_service import SelfService

        pages = SelfService(
            store=runtime.store,
            links=links,
            channel=settings.self_service,
            clock=runtime.clock,
            contact=settings.contact,
            preview=_preview(runtime),
        )
        routers.append(pages.router())
    site = Site(
        operator=runtime.store,
        sign_in=_sign_in(settings),
        if_accepted=lambda item: _if_accepted(runtime, item),
        record=RecordCache(runtime.store, runtime.clock, prepare=backtest_of),
        status=Kept(lambda: status_of(runtime)),
        health=lambda: daemon.health,
        work=work,
        clock=runtime.clock,
        public_url=settings.public_url,
        message_days=settings.messages_kept.days,
        ended_days=settings.ended_kept.days,
        contact=settings.contact,
        operator_token=operator_token(os.environ),
        metrics_token=metrics_token(os.environ),
        fresh_for=0.5,
        names=answers_to(settings.public_url, settings.listen[0], settings.hosts),
        recipients=RecipientCounter(Kept(lambda: runtime.store.in_force(settings.subscriptions), 60)),
    )
    return create_app(site, *routers)


def _preview(runtime: Runtime) -> Callable[[Subscription], Preview]:
    """What a subscription would have been told since the year before last began, by the reports that the record has."""
    from monitor.app.replay import preview
    from monitor.domain.replay import replay
    from monitor.web.kept import Kept

    def past() -> list[Day]:
        known = runtime.store.inspections(as_of=runtime.clock.now().date())
        return list(replay(each for inspection in known for each in inspection.attestations if each.is_report))

    days = Kept(past, 3600)
    return lambda wish: preview(days(), wish, since=date(runtime.clock.now().year - 2, 1, 1))


def _sign_in(settings: Settings) -> SignIn | None:
    """Who may see the operator's pages; None where no account is configured."""
    from monitor.system.passwords import is_password
    from monitor.web.sign_in import SignIn

    if not settings.logins:
        return None
    return SignIn(logins=settings.logins, is_password=is_password, is_secure=settings.public_url.startswith("https:"))


def _if_accepted(runtime: Runtime, item: ReviewItem) -> Sequence[str]:
    from monitor.commands.consequences import if_accepted

    settings, day = runtime.settings, runtime.clock.now().date()
    readers = runtime.store.in_force(settings.subscriptions)
    return if_accepted(runtime.store, item, day, settings.alert_window, readers).lines


def _end_now() -> None:
    """Something hangs: a kill is safe at any moment, and a process that does not end is killed anyway."""
    _log.warning("not everything ended in time; the next start sorts out what is left")
    os._exit(0)


def _first_screen(runtime: Runtime) -> str:
    """What is watched, where the page is, how to add a channel."""
    settings = runtime.settings
    outlets = sorted({source.outlet for source in runtime.sources if source.outlet}, key=str.casefold)
    shown = ", ".join(outlets[:8]) + (f" and {len(outlets) - 8} more" if len(outlets) > 8 else "")
    listeners = number_of(len(runtime.subscriptions), "subscription")
    lines = [
        f"Ofsted rating monitor {__version__}",
        "",
        f"  Watches   {number_of(len(runtime.sources), 'source')}: {shown}",
        f"            ({settings.config / 'sources.toml'})",
        f"  Page      {settings.page_url}   health: {settings.page_url}healthz",
    ]
    if settings.channels:
        lines += [f"  Alerts    {listeners}, to {', '.join(sorted(runtime.channels))}"]
    else:
        lines += [
            "  Alerts    every change is printed here, for nobody is subscribed yet. To send mail or Slack messages:",
            f'            1. {settings.config / "channels.toml"}: [channel.mail]  url_env = "MONITOR_MAIL_URL"',
            f"            2. {settings.config / 'subscriptions.toml'}: [[subscription]]  name, channel, to, authorities",
            "            3. monitor check, then start again",
        ]
    lines += [
        f"  State     {runtime.database}",
        "  Stop      Ctrl-C (a message in flight is finished first)",
        "",
    ]
    return "\n".join(lines)
