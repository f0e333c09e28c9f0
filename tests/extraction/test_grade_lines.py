"""Grades as pages lay them out, each with what it is a grade of."""

from __future__ import annotations

import pytest

from monitor.extraction.html.article import read_article
from monitor.extraction.html.grade_lines import with_headings
from monitor.extraction.html.pages import read_text

AREAS = [("The impact of leaders", "inadequate"), ("Help and protection", "good"), ("Care leavers", "requires improvement")]
LEAD = (
    "Ofsted has published its report on Leeds City Council's children's services after an inspection this autumn. It says that "
    "families wait too long for help, and that social workers change too often."
)
TAIL = (
    "“We are sorry that we have let families down,” said the cabinet member for children's services. Work to put this right "
    "began on the day the inspectors left, she said, and there will be a new plan by Christmas."
)

HEADED = {
    "bold, break": "<p><b>{area}</b><br>Judged {grade} by Ofsted.</p>",
    "break in bold": "<p><strong>{area}<br></strong>Judged {grade} by Ofsted.</p>",
    "bold by style": "<p><span style='font-weight:700'>{area}</span><br>Judged {grade} by Ofsted.</p>",
    "bold paragraph": "<p><strong>{area}</strong></p><p>Judged {grade} by Ofsted.</p>",
    "heading": "<h3>{area}</h3><p>Judged {grade} by Ofsted.</p>",
    "item": "<ul><li><b>{area}</b><br>Judged {grade} by Ofsted.</li></ul>",
    "box": "<div><b>{area}:</b><br>Judged {grade} by Ofsted.</div>",
    "terms": "<dl><dt>{area}</dt><dd>Judged {grade} by Ofsted.</dd></dl>",
    "terms in boxes": "<dl><div><dt>{area}</dt><dd><p>Judged {grade} by Ofsted.</p></dd></div></dl>",
    "opened": "<details><summary>{area}</summary><p>Judged {grade} by Ofsted.</p></details>",
    "row": "<table><tr><th>{area}</th><td>Judged {grade} by Ofsted.</td></tr></table>",
}
NOTES = {
    "raised link": "<sup><a href='#f1'>1</a></sup>",
    "raised figure": "<sup>12</sup>",
    "raised letter": "<sup>a</sup>",
    "raised brackets": "<sup class=x>[<span>3</span>]</sup>",
    "raised words": "<sup>note 2</sup>",
    "dagger": "†",
    "raised words that are a link": "<sup><a href='/notes'>note 1</a></sup>",
    "link": "<a href='#fn1'>1</a>",
    "link in brackets": "<a id=x href='/story#ftn1'><span>[1]</span></a>",
    "class": "<span class=footnote>1</span>",
    "character": "¹",
    "entity": "&#178;",
    "plain figure": "1",
}


def lines(body: str) -> list[str]:
    html = f"<html><body><main><article><h1>Ofsted report on Leeds</h1><p>{LEAD}</p>{body}<p>{TAIL}</p></article></main></body></html>"
    return read_article(html.encode(), "https://example.uk/a", "text/html")["text"].split("\n\n")


@pytest.mark.parametrize("layout", HEADED)
def test_a_heading_and_the_grade_below_it_are_one_line(layout):
    body = "".join(HEADED[layout].format(area=area, grade=grade) for area, grade in AREAS)
    assert lines(body) == [LEAD, *(f"{area}: Judged {grade} by Ofsted." for area, grade in AREAS), TAIL]


@pytest.mark.parametrize("layout", HEADED)
def test_a_grade_may_be_all_there_is(layout):
    template = HEADED[layout].replace("Judged {grade} by Ofsted.", "{grade}")
    body = "".join(template.format(area=area, grade=grade.capitalize()) for area, grade in AREAS)
    assert lines(body) == [LEAD, *(f"{area}: {grade.capitalize()}" for area, grade in AREAS), TAIL]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize(
    "layout", ["<p>{area} was judged {grade}{note}.</p>", "<table><tr><td>{area} was judged<td>{grade}{note}</table>"]
)
def test_the_figure_of_a_footnote_is_no_letter_of_a_grade(layout, note):
    body = "".join(layout.format(area=area, grade=grade, note=NOTES[note]) for area, grade in AREAS)
    grades = [line.rpartition("judged")[2].strip(": .") for line in lines(body)[1:-1]]
    assert grades == [grade for _, grade in AREAS]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("On the 21<sup>st</sup> of May the inspectors came back to Leeds, and they left two weeks later.", "On the 21st of May"),
        ("They saw <a href='#part'>47 files</a>, which is not many, and they asked for others on the same day.", "They saw 47 files"),
        ("Room <a href='/rooms'>12</a> is where they met, and where they will meet again when they come back.", "Room 12 is"),
        ("On Monday the o\ufb03cers of Cardi\ufb00 and She\ufb03eld met, and \ufb01ve of them spoke of the past.", "On Monday the officers of Cardiff"),
    ],
)  # fmt: skip
def test_what_is_no_note_stays(markup, text):
    assert lines(f"<p>{markup}</p>")[1].startswith(text)


@pytest.mark.parametrize(
    "pair",
    [
        ["What it means", "Good news for families is rare, and this is some."],
        ["What it means", "Good practice was seen in every team."],
        ["It was rated good.", "Judged good by Ofsted."],
        ["Leaders: good", "Good"],
        ["Help and protection", "It has got better, and was rated good."],
    ],
)
def test_what_stays_two_lines(pair):
    assert with_headings(pair) == pair


def test_text_that_was_saved_is_laid_out_like_pages():
    text = f"Ofsted report on Leeds\n{LEAD}\nHelp and protection\nJudged inadequate1 by Ofsted.\n{TAIL}"
    assert read_text(text).text.split("\n\n")[1] == "Help and protection: Judged inadequate by Ofsted."


@pytest.mark.parametrize(
    "layout",
    [
        "<h3>{area}: {grade}</h3>",
        "<h3>{area}<br>{grade}</h3>",
        "<h4>{area}</h4><p>Grade: {grade}</p>",
        "<h4>{area}</h4><p>Ofsted rating – {grade}</p>",
        "<ul><li><span>{area}</span><span class=g>{grade}</span></li></ul>",
        "<p>{area}: <s>outstanding</s> {grade}</p>",
        "<p>{area}: <del>outstanding</del> <ins>{grade}</ins></p>",
    ],
)
def test_grades_in_other_layouts(layout):
    body = "".join(layout.format(area=area, grade=grade.capitalize()) for area, grade in AREAS)
    found = [line.replace("\n", " ") for line in lines(body)[1:-1]]
    assert len(found) == len(AREAS)
    for (area, grade), line in zip(AREAS, found, strict=True):
        assert line.startswith(area)
        assert line.endswith(f" {grade.capitalize()}")
        assert "outstanding" not in line


def test_one_heading_with_a_grade_below_the_article_is_another_storys():
    assert not any("Blackpool" in line for line in lines("<h3>Blackpool children's services: good</h3><h3>More news</h3>"))
