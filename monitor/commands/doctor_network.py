"""What `monitor doctor` sees over the network, sending nothing: ways out, DNS, the public page, the time elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from monitor.commands.dns import senders_of
from monitor.commands.doctor_daemon import ask
from monitor.commands.doctor_finding import Finding, Subject
from monitor.domain.characters import unquoted
from monitor.domain.poll_failures import failure_words
from monitor.domain.web_address import LOOPBACK
from monitor.messages.codes import reason_words, what_to_do
from monitor.ports import FetchFailure, Page
from monitor.postmaster.findings import Finding as DnsFinding
from monitor.postmaster.findings import Level

#: Seconds for one answer.
_PATIENCE = 4.0
#: A certificate that ends so soon was not renewed by itself.
_RENEWED = timedelta(days=14)
#: A clock that is further off than this is not kept right.
_OFF = timedelta(minutes=2)
_MAIL = "docs/runbook.md, “Mail: before the first one”"
_PROXY = "docs/reverse_proxy.md"


def of_channel(subject: Subject, name: str) -> Iterator[Finding]:
    """Whether the other side of a channel is there, and has us."""
    from monitor.channels.trial import try_channel

    about, channel = f"channel {name}", subject.channels[name]
    found = try_channel(channel, _PATIENCE)
    if found is None:
        says = f"is {channel.route.service}: only a message shows whether it works"
        yield Finding(level=Level.NOTE, about=about, says=says, remedy=f"`monitor test-alert {name}`")
        return
    where = f"{channel.route.host}:{channel.route.port}"
    if found.reason:
        remedy = what_to_do(found.reason).replace(
            "it is tried again by itself", "is its address right, and a firewall between?"
        )
        says = f"{where}: {reason_words(found.reason)}"
        yield Finding(level=Level.ERROR, about=about, says=says, remedy=remedy or f"[channel.{name}] in channels.toml")
        return
    yield Finding(level=Level.OK, about=about, says=f"{where} would take a message")
    yield from _of_end(about, where, found.expires, subject.clock.now())


def _of_end(about: str, where: str, expires: datetime | None, now: datetime) -> Iterator[Finding]:
    if expires is not None and expires - now < _RENEWED:
        days = max(0, (expires - now).days)
        says = f"the certificate of {where} ends in {days} days ({expires:%Y-%m-%d}), and nobody renewed it"
        yield Finding(level=Level.WARNING, about=about, says=says, remedy="whoever runs that server has to renew it")


def of_dns(subject: Subject) -> Iterator[Finding]:
    """What DNS says of who sends mail."""
    senders = senders_of(subject.channels, [])
    if not senders:
        return
    from monitor.postmaster.lookup import Lookup
    from monitor.postmaster.sender import link_findings, sender_findings

    lookup = Lookup(subject.dns_server, lifetime=2.0)
    for sender in senders:
        yield from _of_sender(f"DNS of {sender.from_domain}", _not_well(sender_findings(sender, lookup)))
    for each in _not_well(link_findings(subject.settings.public_url, lookup)):
        yield Finding(level=each.level, about="links", says=f"{each.name}: {each.says}", remedy=each.publish or _PROXY)


def _not_well(found: Iterable[DnsFinding]) -> list[DnsFinding]:
    return [each for each in found if each.level in {Level.ERROR, Level.WARNING}]


def _of_sender(about: str, found: Sequence[DnsFinding]) -> Iterator[Finding]:
    """What is amiss with one sender; in one line where nobody answers."""
    if not found:
        yield Finding(level=Level.OK, about=about, says="receivers find what they look for")
    elif all("could not be looked up" in each.says for each in found):
        says = f"no answer: {found[0].says}"
        yield Finding(level=Level.WARNING, about=about, says=says, remedy="is there a network, and a name server?")
        return
    for each in found:
        record = " TXT " in each.publish or " MX " in each.publish
        remedy = (f"publish {each.publish}" if record else each.publish) or f"`monitor check --dns`; {_MAIL}"
        yield Finding(level=each.level, about=about, says=f"{each.about} of {each.name}: {each.says}", remedy=remedy)


def of_page(subject: Subject) -> Iterator[Finding]:
    """Whether readers reach the page by its public name."""
    url = subject.settings.public_url
    if not url:
        return
    from monitor.channels.tls import context_of
    from monitor.channels.trial import connect

    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    context = context_of("") if secure else None
    if not secure and host not in LOOPBACK:
        says = f"{url} is not https: whoever is on the way reads along, and can sign in as you"
        yield Finding(level=Level.WARNING, about="page", says=says, remedy=f"public_url in monitor.toml; {_PROXY}")
    tried = connect(host, port, _PATIENCE, context)
    if tried.reason.startswith(("bad_certificate", "tls_")):
        yield Finding(
            level=Level.ERROR, about="page", says=f"{url}: {reason_words(tried.reason)}", remedy=f"renew it; {_PROXY}"
        )
        return
    if tried.reason:
        says = f"{url} cannot be reached from this machine"
        remedy = f"try it from another one: it may be fine there; else the proxy or DNS ({_PROXY})"
        yield Finding(level=Level.WARNING, about="page", says=says, remedy=remedy)
        return
    yield from _of_end("page", url, tried.expires, subject.clock.now())
    try:
        status, said = ask(host, port, f"{parts.path.rstrip('/')}/healthz", context=context)
    except OSError as error:
        yield Finding(level=Level.WARNING, about="page", says=f"{url} gives no answer: {error}", remedy=_PROXY)
        return
    if status == 421:
        remedy = 'hosts = ["THAT NAME"] in [monitor] of monitor.toml; docs/runbook.md, “Another site was meant”'
        yield Finding(level=Level.ERROR, about="page", says=f"{url} is refused: its proxy asks by another name", remedy=remedy)
    elif status != 200 or not isinstance(said, dict) or "polls" not in said:
        says = f"{url}healthz answers {status}, and not as the monitor does"
        yield Finding(level=Level.WARNING, about="page", says=says, remedy=f"does the proxy lead to this monitor? {_PROXY}")
    else:
        yield Finding(level=Level.OK, about="page", says=f"{url} leads to a monitor")


def of_heartbeat(subject: Subject) -> Iterator[Finding]:
    """Whether the address that wants a sign of life is there; no sign is given."""
    name = subject.settings.heartbeat_url_env
    parts = urlsplit(unquoted(subject.environ.get(name, ""))) if name else urlsplit("")
    if not parts.hostname:
        return
    from monitor.channels.tls import context_of
    from monitor.channels.trial import connect

    secure = parts.scheme == "https"
    tried = connect(parts.hostname, parts.port or (443 if secure else 80), _PATIENCE, context_of("") if secure else None)
    if tried.reason and not subject.settings.proxy:
        says = f"the host of {name} cannot be reached: {reason_words(tried.reason)}"
        remedy = f"is {name} right, and may this machine connect there?"
        yield Finding(level=Level.ERROR, about="heartbeat", says=says, remedy=remedy)


def of_network(subject: Subject) -> Iterator[Finding]:
    """Whether a source's host answers this machine at all, and what time it is there."""
    hosts = list(dict.fromkeys(filter(None, (_origin(table.values) for table in subject.settings.sources))))[:2]
    if not hosts:
        return
    answers = asyncio.run(_answers(subject, hosts))
    refused = [each for each in answers if isinstance(each, FetchFailure) and each.status is None]
    names = " and ".join(urlsplit(each).netloc for each in hosts)
    if len(refused) == len(answers):
        why = failure_words(refused[0].reason)
        remedy = "is there a network? A proxy: `proxy` in [fetch] of monitor.toml; docs/runbook.md, “the network has a proxy”"
        yield Finding(level=Level.ERROR, about="network", says=f"{names} cannot be reached ({why})", remedy=remedy)
        return
    yield Finding(level=Level.OK, about="network", says=f"{names} answered")
    told = [each.headers.get("date", "") for each in answers if not isinstance(each, FetchFailure)]
    yield from _of_drift(told, subject.clock.now())


