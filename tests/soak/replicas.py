"""Two real daemons on one PostgreSQL, killed, stopped and ended again and again under load: what arrives, and who takes over when."""

from __future__ import annotations

import base64
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from monitor.delivery import SentJournal
from tests.channels.servers import Mailbox, smtp_server
from tests.databases import own_server
from tests.soak.daemon import answers, ask, change, start, states
from tests.soak.kills import AREAS, COUNCILS, READERS, Figures, Press, configure, report, told
from tests.soak.stories import expected_changes

MAX_TAKE_OVER = 30.0  #: seconds from a kill of the leader until another leads
_PATIENCE = 60.0


@dataclass(kw_only=True)
class Replica:
    """One daemon with a state folder of its own."""

    name: str
    folder: Path
    page: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    answered: int = 0  #: pages

    @property
    def pid(self) -> int:
        """Of its process; 0 while there is none."""
        return self.process.pid if self.process and self.process.poll() is None else 0

    def begin(self) -> None:
        """Start it, where it does not run."""
        if not self.pid:
            self.process = start(self.folder, self.environment)

    def end(self) -> int:
        """Ask it to end; its exit status."""
        assert self.process
        answers(f"{self.page}/healthz")  # before it has started, a request to end is simply obeyed
        self.process.terminate()
        return self.process.wait(60)

    def asked(self) -> None:
        """Ask for a page, as a visitor does."""
        with suppress(OSError), urlopen(f"{self.page}/authorities", timeout=5):
            self.answered += 1


@dataclass(kw_only=True)
class Pair:
    """Two replicas, what they share, and what was seen of them."""

    database: str
    press: Press
    replicas: tuple[Replica, ...]
    chance: random.Random
    kills: int = 0
    doubtful: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)  #: pages that were being read at three kills
    owners: dict[str, str] = field(default_factory=dict)  #: pid -> name
    #: seconds until somebody led, and until somebody had polled, by what was done
    led: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    polled: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def leader(self) -> Replica | None:
        """Who has the lease now; None while nobody alive has."""
        rows = ask(self.database, "SELECT owner FROM leases WHERE expires > clock_timestamp()")
        pid = int(rows[0].owner.split("-")[0]) if rows else 0
        return next((each for each in self.replicas if each.pid and each.pid == pid), None)

    def begin(self, *replicas: Replica) -> None:
        """Start these."""
        for each in replicas:
            each.begin()
            self.owners[str(each.pid)] = each.name

    def kill(self, *replicas: Replica) -> None:
        """SIGKILL them at once, and note what that leaves in doubt."""
        pids = {each.pid: each for each in replicas}
        for each in replicas:
            assert each.process
            each.process.kill()
        for each in replicas:
            assert each.process
            each.process.wait()
        self.kills += len(replicas)
        for pid, each in pids.items():
            left = ask(self.database, f"SELECT id FROM deliveries WHERE state = 'committing' AND owner LIKE '{pid}-%'")
            self.doubtful |= {str(row.id) for row in left} - SentJournal(each.folder / "state" / "sent.journal").read()

    def poll_at_once(self) -> None:
        """Have the source polled by whoever leads, or will.

        A page that was being read at three kills is given up as one that kills its reader. A hundred kills in half an hour are
        not the page's doing: those are counted, and forgotten.
        """
        died = ask(self.database, "SELECT url FROM links WHERE state = 'given_up' AND reason = 'died'")
        self.given_up |= {str(row.url) for row in died}
        change(
            self.database,
            "UPDATE sources SET next_due_at = clock_timestamp()",
            "UPDATE links SET state = 'new', failures = 0, deaths = 0 WHERE state = 'given_up' AND reason = 'died'",
            "UPDATE links SET retry_at = first_seen WHERE state = 'new'",
        )

    def until_polled(self, what: str, since: float, *, but: Replica | None = None) -> None:
        """Wait until somebody (`but` not this one) leads and has polled since, and note how long each took."""
        led = None
        self.poll_at_once()  # whoever comes has something to do
        while time.time() - since < _PATIENCE:
            leader = self.leader()
            if leader is not None and leader is not but:
                led = led or time.time() - since
                rows = ask(self.database, f"SELECT 1 FROM polls WHERE polled_at > to_timestamp({since}) LIMIT 1")
                if rows:
                    self.led[what].append(led)
                    self.polled[what].append(time.time() - since)
                    return
            time.sleep(0.1)
        self.led[what].append(led or _PATIENCE)
        self.polled[what].append(_PATIENCE)


