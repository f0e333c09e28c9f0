"""`monitor check`: the message for each broken configuration, and nothing for a right one."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from monitor.cli import main
from tests.conftest import ROOT

SOURCE = '[[source]]\nname = "gazette"\nkind = "feed"\nurl = "https://gazette.example/feed.xml"\n'
FINE = {
    "monitor.toml": '[monitor]\nlisten = "127.0.0.1:9001"\n',
    "sources.toml": SOURCE,
    "channels.toml": '[channel.mail]\nurl_env = "TEST_MAIL_URL"\n',
    "subscriptions.toml": '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nauthorities = ["Leeds"]\n',
}

#: The mistake, the file that has it, its text, and the one line that is said.
BROKEN = {
    "unknown authority": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nauthorities = ["Leeds", "Wolverhamton"]\n',
        "subscriptions.toml:4: [[subscription]] \"desk\": authorities: unknown authority 'Wolverhamton'; did you mean 'Wolverhampton'?",
    ),
    "unknown key": (
        "sources.toml",
        SOURCE + 'intervall = "5m"\n',
        "sources.toml:5: [[source]] \"gazette\": intervall: unknown key for kind 'feed'; did you mean 'interval'?",
    ),
    "bad URL": (
        "sources.toml",
        SOURCE.replace("https://", "ftp://"),
        "sources.toml:4: [[source]] \"gazette\": url: 'ftp://gazette.example/feed.xml' is no http or https address",
    ),
    "missing secret": (
        "channels.toml",
        '# where alerts go\n[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\n',
        "channels.toml:3: [channel.mail]: url_env: the environment variable MONITOR_MAIL_URL is not set",
    ),
    "secret in the open": (
        "channels.toml",
        '[channel.mail]\nurl = "mailtos://me:hunter2@mail.example"\n',
        "channels.toml:2: [channel.mail]: url: holds a secret: put it into an environment variable (url_env) or a file (url_file)",
    ),
    "duplicate name": (
        "sources.toml",
        f"{SOURCE}\n{SOURCE}",
        "sources.toml:7: [[source]] \"gazette\": name: 'gazette' is already the name of the one at line 1 of {folder}/sources.toml",
    ),
    "wrong type": (
        "monitor.toml",
        '[monitor]\nalert_window = "30d"\nlisten = 8321\n',
        "monitor.toml:3: [monitor]: listen: expected a string in quotes, found a number: 8321",
    ),
    "unknown kind of source": (
        "sources.toml",
        SOURCE.replace('"feed"', '"fed"'),
        "sources.toml:3: [[source]] \"gazette\": kind: unknown kind 'fed'; did you mean 'feed'?",
    ),
    "a mistake in a source that is switched off": (
        "sources.toml",
        SOURCE + "enabled = false\nkeywords = 3\n",
        'sources.toml:6: [[source]] "gazette": keywords: 3 should be a list of texts',
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FINE.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(socket, "gethostname", lambda: "monitor.example")
    monkeypatch.setenv("TEST_MAIL_URL", "mailtos://user:pass@mail.example?from=a@b.example&to=c@d.example")
    return tmp_path


def check(folder: Path) -> int:
    return main(["check", "--config", str(folder), "--state", str(folder / "state")])


def test_a_right_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder) == 0
    fine, *routes = capsys.readouterr().out.splitlines()
    assert fine == f"{folder}: fine. 1 source (0 more switched off), 1 channel, 1 subscription."
    assert routes == [
        "mail: mail by mail.example port 587 (starttls), login user, from a@b.example, introduces itself as monitor.example",
        "  to a@b.example (desk)",
    ]
    assert not (folder / "state").exists()


@pytest.mark.parametrize(
    ("written", "warning"),
    [
        ("", "warning: nobody is told of alarms"),
        ('[operator]\nchannels = ["mail: ops@d.example"]\n', "warning: alarms have one way to the operator"),
    ],
)
def test_who_is_told_of_alarms_is_no_mistake_but_said(
    folder: Path, capsys: pytest.CaptureFixture[str], written: str, warning: str
) -> None:
    (folder / "monitor.toml").write_text(written)
    assert check(folder) == 0
    assert warning in capsys.readouterr().err


MAIL = SOURCE.replace('"feed"', '"listing"') + 'link = "article h2 a"\n'
#: What may surprise: the file that has it, its text, and the warning. The configuration can be used all the same.
SURPRISING = {
    "contact": (
        "monitor.toml",
        '[monitor]\ncontact = "the data team"\n',
        "monitor.toml: [monitor]: contact: 'the data team' is neither a mail address nor a URL: publishers cannot write to it",
    ),
    "selector": (
        "sources.toml",
        MAIL + 'title = "h2::text"\n',
        "sources.toml:6: [[source]] \"gazette\": title: 'h2::text' is no CSS selector, so nothing will be found",
    ),
    "wholly excluded": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nauthorities = ["Leeds"]\nexclude = ["Leeds"]\n',
        'subscriptions.toml:6: [[subscription]] "desk": exclude: takes away every authority that the subscription watches, '
        "so it will never be told anything",
    ),
    "an authority that is no more": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nauthorities = ["Cumbria"]\n',
        'subscriptions.toml:5: [[subscription]] "desk": authorities: Cumbria is no more since',
    ),
    "an empty list": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "a@b.example"\nregions = []\n',
        'subscriptions.toml:5: [[subscription]] "desk": regions: an empty list is as good as none: every authority is watched.',
    ),
    "no domain": (
        "subscriptions.toml",
        '[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "performance"\n',
        "subscriptions.toml:4: [[subscription]] \"desk\": to: 'performance' has no domain, as in performance@council.example",
    ),
    "no domain of the operator": (
        "monitor.toml",
        '[operator]\nchannels = ["mail: ops@server"]\n',
        "monitor.toml: [operator]: channels: 'ops@server' has no domain",
    ),
}


@pytest.mark.parametrize("surprise", SURPRISING)
def test_what_may_surprise_is_said(folder: Path, surprise: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, text, warning = SURPRISING[surprise]
    (folder / file).write_text(text)
    assert check(folder) == 0
    said = capsys.readouterr()
    assert f"warning: {warning}" in said.err.replace(f"{folder}/", "")
    assert "fine" in said.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MONITOR_ALERT_WINDOWS", "did you mean MONITOR_ALERT_WINDOW?"),
        ("MONITOR_ROBOTS", "did you mean MONITOR_FETCH_ROBOTS?"),
        ("MONITOR_SLACK_URL", "a secret needs its url_env or secret_env in config/"),
    ],
)
def test_a_variable_that_nothing_looks_at_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    monkeypatch.setenv(name, "hunter2")
    for known in ("MONITOR_STATE", "MONITOR_RETURNED_INTERVAL", "MONITOR_OPERATOR_CHANNELS"):
        monkeypatch.setenv(
            known, {"MONITOR_RETURNED_INTERVAL": "5m", "MONITOR_OPERATOR_CHANNELS": "mail: a@b.example"}.get(known, "x")
        )
    assert check(folder) == 0
    told = capsys.readouterr().err
    assert f"warning: environment: {name}: is set, and nothing looks at it" in told
    assert said in told
    assert told.count("nothing looks at it") == 1
    assert "hunter2" not in told


@pytest.mark.parametrize("name", ["MONITOR_DROP_TOKEN", "MONITOR_METRICS_TOKEN", "MONITOR_OPERATOR_TOKEN"])
def test_a_token_that_could_be_guessed_is_refused_at_the_start(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert check(folder) == 2
    assert main(["run", "--config", str(folder), "--state", str(folder / "state")]) == 2
    said = capsys.readouterr().err
    assert said.count(f"{name}: is shorter than 16 characters") == 2
    assert "hunter2" not in said
    monkeypatch.setenv(name, "a-token-of-enough-length\n")  # as it comes out of a file
    assert check(folder) == 0


def test_a_right_selector_of_any_kind_is_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sources.toml").write_text(MAIL + 'item = "main > article:not(.advert)"\ndate = "time[datetime], .date"\n')
    (folder / "monitor.toml").write_text('[monitor]\ncontact = "Data team <data@council.example>"\n')
    assert check(folder) == 0
    assert "selector" not in (told := capsys.readouterr().err)
    assert "contact" not in told


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_broken_configuration(folder: Path, mistake: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, text, message = BROKEN[mistake]
    (folder / file).write_text(text)
    assert check(folder) == 2
    said = capsys.readouterr().err
    assert said == f"{folder}/{message.replace('{folder}', str(folder))}\n1 problem in {folder}\n"
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is not there, so nothing would be watched"),
        ("# nothing yet\n", "declares no [[source]], so nothing would be watched"),
        (SOURCE + "enabled = false\n", "every source is switched off"),
    ],
)
@pytest.mark.parametrize("command", ["check", "once", "run"])
def test_a_configuration_that_watches_nothing_is_not_fine(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str, command: str
) -> None:
    (folder / "sources.toml").unlink()
    if text is not None:
        (folder / "sources.toml").write_text(text)
    (folder / "monitor.toml").write_text('[monitor]\nlisten = "127.0.0.1:0"\n')
    assert main([command, "--config", str(folder), "--state", str(folder / "state")]) == 2
    told = capsys.readouterr()
    assert f"{folder}/sources.toml: {said}" in told.err
    assert "fine" not in told.out


@pytest.mark.parametrize("broken", FINE)
def test_a_broken_file_is_one_problem(folder: Path, capsys: pytest.CaptureFixture[str], broken: str) -> None:
    with (folder / "subscriptions.toml").open("a") as file:
        file.write('[[test]]\nauthority = "Leeds"\nold = "good"\nnew = "inadequate"\nexpect = ["desk"]\n')
    assert check(folder) == 0
    (folder / broken).write_text("“broken”\n" + (folder / broken).read_text())
    assert check(folder) == 2
    said = capsys.readouterr().err
    assert f"{broken}:1: this cannot be read: it has curly quotation marks" in said
    assert said.endswith(f"1 problem in {folder}\n")


def test_every_mistake_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for mistake in ("unknown authority", "bad URL", "missing secret", "wrong type"):
        file, text, _ = BROKEN[mistake]
        (folder / file).write_text(text)
    assert check(folder) == 2
    assert capsys.readouterr().err.endswith(f"4 problems in {folder}\n")


def test_the_shipped_configuration_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(ROOT / "config") == 0, capsys.readouterr().err


LEADS = {
    "MAIL": "mailtos://alerts%40c.example:hunter2@smtp.c.example:2525?from=a@c.example",
    "BOT": "slack://xoxb-1234-1234-abc124",
    "WEBHOOK": "https://hooks.slack.com/services/T12345678/B12345678/ABCDEFGHIJKLMNOPQRSTUVWX",
    "JSON": "jsons://u:hunter2@hooks.c.example/path/hunter2",
    "SECRET": "whsec_" + "a" * 40,
}


@pytest.fixture
def channels(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Channels of every kind, and nobody who hears of anything."""
    for name, url in LEADS.items():
        monkeypatch.setenv(f"LEADS_{name}", url)
    tables = [f'[channel.{name.lower()}]\nurl_env = "LEADS_{name}"\n' for name in ("MAIL", "BOT", "WEBHOOK", "JSON")]
    (folder / "channels.toml").write_text("".join(tables) + 'secret_env = "LEADS_SECRET"\nallow_private = true\n')
    (folder / "subscriptions.toml").write_text("")
    return folder


