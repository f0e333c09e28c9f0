"""PostgreSQL: how its engine is made, which servers will do, and what each refusal means for who set it up.

Nothing of a session outlasts its transaction (no prepared statement, no setting, no lock, no LISTEN), so a connection pooler
in transaction mode may stand between.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from monitor.domain.database_address import without_secrets
from monitor.ports import StoreError

#: Older ones get no repairs from their makers any more, and nobody tries ours with them.
MIN_MAJOR = 13
_NO_DRIVER = (
    "the state is in PostgreSQL, and its driver is not installed. `make run` and the image bring it; beside another "
    "installation: python -m pip install 'psycopg[binary]'"
)
#: Stands for a character that PostgreSQL cannot keep.
REPLACEMENT = "\ufffd"
#: What an address may set otherwise. A server that is gone without a word is noticed within a minute.
_DEFAULTS: Mapping[str, object] = {
    "application_name": "ofsted-monitor",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
#: What it may not. A statement that was prepared stays in its session; behind a pooler the next transaction is in another.
_FIXED: Mapping[str, object] = {"prepare_threshold": None, "client_encoding": "utf8"}


def server_engine(address: URL) -> Engine:
    """An engine of a server. Whatever driver the address names, ours is used. Raises StoreError where that is not installed."""
    # That a session is gone is said by whoever used it; that it cannot be tidied up either is no news, and came with a trace.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    query = {name: value for name, value in address.query.items() if name not in _FIXED}
    defaults = {name: value for name, value in _DEFAULTS.items() if name not in query}
    try:
        engine = create_engine(
            address.set(drivername="postgresql+psycopg", query=query),
            pool_pre_ping=True,
            hide_parameters=True,
            # Said at every BEGIN: a role or a database may have another one by default, under which writers fail by turns.
            isolation_level="READ COMMITTED",
            connect_args={**defaults, **_FIXED},
        )
    except ImportError:
        raise StoreError(_NO_DRIVER) from None
    event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
    return engine


def _without_nul(
    _connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> tuple[str, Any]:
    """What SQLite keeps and PostgreSQL refuses: a NUL, out of an address that somebody typed or a page. Its place is taken."""
    sets = parameters if many else (parameters,)
    if any(_has_nul(each) for each in sets):
        cleaned = [_cleaned(each) for each in sets]
        return statement, cleaned if many else cleaned[0]
    return statement, parameters


def _has_nul(parameters: Any) -> bool:
    values = parameters.values() if isinstance(parameters, Mapping) else parameters or ()
    return any(type(value) is str and "\x00" in value for value in values)


def _cleaned(parameters: Any) -> Any:
    def clean(value: object) -> object:
        return value.replace("\x00", REPLACEMENT) if isinstance(value, str) else value

    if isinstance(parameters, Mapping):
        return {name: clean(value) for name, value in parameters.items()}
    return tuple(clean(value) for value in parameters)


def driver_problem(url: str) -> str:
    """Why the database of this address cannot be asked at all from here; empty when it can."""
    if url.startswith("postgres"):
        try:
            import psycopg  # noqa: F401
        except ImportError:
            return _NO_DRIVER
    return ""


def check_server(connection: Connection, key: str) -> None:
    """Raise StoreError where the server is too old, keeps other characters than ours, or may only be read."""
    found = connection.execute(
        text(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,"
            " current_setting('server_encoding'), pg_is_in_recovery(), current_setting('transaction_read_only')"
        )
    ).one()
    # A database without an encoding (SQL_ASCII) gives bytes.
    version, major, encoding, standby, read_only = ((each.decode() if isinstance(each, bytes) else each) for each in found)
    if int(major) < MIN_MAJOR:
        raise StoreError(f"the server is PostgreSQL {version}; {MIN_MAJOR} or later is needed", key=key)
    if encoding != "UTF8":
        raise StoreError(
            f"the database keeps its text as {encoding}, which has not all characters. Make one that does: "
            "createdb --encoding UTF8 --template template0 NAME",
            key=key,
        )
    if standby:
        raise StoreError(_READ_ONLY, key=key)
    if read_only == "on":
        raise StoreError("this name may only read (default_transaction_read_only). Use another, or have that changed", key=key)


_READ_ONLY = (
    "the server is a read-only copy of another. Name the primary; or name all of them, and write "
    "?target_session_attrs=read-write: postgresql://NAME@ONE,OTHER/DATABASE?target_session_attrs=read-write"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server or its driver says (its SQLSTATE, or words: a failed connection has no state), and what that means."""

    said: str
    means: str
    example: str
    states: tuple[str, ...] = ()


