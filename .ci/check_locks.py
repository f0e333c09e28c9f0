"""Are the lock files what pyproject.toml asks for, hashed throughout, and free of package-index addresses?"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ("build", "postgres"),
    "requirements-backfill.lock": ("build", "postgres", "backfill"),
    "requirements-dev.lock": ("build", "dev"),
}
PIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]+\])?==\S+")


def compile_lock(extras: tuple[str, ...], out: Path) -> None:
    """Resolve pyproject.toml into `out`, keeping every version already pinned there that still fits."""
    uv = Path(sys.executable).with_name("uv")
    command = [
        str(uv) if uv.exists() else "uv",
        "pip",
        "compile",
        "-q",
        "--system-certs",
        "--universal",
        "--python-version",
        "3.11",
    ]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "pyproject.toml", "-o", str(out)]
    for extra in extras:
        command += ["--extra", extra]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def shape_faults(name: str, text: str) -> list[str]:
    """What is wrong with a lock file as text: addresses inside, pins without hashes."""
    faults = [f"{name}: names an address: {line}" for line in text.splitlines() if "://" in line or line.startswith("-")]
    entries = re.split(r"\n(?=\S)", text)
    faults += [f"{name}: no hash for {e.split()[0]}" for e in entries if PIN.match(e) and "--hash=sha256:" not in e]
    return faults


def pins(text: str) -> dict[str, str]:
    """Package -> version of a lock."""
    return dict(line.split(" ")[0].split("==", 1) for line in text.splitlines() if PIN.match(line))


def main() -> int:
    """Check (default) or write the locks; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the locks instead of checking them")
    options = parser.parse_args()
    if options.write:
        for name, extras in LOCKS.items():
            compile_lock(extras, ROOT / name)
    faults = [fault for name in LOCKS for fault in shape_faults(name, (ROOT / name).read_text())]
    *smaller, dev = ((name, pins((ROOT / name).read_text())) for name in LOCKS)
    faults += [
        f"{n}: {v} in {name}, {dev[1].get(n)} in {dev[0]}" for name, of in smaller for n, v in of.items() if dev[1].get(n) != v
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, extras in LOCKS.items():
            fresh = Path(folder) / name
            shutil.copy(ROOT / name, fresh)
            try:
                compile_lock(extras, fresh)
            except subprocess.CalledProcessError as error:
                faults.append(f"{name}: pyproject.toml cannot be resolved (exit {error.returncode})")
                continue
            if fresh.read_text() != (ROOT / name).read_text():
                faults.append(f"{name}: stale; run `make lock`")
    print("\n".join(faults) or "locks: fresh, hashed, no addresses")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
