"""What who asks for it is told of silence: that nothing changed, and how well we listened; or that we could not hear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.calendar import day_words, london, london_day, short_day
from monitor.domain.no_news import Coverage, SourceCoverage
from monitor.domain.subscriptions import Subscription
from monitor.messages.notice import Notice, Purpose
from monitor.messages.reasons import list_words, subscription_words
from monitor.messages.sanitize import listed, sanitize

#: More names than this are counted.
_NAMED = 8


def no_news_notice(
    identity: str,
    now: datetime,
    subscription: Subscription,
    coverage: Coverage,
    week: datetime,
    *,
    unsubscribe: str = "",
    named: bool = True,
) -> Notice:
    """``Nothing changed in the week to 20 Jul``: the week that ended at `week`.

    `named`: whether the subscription's name says anything to its reader, as one from the configuration does.
    """
    name = subscription.name if named else ""
    end = london_day(week)
    words = [f"No rating on {list_words(name)} changed in the week to {day_words(end)}."]
    troubled = coverage.troubled
    listened = f"{coverage.healthy} of {len(coverage.sources)} sources are healthy."
    words.append(f"{listened} Not at present: {_names(troubled)}." if troubled else listened)
    if coverage.official_at is not None:
        read = coverage.official_at.astimezone(london())
        words.append(f"Ofsted’s own list of reports was last read through on {day_words(read.date())} at {read:%H:%M}.")
    return _notice(identity, now, subscription, f"Nothing changed in the week to {short_day(end)}", words, name, unsubscribe)


def outage_notice(
    identity: str,
    now: datetime,
    subscription: Subscription,
    sources: Sequence[SourceCoverage],
    *,
    unsubscribe: str = "",
    named: bool = True,
) -> Notice:
    """``We cannot hear The Gazette at present``: every source of a list is silent. `named`: see `no_news_notice`."""
    name = subscription.name if named else ""
    outlets = tuple(dict.fromkeys(source.outlet for source in sources))
    since = london_day(max(source.down_since for source in sources if source.down_since))
    many = len(sources) > 1
    words = [
        f"{_names(outlets)} {'have' if many else 'has'} told us nothing since {day_words(since)}. "
        f"Y{list_words(name)[1:]} hears of changes from {'them' if many else 'it'} alone.",
        "Until that is put right, silence does not mean that nothing changed. Whoever runs this monitor sees it on its page.",
    ]
    return _notice(identity, now, subscription, f"We cannot hear {_names(outlets)} at present", words, name, unsubscribe)


def _notice(
    identity: str, now: datetime, subscription: Subscription, title: str, words: Sequence[str], name: str, unsubscribe: str
) -> Notice:
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.NOTICE,
        title=sanitize(title),
        words=tuple(map(sanitize, words)),
        reasons=(f"{f'{subscription_words(name)} asks' if name else 'You asked'} for a word when nothing changed.",),
        notes=(subscription.note,) if subscription.note else (),
        unsubscribe=unsubscribe,
    )


def _names(outlets: Sequence[str]) -> str:
    if len(outlets) <= _NAMED:
        return listed(list(outlets))
    return f"{', '.join(outlets[:_NAMED])} and {len(outlets) - _NAMED} more"