# --- what is done to them -------------------------------------------------------------------------------------------------


def _restarted(pair: Pair, leader: Replica, _other: Replica) -> None:
    """The leader is killed, and started again at once."""
    begun = time.time()
    pair.kill(leader)
    time.sleep(pair.chance.uniform(0, 1))
    pair.begin(leader)
    pair.until_polled("killed and restarted", begun)


def _replaced(pair: Pair, leader: Replica, other: Replica) -> None:
    """The leader is killed, and stays away until the other polls."""
    begun = time.time()
    pair.kill(leader)
    pair.until_polled("killed", begun)
    time.sleep(pair.chance.uniform(0, 3))
    pair.begin(leader, other)


def _both(pair: Pair, leader: Replica, other: Replica) -> None:
    """Both are killed at once."""
    begun = time.time()
    pair.kill(leader, other)
    time.sleep(pair.chance.uniform(0, 1))
    pair.begin(leader, other)
    pair.until_polled("both killed", begun)


def _follower(pair: Pair, _leader: Replica, other: Replica) -> None:
    """The other is killed, which may be sending."""
    pair.kill(other)
    time.sleep(pair.chance.uniform(0, 2))
    pair.begin(other)


def _stopped(pair: Pair, leader: Replica, _other: Replica) -> None:
    """The leader is stopped while it polls, and goes on with an old answer when another has led for a while."""
    pair.press.pause = 1.0
    pair.press.asked.clear()
    pair.poll_at_once()
    pair.press.asked.wait(15)
    begun = time.time()
    os.kill(leader.pid, signal.SIGSTOP)
    pair.press.pause = 0.0
    pair.until_polled("stopped", begun, but=leader)
    time.sleep(pair.chance.uniform(0, 5))
    os.kill(leader.pid, signal.SIGCONT)
    time.sleep(pair.chance.uniform(0, 3))


def _ended(pair: Pair, leader: Replica, _other: Replica) -> None:
    """The leader is asked to end, as an update does."""
    leader.end()
    pair.until_polled("ended in order", time.time())
    pair.begin(leader)


Act = Callable[[Pair, Replica, Replica], None]
#: In how many of a hundred kills each is done; the last two kill nobody.
_ACTS: tuple[tuple[Act, int, int], ...] = (
    (_replaced, 15, 1),
    (_restarted, 25, 1),
    (_both, 25, 2),
    (_follower, 10, 1),
    (_stopped, 5, 0),
    (_ended, 3, 0),
)


def acts(kills: int, chance: random.Random) -> list[Act]:
    """What is done, in what order, for about so many kills."""
    planned: list[Act] = []
    for act, share, _ in _ACTS:
        planned += [act] * max(1, round(share * kills / 100))
    chance.shuffle(planned)
    short = kills - sum(count for each in planned for act, _, count in _ACTS if act is each)
    return [*planned, *([_follower] * max(0, short))]


# --- the programme --------------------------------------------------------------------------------------------------------


