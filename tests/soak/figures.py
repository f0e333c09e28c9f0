"""What was measured of an attack, and what of it is not as promised."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from tests.soak.daemon import ask, ids_in, states
from tests.soak.readers import STAYING
from tests.soak.stage import Stage
from tests.soak.stories import changes_of
from tests.soak.watch import Memory, Readiness

MAX_LATE = 60.0  #: seconds from when a feed listed a change until a reader has it
MAX_MEMORY = 300 << 20  #: bytes, of the daemon and its children together
MAX_SILENCE = 20.0  #: seconds that `/readyz` may leave unanswered while the process runs
MAX_LEAVING = 30.0  #: seconds that it may take to be unsubscribed
_PAGES = "SELECT source, state, reason, count(*) AS n FROM links GROUP BY source, state, reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one run."""

    seconds: float
    kills: int
    news: int  #: articles of honest papers that are news
    late: tuple[float, ...]  #: of each reader and change, seconds from listed to arrived; sorted
    twice: int
    lost: int
    unexplained: int
    uncertain: int
    states: Counter[str]
    memory: Memory
    readiness: Readiness
    left: tuple[float, ...]  #: seconds that it took each who left
    still_leaving: int
    told_after_leaving: int
    held: int
    opened: int
    pages: Counter[str]  #: what became of the pages of those who attack
    ended: int

    def report(self) -> str:
        """All of it, for a person."""
        memory, ready = self.memory, self.readiness
        return "\n".join(
            [
                f"{self.seconds:.0f} s under attack, {self.kills} kills; {self.news} changes listed by honest papers, "
                f"messages {dict(self.states)}",
                f"from listed to arrived: p50 {self.at(0.5):.1f} s, p99 {self.at(0.99):.1f} s, max {self.at(1):.1f} s "
                f"({len(self.late)} tellings)",
                f"told twice {self.twice}, lost {self.lost}, in doubt {self.uncertain}, of them unexplained {self.unexplained}",
                f"memory of the daemon and its children (sum of PSS): {memory.peak / (1 << 20):.0f} MiB at most, "
                f"after {memory.at:.0f} s ({' + '.join(f'{each >> 20}' for each in memory.held)})",
                f"/readyz: {ready.ready} times ready, {len(ready.not_ready)} times not; longest silence {ready.gap:.1f} s; first "
                f"answers {', '.join(f'{each:.1f}' for each in ready.first)} s after a start",
                f"connections held {self.held}, opened {self.opened}; {len(self.left)} readers left within "
                f"{max(self.left, default=0):.1f} s, {self.still_leaving} could not; told after that {self.told_after_leaving}",
                "pages: " + (", ".join(f"{what} {count}" for what, count in self.pages.most_common()) or "none"),
                *(f"alarm: {alarm}" for alarm in sorted(ready.alarms)),
                *(f"not ready: {said}" for said in self.readiness.not_ready[:5]),
            ]
        )

    def at(self, share: float) -> float:
        """The lateness that so much of the tellings keep within."""
        return self.late[min(len(self.late) - 1, int(share * len(self.late)))] if self.late else 0.0

    def missed(self) -> list[str]:
        """What is not as promised."""
        rows = (
            ("nothing arrived", not self.late),
            (f"later than {MAX_LATE:.0f} s", self.at(1) > MAX_LATE),
            ("told twice", self.twice),
            ("lost", self.lost),
            ("in doubt without a cause", self.unexplained),
            (f"more memory than {MAX_MEMORY >> 20} MiB", self.memory.peak > MAX_MEMORY),
            ("called itself not ready while it worked", self.readiness.not_ready),
            (f"silent for more than {MAX_SILENCE:.0f} s", self.readiness.gap > MAX_SILENCE),
            ("could not leave", self.still_leaving),
            (f"leaving took longer than {MAX_LEAVING:.0f} s", max(self.left, default=0) > MAX_LEAVING),
            ("told after leaving", self.told_after_leaving),
            ("did not end in order", self.ended),
        )
        return [what for what, is_missed in rows if is_missed]


def figures_of(stage: Stage, memory: Memory, readiness: Readiness, ended: int, seconds: float) -> Figures:
    """Count everything. The daemon has ended."""
    news = [page for page, changes in zip(stage.papers.prints, changes_of(stage.papers.prints), strict=True) if changes]
    first: dict[tuple[str, str], float] = {}
    messages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in stage.readers.came:
        for url in mail.told & set(stage.papers.listed):
            first.setdefault((mail.to, url), mail.at)
            messages[mail.to, url].add(mail.id)
    due = {(to, page.path) for to in STAYING for page in news}
    doubtful = ids_in(stage.database, "uncertain")
    in_doubt = Counter(
        str(row.target)
        for row in ask(
            stage.database, "SELECT t.target FROM tellings t JOIN deliveries d ON d.id = t.delivery WHERE d.state = 'uncertain'"
        )
    )
    ids = Counter((mail.to, mail.id) for mail in stage.readers.came)
    missing = Counter(to for to, url in due - set(first))
    left = {to: at - stage.readers.leaving[to] for to, at in stage.readers.left.items()}
    return Figures(
        seconds=seconds,
        kills=stage.kills,
        news=len(news),
        late=tuple(sorted(at - stage.papers.listed[url] for (to, url), at in first.items() if (to, url) in due)),
        twice=sum(count - 1 for count in ids.values()) + sum(len(each) - 1 for each in messages.values()),
        lost=sum(max(0, count - in_doubt[to]) for to, count in missing.items()),
        unexplained=len(doubtful ^ stage.doubtful),
        uncertain=len(doubtful),
        states=states(stage.database),
        memory=memory,
        readiness=readiness,
        left=tuple(left.values()),
        still_leaving=len(stage.readers.leaving) - len(left),
        told_after_leaving=sum(
            stage.papers.listed[url] > stage.readers.left[to] for to, url in first if to in stage.readers.left
        ),
        held=stage.holders.held,
        opened=stage.holders.opened,
        pages=Counter({f"{row.source} {row.state} {row.reason}".strip(): int(row.n) for row in ask(stage.database, _PAGES)}),
        ended=ended,
    )
