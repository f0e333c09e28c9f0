"""What recording and telling need to know beside the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.guards import MOST_AN_HOUR
from monitor.domain.model import Change, Inspection
from monitor.domain.subscriptions import Subscription
from monitor.messages.links import Links
from monitor.store.frozen import Renders
from monitor.store.ledger import History

#: The subscriptions in force when a change is matched.
Subscriptions = Callable[[], Sequence[Subscription]]
#: A line that places an authority among others, from everything known; empty when there is nothing to say.
Context = Callable[[Change, Sequence[Inspection]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The installation's choices and pure helpers."""

    history: History
    renderer: Renders
    context: Context
    alert_window: timedelta
    links: Links | None = None
    group_wait: timedelta = timedelta(0)  #: how long a message waits for further news for the same person
    most_an_hour: int = MOST_AN_HOUR  #: messages to one person; what comes after them goes out as one
