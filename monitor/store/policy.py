"""What recording and telling need to know beside the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from monitor.domain.alert_limits import MAX_PER_HOUR
from monitor.domain.model import Change, Inspection
from monitor.domain.subscriptions import Subscription
from monitor.messages import Notice
from monitor.messages.links import LinkAction, Links
from monitor.messages.reasons import way_out
from monitor.store.ledger import History
from monitor.store.message_contents import MessageRenderer

#: The subscriptions in force when a change is matched.
Subscriptions = Callable[[], Sequence[Subscription]]
#: A line that places an authority among others, from everything known; empty when there is nothing to say.
Context = Callable[[Change, Sequence[Inspection]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The installation's choices and pure helpers."""

    history: History
    renderer: MessageRenderer
    context: Context
    alert_window: timedelta
    links: Links | None = None
    group_wait: timedelta = timedelta(0)  #: how long a message waits for further news for the same person
    untellable: frozenset[str] = frozenset()  #: channels whose messages have no words in which a doubt could be mentioned
    most_an_hour: int = MAX_PER_HOUR  #: messages to one person; what comes after them goes out as one
    contact: str = ""  #: whom readers turn to: an address or a page of the operator's

    def with_exits(self, notice: Notice, to: str, names: Iterable[str], own: Mapping[str, str]) -> Notice:
        """A notice that says how its reader changes or ends what it is for.

        Args:
            notice: of one message to one person.
            to: where it goes.
            names: subscriptions that it is for.
            own: nonces by name of the subscriptions that people made themselves (see `subscribers.own`).
        """
        mine = next((name for name in names if name in own), "")
        by_mail = "@" in self.contact and "://" not in self.contact
        unsubscribe = manage = ""
        if "@" in to and self.links:
            unsubscribe = self.links.make(LinkAction.UNSUBSCRIBE, notice.id)
        elif "@" in to and by_mail:
            unsubscribe = f"mailto:{quote(self.contact, safe='@')}?subject=Unsubscribe"
        if self.links and mine:
            manage = self.links.make(LinkAction.MANAGE, mine, own[mine])
        words = way_out(self.contact, manage=bool(manage), unsubscribe=unsubscribe.startswith("http"))
        return replace(notice, unsubscribe=unsubscribe, manage=manage, way_out=words)
