"""Parts read on Dask: by processes of this machine, or by a cluster that is there already. The only module that knows Dask."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from monitor.backfill.findings import PartResult
from monitor.backfill.partition import Options, read_part, version
from monitor.backfill.plan import Part
from monitor.extraction.lanes import Lanes
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ConfigError, MonitorError

if TYPE_CHECKING:
    from distributed import Client, Future

#: Parts that are given out for each worker: so many that none waits for us, so few that a kill costs little.
_AHEAD = 2
_LOOK = 0.05  #: seconds between two looks at what is done
_ASK_SIZE = 5  #: seconds
_CONNECT = 15  #: seconds for which a scheduler is waited for, at first and when it is lost
_TRIES = 3  #: of a part whose worker died or was lost
_LOST = frozenset({"cancelled", "lost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A part that nobody could read: its file is not there, or it killed every worker that tried."""

    detail: str


class SchedulerLost(MonitorError):
    """The cluster is gone; what was done is kept."""


@lru_cache(maxsize=1)
def _children() -> Sandbox:
    """The processes in which this worker's pages are parsed, limited as they are for live pages; they end with the worker."""
    return Lanes()


def read_here(part: Part, options: Options, ours: str) -> PartResult:
    """What a worker does. `ours` is the version that the client has: another one would find other things."""
    if version() != ours:
        raise ConfigError(f"this worker has version {version()} of the program, the client {ours}; install one on both")
    return read_part(part, options, _children())


@contextmanager
def connected(scheduler: str = "", workers: int = 0) -> Iterator[Client]:
    """A client of a cluster by its address, else of as many processes of this machine as `workers` says (0: its cores)."""
    import dask
    import distributed

    # Their types are not declared throughout.
    new_client: Any = distributed.Client
    new_cluster: Any = distributed.LocalCluster
    for name in [each for each in logging.root.manager.loggerDict if each.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what a user has to know is said by us, in a sentence
    limits = {
        "distributed.comm.timeouts.connect": f"{_CONNECT}s",
        "distributed.scheduler.allowed-failures": _TRIES,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.admin.low-level-log-length": 0,
    }
    with dask.config.set(limits):
        if scheduler:
            with _remote(new_client, scheduler) as client:
                yield client
            return
        count = workers or len(os.sched_getaffinity(0))
        with (
            new_cluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            new_client(cluster, set_as_default=False) as client,
        ):
            yield client


def check_installed() -> None:
    """Raise ConfigError, which says what to do, where the libraries for archives are missing."""
    missing = [name for name in ("dask", "distributed", "fastwarc", "pyarrow") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"archives need {', '.join(missing)}, which the monitor alone does without: "
            "`pip install 'ofsted-rating-monitor[backfill]'`, or `make backfill ARGS=\"SOURCE...\"` in a checkout"
        )


@contextmanager
def _remote(make: Any, address: str) -> Iterator[Client]:
    from distributed.comm.addressing import get_address_host_port

    check: Any = get_address_host_port
    try:
        check(address, strict=True)  # a client of no address at all waits for half a minute before it gives up
        client = make(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigError(f"no Dask scheduler answers: {error}", key=address) from None
    try:
        yield client
    finally:
        client.close(timeout=2)


def read_all(client: Client, parts: Iterable[Part], options: Options) -> Iterator[tuple[Part, PartResult | Failed]]:
    """Every part with what it came to, as each is done. Raises SchedulerLost where the cluster goes away."""
    waiting, running = deque((part, 1) for part in parts), dict[Any, tuple[Part, int]]()
    ours, lost_since, size = version(), 0.0, _Size(client)
    while waiting or running:
        lost_since = _still_there(client, lost_since)
        room = 0 if lost_since else size.threads() * _AHEAD - len(running)
        for _ in range(min(room, len(waiting))):
            part, tries = waiting.popleft()
            future = client.submit(read_here, part, options, ours, pure=False, key=f"part-{part.key(ours)}-{tries}")
            running[future] = (part, tries)
        done = [future for future in running if future.status != "pending"]
        for future in done:
            part, tries = running.pop(future)
            if future.status in _LOST and tries < _TRIES:
                waiting.appendleft((part, tries + 1))
            else:
                yield part, _outcome(future)
            future.release()
        if not done:
            time.sleep(_LOOK)


class _Size:
    """How large the cluster is, asked from time to time: workers come and go."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._asked, self._threads = 0.0, 1

    def threads(self) -> int:
        """How many parts can be read at once; 1 at least."""
        if time.monotonic() - self._asked > _ASK_SIZE:
            with contextlib.suppress(OSError, TimeoutError, KeyError):
                self._threads = max(1, sum(self._client.nthreads().values()))
            self._asked = time.monotonic()
        return self._threads


def _still_there(client: Client, since: float) -> float:
    """Since when the scheduler is lost, by the machine's even clock; 0 while it is there. Raises SchedulerLost at last."""
    if client.status == "running":
        return 0.0
    since = since or time.monotonic()
    if client.status == "closed" or time.monotonic() - since > _CONNECT:
        raise SchedulerLost("the Dask scheduler went away; what was done is kept: the same command does the rest")
    return since


def _outcome(future: Future[PartResult]) -> PartResult | Failed:
    if future.status in _LOST:
        return Failed(detail="the cluster lost it again and again")
    error = cast(Any, future).exception() if future.status == "error" else None
    if error is None:
        found: PartResult = future.result()
        return found
    if isinstance(error, ConfigError):
        raise error
    if type(error).__name__ == "KilledWorker":
        return Failed(detail=f"every worker that read it died, {_TRIES} times")
    return Failed(detail=f"{type(error).__name__}: {error}"[:500])
