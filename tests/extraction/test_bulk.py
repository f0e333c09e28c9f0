"""What is no text is left out, in time that goes with the length."""

from __future__ import annotations

import pytest

from monitor.extraction.html.bulk import without_bulk


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>a</p><script>var a = '<p>b</p>'</script><p>c</p>", "<p>a</p><p>c</p>"),
        ("<p>a</p><SCRIPT SRC=x></SCRIPT ><STYLE>p{}</style><p>c</p>", "<p>a</p><p>c</p>"),
        ("<svg><path/><svg>", "<svg><path/><svg>"),
        ("<script>a <p>b</p>", "<script>a <p>b</p>"),
        ("<script>a <style>b</style> c", "<script>a  c"),
        ('<script type="application/ld+json">{"a": 1}</script>', '<script type="application/ld+json">{"a": 1}</script>'),
        ("<scripted>a</scripted>", "<scripted>a</scripted>"),
        ("İ<script>x</script>İ", "İİ"),
        ("no markup at all", "no markup at all"),
    ],
)
def test_what_is_left(markup: str, left: str) -> None:
    assert without_bulk(markup) == left


@pytest.mark.parametrize("unit", ["<script", "<script>", "<svg><script>", "<style>a</script>", "<script></script>", "</svg>"])
def test_whatever_is_repeated_it_ends(unit: str) -> None:
    # Quadratic time would be hours.
    assert len(without_bulk(unit * 300_000)) <= len(unit) * 300_000