def _of_drift(told: list[str], now: datetime) -> Iterator[Finding]:
    """What to say of our clock, where every server has another time."""
    off: list[timedelta] = []
    for each in told:
        with suppress(ValueError, TypeError):
            off.append(now - parsedate_to_datetime(each).astimezone(UTC))
    if off and all(abs(each) > _OFF for each in off):
        least = min(off, key=abs)
        says = f"the clock is {abs(least).total_seconds() / 60:.0f} minutes {'ahead' if least > timedelta() else 'behind'}"
        remedy = "`timedatectl set-ntp true`; docs/runbook.md, “the clock is wrong”"
        yield Finding(level=Level.ERROR, about="clock", says=says, remedy=remedy)


async def _answers(subject: Subject, origins: list[str]) -> list[Page | FetchFailure]:
    from monitor.app.runtime import build_fetcher

    settings = replace(subject.settings, fetch_deadline=timedelta(seconds=_PATIENCE), robots=False)
    async with build_fetcher(settings, subject.clock) as fetcher:
        return list(await asyncio.gather(*(fetcher.fetch(f"{each}/robots.txt") for each in origins)))


def _origin(values: object) -> str:
    """Scheme and host of a source's address, for one that is polled and has one."""
    if not isinstance(values, dict) or not values.get("enabled", True):
        return ""
    parts = urlsplit(str(values.get("url", "")))
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