def subscribe(folder: Path, channel: str, to: str = "") -> None:
    line = f"to = {to}\n" if to else ""
    with (folder / "subscriptions.toml").open("a") as file:
        file.write(f'[[subscription]]\nname = "{channel} desk"\nchannel = "{channel}"\n{line}\n')


def test_every_channel_is_shown_as_it_will_be_used(channels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for channel, to in (("mail", '["ann@r.test", "bob@r.test"]'), ("bot", '"#news"'), ("webhook", ""), ("json", "")):
        subscribe(channels, channel, to)
    (channels / "monitor.toml").write_text('[operator]\nchannels = ["mail: ops@c.example", "webhook"]\n')
    assert check(channels) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[1:] == [
        "mail: mail by smtp.c.example port 2525 (starttls), login alerts@c.example, from a@c.example, introduces itself as monitor.example",
        "  to ann@r.test (mail desk)",
        "  to bob@r.test (mail desk (bob@r.test))",
        "  to ops@c.example ([operator])",
        "bot: Slack bot by slack.com port 443",
        "  to #news (bot desk)",
        "webhook: Slack webhook by hooks.slack.com port 443",
        "  to the channel that the webhook was made for (webhook desk, [operator])",
        "json: webhook by hooks.c.example port 443",
        "  to whoever answers there (json desk)",
    ]
    assert main(["check", "--json", "--config", str(channels), "--state", str(channels / "state")]) == 0
    shown = json.loads(capsys.readouterr().out)["channels"]
    assert (shown[0]["host"], shown[0]["port"], shown[0]["user"]) == ("smtp.c.example", 2525, "alerts@c.example")
    assert shown[0]["recipients"][0] == {"to": "ann@r.test", "for": ["mail desk"]}
    assert "hunter2" not in said + json.dumps(shown)


@pytest.mark.parametrize(("channel", "example"), [("mail", "name@example.org"), ("bot", "#channel")])
def test_what_reaches_nobody_is_refused(channels: Path, channel: str, example: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(channels, channel)
    assert check(channels) == 2
    where = f'{channels}/subscriptions.toml:1: [[subscription]] "{channel} desk": to'
    assert f'{where}: [channel.{channel}] names no recipient: write to = "{example}"\n' in capsys.readouterr().err
    assert main(["once", "--config", str(channels), "--state", str(channels / "state")]) == 2


@pytest.mark.parametrize(("channel", "example"), [("mail", "name@example.org"), ("bot", "#channel")])
def test_an_operator_who_is_not_named_is_refused(
    channels: Path, channel: str, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (channels / "monitor.toml").write_text(f'[operator]\nchannels = ["{channel}"]\n')
    assert check(channels) == 2
    assert f'channels: "{channel}" names no recipient: write "{channel}: {example}"' in capsys.readouterr().err


@pytest.mark.parametrize("channel", ["mail", "bot"])
def test_a_test_to_nobody_is_refused(channels: Path, channel: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-alert", channel, "--config", str(channels), "--state", str(channels / "state")]) == 2
    assert f"[channel.{channel}] names no recipient: say --to ADDRESS" in capsys.readouterr().err


def test_an_address_that_a_channel_does_not_look_at_is_said(channels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(channels, "webhook", '"#other"')
    assert check(channels) == 0
    assert "to: '#other' changes nothing: by [channel.webhook] messages go to the channel that" in capsys.readouterr().err


def test_a_reader_for_whom_the_server_needs_an_extension_is_said(channels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(channels, "mail", '["jörg@r.test", "ann@bücher.test"]')
    assert check(channels) == 0
    (warning,) = [line for line in capsys.readouterr().err.splitlines() if "SMTPUTF8" in line]
    assert "jörg@r.test" in warning


@pytest.mark.parametrize(
    ("monitor", "said"),
    [
        ('self_service = "mail"\n', "self_service: needs public_url"),
        (
            'self_service = "bot"\npublic_url = "https://c.example"\n',
            "self_service: 'bot' is Slack bot: people confirm by mail",
        ),
        ('self_service = "webhook"\npublic_url = "https://c.example"\n', "self_service: 'webhook' is Slack webhook"),
        ('self_service = "json"\npublic_url = "https://c.example"\n', "self_service: 'json' is webhook"),
        ('self_service = "maill"\npublic_url = "https://c.example"\n', "did you mean 'mail'?"),
    ],
)
def test_who_subscribes_has_to_be_able_to_confirm_and_nobody_else(
    channels: Path, monitor: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (channels / "monitor.toml").write_text(f"[monitor]\n{monitor}")
    assert check(channels) == 2
    assert said in capsys.readouterr().err
    assert main(["once", "--config", str(channels), "--state", str(channels / "state")]) == 2


@pytest.mark.parametrize("to", ["[]", '[""]', '["a@b.test", 3]', "3"])
def test_a_list_of_recipients_holds_addresses(channels: Path, to: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(channels, "mail", to)
    assert check(channels) == 2
    assert 'subscriptions.toml:4: [[subscription]] "mail desk": to: expected' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("to", "meant"),
    [
        ("Ann <a@b.test>", "'a@b.test'"),
        ("mailto:a@b.test", "'a@b.test'"),
        ("a @b.test", "'a@b.test'"),
        ("a@b.test.", "'a@b.test'"),
        ("a@b,test", "as in name@example.org"),
    ],
)
def test_what_no_mail_can_be_sent_to_is_refused(
    channels: Path, to: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe(channels, "mail", f'["ann@r.test", "{to}"]')
    (channels / "monitor.toml").write_text(f'[operator]\nchannels = ["mail: {to}"]\n')
    assert check(channels) == 2
    said = capsys.readouterr().err
    assert f"subscriptions.toml:4: [[subscription]] \"mail desk\": to: '{to}' is no address alone; write {meant}" in said
    assert f"[operator]: channels: '{to}' is no address alone" in said
    assert main(["test-alert", "mail", "--to", to, "--config", str(channels), "--state", str(channels / "state")]) == 2


@pytest.mark.parametrize(
    "wrapped", ['"{}"', "'{}'", "“{}”", "\ufeff{}", " {}\r\n"], ids=["double", "single", "smart", "mark", "blanks"]
)
def test_quotes_that_stayed_around_a_secret_are_none_of_it(
    channels: Path, wrapped: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some programs that read a file of variables keep them; Apprise would find another service in the middle of it."""
    monkeypatch.setenv("LEADS_MAIL", wrapped.format(LEADS["MAIL"]))
    subscribe(channels, "mail", '"ann@r.test"')
    assert check(channels) == 0
    said = capsys.readouterr().out
    assert "mail: mail by smtp.c.example port 2525 (starttls), login alerts@c.example" in said
    assert "  to ann@r.test (mail desk)" in said


@pytest.mark.parametrize(
    "secret", ["smtp.c.example", "MONITOR_MAIL_URL=mailtos://a:hunter2@smtp.c.example", "<mailtos://a@b.c>"]
)
def test_a_secret_that_begins_otherwise_is_no_address(
    channels: Path, secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADS_MAIL", secret)
    assert check(channels) == 2
    said = capsys.readouterr().err
    assert "[channel.mail]: url_env: what it holds is no address" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("sendgrid://abcd1234567890abcd:me@c.example", "sendgrid://abcd1234567890abcd:me@c.example/ann@r.test"),
        ("ses://me@c.example/AKIA1/secret/eu-west-2", "ses://me@c.example/AKIA1/secret/eu-west-2/ann@r.test"),
        ("smtp2go://me@c.example/api-12345", "smtp2go://me@c.example/api-12345/me@c.example"),
        (f"twilio://AC{'a' * 32}:{'b' * 32}@15551234567", f"twilio://AC{'a' * 32}:{'b' * 32}@15551234567/15557654321"),
    ],
)
def test_a_service_that_would_write_to_its_own_sender_is_refused(
    channels: Path, url: str, right: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe(channels, "json")
    with (channels / "channels.toml").open("a") as file:
        file.write('[channel.sms]\nurl_env = "LEADS_SMS"\n')
    monkeypatch.setenv("LEADS_SMS", url)
    assert check(channels) == 2
    assert "[channel.sms]: url: it names no recipient, and its messages would go to its own sender" in capsys.readouterr().err
    monkeypatch.setenv("LEADS_SMS", right)
    assert check(channels) == 0


def test_a_routing_test_names_the_table_however_many_it_reaches(channels: Path) -> None:
    subscribe(channels, "mail", '["ann@r.test", "bob@r.test"]')
    with (channels / "subscriptions.toml").open("a") as file:
        file.write('[[test]]\nauthority = "Leeds"\nold = "good"\nnew = "inadequate"\nexpect = ["mail desk"]\n')
    assert check(channels) == 0
