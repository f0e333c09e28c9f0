"""What the operator is told of the review queue once a day: how much waits, the most urgent of it, and how to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.calendar import day_words
from monitor.domain.model import percent
from monitor.domain.review import ReviewItem
from monitor.messages.disarm import quoted
from monitor.messages.notice import Notice, Purpose
from monitor.messages.sanitize import link, sanitize

#: More than this in one message and nobody reads it; the list has them all.
MAX_SHOWN = 10
_MAX_QUOTE = 400
_WHY = "You run the monitor: [operator] in monitor.toml names this channel. This comes once a day while anything waits."


def review_notice(identity: str, now: datetime, items: Sequence[ReviewItem], *, page: str = "") -> Notice:
    """The word on `items` that wait, the most urgent first, of which there is one at least; `page` is the status page."""
    one = len(items) == 1
    many = "1 judgement waits" if one else f"{len(items)} judgements wait"
    intro = f"{many} for review. Nobody is alerted of {'it' if one else 'them'} unless you accept {'it' if one else 'them'}."
    more = len(items) - MAX_SHOWN
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.OPERATOR,
        title=f"Operator notice: {many} for review",
        words=(
            intro,
            *(_item(item) for item in items[:MAX_SHOWN]),
            *([f"And {more} more: `monitor review list`."] if more > 0 else []),
        ),
        action=link(page),
        action_words="Open the status page" if link(page) else "",
        reasons=(_WHY,),
    )


def _item(item: ReviewItem) -> str:
    said, short = item.judgement, item.id[:10]
    where = quoted(item.outlet, 100)
    when = day_words(item.published) if item.published else ""
    source = ", ".join(filter(None, (where, when)))
    address = link(item.url) or quoted(item.url)
    return sanitize(
        f"{said.authority.display_name}: {said.area.words}: {said.rating.words} ({percent(said.probability)}). "
        f"“{quoted(said.quote, _MAX_QUOTE)}”{' ' if source else ''}{source}. "
        f"Decide with `monitor review accept {short}` or `monitor review reject {short}`: {address}",
        3000,
    )
