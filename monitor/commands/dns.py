"""What DNS says of those who send mail, as ``monitor check --dns`` prints it."""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.channels.route import RoutedChannel
    from monitor.ports import Channel
    from monitor.postmaster.findings import Finding
    from monitor.postmaster.sender import Sender
    from monitor.settings import Settings

_WIDTH = 100
#: A line of a zone file.
_RECORD = re.compile(r"\S+\. (?:TXT|MX|A) ")


def add_options(parser: argparse.ArgumentParser) -> None:
    """``--dns`` and what belongs to it."""
    parser.add_argument(
        "--dns", action="store_true", help="also look at what DNS says of those who send mail (asks the network)"
    )
    parser.add_argument(
        "--selector", action="append", default=[], metavar="NAME", help="with --dns: a DKIM selector (repeat it for more)"
    )
    parser.add_argument(
        "--dns-server", default="", metavar="ADDRESS", help="with --dns: ask this server, 192.0.2.53 or [::1]:53"
    )


def senders_of(channels: Mapping[str, Channel], selectors: list[str]) -> list[Sender]:
    """Who sends mail, a sender a channel; `selectors` given by hand are looked at for all of them."""
    from monitor.postmaster.sender import Sender

    if not any(hasattr(channel, "sender") for channel in channels.values()):
        return []
    from monitor.channels.mail import MailChannel

    return [
        Sender(
            channel=name,
            from_address=channel.sender,
            return_address=channel.bounces or channel.sender,
            smtp_host=channel.server.host,
            selectors=tuple(dict.fromkeys((*channel.selectors, *selectors))),
        )
        for name, channel in channels.items()
        if isinstance(channel, MailChannel)
    ]


def check_dns(settings: Settings, args: argparse.Namespace) -> int:
    """Look at every sender and print what was found; 1 when something is wrong, 0 when at most something could be better."""
    from monitor.app.runtime import build_channels
    from monitor.postmaster.findings import Level
    from monitor.postmaster.lookup import Lookup
    from monitor.postmaster.sender import link_findings, sender_findings

    channels = build_channels(settings)
    senders = senders_of(channels, args.selector)
    lookup = Lookup(args.dns_server)
    found = [
        (sender, (*sender_findings(sender, lookup), *_extension_findings(settings, channels, sender.channel)))
        for sender in senders
    ]
    links = link_findings(settings.public_url, lookup) if senders else ()
    every = [finding for _, findings in found for finding in findings] + list(links)
    errors, warnings = (sum(each.level is level for each in every) for level in (Level.ERROR, Level.WARNING))
    if args.json:
        shown = [_facts(sender) | {"findings": [_finding_facts(each) for each in findings]} for sender, findings in found]
        answer = {"channels": shown, "links": [_finding_facts(each) for each in links]}
        print(json.dumps(answer | {"errors": errors, "warnings": warnings}, indent=2))
    else:
        _print_findings(found, links, errors, warnings)
    return int(bool(errors))


def _print_findings(
    found: Sequence[tuple[Sender, Sequence[Finding]]], links: Sequence[Finding], errors: int, warnings: int
) -> None:
    """What was found, for people; `found` is a row a sender."""
    for sender, findings in found:
        print(f"\n{sender.channel}: From {sender.from_domain}, bounces to {sender.return_domain}, by {sender.smtp_host}")
        print("\n".join(_printable(line) for each in findings for line in _lines(each)))
    if found:
        print("\nunsubscribe links")
        print("\n".join(_printable(line) for each in links for line in _lines(each)))
        print(f"\nDNS: {errors} wrong, {warnings} could be better.")
    else:
        print("No channel sends mail: there is nothing to look at in DNS.")


def _extension_findings(settings: Settings, channels: Mapping[str, RoutedChannel], name: str) -> list[Finding]:
    """Whether the server of a channel can carry the addresses that need an extension of it; nothing where none does."""
    from monitor.app.recipients import reached
    from monitor.channels.mail import MailChannel
    from monitor.channels.mime import needs_smtputf8
    from monitor.channels.smtp import offers
    from monitor.postmaster.findings import Finding, Level

    channel = channels[name]
    routes = {name: channel.route}
    wanting = [each for each in reached(settings, routes) if needs_smtputf8(each.recipient)]
    if not wanting or not isinstance(channel, MailChannel):
        return []
    offered = offers(channel.server, "smtputf8")
    who = f"{wanting[0].recipient} has a letter before the @ that is not ASCII"
    if offered:
        return [Finding(level=Level.OK, about="SMTP", name=channel.server.host, says=f"SMTPUTF8 is offered: {who}")]
    says = (
        "does not offer SMTPUTF8, so mail is refused" if offered is False else "could not be asked whether it offers SMTPUTF8"
    )
    cure = "another mail server, or another address of this reader"
    level = Level.ERROR if offered is False else Level.WARNING
    return [Finding(level=level, about="SMTP", name=channel.server.host, says=f"{says}: {who}", publish=cure)]


def _facts(sender: Sender) -> dict[str, object]:
    return {
        "channel": sender.channel,
        "from": sender.from_domain,
        "bounces": sender.return_domain,
        "smtp_host": sender.smtp_host,
        "selectors": list(sender.selectors),
    }


def _finding_facts(finding: Finding) -> dict[str, str]:
    return {
        "level": str(finding.level),
        "about": finding.about,
        "name": finding.name,
        "says": finding.says,
        "publish": finding.publish,
    }


def _lines(finding: Finding) -> Iterator[str]:
    head = f"  {finding.level:<8} {finding.about:<6} "
    yield from textwrap.wrap(
        f"{finding.name}: {finding.says}",
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )
    if finding.publish:  # on one line, however long: it is there to be copied
        label = "publish" if _RECORD.match(finding.publish) else "advice"
        yield f"{' ' * len(head)}{label}: {finding.publish}"


def _printable(text: str) -> str:
    """What came out of DNS may hold anything; a terminal must not obey it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
