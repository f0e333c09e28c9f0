"""docs/how_to_add_a_phrase.md, followed: an article that is missed, one row, and the article that is read."""

from __future__ import annotations

from tests.guides.guide import Copy, Guide

GUIDE = Guide.named("how_to_add_a_phrase.md")
#: A surface that stands there already, among those that the page adds to.
THERE = '            "help & protection",\n'


def test_the_phrase_is_missed_and_then_read(copy: Copy) -> None:
    shown = GUIDE.part("## 1. See what is missed").block()
    article = shown.partition("$ cat missed.txt\n")[2].partition("\n$ monitor explain missed.txt")[0]
    copy.put("missed.txt", article)
    before = copy.run("explain", "missed.txt").stdout
    assert "rating “inadequate”" in before
    assert "area “" not in before
    assert "nothing reported" in before
    copy.insert("monitor/tables/areas.py", GUIDE.part("## 2. One row").block(), before=THERE)
    after = copy.run("explain", "missed.txt").stdout
    assert "area “" in after
    (promise,) = [word for word in GUIDE.part("## 3. Proof").text.split("`") if word.startswith("Leeds: ")]
    assert promise == "Leeds: help and protection: inadequate"
    assert f"1 reported as news\n  {promise}" in after


def test_the_row_passes_the_tests_of_rows_and_a_second_one_does_not(copy: Copy) -> None:
    row = GUIDE.part("## 2. One row").block()
    copy.insert("monitor/tables/areas.py", row, before=THERE)
    assert "tests/classifier " in GUIDE.part("## 3. Proof").block()
    done = copy.pytest("tests/classifier/test_rows.py", "-k", "surface and help")
    assert done.returncode == 0, done.stdout
    # "Do not put words into two rows": the test that the page names says so.
    copy.insert("monitor/tables/areas.py", row, before='            "leadership & management",\n')
    done = copy.pytest("tests/classifier/test_rows.py", "-k", "surface")
    assert done.returncode == 1, done.stdout
    assert "is never reached" in done.stdout
