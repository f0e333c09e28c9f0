"""Archives in every form, cut into parts or not: each record once, and what is damaged is told with its place."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from fastwarc.warc import WarcRecord
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.backfill.archives import records
from monitor.backfill.plan import Form, form_of, parts_of
from monitor.backfill.records import MAX_PAGE, Record, Unread
from monitor.backfill.run import planned
from monitor.ports import ConfigError
from tests.backfill.archive import ordinary, page, record, request, write_lines, write_warc


def everything(path: Path, *, size: int = 1 << 30) -> list[Record | Unread]:
    """What all parts of a file hold, without what is no page."""
    form = form_of(path)
    assert form is not None
    found = [each for part in parts_of(path, form, size=size) for each in records(part)]
    return [each for each in found if isinstance(each, Record | Unread)]


def addresses(found: Sequence[Record | Unread]) -> list[str]:
    return [each.url for each in found if isinstance(each, Record)]


def pages(count: int) -> list[bytes]:
    return [each for n in range(count) for each in (request(f"https://p.test/{n}"), record(f"https://p.test/{n}", ordinary(n)))]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("size", [1, 700, 5_000, 1 << 30])
def test_a_file_in_parts_has_each_record_once(tmp_path: Path, packed: bool, size: int) -> None:
    path = write_warc(tmp_path / "a.warc", pages(30), packed=packed)
    parts = list(parts_of(path, Form.WARC, size=size))
    assert len(parts) > 1 or size > 100_000
    assert sum(part.size for part in parts) == path.stat().st_size
    assert addresses(everything(path, size=size)) == [f"https://p.test/{n}" for n in range(30)]


def test_a_file_that_was_packed_as_one_piece_is_one_part(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(pages(10))))
    assert len(list(parts_of(path, Form.WARC, size=100))) == 1
    assert addresses(everything(path, size=100)) == [f"https://p.test/{n}" for n in range(10)]


def test_an_archive_within_a_page_is_no_boundary(tmp_path: Path) -> None:
    inner = b"".join(record(f"https://inner.test/{n}", ordinary(n)) for n in range(3))
    for packed in (True, False):
        outer = [record("https://p.test/1", b"<p>" + inner), record("https://p.test/2", ordinary(2))]
        path = write_warc(tmp_path / "a.warc", outer, packed=packed)
        assert addresses(everything(path, size=100)) == ["https://p.test/1", "https://p.test/2"]


@pytest.mark.parametrize("packed", [True, False])
def test_behind_a_damaged_record_the_rest_is_read(tmp_path: Path, packed: bool) -> None:
    made = [record(f"https://p.test/{n}", ordinary(n)) for n in range(6)]
    own = [gzip.compress(each, 1) if packed else each for each in made]
    own[2] = own[2][:20] + b"\xff" * 40 + own[2][60:]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(own))
    found = everything(path)
    assert {"https://p.test/0", "https://p.test/1", "https://p.test/4", "https://p.test/5"} <= set(addresses(found))
    unread = [each for each in found if isinstance(each, Unread)]
    if packed:  # the head of a plain record is believed as far as it can be
        assert addresses(found) == [f"https://p.test/{n}" for n in (0, 1, 3, 4, 5)]
        assert [(each.file, each.offset) for each in unread] == [(str(path), len(own[0]) + len(own[1]))]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("left", [0.02, 0.5, 0.98])
def test_a_file_that_was_cut_off_says_so(tmp_path: Path, packed: bool, left: float) -> None:
    path = write_warc(tmp_path / "a.warc", pages(4), packed=packed)
    last = write_warc(tmp_path / "b.warc", pages(4)[-1:], packed=packed).read_bytes()
    path.write_bytes(path.read_bytes()[: -len(last)] + last[: int(len(last) * left)])
    found = everything(path)
    assert addresses(found)[:3] == [f"https://p.test/{n}" for n in range(3)]
    assert [each.reason for each in found if isinstance(each, Unread)] != []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 6000), byte=st.integers(0, 255), packed=st.booleans())
def test_no_byte_stops_the_reading(tmp_path: Path, at: int, byte: int, packed: bool) -> None:
    path = write_warc(tmp_path / "a.warc", pages(4), packed=packed)
    body = bytearray(path.read_bytes())
    body[at % len(body)] = byte
    path.write_bytes(bytes(body))
    for part in parts_of(path, Form.WARC):
        assert len(list(records(part))) < 30


def test_what_a_server_did_to_a_page_is_undone(tmp_path: Path) -> None:
    def answer(body: bytes, head: str) -> bytes:
        made = WarcRecord.from_bytes(record("https://p.test/x", b"x").split(b"HTTP/1.1", maxsplit=1)[0]) if False else None
        assert made is None
        plain = record("https://p.test/x", body)
        head_end = plain.index(b"Content-Type: text/html")
        whole = plain[:head_end] + head.encode() + b"\r\n" + plain[head_end:]
        length = int(plain.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        return whole.replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + len(head) + 2), 1)

    told = b"<p>It is told.</p>"
    path = write_warc(
        tmp_path / "a.warc.gz",
        [
            answer(gzip.compress(told), "Content-Encoding: gzip"),
            answer(told, "Content-Encoding: gzip"),  # the archive took it off and kept the header
            answer(b"12\r\n" + told + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
            answer(told, "Transfer-Encoding: chunked"),
            answer(b"no brotli at all", "Content-Encoding: br"),
            answer(gzip.compress(b"\0" * (MAX_PAGE + 2)), "Content-Encoding: gzip"),
            record("https://p.test/last", told),
        ],
    )
    found = everything(path)
    assert [each.body if isinstance(each, Record) else each.reason for each in found] == [
        told, told, told, told, "undecodable", "undecodable", told,
    ]  # fmt: skip


def test_what_is_no_page_is_passed_over(tmp_path: Path) -> None:
    missing = record("https://p.test/1", "x").replace(b"200 OK", b"404 No")
    path = write_warc(
        tmp_path / "a.warc.gz", [missing, record("https://p.test/2", "x", kind="image/png"), record("dns:p.test", "x")]
    )
    assert everything(path) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines_hold_an_article_each(tmp_path: Path, name: str) -> None:
    path = write_lines(
        tmp_path / name,
        [
            {"url": "https://p.test/1", "date": "2023-05-03", "title": "One", "text": "Text."},
            {"url": "https://p.test/2", "published": "2023-05-03T23:30:00Z", "html": page("Two", "Text.")},
            {"url": "https://p.test/3", "date": "soon", "text": "Text."},
            {"url": "https://p.test/4", "date": "2023-05-03"},
        ],
    )
    found = everything(path)
    assert [each.published if isinstance(each, Record) else each.reason for each in found] == [
        date(2023, 5, 3), date(2023, 5, 4), "bad_date", "no_text",
    ]  # fmt: skip


def test_a_broken_line_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"url": f"https://p.test/{n}", "text": "x"}) for n in range(9)]
    lines[4] = "{broken"
    path.write_text("\n".join(lines))
    for size in (1, 60, 1 << 20):
        found = everything(path, size=size)
        assert addresses(found) == [f"https://p.test/{n}" for n in range(9) if n != 4]
        assert [each.offset for each in found if isinstance(each, Unread)] == [len("\n".join(lines[:4])) + 1]


def test_a_folder_is_read_with_all_that_is_in_it(tmp_path: Path) -> None:
    write_warc(tmp_path / "a.warc.gz", pages(2))
    (tmp_path / "deeper" / ".hidden").mkdir(parents=True)
    (tmp_path / "deeper" / "page.html").write_text(ordinary(1))
    (tmp_path / "deeper" / ".hidden" / "page.html").write_text(ordinary(1))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "map.xml").write_text("<urlset><url><loc>https://p.test/1</loc></url></urlset>")
    plan = planned([tmp_path, tmp_path / "a.warc.gz"])
    assert [part.form for part in plan.parts] == [Form.WARC, Form.PAGES]
    assert ([path.name for path in plan.sitemaps], [path.name for path in plan.left_out]) == (["map.xml"], ["picture.png"])


def test_links_within_a_folder_are_not_followed_and_are_told(tmp_path: Path) -> None:
    write_warc(tmp_path / "a.warc.gz", pages(2))
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe.jsonl")
    plan = planned([tmp_path])
    assert ([part.form for part in plan.parts], [path.name for path in plan.left_out]) == ([Form.WARC], ["up"])


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(ConfigError, match="a pipe"):
        planned([tmp_path / "pipe.jsonl"])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        planned([tmp_path / "nowhere"])


def test_another_file_is_another_part(tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc.gz", pages(2))
    before = [part.key("1") for part in parts_of(path, Form.WARC)]
    assert before == [part.key("1") for part in parts_of(path, Form.WARC)]
    assert before != [part.key("2") for part in parts_of(path, Form.WARC)]
    write_warc(path, pages(3))
    assert before != [part.key("1") for part in parts_of(path, Form.WARC)]
