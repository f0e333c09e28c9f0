"""What people write into configuration files, and what they are told they meant."""

from __future__ import annotations

import codecs
import tomllib
from pathlib import Path

import pytest

from monitor.settings import SettingsError
from monitor.settings.slips import SLIPS, Slip
from monitor.settings.tables import parse_tables, read_tables


def problem(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_tables(text, "x.toml")
    [found] = caught.value.problems
    return str(found)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_every_slip_is_seen_in_its_example_and_no_earlier_one_is(slip: Slip) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(slip.example + "\n")
    assert next(each for each in SLIPS if each.line.search(slip.example)) is slip
    said = problem(f"# first\n{slip.example}\n")
    assert said.startswith("x.toml:2: this cannot be read: ")
    assert slip.meant.partition("{key}")[0] in said


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("[fetch]\nrobots = TRUE\n", 2, "robots = true"),
        ("[a]\nx = yes # always\n", 2, "x = true"),
        ("contact = ‘desk@council.example’\n", 1, 'contact = "..."'),
        ("to = desk@council.example\n", 1, 'to = "..."'),
        ("kinds = [upgraded, downgraded]\n", 1, '["...", "..."]'),
        ('[subscription]\nname = "a"\n[subscription]\nname = "b"\n', 3, "two brackets"),
        ('[[subscription]]\nname = "a"\n[subscription]\nname = "b"\n', 3, "two brackets"),
        ('name = "a"\nname = "b"\n', 2, "stands in the file already"),
        ('regions = ["North West",\n"North East"\n\n[x]\ny = 1\n', 4, "closing ]"),
        ('regions = ["North West"\n', 1, "closing ]"),
        ('regions = ["North West", "North East"\n[x]\n', 2, "closing ]"),
        ('a = """never closed\nb = 1\n', 2, "Unterminated"),
        ("just words\n", 1, "between a key and its value stands ="),
    ],
)
def test_the_line_is_named_with_what_was_meant(text: str, line: int, part: str) -> None:
    said = problem(text)
    assert said.startswith(f"x.toml:{line}: ")
    assert part.lower() in said.lower()


def test_a_secret_that_is_written_wrong_is_not_repeated() -> None:
    for text in (
        "url = mailtos://me:hunter2@mail.example\n",
        "url = “mailtos://me:hunter2@mail.example”\n",
        'url = "hunter2\n',
    ):
        assert "hunter2" not in problem(text)


def test_the_mark_that_an_editor_puts_before_a_file_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "monitor.toml"
    file.write_bytes(codecs.BOM_UTF8 + b'[monitor]\r\ncontact = "a@b.example"\r\nlistem = 1\r\n')
    [table] = read_tables(file)
    assert table.values["contact"] == "a@b.example"
    assert table.problem("listem", "").line == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('contact = "a@b.example"\n'.encode("utf-16"), "monitor.toml: is saved as UTF-16"),
        ('contact = "a@b.example"\n'.encode("utf-16-le"), "monitor.toml: is saved as UTF-16"),
        ('[monitor]\n# 50 £\ncontact = "a@b.example"\n'.encode("cp1252"), "monitor.toml:2: has a character that is not UTF-8"),
    ],
)
def test_another_encoding_is_said_with_what_to_do(tmp_path: Path, body: bytes, said: str) -> None:
    file = tmp_path / "monitor.toml"
    file.write_bytes(body)
    with pytest.raises(SettingsError) as caught:
        read_tables(file)
    assert str(caught.value.problems[0]).removeprefix(f"{tmp_path}/").startswith(said)
    assert "UTF-8" in str(caught.value.problems[0])
