"""Everything that takes part in an attack: the real daemon, those who attack, those who publish and those who read."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.channels.servers import smtp_server
from tests.soak.busy import Busy
from tests.soak.daemon import change, free_port, left_in_doubt, start
from tests.soak.holders import Holders
from tests.soak.hostile import Hostile
from tests.soak.papers import Papers
from tests.soak.readers import LEAVING, STAYING, Readers
from tests.soak.site import Site
from tests.soak.slow import Slow
from tests.soak.visitors import Visitors
from tests.soak.watch import Watched


@dataclass(kw_only=True)
class Stage:
    """Who takes part. What they do when is in `acts`."""

    folder: Path
    chance: random.Random
    page: tuple[str, int]  #: where the monitor's page is
    environment: dict[str, str]
    readers: Readers
    holders: Holders
    visitors: Visitors
    papers: Papers = field(default_factory=Papers)
    hostile: Hostile = field(default_factory=Hostile)
    slow: Slow = field(default_factory=Slow)
    busy: Busy = field(default_factory=Busy)
    process: Watched = field(default_factory=Watched)
    doubtful: set[str] = field(default_factory=set)  #: deliveries that a kill left between their last byte and the answer
    kills: int = 0
    _daemon: subprocess.Popen[bytes] | None = None

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every site that is watched."""
        return (*self.papers.sites, *self.attackers)

    @property
    def attackers(self) -> tuple[Site, ...]:
        """Those of them that are no paper."""
        return (*self.hostile.sites, *self.slow.sites, self.busy.site)

    @property
    def database(self) -> Path:
        """The state."""
        return self.folder / "state" / "monitor.db"

    @property
    def log(self) -> str:
        """What the daemon said."""
        return (self.folder / "daemon.log").read_text(errors="replace")

    def begin(self) -> None:
        """Start the daemon."""
        self._daemon = start(self.folder, self.environment)
        self.process.started, self.process.pid = time.monotonic(), self._daemon.pid

    async def kill(self) -> None:
        """SIGKILL at a random moment, and start again at once."""
        await asyncio.sleep(self.chance.uniform(0, 10))
        assert self._daemon
        self._daemon.kill()
        self._daemon.wait()
        self.process.pid = 0
        self.kills += 1
        self.doubtful |= await asyncio.to_thread(left_in_doubt, self.folder)
        self.begin()

    async def end(self) -> int:
        """Ask it to end; its exit status."""
        assert self._daemon
        self._daemon.terminate()
        self.process.pid = 0
        return await asyncio.to_thread(self._daemon.wait, 60)

    async def poll(self, *sites: Site) -> None:
        """Have these polled, as `monitor sources poll` has it: on a day off they would be asked less often."""
        names = ", ".join(f"'{site.name}'" for site in sites)
        now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
        await asyncio.to_thread(change, self.database, f"UPDATE sources SET next_due_at = {now} WHERE name IN ({names})")


@asynccontextmanager
async def staged(folder: Path, seed: int) -> AsyncIterator[Stage]:
    """Everybody in their places, and the daemon configured but not started."""
    with smtp_server(Readers(pause=0.05)) as (mailbox, port):
        assert isinstance(mailbox, Readers)
        page = ("127.0.0.1", free_port())
        stage = Stage(
            folder=folder,
            chance=random.Random(seed),
            page=page,
            environment=os.environ | {"MONITOR_MAIL_URL": f"mailto://127.0.0.1:{port}"},
            readers=mailbox,
            holders=Holders(page),
            visitors=Visitors(page),
        )
        for site in stage.sites:
            await site.serve()
        _configure(stage)
        yield stage


def _configure(stage: Stage) -> None:
    config = stage.folder / "config"
    config.mkdir()
    where = f"{stage.page[0]}:{stage.page[1]}"
    # All that is not said here is as it comes out of the box: deadline, places, politeness.
    (config / "monitor.toml").write_text(
        f'[monitor]\nlisten = "{where}"\npublic_url = "http://{where}"\nself_service = "mail"\ngroup_wait = "1s"\n'
        "most_an_hour = 1000\n[fetch]\nallow_private = true\nrobots = false\n"
    )
    (config / "sources.toml").write_text(
        "".join(
            f'[[source]]\nname = "{site.name}"\nkind = "feed"\nurl = "{site.base}/feed"\noutlet = "{site.name}"\ninterval = "30s"\n'
            for site in stage.sites
        )
    )
    (config / "channels.toml").write_text('[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\nfrom = "alerts@monitor.test"\n')
    (config / "subscriptions.toml").write_text(
        "".join(
            f'[[subscription]]\nname = "{to.partition("@")[0]}"\nchannel = "mail"\nto = "{to}"\n' for to in (*STAYING, *LEAVING)
        )
    )
