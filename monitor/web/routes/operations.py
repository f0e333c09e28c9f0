"""``/metrics`` for Prometheus. ``/healthz`` and ``/readyz`` answer before there are pages: `asgi` has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi import HTTPException, Request, Response

from monitor import __version__
from monitor.app.daemon import Health
from monitor.domain.characters import storable
from monitor.ports import SourceState
from monitor.system.process import cpu_seconds, open_descriptors, resident_bytes
from monitor.web.routes.access import shows_token
from monitor.web.site import Site
from monitor.web.status import Status
from monitor.web.work import Work

Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What metrics are read from."""

    health: Health
    status: Status
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: its name with its unit, what kind it is, what is said of it, and its samples."""

    name: str
    kind: str
    words: str
    read: Callable[[Numbers], Iterable[Sample]]


def _gauge(name: str, words: str, read: Callable[[Numbers], float | None]) -> Metric:
    return Metric(name=name, kind="gauge", words=words, read=lambda now: _one(read(now)))


def _counter(name: str, words: str, read: Callable[[Numbers], float]) -> Metric:
    return Metric(name=name, kind="counter", words=words, read=lambda now: _one(read(now)))


def _one(value: float | None) -> list[Sample]:
    """One sample without labels; none of what is not known."""
    return [] if value is None else [((), float(value))]


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _of_sources(read: Callable[[SourceState], float | None]) -> Callable[[Numbers], Iterator[Sample]]:
    def samples(now: Numbers) -> Iterator[Sample]:
        for each in now.status.sources:
            if (value := read(each.state)) is not None:
                yield (("source", each.name),), value

    return samples


METRICS: tuple[Metric, ...] = (
    Metric(
        name="monitor_build_info",
        kind="gauge",
        words="The version that runs; always 1",
        read=lambda _now: [((("version", __version__),), 1.0)],
    ),
    _gauge("monitor_start_time_seconds", "When it was started, Unix time", lambda now: _seconds(now.health.started)),
    _gauge("monitor_ready", "Whether it does its work, as /readyz says", lambda now: now.health.ready),
    _gauge("monitor_delivering", "Whether what is due is sent", lambda now: now.health.delivering),
    _gauge("monitor_leading", "Whether it is this daemon that polls", lambda now: now.health.leading),
    _gauge("monitor_event_loop_beat_age_seconds", "Since the event loop last came round", lambda now: now.health.beat),
    _counter("monitor_polls_total", "Polls since the start", lambda now: now.health.polls),
    _counter("monitor_polls_failed_total", "Polls that failed since the start", lambda now: now.health.failed_polls),
    _counter("monitor_articles_total", "Articles and reports read since the start", lambda now: now.health.recorded),
    _counter("monitor_changes_total", "Changes found since the start", lambda now: now.health.changes),
    _gauge(
        "monitor_last_good_poll_timestamp_seconds",
        "When any source last answered, Unix time",
        lambda now: _seconds(now.work.last_good_poll),
    ),
    _gauge(
        "monitor_oldest_due_delivery_timestamp_seconds",
        "Since when the message that waits longest could have gone, Unix time; absent while none waits",
        lambda now: _seconds(now.work.oldest_due),
    ),
    _gauge("monitor_disk_free_bytes", "Free where the state is", lambda now: now.work.disk_free),
    _gauge(
        "monitor_last_backup_timestamp_seconds",
        "When the newest backup was made, Unix time; absent while there is none",
        lambda now: _seconds(now.work.last_backup),
    ),
    _gauge("monitor_reviews_waiting", "Judgements that wait for a person", lambda now: now.status.for_review),
    _gauge("monitor_subscriptions", "Subscriptions in force", lambda now: now.status.subscriptions),
    Metric(
        name="monitor_alarms",
        kind="gauge",
        words="Things for a person to look at",
        read=lambda now: [
            ((("urgent", str(urgent).lower()),), float(sum(alarm.urgent is urgent for alarm in now.health.alarms)))
            for urgent in (False, True)
        ],
    ),
    Metric(
        name="monitor_deliveries",
        kind="gauge",
        words="Messages by state",
        read=lambda now: [((("state", state),), float(count)) for state, count in sorted(now.status.messages.items())],
    ),
    Metric(
        name="monitor_source_failures",
        kind="gauge",
        words="Failed polls of a source in a row",
        read=_of_sources(lambda state: state.failures),
    ),
    Metric(
        name="monitor_source_last_success_timestamp_seconds",
        kind="gauge",
        words="When a source last answered, Unix time; absent while it never has",
        read=_of_sources(lambda state: _seconds(state.last_success)),
    ),
    _gauge("process_resident_memory_bytes", "Memory in use, without that of reading processes", lambda _now: resident_bytes()),
    _gauge("process_open_fds", "Files and connections that are open", lambda _now: open_descriptors()),
    _counter("process_cpu_seconds_total", "Processor time since the start", lambda _now: cpu_seconds()),
)


def metrics(site: Site, request: Request) -> Response:
    """Numbers about the monitor, for whoever shows the token for them or the operator's."""
    if not any(shows_token(request, token) for token in (site.metrics_token, site.operator_token)):
        raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
    now = Numbers(health=site.health(), status=site.status(), work=site.work())
    body = "".join(f"{line}\n" for metric in METRICS for line in _lines(metric, now))
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(metric: Metric, now: Numbers) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.words}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.read(now):
        shown = ",".join(f'{name}="{_escaped(said)}"' for name, said in labels)
        yield f"{metric.name}{f'{{{shown}}}' if shown else ''} {value:.17g}"


def _escaped(value: str) -> str:
    return storable(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
