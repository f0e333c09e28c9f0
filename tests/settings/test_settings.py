"""Configuration that is right, and one mistake at a time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app.runtime import build_renderer
from monitor.classifier.verdict import Thresholds, thresholds
from monitor.domain.model import ChangeKind
from monitor.domain.operator_alarms import Receiver
from monitor.messages.render import NO_DOMAIN
from monitor.settings import SettingsError, examine, load
from monitor.settings.secret import drop_token
from tests.conftest import ROOT

FINE = {
    "monitor.toml": '[monitor]\ncontact = "desk@council.example"\nlisten = "127.0.0.1:9001"\nalert_window = "14d"\n',
    "sources.toml": '[[source]]\nname = "gazette"\nkind = "feed"\nurl = "https://gazette.example/feed.xml"\ninterval = "10m"\n',
    "channels.toml": '[channel.mail]\nurl_env = "MAIL_URL"\n',
    "subscriptions.toml": '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nauthorities = ["Leeds"]\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FINE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def problems(folder: Path, environ: dict[str, str] | None = None) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in examine(folder, folder / "state", environ or {})[1]]


def test_a_right_configuration_becomes_settings(folder: Path) -> None:
    settings = load(folder, folder / "state", {})
    assert settings.listen == ("127.0.0.1", 9001)
    assert settings.alert_window == timedelta(days=14)
    assert [source.name for source in settings.sources] == ["gazette"]
    assert [channel.name for channel in settings.channels] == ["mail"]
    assert settings.subscriptions[0].channel == "mail"
    assert ChangeKind.OUT_OF_INADEQUATE in settings.subscriptions[0].kinds


def test_empty_folder_has_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, tmp_path / "state", {})
    assert settings.listen == ("127.0.0.1", 8321)
    assert settings.page_url == "http://127.0.0.1:8321/"
    assert settings.sources == settings.channels == settings.subscriptions == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alert_from = 90", "a number above 0 and up to 1"),
        ("alert_from = 0", "a number above 0 and up to 1"),
        ('alert_from = "high"', "a number above 0 and up to 1"),
        ("review_from = true", "a number above 0 and up to 1"),
        ("alert_from = 0.6\nreview_from = 0.8", "0.8 is above alert_from = 0.6"),
    ],
)
def test_what_is_no_threshold(folder: Path, line: str, said: str) -> None:
    (folder / "monitor.toml").write_text(f"[monitor]\n{line}\n")
    (found,) = problems(folder)
    assert said in found
    assert "monitor.toml" in found


def test_thresholds_are_those_of_the_weights_where_nothing_is_written(folder: Path) -> None:
    assert load(folder, folder / "state", {}).thresholds == (None, None)
    own = thresholds()
    assert Thresholds.of() == own
    given = load(folder, folder / "state", {"MONITOR_ALERT_FROM": "0.2"}).thresholds
    assert given == (0.2, None)
    assert Thresholds.of(alert=0.2) == Thresholds(alert=0.2, review=min(0.2, own.review))


def test_the_environment_has_the_last_word(folder: Path) -> None:
    environ = {"MONITOR_LISTEN": ":7000", "MONITOR_FETCH_DEADLINE": "5s", "MONITOR_FETCH_ALLOW_PRIVATE": "yes"}
    settings = load(folder, folder / "state", environ)
    assert settings.listen == ("0.0.0.0", 7000)
    assert settings.page_url == "http://localhost:7000/"
    assert settings.fetch_deadline == timedelta(seconds=5)
    assert settings.allow_private
    assert settings.contact == "desk@council.example"


def test_quotes_that_a_file_of_variables_kept_are_no_part_of_a_value(folder: Path) -> None:
    environ = {
        "MONITOR_LISTEN": '"127.0.0.1:7000"',
        "MONITOR_FETCH_ALLOW_PRIVATE": "'true'",
        "MONITOR_DATABASE_URL": '"postgresql://me:hunter2@db.example/monitor"',
        "MONITOR_CONTACT": "“desk@c.example”",
    }
    settings = load(folder, folder / "state", environ)
    assert (settings.listen, settings.allow_private, settings.contact) == (("127.0.0.1", 7000), True, "desk@c.example")
    assert settings.database_url == "postgresql://me:hunter2@db.example/monitor"
    assert drop_token({"MONITOR_DROP_TOKEN": "'a-token-of-many-letters'"}) == "a-token-of-many-letters"


def test_a_proxy_and_authorities_of_one_s_own(folder: Path) -> None:
    authority = ROOT / "tests" / "fetch" / "certificates" / "ca.pem"
    (folder / "monitor.toml").write_text(f'[fetch]\nproxy = "proxy.example.org:8080"\nca_file = "{authority}"\n')
    settings = load(folder, folder / "state", {})
    assert (settings.proxy, settings.ca_file) == ("proxy.example.org:8080", str(authority))
    secret = "http://jo:hunter2@proxy.example.org:8080"
    settings = load(folder, folder / "state", {"MONITOR_FETCH_PROXY": secret})
    assert settings.proxy == secret
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'proxy = "socks5://jo:hunter2@x.example"',
            'proxy: expected an address such as "http://proxy.example.org:8080", or "direct"',
        ),
        ('proxy = "http://jo:hunter2@"', 'proxy: expected an address such as "http://proxy.example.org:8080", or "direct"'),
        ("proxy = 8080", "proxy: expected a string in quotes, found a number"),
        ('ca_file = "/none.pem"', "ca_file: /none.pem is no file of certificates (PEM): No such file or directory"),
        (f'ca_file = "{__file__}"', f"ca_file: {__file__} is no file of certificates (PEM): "),
    ],
)
def test_what_is_no_proxy_and_no_authority(folder: Path, line: str, said: str) -> None:
    (folder / "monitor.toml").write_text(f"[fetch]\n{line}\n")
    (found,) = problems(folder)
    assert found.startswith(f"monitor.toml:2: [fetch]: {said}")
    assert "hunter2" not in found


def test_ways_to_the_operator(folder: Path) -> None:
    """A channel, and an address within it where it needs one; from the environment with commas."""
    (folder / "channels.toml").write_text('[channel.mail]\nurl = "console://"\n[channel.team]\nurl = "console://"\n')
    (folder / "monitor.toml").write_text('[operator]\nchannels = ["mail: ops@example.org", "team"]\n')
    ways = (Receiver(channel="mail", to="ops@example.org"), Receiver(channel="team"))
    assert load(folder, folder / "state", {}).operator == ways
    environ = {"MONITOR_OPERATOR_CHANNELS": "team, mail:ops@example.org"}
    assert load(folder, folder / "state", environ).operator == ways[::-1]
    (folder / "monitor.toml").write_text('[operator]\nchannels = ["maul"]\n')
    assert problems(folder) == [
        "monitor.toml: [operator]: channels: there is no [channel.maul]; did you mean 'mail'?; channels: mail, team"
    ]
    for wrong in ('"mail:a@b@c"', "3", '["mail", ""]'):
        (folder / "monitor.toml").write_text(f"[operator]\nchannels = {wrong}\n")
        assert len(problems(folder)) == 1


BROKEN = {
    "unknown authority": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nauthorities = ["Wolverhamton"]\n',
        "subscriptions.toml:4: [[subscription]] \"desk\": authorities: unknown authority 'Wolverhamton'; "
        "did you mean 'Wolverhampton'?",
    ),
    "unknown key": (
        "monitor.toml",
        '[monitor]\nlisten = "127.0.0.1:9001"\nallert_window = "14d"\n',
        "monitor.toml:3: [monitor]: allert_window: unknown key; did you mean 'alert_window'?",
    ),
    "doubled name": (
        "sources.toml",
        FINE["sources.toml"] * 2,
        "sources.toml:7: [[source]] \"gazette\": name: 'gazette' is already the name of the one at line 1 of {folder}/sources.toml",
    ),
    "wrong type": (
        "monitor.toml",
        "[monitor]\nlisten = 8321\n",
        "monitor.toml:2: [monitor]: listen: expected a string in quotes, found a number: 8321",
    ),
    "wrong length of time": (
        "monitor.toml",
        '[monitor]\nalert_window = "a month"\n',
        'monitor.toml:2: [monitor]: alert_window: expected a length of time such as "15m", "2h" or "30d", found \'a month\'',
    ),
    "wrong word": (
        "monitor.toml",
        '[monitor]\nlog_level = "warn"\n',
        "monitor.toml:2: [monitor]: log_level: 'warn' is not known; did you mean 'warning'?; one of: debug, info, warning, error",
    ),
    "unknown channel": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mial"\n',
        "subscriptions.toml:3: [[subscription]] \"desk\": channel: there is no [channel.mial]; did you mean 'mail'?; channels: mail",
    ),
    "unknown kind of change": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nkinds = ["up_graded"]\n',
        "subscriptions.toml:4: [[subscription]] \"desk\": kinds: unknown value 'up_graded'; did you mean 'upgraded'?",
    ),
    "table in the wrong file": (
        "channels.toml",
        '[chanel.mail]\nurl_env = "MAIL_URL"\n',
        "channels.toml:1: [chanel.mail]: unknown table; did you mean '[channel.NAME]'?",
    ),
    "one pair of brackets where there may be several": (
        "subscriptions.toml",
        '[subscription]\nname = "desk"\nchannel = "mail"\n',
        "subscriptions.toml:1: [subscription]: write [[subscription]], with two brackets: there may be several",
    ),
    "two pairs of brackets where there is one": (
        "monitor.toml",
        '[[monitor]]\ncontact = "a@b.example"\n',
        "monitor.toml:1: [[monitor]]: write [monitor], with one bracket: there is only one",
    ),
    "a channel in two pairs of brackets": (
        "channels.toml",
        '[[channel.mail]]\nurl_env = "MAIL_URL"\n',
        "channels.toml:1: [[channel.mail]]: write [channel.NAME], with one bracket: there is only one of each name",
    ),
    "a channel without a name": (
        "channels.toml",
        '[channel]\nurl_env = "MAIL_URL"\n',
        "channels.toml:1: [channel]: give it a name, by which subscriptions call it: [channel.NAME]",
    ),
    "a table of another file": (
        "subscriptions.toml",
        "[fetch]\nrobots = true\n",
        "subscriptions.toml:1: [fetch]: belongs into monitor.toml; this file holds [[subscription]] and [[test]]",
    ),
    "key outside any table": (
        "monitor.toml",
        'listen = "127.0.0.1:1"\n',
        "monitor.toml:1: listen: a key outside any table; this file holds [monitor] and [fetch] and [operator] and [returned] and [backup] and [retention]",
    ),
    "no TOML": (
        "monitor.toml",
        "[monitor]\nlisten 8321\n",
        'monitor.toml:2: this cannot be read: between a key and its value stands =, as in key = "value"; a comment begins with #',
    ),
    "missing name": (
        "sources.toml",
        '[[source]]\nkind = "feed"\n',
        "sources.toml:1: [[source]]: name: is required",
    ),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_is_named_with_its_place_and_the_cure(folder: Path, mistake: str) -> None:
    file, text, message = BROKEN[mistake]
    (folder / file).write_text(text)
    assert problems(folder) == [message.replace("{folder}", str(folder))]


@pytest.mark.parametrize("broken", FINE)
def test_a_broken_file_is_one_problem(folder: Path, broken: str) -> None:
    """What other files say of its contents cannot be judged, and is not."""
    with (folder / "monitor.toml").open("a") as file:
        file.write(
            'public_url = "https://monitor.example/"\nself_service = "mail"\n[operator]\nchannels = ["mail: a@b.example"]\n'
        )
    with (folder / "subscriptions.toml").open("a") as file:
        file.write('[[test]]\nauthority = "Leeds"\nold = "good"\nnew = "inadequate"\nexpect = ["desk"]\n')
    assert problems(folder) == []
    (folder / broken).write_text("[half\n" + (folder / broken).read_text())
    [problem] = problems(folder)
    assert problem.startswith(f"{broken}:1: this cannot be read: a heading has as many brackets")


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    (folder / "monitor.toml").write_text('[monitor]\nlisten = 1\nlog_level = "loud"\n')
    (folder / "sources.toml").write_text('[[source]]\nkind = "feed"\n')
    with pytest.raises(SettingsError) as caught:
        load(folder, folder / "state", {})
    assert len(caught.value.problems) == 3
    assert caught.value.exit_status == 2


def test_a_bad_environment_variable_is_named_as_such(folder: Path) -> None:
    assert problems(folder, {"MONITOR_LISTEN": "nowhere"}) == [
        "environment: [monitor]: listen: expected host and port such as \"127.0.0.1:8321\", found 'nowhere'"
    ]


def test_a_missing_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such folder"):
        load(tmp_path / "nowhere", tmp_path, {})


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/monitor/monitor.db",
        "sqlite:///state/monitor.db",
        "postgresql://monitor:p%40ss@db.council.example:5432/monitor",
        "postgresql+psycopg://monitor@db/monitor?sslmode=require",
        "postgresql:///monitor?host=/var/run/postgresql",
        "postgresql://u:p@[::1]:5432/x",
    ],
)
def test_an_address_of_a_database_is_taken_as_it_is(folder: Path, url: str) -> None:
    assert load(folder, folder / "state", {"MONITOR_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("public_url", "domain"),
    [
        ("https://monitor.council.example/", "monitor.council.example"),
        ("http://10.1.2.3:8321/", NO_DOMAIN),
        ("http://[fd00::1]/", NO_DOMAIN),
        ("http://localhost:8321/", NO_DOMAIN),
        ("", NO_DOMAIN),
    ],
)
def test_messages_are_named_after_a_domain_that_their_readers_know(folder: Path, public_url: str, domain: str) -> None:
    settings = load(folder, folder / "state", {"MONITOR_PUBLIC_URL": public_url} if public_url else {})
    assert build_renderer(settings).domain == domain


@pytest.mark.parametrize("listen", ["8321", "127.0.0.1", "localhost"])
def test_a_port_alone_does_not_open_the_page_to_everybody(folder: Path, listen: str) -> None:
    assert problems(folder, {"MONITOR_LISTEN": listen}) != []
    assert load(folder, folder / "state", {"MONITOR_LISTEN": ":8321"}).listen == ("0.0.0.0", 8321)


def test_a_wrong_public_address_is_said_once(folder: Path) -> None:
    (folder / "monitor.toml").write_text('[monitor]\npublic_url = "monitor.council.example"\nself_service = "mail"\n')
    (only,) = problems(folder)
    assert "public_url: expected a URL" in only


@pytest.mark.parametrize(
    ("written", "meant"),
    [("North-West England", "North West"), ("the South East", "South East"), ("Yorkshire", "Yorkshire and the Humber")],
)
def test_the_region_that_was_meant(folder: Path, written: str, meant: str) -> None:
    (folder / "subscriptions.toml").write_text(
        f'[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nregions = ["{written}"]\n'
    )
    (only,) = problems(folder)
    assert f"did you mean {meant!r}?" in only


@pytest.mark.parametrize("said", ["monitor.internal, MONITOR.council.example", "monitor.internal,monitor.council.example."])
def test_names_of_the_page_come_from_the_environment_too(folder: Path, said: str) -> None:
    assert load(folder, folder / "state", {"MONITOR_HOSTS": said}).hosts == ("monitor.internal", "monitor.council.example")
    for wrong in ("https://monitor.internal", "monitor.internal:8321", "a b", "-x", "a/b"):
        with pytest.raises(SettingsError, match="a name alone"):
            load(folder, folder / "state", {"MONITOR_HOSTS": wrong})


def test_operators_are_led_to_the_page_that_says_how_it_is(folder: Path) -> None:
    assert load(folder, folder / "state", {}).status_url == ""
    below = {"MONITOR_PUBLIC_URL": "https://council.example/ofsted/"}
    assert load(folder, folder / "state", below).status_url == "https://council.example/ofsted/sources"