@contextmanager
def _visited(pair: Pair) -> Iterator[None]:
    """Somebody looks at the pages of both, all the time."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            for each in pair.replicas:
                each.asked()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def replicas(folder: Path, database: str, press: Press, port: int, chance: random.Random) -> Iterator[Pair]:
    """Two of them, configured and not started; whatever still runs at the end is killed."""
    found = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        environment, health = configure(folder / name, press, port)
        environment |= {"MONITOR_DATABASE_URL": database, "MONITOR_LINKS_KEY": base64.b64encode(bytes(32)).decode()}
        page = health.removesuffix("/healthz")
        found.append(Replica(name=name, folder=folder / name, page=page, environment=environment))
    pair = Pair(database=database, press=press, replicas=tuple(found), chance=chance)
    try:
        yield pair
    finally:
        for each in found:
            if each.pid and each.process:
                each.process.kill()


def soak_replicas(kills: int, seed: int) -> int:
    """Kill, stop, end and count; 0 when nothing was doubled or lost, and somebody took over in time."""
    chance, press, mailbox = random.Random(seed), Press(), Mailbox(pause=0.3)
    press.serve()
    with (
        tempfile.TemporaryDirectory() as name,
        own_server() as server,
        smtp_server(mailbox) as (_, port),
        replicas(Path(name), server.address(), press, port, chance) as pair,
    ):
        begun = time.monotonic()
        pair.begin(*pair.replicas)
        for each in pair.replicas:
            answers(f"{each.page}/healthz")
        with _visited(pair):
            _play(pair, acts(kills, chance))
            ended = _finish(pair)
        figures = Figures(cycles=pair.kills, seconds=time.monotonic() - begun, ended=ended, doubtful=pair.doubtful)
        log = "\n".join((each.folder / "daemon.log").read_text(errors="replace")[-4000:] for each in pair.replicas)
        return report(press, mailbox, pair.database, figures, log) | _report(pair)


def _play(pair: Pair, planned: list[Act]) -> None:
    """One act after the other, each at a random moment of whoever leads; now and then there is news."""
    every = max(1, len(planned) // (len(COUNCILS) * len(AREAS)))
    for number, act in enumerate(planned):
        if number % every == 0:
            pair.press.publish()
        pair.poll_at_once()
        time.sleep(pair.chance.uniform(0, 4))
        end = time.monotonic() + _PATIENCE
        while (leader := pair.leader()) is None and time.monotonic() < end:
            time.sleep(0.1)
        if leader is None:
            raise AssertionError(f"nobody has led for {_PATIENCE:.0f} s")
        pair.poll_at_once()
        if pair.chance.random() < 0.3:
            _until_sending(pair)
        act(pair, leader, next(each for each in pair.replicas if each is not leader))
        pair.begin(*pair.replicas)
        if number % 10 == 9:
            print(f"  {number + 1} of {len(planned)}: {pair.kills} kills, {dict(states(pair.database))}", flush=True)


def _until_sending(pair: Pair) -> None:
    """Wait for a moment in which messages are on their way, if one comes soon."""
    end = time.monotonic() + 6
    while time.monotonic() < end:
        found = states(pair.database)
        if found["sending"] + found["committing"]:
            time.sleep(pair.chance.uniform(0, 1.5))
            return
        time.sleep(0.1)


def _finish(pair: Pair) -> int:
    """Publish what is left, wait until nothing is on its way, and end both in order; the worse exit status."""
    while pair.press.publish():
        pass
    expected = expected_changes(pair.press.prints) * READERS
    for turn in range(300):
        if turn % 20 == 0:
            pair.poll_at_once()
        time.sleep(0.5)
        found = states(pair.database)
        if told(pair.database) >= expected and not found["pending"] + found["sending"] + found["committing"]:
            break
    return max(each.end() for each in pair.replicas)


def _report(pair: Pair) -> int:
    """Print who did what, and how long it took until somebody polled again; 1 when that was too long."""
    sent = ask(pair.database, "SELECT owner, count(*) AS n FROM journal WHERE after = 'sent' GROUP BY owner")
    shares = Counter[str]()
    for row in sent:
        shares[pair.owners.get(row.owner.split("-")[0], "?")] += row.n
    epochs = ask(pair.database, "SELECT epoch FROM leases")
    pages = {each.name: each.answered for each in pair.replicas}
    print(f"the lead changed hands {epochs[0].epoch} times; messages sent by {dict(shares)}, pages answered by {pages}")
    for what, seconds in sorted(pair.led.items()):
        print(f"{what} ({len(seconds)}): until somebody led {distribution(seconds)}")
        print(f"{' ' * len(what)}       until somebody had polled {distribution(pair.polled[what])}")
    late = max((max(seconds) for seconds in pair.led.values()), default=0.0)
    refused = sum((each.folder / "daemon.log").read_text(errors="replace").count("is left to it") for each in pair.replicas)
    print(
        f"writes of a lost lead that were refused: {refused}; pages that were being read at three kills: {len(pair.given_up)}"
    )
    return int(late > MAX_TAKE_OVER)


def distribution(seconds: list[float]) -> str:
    """Minimum, median, 95th percentile and maximum, in words."""
    found = sorted(seconds)
    at = {name: found[min(len(found) - 1, int(share * len(found)))] for name, share in (("median", 0.5), ("p95", 0.95))}
    return f"min {found[0]:.1f} s, median {at['median']:.1f} s, p95 {at['p95']:.1f} s, max {found[-1]:.1f} s"
