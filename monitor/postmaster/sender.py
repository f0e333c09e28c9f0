"""Everything that DNS says of one sender of mail: does its domain exist, may its servers speak for it, is it believed?"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.domain.mailboxes import ascii_domain
from monitor.postmaster.dkim import dkim_findings
from monitor.postmaster.dmarc import dmarc_findings
from monitor.postmaster.findings import Finding, Level, unanswered
from monitor.postmaster.lookup import Lookup
from monitor.postmaster.spf import spf_findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends mail by one channel."""

    channel: str
    from_address: str
    return_address: str  #: of the envelope: where bounces go, for whose domain SPF speaks
    smtp_host: str
    selectors: Sequence[str] = ()  #: names of its DKIM keys

    @property
    def from_domain(self) -> str:
        """Right of the @ in From, as DNS has it."""
        return ascii_domain(self.from_address.rpartition("@")[2]).lower()

    @property
    def return_domain(self) -> str:
        """Right of the @ in the envelope's sender."""
        return ascii_domain(self.return_address.rpartition("@")[2]).lower()


def sender_findings(sender: Sender, lookup: Lookup) -> tuple[Finding, ...]:
    """Everything found of one sender, in the order in which receivers look."""
    domains = dict.fromkeys((sender.return_domain, sender.from_domain))
    home = [_home(domain, lookup, bounces=domain == sender.return_domain) for domain in domains]
    if any(finding.level is Level.ERROR and finding.says.startswith("no such") for finding in home):
        return tuple(home)  # of a domain that is not there nothing else can be said
    keys = dkim_findings(sender.from_domain, sender.selectors, lookup)
    signed = any(key.level in {Level.OK, Level.WARNING} for key in keys) and bool(sender.selectors)
    return (
        *home,
        *spf_findings(sender.return_domain, sender.smtp_host, lookup),
        *keys,
        *dmarc_findings(sender.from_domain, sender.return_domain, lookup, signed=signed),
    )


def _home(domain: str, lookup: Lookup, *, bounces: bool) -> Finding:
    """Whether a domain is there and takes mail: answers, and where it is the envelope's, what comes back."""
    use = "bounces" if bounces else "answers"

    def found(level: Level, says: str, publish: str = "") -> Finding:
        return Finding(level=level, about="MX", name=domain, says=says, publish=publish)

    answer = lookup.mx(domain)
    if answer.unknown:
        return unanswered("MX", domain, answer)
    if answer.failure in {"no such name", "not a name"}:
        return found(
            Level.ERROR, "no such domain: receivers refuse mail from it", "register it, or correct `from` and `bounces`"
        )
    if answer.values == (".",):
        level = Level.ERROR if bounces else Level.WARNING
        return found(level, f"takes no mail (null MX): {use} are lost", f"{domain}. MX 10 <the server that takes your mail>.")
    if not answer.values:
        if lookup.addresses(domain).values:
            return found(Level.NOTE, f"no MX: {use} go to its own address")
        level = Level.ERROR if bounces else Level.WARNING
        return found(level, f"neither MX nor address: {use} are lost", f"{domain}. MX 10 <the server that takes your mail>.")
    reachable = [host for host in answer.values[:10] if lookup.addresses(host).values]
    if not reachable:
        return found(
            Level.ERROR, f"MX {answer.values[0]} has no address: {use} are lost", f"{answer.values[0]}. A <its address>"
        )
    return found(Level.OK, f"mail goes to {reachable[0]}")


def link_findings(public_url: str, lookup: Lookup) -> tuple[Finding, ...]:
    """What is to be said of the address that unsubscribe links lead to."""

    def found(level: Level, says: str, publish: str = "") -> tuple[Finding, ...]:
        return (Finding(level=level, about="links", name=host or "public_url", says=says, publish=publish),)

    parts = urlsplit(public_url)
    host = parts.hostname or ""
    cure = 'public_url = "https://..." in monitor.toml'
    if not public_url:
        return found(Level.WARNING, "mail carries no unsubscribe link; large receivers want one", cure)
    if parts.scheme != "https":
        return found(Level.ERROR, "public_url is not https: one-click unsubscribe does not work (RFC 8058)", cure)
    answer = lookup.addresses(host)
    if answer.unknown:
        return (unanswered("links", host, answer),)
    if not answer.values:
        return found(Level.ERROR, "has no address: nobody can unsubscribe", f"{host}. A <the address of this page>")
    if not any(ipaddress.ip_address(each).is_global for each in answer.values):
        return found(Level.WARNING, f"{answer.values[0]} is reached from inside only: mail services cannot unsubscribe anybody")
    return found(Level.OK, "unsubscribe links lead to an address that anybody can reach")
