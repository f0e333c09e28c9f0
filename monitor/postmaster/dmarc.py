"""DMARC (RFC 7489): what receivers do with mail that claims a domain and cannot prove it, and whom they tell."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.domain.urls import registrable
from monitor.postmaster.dkim import tags
from monitor.postmaster.findings import Finding, Level, txt, unanswered
from monitor.postmaster.lookup import Answer, Lookup

_POLICIES = {"none", "quarantine", "reject"}


def site(domain: str) -> str:
    """The domain that somebody registered: ``council.gov.uk`` of ``alerts.council.gov.uk``."""
    return registrable(f"https://{domain}/")


def dmarc_findings(from_domain: str, return_domain: str, lookup: Lookup, *, signed: bool) -> tuple[Finding, ...]:
    """What is to be said of the policy of the From domain.

    Args:
        from_domain: right of the @ in From.
        return_domain: right of the @ in the envelope's sender, for which SPF speaks.
        lookup: asks.
        signed: whether a good DKIM key of the From domain is known.
    """
    name, answer, records = _record(from_domain, lookup)
    if answer.unknown:
        return (unanswered("DMARC", name, answer),)
    here = f"_dmarc.{from_domain}"
    advice = txt(here, f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{from_domain}")
    if not records:
        says = "no policy: large receivers want one, and forgeries of your domain get through"
        return (Finding(level=Level.ERROR, about="DMARC", name=here, says=says, publish=advice),)
    if len(records) > 1:
        says = f"{len(records)} records where one is allowed: receivers ignore them all"
        return (Finding(level=Level.ERROR, about="DMARC", name=name, says=says, publish=advice),)
    found = tags(records[0])
    inherited = name != here
    policy = (found.get("sp", found.get("p", "")) if inherited else found.get("p", "")).lower()
    findings = [_policy_finding(name, policy, advice, inherited=inherited)]
    if findings[0].level is not Level.ERROR:
        findings.append(_alignment(name, found, from_domain, return_domain, policy, signed=signed))
    findings += _reports(name, found, from_domain, lookup)
    return tuple(findings)


def _record(domain: str, lookup: Lookup) -> tuple[str, Answer, list[str]]:
    """The record of a domain, or of the nearest one above it that has any, down to the one that somebody registered."""
    labels, top = domain.split("."), site(domain)
    name, answer = f"_dmarc.{domain}", Answer()
    for start in range(len(labels)):
        above = ".".join(labels[start:])
        name, answer = f"_dmarc.{above}", lookup.txt(f"_dmarc.{above}")
        records = [value for value in answer.values if value.replace(" ", "").startswith("v=DMARC1")]
        if records or answer.unknown or above == top:
            return name, answer, records
    return name, answer, []


def _policy_finding(name: str, policy: str, advice: str, *, inherited: bool) -> Finding:
    if policy not in _POLICIES:
        says = f"p={policy[:20]!r} is no policy: receivers ignore the record"
        return Finding(level=Level.ERROR, about="DMARC", name=name, says=says, publish=advice)
    from_above = " (the domain above says so)" if inherited else ""
    if policy == "none":
        says = f"p=none{from_above}: forgeries of your domain are only counted"
        cure = f"{advice}, once the reports show that your own mail passes"
        return Finding(level=Level.WARNING, about="DMARC", name=name, says=says, publish=cure)
    return Finding(level=Level.OK, about="DMARC", name=name, says=f"p={policy}{from_above}")


def _alignment(
    name: str, found: Mapping[str, str], from_domain: str, return_domain: str, policy: str, *, signed: bool
) -> Finding:
    """DMARC believes SPF only where it speaks for the domain that readers see."""
    strict = found.get("aspf", "r").lower() == "s"
    aligned = from_domain == return_domain if strict else site(from_domain) == site(return_domain)
    if aligned:
        return Finding(level=Level.OK, about="DMARC", name=name, says=f"SPF of {return_domain} speaks for From {from_domain}")
    says = f"SPF speaks for {return_domain}, which is not From's {from_domain}: mail passes by its DKIM signature alone"
    if signed:
        return Finding(level=Level.NOTE, about="DMARC", name=name, says=says)
    level = Level.WARNING if policy == "none" else Level.ERROR
    cure = f"an address at {from_domain} as `bounces` of the channel, or a DKIM key of {from_domain}"
    return Finding(level=level, about="DMARC", name=name, says=f"{says}, and no good key is known", publish=cure)


def _reports(name: str, found: Mapping[str, str], from_domain: str, lookup: Lookup) -> list[Finding]:
    """Whether somebody hears of failures; another domain has to agree to that (7.1)."""
    places = [each for each in found.get("rua", "").split(",") if each]
    if not places:
        cure = f"rua=mailto:postmaster@{from_domain} in the record"
        says = "names nobody to report to (rua): failures go unseen"
        return [Finding(level=Level.WARNING, about="DMARC", name=name, says=says, publish=cure)]
    findings = []
    for place in places[:5]:
        domain = place.partition("!")[0].rpartition("@")[2].lower()
        if urlsplit(place).scheme != "mailto" or not domain:
            says = f"rua={place[:60]} is no mailto: address: reports go nowhere"
            findings.append(Finding(level=Level.WARNING, about="DMARC", name=name, says=says, publish="rua=mailto:NAME@DOMAIN"))
        elif site(domain) != site(from_domain):
            findings += _agreed(f"{from_domain}._report._dmarc.{domain}", domain, lookup)
    return findings


def _agreed(name: str, domain: str, lookup: Lookup) -> list[Finding]:
    answer = lookup.txt(name)
    if any(value.startswith("v=DMARC1") for value in answer.values) or answer.unknown:
        return []
    says = f"{domain} does not say that it takes reports of other domains: none are sent there"
    return [Finding(level=Level.WARNING, about="DMARC", name=name, says=says, publish=txt(name, "v=DMARC1"))]
