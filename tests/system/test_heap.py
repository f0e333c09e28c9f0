"""Memory that was used once is given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.system.heap import ENVIRONMENT
from tests.conftest import ROOT

#: What hostile pages do: one large block, then many, with something small that stays behind each; in several threads.
WORK = """
import gc, os, sys, threading
if "now" in sys.argv:
    from monitor.system.heap import keep_nothing_free
    keep_nothing_free()

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

def read(stays):
    bytes(30 << 20)
    for _ in range(8):
        large = []
        for _ in range(10):
            large.append(bytes(2 << 20))
            stays.append(bytes(600))
        del large

before, stays = held(), []
for _ in range(4):
    thread = threading.Thread(target=read, args=(stays,))
    thread.start()
    thread.join()
gc.collect()
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux how much is held")
@pytest.mark.parametrize("how", ["now", "environment"])
def test_what_was_freed_is_not_held(how: str) -> None:
    environment = ENVIRONMENT if how == "environment" else {}
    ran = subprocess.run(
        [sys.executable, "-c", WORK, how], cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) < 8, "MiB"
