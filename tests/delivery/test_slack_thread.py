"""From a newspaper's word to Ofsted's: the second message stands below the first, in the channel that both went to."""

from __future__ import annotations

import json
from itertools import count

from monitor.channels.slack import SlackChannel
from monitor.delivery import Outbox
from tests.builders import StoppedClock, report, story, subscription
from tests.channels.servers import Hook, http_server
from tests.store.conftest import Open

BOT = "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#alerts"


async def test_what_confirms_and_what_corrects_continues_the_thread(open_it: Open) -> None:
    clock, numbers = StoppedClock(), count(1)
    team = [subscription(name, channel="slack", to=f"#{name}") for name in ("kent", "leeds")]
    store = open_it(*team)

    def answer() -> tuple[int, str, dict[str, str]]:
        return 200, json.dumps({"ok": True, "channel": f"C0{len(hook.requests) % 2}", "ts": f"15.{next(numbers):06d}"}), {}

    with http_server(Hook(answer=answer)) as (hook, address):
        channel = SlackChannel("slack", BOT, endpoint=address)
        outbox = Outbox(store=store, channels={"slack": channel}, clock=clock, concurrency=1)
        for said in ("press", "confirmed", "corrected"):
            if said == "press":
                store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=clock.now())
            else:
                official = report("Kent", "overall good" if said == "confirmed" else "overall outstanding")
                store.record(official, story({})[1], link=None, baseline=False, now=clock.now())
            clock.forward(minutes=10)
            assert await outbox.send_due() == {"sent": 2}
    bodies = [body for _, _, body in hook.requests]
    assert sorted(each["channel"] for each in bodies[:2]) == ["#kent", "#leeds"]
    assert all("thread_ts" not in each for each in bodies[:2])
    # Slack names channels by an id of its own, which is where the answers have to go.
    assert sorted((each["channel"], each["thread_ts"]) for each in bodies[2:4]) == [("C00", "15.000002"), ("C01", "15.000001")]
    assert sorted((each["channel"], each["thread_ts"]) for each in bodies[4:]) == [("C00", "15.000002"), ("C01", "15.000001")]
    assert [each.get("reply_broadcast") for each in bodies] == [None] * 4 + [True] * 2
    assert [each["text"].partition(":")[0] for each in bodies] == ["Kent"] * 2 + ["Confirmed"] * 2 + ["Correction"] * 2
