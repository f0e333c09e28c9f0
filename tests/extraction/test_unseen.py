"""What nobody sees on a page is not read; what a script is going to show is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extraction.html.article import read_article
from monitor.extraction.html.unseen import hides

SHORT = ["The town's library opened on Monday."]
LONG = [
    "The town's library opened on Monday after two years of building work, and the mayor cut a ribbon in the rain.",
    "It has twelve thousand books, a cafe, and a room for children where stories are read on Saturday mornings.",
    "“We are very proud of it,” said the mayor, who borrowed the first book himself and promised to bring it back.",
]
SECRET = (
    "<p>Ofsted has rated Leeds children's services inadequate, it was announced in a report that was published today.</p>"
    "<p>Leaders were judged inadequate, and so was the help and protection of children, the inspectors said on Tuesday.</p>"
)
WRAPPERS = [
    "<div hidden>{}</div>",
    "<section hidden=until-found>{}</section>",
    "<template>{}</template>",
    "<noscript>{}</noscript>",
    "<dialog>{}</dialog>",
    "<div style='display:none'>{}</div>",
    "<div style='color:red; DISPLAY : none !important'>{}</div>",
    "<div style='visibility:hidden'>{}</div>",
    "<div style='visibility:collapse;'>{}</div>",
    "<div style='opacity:0'>{}</div>",
    "<div style='font-size:0px'>{}</div>",
    "<div style='text-indent:-9999px'>{}</div>",
    "<div style='position:absolute;left:-9999px'>{}</div>",
    "<div style='position:absolute;clip:rect(0 0 0 0)'>{}</div>",
    "<div style='clip:rect(1px, 1px, 1px, 1px);position:absolute'>{}</div>",
    "<div style='clip-path:inset(50%)'>{}</div>",
    "<div style='height:0;overflow:hidden'>{}</div>",
    "<div style='max-height:0px;overflow-y:hidden'>{}</div>",
    "<div style='background:#fff;color:#fff'>{}</div>",
    "<div style='display:/* x */none'>{}</div>",
    "<div style='display:n\\6fne'>{}</div>",
    "<div style='opacity:.01'>{}</div>",
    "<div style='filter: opacity(0%)'>{}</div>",
    "<div style='transform:scale(0)'>{}</div>",
    "<div style='scale:0'>{}</div>",
    "<div style='zoom:0'>{}</div>",
    "<div style='transform: translateX(-9999px)'>{}</div>",
    "<div style='margin-left:-9999px'>{}</div>",
    "<div style='position:absolute; left:200%'>{}</div>",
    "<div style='position:fixed; top:9999px'>{}</div>",
    "<div style='position:absolute; inset:-9999px auto auto -9999px'>{}</div>",
    "<div style='color:#fff; background:white'>{}</div>",
    "<div style='color:rgba(0, 0, 0, 0)'>{}</div>",
    "<div style='color:rgb(0 0 0 / 0%)'>{}</div>",
    "<div style='color:#0000'>{}</div>",
    "<div style='-webkit-text-fill-color:transparent'>{}</div>",
    "<div style='font-size:1px'>{}</div>",
    "<div style='font-size:.05em'>{}</div>",
    "<div style='font:0/0 serif'>{}</div>",
    "<div style='line-height:0; overflow:hidden'>{}</div>",
    "<div style='clip-path:polygon(0 0, 0 0, 0 0)'>{}</div>",
    "<div style='clip-path:circle(0px)'>{}</div>",
    "<div class='box d-none'>{}</div>",
    "<div popover>{}</div>",
    "<datalist>{}</datalist>",
    "<style>@media screen{{.zz{{display:none}} .y{{color:red}}}} .b{{x:y}}</style><div class=zz>{}</div>",
    "<style>@layer base{{.y{{color:red}} .zz{{display:none}}}}</style><div class=zz>{}</div>",
    "<style><!-- .zz{{display:none}} --></style><div class=zz>{}</div>",
    "<style>.zz{{display:none}}</style><div class=zz>{}</div>",
    "<style>/* x */ p.x, #zz {{ color: red; visibility : hidden }}</style><div id=zz>{}</div>",
    "<style>@import 'x'; .a .zz{{display:none}}</style><div class=a><div class=zz>{}</div></div>",
]


def page(story: list[str], extra: str, *, within: bool) -> bytes:
    text = "".join(f"<p>{line}</p>" for line in story)
    inside, outside = (extra, "") if within else ("", extra)
    title = "Library opens its doors to everybody"
    return f"<head><title>{title}</title></head><body><main><h1>{title}</h1>{text}{inside}</main>{outside}</body>".encode()


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("story", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("within", [True, False])
def test_text_that_nobody_sees_is_not_the_article_s(wrapper, story, within):
    found = read_article(page(story, wrapper.format(SECRET), within=within), "https://example.uk/a", "text/html")
    assert found["text"].split("\n\n") == story


@pytest.mark.parametrize(
    "wrapper",
    ["<div hidden>{}</div>", "<div style='display:none'>{}</div>", "<style>.z{{display:none}}</style><i class=z>{}</i>"],
)
def test_a_heading_that_nobody_sees_is_not_the_title(wrapper):
    body = wrapper.format("<h1>Leeds rated inadequate by Ofsted</h1>") + "".join(f"<p>{line}</p>" for line in LONG)
    assert "Leeds" not in read_article(body.encode(), "https://example.uk/a", "text/html")["title"]


def test_a_date_may_be_hidden():
    hidden = "<time hidden itemprop=datePublished datetime=2026-06-12>x</time>"
    found = read_article(page(LONG, hidden, within=True), "https://example.uk/a", "text/html")
    assert found["published"].startswith("2026-06-11T23")


@pytest.mark.parametrize(
    "shown",
    [
        "<div hidden id='S:0'>{}</div>",  # streamed
        "<style>.tab{{display:none}} .tab.on{{display:block}}</style><div class='tab on'>{}</div>",
        "<style>@media print{{.x{{display:none}} .y{{color:red}}}}</style><div class=x>{}</div>",
        "<style>.x:hover, .x::before, .no-js .x{{display:none}}</style><div class=x>{}</div>",
        "<style>p{{opacity:0.9}}</style><div style='opacity:0.5'>{}</div>",
        "<div style='left:-9999px;height:0;background:#fff;color:#000'>{}</div>",
        "<details><summary>The report</summary>{}</details>",
        "<div style='opacity:0;transform:translateY(20px)'>{}</div>",
        "<style>.reveal{{opacity:0}} .reveal.visible{{opacity:1}}</style><div class=reveal>{}</div>",
        "<style>.reveal{{opacity:0;transition:opacity 1s}}</style><div class=reveal>{}</div>",
        "<div style='transform:scale(0);transition:transform 1s'>{}</div>",
        "<div style='color:transparent;background:linear-gradient(red, blue);background-clip:text'>{}</div>",
        "<div class='d-none d-md-block'>{}</div>",
        "<style media=print>.x{{display:none}}</style><div class=x>{}</div>",
        "<style>@media (max-width: 600px){{.x{{display:none}}}}</style><div class=x>{}</div>",
        "<style>@media screen and (max-width: 600px){{.x{{display:none}}}}</style><div class=x>{}</div>",
        "<style>@media screen{{.y{{display:none}}}} @media print{{.x{{display:none}}}}</style><div class=x>{}</div>",
    ],
)
def test_text_that_is_seen_or_can_be_is_read(shown):
    story = "".join(f"<p>{line}</p>" for line in LONG)
    body = f"<body><h1>Library opens its doors to everybody</h1><main>{shown.format(story)}</main></body>"
    found = read_article(body.encode(), "https://example.uk/a", "text/html")
    assert [line for line in LONG if line not in found["text"]] == []


@pytest.mark.parametrize(
    "whole",
    [
        "<body style='opacity:0'>{}</body>",
        "<body hidden>{}</body>",
        "<body><div id=app style='visibility:hidden'>{}</div></body>",
        "<style>#app{{display:none}}</style><body><div id=app>{}</div><p>Loading</p></body>",
    ],
)
def test_a_page_that_a_script_shows_as_a_whole_is_read(whole):
    story = "<h1>Library opens its doors to everybody</h1>" + "".join(f"<p>{line}</p>" for line in LONG)
    found = read_article(whole.format(story).encode(), "https://example.uk/a", "text/html")
    assert found["text"].split("\n\n") == LONG


@pytest.mark.parametrize(
    "style",
    [
        *("display:block", "opacity:0.1", "height:0", "left:-5px;position:absolute", "font-size:10px", "color:#fff", ""),
        *("margin-left:-150px", "font:10px/1.2 serif", "font-size:0.9em", "font-size:1em", "font-size:12px", "zoom:1"),
        *(
            "position:absolute;left:50%",
            "color:rgba(0,0,0,.8)",
            "color:rgb(0,0,0)",
            "color:rgb(255 255 0)",
            "color:#000",
            "color:#1000f0",
            "transform:scale(1.05)",
        ),
        *(
            "line-height:0",
            "transform:translateX(-50%)",
            "inset:0",
            "font:16px a",
            "color:#fff;background:#000",
            "font-size:1.1px",
        ),
    ][:-1],
)
def test_styles_that_hide_nothing(style):
    assert not hides(style)


@given(st.text("abc:;#{}/*<>.! ", max_size=60), st.text("abc:;-0%x none", max_size=40))
def test_any_style_is_taken(sheet, style):
    read_article(
        page(LONG, f"<style>{sheet}</style><p style='{style}'>x</p>", within=True), "https://example.uk/a", "text/html"
    )