#: The first that fits is taken.
REFUSALS = (
    Refusal(
        r"password authentication failed|no password supplied|SASL authentication failed|auth(?:entication)? failed",
        "the server does not accept this name and password. See both in the address (in a password an @ is written %40, "
        "a : %3A, a / %2F, a % %25), or give the name another: ALTER ROLE NAME PASSWORD '...'",
        'FATAL:  password authentication failed for user "ann"',
        ("28P01",),
    ),
    Refusal(
        r"role \"[^\"]*\" does not exist|no such user",
        "the server knows nobody of this name. Make it: createuser --pwprompt NAME",
        'FATAL:  role "ann" does not exist',
        ("28000",),
    ),
    Refusal(
        r"is not permitted to log in",
        "this name may not log in. Let it: ALTER ROLE NAME LOGIN",
        'FATAL:  role "ann" is not permitted to log in',
        ("28000",),
    ),
    Refusal(
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "the server lets nobody in from here in this way. Most often it wants TLS: add ?sslmode=require to the address; or its "
        "pg_hba.conf needs a line for this machine",
        'FATAL:  no pg_hba.conf entry for host "10.0.0.5", user "ann", database "monitor", no encryption',
        ("28000",),
    ),
    Refusal(
        r"does not support SSL",
        "the server has no TLS, and the address asks for it (sslmode). Have it set up there; inside a network of one's own "
        "sslmode=disable does without",
        "server does not support SSL, but SSL was required",
    ),
    Refusal(
        r"certificate|SSL error|tlsv1 alert",
        "the server's certificate is not believed. sslrootcert=FILE in the address names the authority that signed it "
        "(sslrootcert=system: those of this machine), and sslmode=verify-full wants the very name that stands in it",
        "SSL error: certificate verify failed",
    ),
    Refusal(
        r"permission denied for database",
        "this name may not use the database. As its owner: GRANT CONNECT ON DATABASE DATABASE TO NAME",
        'FATAL:  permission denied for database "monitor"',
        ("42501",),
    ),
    Refusal(
        r"permission denied for schema|no schema has been selected",
        "this name may make no tables there. Make it the owner (ALTER DATABASE DATABASE OWNER TO NAME), or in the database: "
        "GRANT ALL ON SCHEMA public TO NAME",
        "permission denied for schema public",
        ("3F000", "42501"),
    ),
    Refusal(
        r"permission denied|must be owner of",
        "the tables are another's, and this name may not use them. Use the name that made them, or as that one: "
        "REASSIGN OWNED BY OLD TO NAME",
        "permission denied for table deliveries",
        ("42501",),
    ),
    Refusal(
        r"database \"[^\"]*\" does not exist|no such database",
        "the server has no database of that name. Make it: createdb --owner NAME --encoding UTF8 --template template0 DATABASE",
        'FATAL:  database "monitor" does not exist',
        ("3D000",),
    ),
    Refusal(
        r"failed to resolve host|could not translate host name|Name or service not known|Temporary failure in name resolution",
        "no server of that name is found. See the name in the address, and whether this machine can ask the DNS",
        "failed to resolve host 'db.invalid': [Errno -2] Name or service not known",
    ),
    Refusal(
        r"too many (?:clients|connections)|remaining connection slots|no more connections allowed",
        "all connections that the server allows are taken. Have it allow more (max_connections, or CONNECTION LIMIT of the "
        "name or the database); a daemon uses up to 15",
        "FATAL:  sorry, too many clients already",
        ("53300",),
    ),
    Refusal(
        r"read-only transaction|session is read-only|server is not in hot standby|hot standby mode",
        _READ_ONLY,
        "cannot execute INSERT in a read-only transaction",
        ("25006",),
    ),
    Refusal(
        r"invalid response to SSL negotiation|expected authentication request|expected SSL response",
        "something answers there that is no PostgreSQL. See host and port in the address",
        "received invalid response to SSL negotiation: H",
    ),
    Refusal(
        r"invalid connection option|invalid \w+ value|unrecognized configuration parameter|invalid URI query parameter|"
        r"unsupported startup parameter",
        "the address ends with an option that is not known there. PostgreSQL's own names count: sslmode=require, where others "
        "write ssl=true",
        'invalid connection option "ssl"',
    ),
    Refusal(
        r"is starting up|is shutting down|not yet accepting connections|in recovery mode|terminating connection",
        "the server is just starting or ending",
        "FATAL:  the database system is starting up",
        ("57P01", "57P02", "57P03"),
    ),
    Refusal(
        r"Connection refused|No such file or directory|timeout expired|timed out|No route to host|Network is unreachable|"
        r"server closed the connection|Connection reset|connection is lost|not accept",
        "no database server answers there. Does it run, does it listen on that address and port, is a firewall between?",
        'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
    ),
    Refusal(
        r"server conn crashed|server_login_retry|query_wait_timeout|server login",
        "the connection pooler in between reaches no server, or has no connection left for this one",
        "FATAL:  server login has been failing, try again later (server_login_retry)",
        ("08P01",),
    ),
    Refusal(
        r"could not serialize|deadlock detected|canceling statement due to lock timeout",
        "another transaction was in the way",
        "deadlock detected",
        ("40001", "40P01", "55P03"),
    ),
)
_PATTERNS = tuple((each, re.compile(each.said)) for each in REFUSALS)


def refusal(error: BaseException | None) -> Refusal | None:
    """What an error of the driver is in our table; None when nothing there fits."""
    if error is None or hasattr(error, "sqlite_errorcode"):
        return None
    state: Any = getattr(error, "sqlstate", None)
    rows = [(row, pattern) for row, pattern in _PATTERNS if not state or state in row.states]
    by_words = next((row for row, pattern in rows if pattern.search(str(error))), None)
    return by_words or (rows[0][0] if state and rows else None)


def refused(error: BaseException | None, url: str) -> str:
    """Why a database cannot be opened: what to do, and what the driver said, without what only the address `url` may hold."""
    said, row = without_secrets(str(error), url), refusal(error)
    return f"{row.means} (it says: {said})" if row else said
