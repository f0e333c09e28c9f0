"""Returned mail is fetched once, in order, bounded in size and time; whatever else is in the mailbox stays as it was."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.ports import ConfigError
from monitor.postmaster.mailbox import MAX_AT_ONCE, ImapMailbox, Mailbox, MailboxError, Maildir, mailbox_of, read_start
from monitor.postmaster.report import MAX_MAIL
from tests.builders import NOW
from tests.channels.certificates import Authority, new_authority
from tests.postmaster.imap_server import Folder, imap_server


def at(port: int, url: str = "imap://bounces:hunter2@127.0.0.1:{port}/INBOX", **changed: Any) -> ImapMailbox:
    found = mailbox_of(url.format(port=port))
    assert isinstance(found, ImapMailbox)
    return replace(found, timeout=0.5, **changed)


def visited(mailbox: Mailbox, take: Any, position: str) -> str:
    """Where a visit ends."""
    return [position, *mailbox.visit(take, position, NOW)][-1]


class Taker:
    """Takes mails; those that begin with "ours" are about a message of ours."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    def __call__(self, raw: bytes) -> bool:
        self.mails.append(raw)
        return raw.startswith(b"ours")


def test_new_mail_is_taken_once_in_order_and_only_ours_is_marked() -> None:
    with imap_server() as (folder, port):
        for raw in (b"ours 1", b"a letter", b"ours 2"):
            folder.receives(raw)
        take = Taker()
        position = visited(at(port), take, "")
        assert (position, take.mails, folder.seen) == ("7:3", [b"ours 1", b"a letter", b"ours 2"], {1, 3})
        assert visited(at(port), take, position) == "7:3"
        assert len(take.mails) == 3, "the newest is in every range, and yet not taken again"
        folder.receives(b"ours 3")
        assert visited(at(port), take, position) == "7:4"
        assert take.mails[3:] == [b"ours 3"]
    assert "UID SEARCH SINCE 2-Aug-2026" in folder.said


def test_a_mailbox_with_new_numbers_is_read_anew() -> None:
    with imap_server() as (folder, port):
        folder.receives(b"ours 1")
        take = Taker()
        position = visited(at(port), take, "")
        folder.begins_anew()
        assert visited(at(port), take, position) == "8:100"
    assert take.mails == [b"ours 1", b"ours 1"]


def test_an_empty_mailbox() -> None:
    with imap_server() as (_, port):
        assert visited(at(port), Taker(), "") == ""


def test_what_was_taken_before_a_break_is_not_taken_again() -> None:
    """A server so slow, or so shaky, that no visit comes to its end is read to its end all the same."""
    with imap_server(Folder(drop_after=2)) as (folder, port):
        for number in range(5):
            folder.receives(b"%d" % number)
        take, position = Taker(), ""
        for _ in range(3):
            with suppress(MailboxError):
                for after in at(port).visit(take, position, NOW):
                    position = after
    assert (position, take.mails) == ("7:5", [b"0", b"1", b"2", b"3", b"4"])


def test_a_visit_ends_after_so_many_and_the_next_goes_on() -> None:
    with imap_server() as (folder, port):
        for number in range(MAX_AT_ONCE + 5):
            folder.receives(b"%d" % number)
        take = Taker()
        position = visited(at(port), take, "")
        assert len(take.mails) == MAX_AT_ONCE
        visited(at(port), take, position)
    assert len(take.mails) == MAX_AT_ONCE + 5


def test_a_mail_of_any_length_is_read_only_so_far() -> None:
    with imap_server() as (folder, port):
        folder.receives(b"x" * (MAX_MAIL + 50_000))
        take = Taker()
        visited(at(port), take, "")
    assert [len(raw) for raw in take.mails] == [MAX_MAIL]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"password": "other"}, "login_refused"),
        ({"name": "Elsewhere"}, "no_such_folder"),
        ({"drop_at": "LOGIN"}, "disconnected"),
        ({"drop_at": "UID FETCH"}, "disconnected"),
        ({"hang_at": "UID SEARCH"}, "timeout"),
        ({"announced": 4_000_000_000}, "disconnected"),
    ],
)
def test_a_fault_has_its_reason_and_tells_no_secret(fault: dict[str, Any], reason: str) -> None:
    with imap_server(Folder(**fault)) as (folder, port):
        folder.receives(b"ours")
        with pytest.raises(MailboxError) as caught:
            visited(at(port), Taker(), "")
    assert caught.value.reason == reason
    assert "hunter2" not in f"{caught.value} {at(port)!r}"


