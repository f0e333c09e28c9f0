"""SPF (RFC 7208): may the servers that mail leaves by use the domain of its envelope's sender?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.postmaster.findings import Finding, Level, txt, unanswered
from monitor.postmaster.lookup import Lookup

#: Terms that need a question, in a record and all that it includes (4.6.4); one more and nothing of it counts.
MAX_QUESTIONS = 10
#: Of these, so many may lead to nothing.
MAX_VOID = 2
_TERM = re.compile(r"([+~?-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^\s/]\S*)|(/\S*))?", re.IGNORECASE)
_LENGTHS = re.compile(r"(?:/(\d{1,3}))?(?://(\d{1,3}))?")
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)
_ASKING = {"include", "a", "mx", "ptr", "exists", "redirect"}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(slots=True)
class _Walk:
    """What came to light on the way through a record and those it leads to."""

    lookup: Lookup
    questions: int = 0
    void: int = 0
    final: str = ""  #: qualifier of the outermost ``all``
    networks: list[Network] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)


def spf_findings(domain: str, smtp_host: str, lookup: Lookup) -> tuple[Finding, ...]:
    """What is to be said of the SPF record of the envelope sender's domain.

    Args:
        domain: right of the @ in the envelope's sender.
        smtp_host: where mail is handed in; its addresses are looked for among the permitted.
        lookup: asks.
    """
    answer = lookup.txt(domain)
    if answer.unknown:
        return (unanswered("SPF", domain, answer),)
    records = _records(answer.values)
    inside = smtp_host.casefold().endswith("." + domain.casefold())
    advice = txt(domain, f"v=spf1 {f'a:{smtp_host}' if inside else 'include:<the name that your mail provider tells>'} -all")
    if not records:
        says = "no record: receivers cannot tell your mail from a forgery"
        return (Finding(level=Level.ERROR, about="SPF", name=domain, says=says, publish=advice),)
    if len(records) > 1:
        says = f"{len(records)} records where one is allowed: receivers ignore them all"
        return (
            Finding(level=Level.ERROR, about="SPF", name=domain, says=says, publish="one TXT record with the terms of all"),
        )
    walk = _Walk(lookup=lookup)
    _follow(walk, domain, records[0], (domain.casefold(),), own=True)
    return (*_judged(walk, domain, records[0]), _permitted(walk, domain, smtp_host))


def _records(values: Sequence[str]) -> list[str]:
    return [value for value in values if re.match(r"v=spf1(?: |$)", value, re.IGNORECASE)]


def _judged(walk: _Walk, domain: str, record: str) -> list[Finding]:
    def found(level: Level, says: str, publish: str = "") -> Finding:
        return Finding(level=level, about="SPF", name=domain, says=says, publish=publish)

    findings = [found(Level.ERROR, says, "a record without this") for says in dict.fromkeys(walk.wrong)]
    findings += [found(Level.WARNING, says) for says in dict.fromkeys(walk.doubtful)]
    if walk.questions > MAX_QUESTIONS:
        says = f"{walk.questions} look-ups where {MAX_QUESTIONS} are allowed: receivers ignore the record"
        findings.append(found(Level.ERROR, says, "fewer include, a, mx and exists terms: name networks with ip4 and ip6"))
    if walk.void > MAX_VOID:
        findings.append(found(Level.WARNING, f"{walk.void} terms lead to nothing; receivers may stop after {MAX_VOID}"))
    closed = re.sub(r"\s[+?]?all\b", "", record) + " -all"
    if walk.final == "+":
        findings.append(found(Level.ERROR, "ends with +all: it permits the whole world", txt(domain, closed)))
    elif walk.final in {"", "?"}:
        says = "says nothing of other servers (?all)" if walk.final else "does not end with all: says nothing of other servers"
        findings.append(found(Level.WARNING, says, txt(domain, closed)))
    if not findings:
        findings.append(found(Level.OK, f"one record, {walk.questions} of {MAX_QUESTIONS} look-ups, ends with {walk.final}all"))
    return findings


def _permitted(walk: _Walk, domain: str, smtp_host: str) -> Finding:
    """Whether the server that mail is handed to is itself permitted: a hint, for it may pass mail on to others that are."""
    addresses = walk.lookup.addresses(smtp_host).values if not _is_address(smtp_host) else (smtp_host,)
    among = [each for each in addresses if any(ipaddress.ip_address(each) in network for network in walk.networks)]
    if among:
        says = f"permits {smtp_host} ({among[0]})"
    elif not addresses:
        says = f"{smtp_host} has no address that could be looked for in it"
    else:
        says = f"does not name {smtp_host} ({addresses[0]}) itself; that is as it should be where it sends by other servers"
    return Finding(level=Level.OK if among else Level.NOTE, about="SPF", name=domain, says=says)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _follow(walk: _Walk, domain: str, record: str, way: tuple[str, ...], *, own: bool) -> None:
    """Go through the terms of a record.

    Args:
        walk: what has come to light.
        domain: whose record it is.
        record: its text.
        way: the domains whose records led here, and this one.
        own: whether it speaks for the sender's domain, itself or by redirection, and not for one that is included.
    """
    redirect = ""
    for term in record.split()[1:]:
        if modifier := _MODIFIER.fullmatch(term):
            redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            continue
        mechanism = _TERM.fullmatch(term)
        if mechanism is None:
            walk.wrong.append(f"{term[:60]!r} is no term of SPF: receivers ignore the record")
            return
        qualifier, kind, argument = mechanism[1] or "+", mechanism[2].lower(), mechanism[3] or mechanism[4] or ""
        if kind == "all":
            if own:
                walk.final = qualifier
            elif qualifier == "+":
                walk.wrong.append(f"{domain}, which it includes, permits the whole world")
            return
        _term(walk, domain, way, kind, argument, permits=qualifier == "+")
    if redirect:
        walk.questions += 1
        _enter(walk, redirect, way, own=own)


def _term(walk: _Walk, domain: str, way: tuple[str, ...], kind: str, argument: str, *, permits: bool) -> None:
    walk.questions += kind in _ASKING
    if kind == "ptr":
        walk.doubtful.append("uses ptr, which is slow and which receivers may ignore (RFC 7208, 5.5)")
    elif "%" in argument or kind == "exists":
        return  # depends on the single mail
    elif kind in {"ip4", "ip6"}:
        _network(walk, kind, argument, permits)
    elif kind == "include":
        _enter(walk, argument, way, own=False)
    else:
        _hosts(walk, kind, argument, domain, permits)


def _network(walk: _Walk, kind: str, argument: str, permits: bool) -> None:
    try:
        network = ipaddress.ip_network(argument, strict=False)
    except ValueError:
        walk.wrong.append(f"{kind}:{argument[:60]} is no network: receivers ignore the record")
        return
    if network.version != int(kind[2]):
        walk.wrong.append(f"{kind}:{argument[:60]} is of the other kind of address: receivers ignore the record")
    elif permits:
        if network.prefixlen < 8:
            walk.doubtful.append(f"{kind}:{argument[:60]} permits a large part of the internet")
        walk.networks.append(network)


def _with_length(address: str, lengths: re.Match[str]) -> tuple[str, str]:
    """The kind of network and the network that an address of a name is, with the length that was stated for its version."""
    version = ipaddress.ip_address(address).version
    length = lengths[1 if version == 4 else 2]
    return f"ip{version}", address + (f"/{length}" if length else "")


def _hosts(walk: _Walk, kind: str, argument: str, domain: str, permits: bool) -> None:
    """``a`` and ``mx``: the addresses of a name, or of those who take its mail."""
    name, slash, rest = argument.partition("/")
    lengths = _LENGTHS.fullmatch(slash + rest)
    if lengths is None or int(lengths[1] or 0) > 32 or int(lengths[2] or 0) > 128:
        walk.wrong.append(f"{kind}:{argument[:60]} has no usable length: receivers ignore the record")
        return
    hosts = [name or domain] if kind == "a" else list(walk.lookup.mx(name or domain).values)[:10]
    addresses = [each for host in hosts for each in walk.lookup.addresses(host).values]
    if not addresses:
        walk.void += 1
        walk.doubtful.append(f"{kind}{':' + name if name else ''} leads to no address")
    for each in addresses if permits else []:
        _network(walk, *_with_length(each, lengths), True)


def _enter(walk: _Walk, name: str, way: tuple[str, ...], *, own: bool) -> None:
    """Another domain's record, which counts here."""
    if not name or name.casefold() in way:
        what = f"{name} includes itself" if name else "an include without a name"
        walk.wrong.append(f"{what}: receivers ignore the record")
        return
    if walk.questions > 3 * MAX_QUESTIONS or "%" in name:
        return  # wrong many times over; or it depends on the single mail
    answer = walk.lookup.txt(name)
    records = _records(answer.values)
    if answer.unknown:
        walk.doubtful.append(f"{name}, which it includes, could not be looked up ({answer.failure})")
    elif len(records) != 1:
        what = f"{len(records)} SPF records" if records else "no SPF record"
        walk.void += not answer.values
        walk.wrong.append(f"{name}, which it includes, has {what}: receivers ignore the whole")
    else:
        _follow(walk, name, records[0], (*way, name.casefold()), own=own)
