"""Does what pyproject.toml alone installs, without the locks, have everything that any path of ours imports?

Makes a fresh environment in a temporary folder, installs the package into it as `pip install` does, and runs this file there.
"""

from __future__ import annotations

import ast
import contextlib
import io
import subprocess
import sys
import tempfile
import traceback
import venv
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

ROOT = Path(__file__).resolve().parent.parent
#: Alembic runs it inside a migration only.
NOT_BY_ITSELF = {"monitor.__main__", "monitor.store.migrations.env"}
#: Brought by extras (postgres, backfill), and looked for only where it is wanted.
EXTRAS = {"psycopg", "dask", "distributed", "fastwarc", "pyarrow"}
PAGE = b"<html><head><title>Council news</title></head><body><div>%s</div></body></html>" % (
    b"<p>A word, and another.</p>" * 40
)


def every_module() -> Iterator[str]:
    """Import every module of ours; gives their names."""
    import monitor

    for module in walk_packages(monitor.__path__, "monitor."):
        if module.name not in NOT_BY_ITSELF:
            import_module(module.name)
            yield module.name


def every_late_import(name: str) -> None:
    """Import what functions of a module import when they are called."""
    path = import_module(name).__file__
    assert path
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wanted = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            wanted = [(node.module, alias.name) for alias in node.names]
        else:
            continue
        for module, part in wanted:
            if module.partition(".")[0] not in EXTRAS:
                found = import_module(module)
                if part and not hasattr(found, part):
                    import_module(f"{module}.{part}")


def second_reader() -> None:
    """The reader that is asked where ours finds little loads its own libraries, and those theirs."""
    from monitor.extraction.html.article import _second_opinion

    _second_opinion(PAGE.decode(), [], "")


def pages_and_messages() -> None:
    """Templates and tables came with the package."""
    from monitor.demo.show import run_demo

    with contextlib.redirect_stdout(io.StringIO()):
        assert run_demo() == 0


def migrations() -> None:
    """A database of the first version is brought up to date."""
    from sqlalchemy import create_engine

    from monitor.store.migrations.run import upgrade

    with tempfile.TemporaryDirectory() as folder:
        upgrade(create_engine(f"sqlite:///{folder}/monitor.db"))


def server() -> None:
    """The server finds its protocol."""
    import uvicorn

    uvicorn.Config("monitor.web:Entrypoint", factory=False).load()


def inside() -> int:
    """Try everything; 1 and what is missing where something is."""
    failed = 0
    checks: list[Callable[[], object]] = [second_reader, migrations, server, pages_and_messages]
    checks += [lambda name=name: every_late_import(name) for name in every_module()]  # type: ignore[misc]
    for check in checks:
        try:
            check()
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            failed += 1
    print(f"installed from pyproject.toml alone: {len(checks)} things tried, {failed} failed")
    return int(bool(failed))


def main() -> int:
    """Install into a fresh environment and run this file in it."""
    if sys.argv[1:] == ["inside"]:
        return inside()
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)]
        subprocess.run(install, check=True, cwd=folder)
        return subprocess.run([str(python), str(Path(__file__).resolve()), "inside"], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