def test_nobody_there() -> None:
    with imap_server() as (_, port):
        pass
    with pytest.raises(MailboxError, match="unreachable"):
        visited(at(port), Taker(), "")


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    with imap_server(Folder(drip=0.1)) as (_, port), pytest.raises(MailboxError):
        visited(at(port, deadline=0.6), Taker(), "")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("imap"))


def test_encryption_with_a_certificate_that_we_trust(authority: Authority) -> None:
    with imap_server(context=authority.server("localhost")) as (folder, port):
        folder.receives(b"ours")
        url = f"imaps://bounces:hunter2@localhost:{port}/INBOX"
        take = Taker()
        assert visited(mailbox_of(url, ca_file=str(authority.certificate)), take, "") == "7:1"
        assert take.mails == [b"ours"]


def test_encryption_with_a_certificate_that_nobody_vouches_for(authority: Authority) -> None:
    with imap_server(context=authority.server("localhost")) as (folder, port), pytest.raises(MailboxError, match="bad cert"):
        visited(mailbox_of(f"imaps://bounces:hunter2@localhost:{port}/INBOX"), Taker(), "")
    assert folder.said == [], "no password was sent"


def test_names_are_quoted() -> None:
    url = "imap://ann%40x.test:hunter2@127.0.0.1:{port}/Returned%20%22mail%22"
    with imap_server(Folder(name='Returned \\"mail\\"')) as (folder, port):
        folder.receives(b"ours")
        assert visited(at(port, url), Taker(), "") == "7:1"
    assert folder.said[1] == 'LOGIN "ann@x.test" "hunter2"'


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("imap://u:hunter2@mail.example.org/INBOX", "clear text"),
        ("imaps://mail.example.org/INBOX", "expected imaps://"),
        ("pop3://u:hunter2@mail.example.org/", "expected imaps://"),
        ("imaps://u:hunter2@mail.example.org:port/", "expected imaps://"),
        ("maildir://relative/path", "expected imaps://"),
        ("imaps://u:hunter2%0d%0aLOGOUT@mail.example.org/", "plain ASCII"),
        ("imaps://u:hunter2@mail.example.org/INBOX%0d%0ax", "plain ASCII"),
    ],
)
def test_what_is_wrong_with_an_address(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        mailbox_of(url)
    assert "hunter2" not in str(caught.value)


def test_the_usual_address() -> None:
    found = mailbox_of("imaps://bounces@example.org:a%2Fb@mail.example.org")
    assert isinstance(found, ImapMailbox)
    assert (found.host, found.port, found.user, found.password) == ("mail.example.org", 993, "bounces@example.org", "a/b")
    assert (found.folder, found.context is not None) == ("INBOX", True)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    return tmp_path / "mail"


def listed(maildir: Path, name: str) -> list[str]:
    return sorted(path.name for path in (maildir / name).iterdir())


def test_a_maildir(maildir: Path) -> None:
    for name, raw in (("1", b"ours"), ("2", b"a letter"), (".hidden", b"ours")):
        (maildir / "new" / name).write_bytes(raw)
    found = mailbox_of(f"maildir://{maildir}")
    take = Taker()
    visited(found, take, "")
    assert (listed(maildir, "new"), listed(maildir, "cur")) == ([".hidden", "2"], ["1:2,S"])
    visited(found, take, "")
    assert take.mails == [b"ours", b"a letter"], "what is not ours is not read at every visit"


def test_a_link_in_a_maildir_leads_nowhere(maildir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("ours: a secret")
    (maildir / "new" / "1").symlink_to(tmp_path / "secret")
    (maildir / "new" / "2").mkdir()
    take = Taker()
    visited(Maildir(folder=maildir), take, "")
    assert take.mails == []


def test_a_maildir_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="no such file"):
        visited(mailbox_of(f"maildir://{tmp_path}/nowhere"), Taker(), "")


def test_only_the_beginning_of_a_file_is_read(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * (MAX_MAIL + 1))
    assert len(read_start(big) or b"") == MAX_MAIL
    assert read_start(tmp_path / "none") is None
