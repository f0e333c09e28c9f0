"""docs/first_alert.md, block by block as it is typed, with a real mail server; the sources that it polls are left to the drop."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
from email import policy
from pathlib import Path

from tests.channels.servers import Mailbox, smtp_server
from tests.conftest import ROOT
from tests.guides.guide import Guide

DROP = '[[source]]\nname = "drop"\nkind = "drop"\nfolder = "drop"\noutlet = "dropped by hand"\n'


def test_from_nothing_to_an_alert(tmp_path: Path) -> None:
    guide = Guide.named("first_alert.md")
    assert DROP.splitlines()[1:4] == re.findall(
        r'^(?:name|kind|folder) = "drop"$', (ROOT / "config" / "sources.toml").read_text(), re.MULTILINE
    ), "the page relies on what is shipped"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "monitor").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n')
    (tmp_path / "bin" / "monitor").chmod(0o755)
    with smtp_server(Mailbox()) as (mailbox, port):
        files, secret = guide.part("## 2. Say where alerts go").blocks()
        assert secret.count("'mailtos://LOGIN:PASSWORD@smtp.council.example?") == 1
        local = secret.replace("mailtos://LOGIN:PASSWORD@smtp.council.example?", f"mailto://127.0.0.1:{port}?")
        asks = guide.part("## 3. Ask what is wrong").blocks()
        change = guide.part("## 4. Let something change").block()
        only = f"cat > /tmp/first-alert/sources.toml <<'END'\n{DROP}END\n"
        again = ".venv/bin/monitor why Suffolk first\n.venv/bin/monitor once\n"
        typed = "".join(["set -e\n", files, only, local, *asks, change, again])
        typed = typed.replace("/tmp/first-alert", str(tmp_path / "first")).replace(
            ".venv/bin/monitor", str(tmp_path / "bin" / "monitor")
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        done = subprocess.run(["sh", "-c", typed], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    test, alert = [email.message_from_bytes(each.original_content or b"", policy=policy.default) for each in mailbox.mails]
    assert test["Subject"].startswith("TEST: ")
    assert alert["Subject"].startswith("Suffolk: leadership and protection up to good (reported")
    text = alert.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "impact of leaders good" in text
    assert "Reported by dropped by hand" in text
    assert "0 messages" in done.stdout.splitlines()[-1], "running it again tells nobody again"
