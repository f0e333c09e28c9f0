"""`monitor check --dns` against a real name server: what is right, what is wrong, and what to publish instead."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli import main
from monitor.ports import ConfigError
from monitor.postmaster.dkim import rsa_bits, tags
from monitor.postmaster.findings import Finding, Level
from monitor.postmaster.lookup import Lookup
from monitor.postmaster.sender import Sender, link_findings, sender_findings
from tests.channels.servers import smtp_server
from tests.postmaster.dns_server import SERVFAIL, TIMEOUT, Zone, dns_server

OK, NOTE, WARNING, ERROR = Level
SENDER = Sender(
    channel="mail",
    from_address="alerts@council.test",
    return_address="bounces@council.test",
    smtp_host="mail.council.test",
    selectors=("s1",),
)
DOMAIN, KEY, POLICY = "council.test", "s1._domainkey.council.test", "_dmarc.council.test"


def rsa_key(bits: int) -> str:
    """A public key of a length, as it stands in DNS: made by hand, of no number in particular."""
    modulus = b"\x00" + (1 << (bits - 1) | 1).to_bytes(bits // 8)
    numbers = der(0x02, modulus) + der(0x02, b"\x01\x00\x01")
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    return base64.b64encode(der(0x30, algorithm + der(0x03, b"\x00" + der(0x30, numbers)))).decode()


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = (
        bytes([size])
        if size < 128
        else bytes([0x80 + (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8)
    )
    return bytes([tag]) + length + content


@pytest.fixture
def zone() -> Zone:
    """A domain where everything is as it should be."""
    zone = Zone()
    zone.records[DOMAIN, "MX"] = ["10 mx.council.test."]
    zone.host("mx.council.test", "192.0.2.1")
    zone.host("mail.council.test", "192.0.2.2", "2001:db8::2")
    zone.txt(DOMAIN, "v=spf1 ip4:192.0.2.0/24 include:spf.provider.test -all", "google-site-verification=x")
    zone.txt("spf.provider.test", "v=spf1 ip6:2001:db8::/32 ?all")
    zone.txt(KEY, f"v=DKIM1; k=rsa; p={rsa_key(2048)}")
    zone.txt(POLICY, "v=DMARC1; p=reject; rua=mailto:dmarc@council.test")
    return zone


def found(zone: Zone, sender: Sender = SENDER, lifetime: float = 3.0) -> tuple[Finding, ...]:
    with dns_server(zone) as address:
        return sender_findings(sender, Lookup(address, lifetime=lifetime))


def bad(findings: tuple[Finding, ...]) -> list[tuple[Level, str]]:
    """What is not as it should be."""
    return [(each.level, each.about) for each in findings if each.level in {WARNING, ERROR}]


def said(findings: tuple[Finding, ...], about: str) -> str:
    return " | ".join(each.says for each in findings if each.about == about)


def test_a_domain_where_all_is_well(zone: Zone) -> None:
    findings = found(zone)
    assert bad(findings) == []
    assert said(findings, "MX") == "mail goes to mx.council.test"
    assert said(findings, "SPF") == "one record, 1 of 10 look-ups, ends with -all | permits mail.council.test (192.0.2.2)"
    assert said(findings, "DKIM") == "an RSA key of 2048 bits"
    assert said(findings, "DMARC") == "p=reject | SPF of council.test speaks for From council.test"
    assert len(zone.asked) == len(set(zone.asked)), "nothing is asked twice"


def test_a_domain_that_is_not_there() -> None:
    (finding,) = found(Zone())
    assert (finding.level, finding.about) == (ERROR, "MX")
    assert finding.says.startswith("no such domain")


@pytest.mark.parametrize(
    ("records", "hosts", "level", "words"),
    [
        (["0 ."], {}, ERROR, "null MX"),
        (["10 gone.council.test."], {}, ERROR, "has no address"),
        (["10 gone.council.test.", "20 mx.council.test."], {}, OK, "mail goes to mx.council.test"),
        ([], {DOMAIN: "192.0.2.9"}, NOTE, "its own address"),
        ([], {}, ERROR, "neither MX nor address"),
    ],
)
def test_where_bounces_go(zone: Zone, records: list[str], hosts: dict[str, str], level: Level, words: str) -> None:
    zone.records[DOMAIN, "MX"] = records
    for name, address in hosts.items():
        zone.host(name, address)
    first = found(zone)[0]
    assert (first.level, first.about) == (level, "MX")
    assert words in first.says
    assert bool(first.publish) == (level is ERROR)


@pytest.mark.parametrize("fault", [SERVFAIL, TIMEOUT])
def test_a_name_server_that_does_not_answer_is_an_error_and_not_an_absence(zone: Zone, fault: str) -> None:
    zone.faults = dict.fromkeys((POLICY, KEY), fault)
    findings = found(zone, lifetime=0.4)
    assert bad(findings) == [(ERROR, "DKIM"), (ERROR, "DMARC")]
    assert "could not be looked up (" + {SERVFAIL: "server failure", TIMEOUT: "timeout"}[fault] in said(findings, "DMARC")


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        ("v=spf1 ip4:192.0.2.2 +all", ERROR, "permits the whole world"),
        ("v=spf1 ip4:192.0.2.2 all", ERROR, "permits the whole world"),
        ("v=spf1 ip4:192.0.2.2 ?all", WARNING, "says nothing of other servers"),
        ("v=spf1 ip4:192.0.2.2", WARNING, "does not end with all"),
        ("v=spf1 ip4:192.0.2.2 ~all", OK, "ends with ~all"),
        ("v=spf1 MX A:mail.council.test/28//64 -ALL", OK, "2 of 10 look-ups"),
        ("v=spf1 ip4:192.0.2.300 -all", ERROR, "is no network"),
        ("v=spf1 ip4:2001:db8::1 -all", ERROR, "other kind of address"),
        ("v=spf1 a/99 -all", ERROR, "no usable length|is no network"),
        ("v=spf1 a:mail.council.test/x -all", ERROR, "no usable length"),
        ("v=spf1 ipv4:192.0.2.2 -all", ERROR, "no term of SPF"),
        ("v=spf1 include: -all", ERROR, "no term of SPF|without a name"),
        ("v=spf1 include:nowhere.test -all", ERROR, "has no SPF record"),
        ("v=spf1 include:council.test -all", ERROR, "includes itself"),
        ("v=spf1 include:loop.test -all", ERROR, "includes itself"),
        ("v=spf1 include:open.test -all", ERROR, "permits the whole world"),
        ("v=spf1 include:two.test -all", ERROR, "has 2 SPF records"),
        ("v=spf1 include:slow.test -all", WARNING, "could not be looked up"),
        ("v=spf1 ptr -all", WARNING, "ptr"),
        ("v=spf1 exists:%{i}.council.test include:%{d}.x -all", OK, "2 of 10 look-ups"),
        ("v=spf1 redirect=spf.provider.test", WARNING, "says nothing of other servers"),
        ("v=spf1 redirect=closed.test", OK, "1 of 10 look-ups, ends with -all"),
        ("v=spf1 " + " ".join(f"a:h{n}.council.test" for n in range(10)) + " -all", WARNING, "terms lead to nothing"),
        ("v=spf1 " + " ".join(f"exists:h{n}.council.test" for n in range(11)) + " -all", ERROR, "11 look-ups where 10"),
        ("v=spf1 ip4:0.0.0.0/0 -all", WARNING, "a large part of the internet"),
    ],
)  # fmt: skip
def test_spf(zone: Zone, record: str, level: Level, words: str) -> None:
    zone.txt(DOMAIN, record)
    zone.txt("loop.test", "v=spf1 include:round.test -all")
    zone.txt("round.test", "v=spf1 include:loop.test -all")
    zone.txt("open.test", "v=spf1 +all")
    zone.txt("closed.test", "v=spf1 ip4:192.0.2.2 -all")
    zone.txt("two.test", "v=spf1 -all", "v=spf1 ~all")
    zone.faults["slow.test"] = TIMEOUT
    findings = [each for each in found(zone, lifetime=0.5) if each.about == "SPF"]
    worst = max(findings, key=lambda each: list(Level).index(each.level) if each.level is not NOTE else 0)
    assert worst.level is level, findings
    assert any(any(each in finding.says for each in words.split("|")) for finding in findings), findings


def test_eleven_look_ups_are_counted_through_includes(zone: Zone) -> None:
    zone.txt(DOMAIN, "v=spf1 include:i0.test -all")
    for n in range(11):
        zone.txt(f"i{n}.test", f"v=spf1 include:i{n + 1}.test -all")
    zone.txt("i11.test", "v=spf1 -all")
    assert "12 look-ups where 10 are allowed" in said(found(zone), "SPF")


def test_a_record_that_leads_on_and_on_is_left(zone: Zone) -> None:
    for n in range(200):
        zone.txt(
            DOMAIN if n == 0 else f"i{n}.test",
            " ".join(f"include:i{n + k}.test" for k in range(1, 9)).join(["v=spf1 ", " -all"]),
        )
    assert (ERROR, "SPF") in bad(found(zone))
    assert len(zone.asked) < 150


def test_no_spf_and_two(zone: Zone) -> None:
    zone.txt(DOMAIN, "v=spf10 nonsense")
    finding = next(each for each in found(zone) if each.about == "SPF")
    assert (finding.level, finding.publish) == (ERROR, 'council.test. TXT "v=spf1 a:mail.council.test -all"')
    zone.txt(DOMAIN, "v=spf1 -all", "V=SPF1 ~all")
    assert "2 records where one is allowed" in said(found(zone), "SPF")


def test_a_relay_that_is_not_named_is_a_hint_only(zone: Zone) -> None:
    zone.host("smtp.provider.test", "198.51.100.1")
    findings = found(zone, replace(SENDER, smtp_host="smtp.provider.test"))
    assert bad(findings) == []
    assert "does not name smtp.provider.test (198.51.100.1) itself" in said(findings, "SPF")
    assert "has no address" in said(found(zone, replace(SENDER, smtp_host="gone.test")), "SPF")
    assert "permits 192.0.2.77 (192.0.2.77)" in said(found(zone, replace(SENDER, smtp_host="192.0.2.77")), "SPF")


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        (f"p={rsa_key(1024)}", WARNING, "1024 bits; 2048 are usual"),
        (f"k=rsa; p={rsa_key(512)}", ERROR, "512 bits"),
        (f"v=DKIM1; p={rsa_key(4096)}", OK, "4096 bits"),
        (f"v=DKIM1; k=ed25519; p={base64.b64encode(b'k' * 32).decode()}", OK, "Ed25519"),
        (f"v=DKIM1; k=ed25519; p={base64.b64encode(b'k' * 31).decode()}", ERROR, "31 bytes"),
        ("v=DKIM1; p=", ERROR, "revoked"),
        ("v=DKIM1; p=!!!", ERROR, "not base64"),
        (f"v=DKIM1; p={rsa_key(2048)[:200]}", ERROR, "no RSA key"),
        (f"v=DKIM2; p={rsa_key(2048)}", ERROR, "v=DKIM2"),
        (f"k=dsa; p={rsa_key(2048)}", ERROR, "k=dsa"),
        (f"t=y:s; p={rsa_key(2048)}", WARNING, "this is a test"),
        ("some other text", ERROR, "no key"),
    ],
)
def test_dkim(zone: Zone, record: str, level: Level, words: str) -> None:
    zone.txt(KEY, record)
    (finding,) = (each for each in found(zone) if each.about == "DKIM")
    assert finding.level is level
    assert words in finding.says


def test_a_key_split_into_strings_is_one(zone: Zone) -> None:
    """A key of 4,096 bits does not fit into one string of a TXT record, nor its answer into one packet."""
    zone.txt(KEY, f"v=DKIM1; p={rsa_key(4096)}; n={'x' * 1500}")
    assert "4096 bits" in said(found(zone), "DKIM")
    assert ("tcp", KEY, "TXT") in zone.asked, "an answer too long for a packet is asked for again"


def test_selectors_cannot_be_listed(zone: Zone) -> None:
    finding = next(each for each in found(zone, replace(SENDER, selectors=())) if each.about == "DKIM")
    assert (finding.level, "dkim_selector" in finding.publish) == (WARNING, True)
    assert (ERROR, "DKIM") in bad(found(zone, replace(SENDER, selectors=("s1", "other"))))


def test_two_keys_under_one_name(zone: Zone) -> None:
    zone.txt(KEY, f"p={rsa_key(2048)}", f"p={rsa_key(1024)}")
    assert "2 keys" in said(found(zone), "DKIM")


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["v=DMARC1; p=none; rua=mailto:a@council.test"], WARNING, "only counted"),
        (["v=DMARC1; p=quarantine; rua=mailto:a@council.test"], OK, "p=quarantine"),
        (["v=DMARC1; p=reject"], WARNING, "names nobody"),
        (["v=DMARC1; p=rejct; rua=mailto:a@council.test"], ERROR, "is no policy"),
        (["v=DMARC1; rua=mailto:a@council.test"], ERROR, "is no policy"),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], ERROR, "2 records"),
        (["v=DMARC2; p=reject"], ERROR, "no policy: large receivers"),
        (["v=DMARC1; p=reject; rua=https://x.test"], WARNING, "is no mailto"),
        (["v=DMARC1; p=reject; rua=mailto:a@reports.test!10m"], WARNING, "reports.test does not say"),
        (["v=DMARC1; p=reject; rua=mailto:a@agreed.test,mailto:b@council.test"], OK, "p=reject"),
    ],
)
def test_dmarc(zone: Zone, records: list[str], level: Level, words: str) -> None:
    zone.txt(POLICY, *records)
    zone.txt("council.test._report._dmarc.agreed.test", "v=DMARC1")
    findings = [each for each in found(zone) if each.about == "DMARC"]
    assert max((each.level for each in findings), key=list(Level).index) is level, findings
    assert any(words in each.says for each in findings), findings


def test_the_policy_of_the_domain_above_counts(zone: Zone) -> None:
    below = replace(SENDER, from_address="alerts@news.council.test", return_address="bounces@news.council.test")
    zone.records["news.council.test", "MX"] = ["10 mx.council.test."]
    zone.txt(POLICY, "v=DMARC1; p=reject; sp=none; rua=mailto:a@council.test")
    assert "p=none (the domain above says so)" in said(found(zone, below), "DMARC")
    zone.txt(POLICY, "v=DMARC1; p=reject; rua=mailto:a@council.test")
    assert "p=reject (the domain above says so)" in said(found(zone, below), "DMARC")


@pytest.mark.parametrize(
    ("bounces", "selectors", "policy", "level"),
    [
        ("b@news.council.test", (), "p=reject", OK),
        ("b@news.council.test", (), "p=reject; aspf=s", ERROR),
        ("b@provider.test", (), "p=reject", ERROR),
        ("b@provider.test", (), "p=none", WARNING),
        ("b@provider.test", ("s1",), "p=reject", NOTE),
    ],
)
def test_alignment(zone: Zone, bounces: str, selectors: tuple[str, ...], policy: str, level: Level) -> None:
    for domain in ("news.council.test", "provider.test"):
        zone.records[domain, "MX"] = ["10 mx.council.test."]
        zone.txt(domain, "v=spf1 ip4:192.0.2.2 -all")
    zone.txt(POLICY, f"v=DMARC1; {policy}; rua=mailto:a@council.test")
    findings = found(zone, replace(SENDER, return_address=bounces, selectors=selectors))
    assert [each.level for each in findings if "SPF" in each.says and each.about == "DMARC"] == [level]


@pytest.mark.parametrize(
    ("url", "level", "words"),
    [
        ("", WARNING, "no unsubscribe link"),
        ("http://page.council.test/", ERROR, "not https"),
        ("https://gone.council.test/", ERROR, "has no address"),
        ("https://slow.council.test/", ERROR, "could not be looked up"),
        ("https://inside.council.test/", WARNING, "from inside only"),
        ("https://page.council.test/", OK, "anybody can reach"),
    ],
)
def test_links(url: str, level: Level, words: str) -> None:
    zone = Zone(faults={"slow.council.test": SERVFAIL})
    zone.host("inside.council.test", "10.0.0.1")
    zone.host("page.council.test", "8.8.8.8")
    with dns_server(zone) as address:
        (finding,) = link_findings(url, Lookup(address, lifetime=1))
    assert finding.level is level
    assert words in finding.says


@pytest.mark.parametrize("server", ["example.org", "127.0.0.1:0", "127.0.0.1:x", "[::1]:99999", "::1:"])
def test_a_name_server_that_is_none(server: str) -> None:
    with pytest.raises(ConfigError, match="no address of a DNS server"):
        Lookup(server)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".test", ".".join(["x" * 60] * 6), "é" * 70])
def test_names_that_are_none(name: str) -> None:
    with dns_server(Zone()) as address:
        assert Lookup(address, lifetime=1).txt(name).failure in {"not a name", "no such name", "no such record"}


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_tags_of_anything(text: str) -> None:
    assert all(name for name in tags(text))


@given(st.binary(max_size=60))
@settings(max_examples=100)
def test_a_key_of_anything(raw: bytes) -> None:
    assert rsa_bits(raw) is None or rsa_bits(raw) >= 0  # type: ignore[operator]  # not None there


def test_a_key_that_openssl_made(tmp_path: Path) -> None:
    try:
        key = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout
        der_of = subprocess.run(
            ["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, check=True, capture_output=True
        ).stdout
    except FileNotFoundError:
        pytest.skip("no openssl here")
    assert rsa_bits(der_of) == 2048


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text('[[source]]\nname = "gazette"\nurl = "https://gazette.test/feed"\n')
    (config / "monitor.toml").write_text('[monitor]\npublic_url = "https://page.council.test/"\n')
    (config / "channels.toml").write_text(
        '[channel.mail]\nurl_env = "MAIL"\nfrom = "Monitor <alerts@council.test>"\nbounces = "bounces@council.test"\n'
        'dkim_selector = "s1"\n[channel.screen]\nurl = "console://"\n'
    )
    monkeypatch.setenv("MAIL", "mailtos://user:hunter2@mail.council.test")
    return ["--config", str(config), "--state", str(tmp_path / "state")]


@pytest.fixture
def server(zone: Zone) -> Iterator[str]:
    zone.host("page.council.test", "8.8.8.8")
    with dns_server(zone) as address:
        yield address


Output = pytest.CaptureFixture[str]


def test_typed_where_all_is_well(folders: list[str], server: str, capsys: Output) -> None:
    assert main(["check", "--dns", "--dns-server", server, *folders]) == 0
    out = capsys.readouterr().out
    assert "mail: From council.test, bounces to council.test, by mail.council.test\n" in out
    assert "  ok       DKIM   s1._domainkey.council.test: an RSA key of 2048 bits\n" in out
    assert out.endswith("DNS: 0 wrong, 0 could be better.\n")
    assert "hunter2" not in out


def test_typed_with_what_is_wrong(folders: list[str], server: str, zone: Zone, capsys: Output) -> None:
    zone.txt(DOMAIN, "v=spf1 include:\\027[31mred.test +all")
    assert main(["check", "--dns", "--dns-server", server, "--selector", "s2", *folders]) == 1
    out = capsys.readouterr().out
    assert "publish: s2._domainkey.council.test. TXT" in out
    assert "\x1b" not in out
    assert main(["check", "--dns", "--json", "--dns-server", server, *folders]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["errors"] >= 1
    assert {each["about"] for each in answer["channels"][0]["findings"]} == {"MX", "SPF", "DKIM", "DMARC"}


def test_warnings_alone_are_no_failure(folders: list[str], server: str, zone: Zone) -> None:
    zone.txt(POLICY, "v=DMARC1; p=none")
    assert main(["check", "--dns", "--dns-server", server, *folders]) == 0


def test_typed_without_mail_or_with_a_wrong_server(folders: list[str], server: str, tmp_path: Path, capsys: Output) -> None:
    assert main(["check", "--dns", "--dns-server", "nowhere", *folders]) == 2
    (tmp_path / "config" / "channels.toml").write_text("")
    assert main(["check", "--dns", "--dns-server", server, *folders]) == 0
    assert "nothing to look at" in capsys.readouterr().out
    (tmp_path / "config" / "channels.toml").write_text("[channel.mail]\n")
    assert main(["check", "--dns", "--json", *folders]) == 2
    assert json.loads(capsys.readouterr().out)["problems"][0]["table"] == "[channel.mail]"


@pytest.mark.parametrize(
    ("offered", "line"),
    [
        (True, "ok       SMTP   127.0.0.1: SMTPUTF8 is offered: jörg@reader.test has a letter before the @ that is not ASCII"),
        (False, "error    SMTP   127.0.0.1: does not offer SMTPUTF8, so mail is refused: jörg@reader.test has a letter"),
        (None, "warning  SMTP   127.0.0.1: could not be asked whether it offers SMTPUTF8: jörg@reader.test has a letter"),
    ],
)
def test_a_reader_who_needs_an_extension_of_the_mail_server(
    folders: list[str], server: str, offered: bool | None, line: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    subscription = '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = ["jörg@reader.test", "ann@bücher.test"]\n'
    (Path(folders[1]) / "subscriptions.toml").write_text(subscription)
    with smtp_server(enable_SMTPUTF8=bool(offered)) as (_, port):
        monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{port if offered is not None else 1}")
        main(["check", "--dns", "--dns-server", server, *folders])
    shown = " ".join(capsys.readouterr().out.split())
    assert " ".join(line.split()) in shown
    assert shown.count("SMTPUTF8") == 1, "a domain in other letters needs nothing"
