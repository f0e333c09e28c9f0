"""Messages of real changes: the substance first, every form safe, nothing a reader would have to guess."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.context import context_line
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind, Rating, Trust
from monitor.domain.subscriptions import wanted_because
from monitor.messages import Purpose, Renderer
from monitor.messages.html import _template
from monitor.messages.sanitize import host_of, link, sanitize
from monitor.messages.subject import preheader, subject
from tests.builders import subscription
from tests.messages.conftest import Notes, changes_of

TRAFFORD = date(2026, 8, 3)
KNOWSLEY = date(2017, 6, 13)
RENDER = Renderer(domain="monitor.test")
ALLOWED = frozenset(
    "html head meta title style body div h1 h2 table caption thead tbody tr th td blockquote p a strong ul li hr".split()
)
HOSTILE = [
    "<!channel> <@U123> <https://evil.test|https://ofsted.gov.uk>",
    "[x](javascript:alert(1)) <img src=x onerror=alert(1)> <svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "Leeds\r\nBcc: everyone@x.test\u2028\x0b\x00",
    "{{7*7}} {% raw %} %s {0.__class__}",
    "\u202eevil\u202c zero\u200bwidth \x1b[31mred",
    "x" * 10_000,
]


class Elements(HTMLParser):
    """Every element and attribute of a page, and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        self.text += data


@pytest.mark.parametrize(
    ("name", "published", "outlet", "expected"),
    [
        ("Trafford", TRAFFORD, "", "Trafford: leadership and protection now inadequate (Ofsted, 3 Aug)"),
        ("Trafford", TRAFFORD, "BBC", "Trafford: leadership and protection now inadequate (reported, 3 Aug)"),
        ("Coventry", KNOWSLEY, "", "Coventry: no longer inadequate, now requires improvement (Ofsted)"),
        ("Liverpool", date(2026, 7, 7), "", "Liverpool: 3 areas no longer inadequate, in care up to good (Ofsted)"),
        ("Liverpool", date(2026, 7, 7), "BBC", "Liverpool: 3 areas no longer inadequate, in care up to good (reported)"),
        ("Wolverhampton", date(2026, 6, 18), "", "Wolverhampton: 2 areas down, 1 up (Ofsted, 18 Jun)"),
        ("Middlesbrough", date(2026, 7, 28), "", "Middlesbrough: still requires improvement in 4 areas (Ofsted, 28 Jul)"),
        ("Cumberland", date(2024, 11, 26), "", "Cumberland: rated good (Ofsted, 26 Nov)"),
    ],
)
def test_the_subject_says_what_happened(notice: Notes, name: str, published: date, outlet: str, expected: str) -> None:
    assert subject(notice(*changes_of(name, published, outlet=outlet))) == expected


def test_every_subject_of_the_official_record_fits(notice: Notes) -> None:
    made = 0
    for inspection in history():
        for outlet in ("", "Children & Young People Now"):
            changes = changes_of(inspection.authority.name, inspection.published, outlet=outlet)
            if not changes:
                continue
            made += 1
            for purpose in (Purpose.CHANGE, Purpose.CONFIRMED, Purpose.CORRECTED, Purpose.TEST):
                told = notice(*changes, purpose=purpose)
                assert len(subject(told)) <= 70, subject(told)
                assert len(preheader(told)) <= 110
                assert "…" not in subject(told)
                assert ("reported" if outlet else "Ofsted") in subject(told)
    assert made > 900


def test_several_councils_share_a_subject(notice: Notes) -> None:
    changes = (
        *changes_of("Trafford", TRAFFORD),
        *changes_of("Liverpool", date(2026, 7, 7)),
        *changes_of("Somerset", date(2026, 6, 17)),
    )
    assert subject(notice(*changes)) == "Trafford part inadequate, Liverpool out of it, Somerset down (Ofsted)"
    many = [change for name in ("Coventry", "Knowsley", "Kent", "Southwark", "Derby") for change in changes_of(name, KNOWSLEY)]
    assert subject(notice(*many)) == "5 councils: Coventry and Knowsley out of inadequate, 3 rated (Ofsted)"


def test_the_text_shows_every_area_before_and_now(notice: Notes) -> None:
    text = RENDER.render(notice(*changes_of("Trafford", TRAFFORD))).text
    assert "* Impact of leaders: from requires improvement to inadequate" in text
    assert "* Children in care: from requires improvement to good" in text
    assert "Confirmed by Ofsted’s own report." in text
    assert "Published 3 August 2026. Previous inspection: 31 January 2023." in text
    assert "Ofsted’s report on Trafford:\nhttps://files.ofsted.gov.uk/" in text
    assert "Why you got this" in text
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 78


def test_what_the_press_says_is_called_so_and_quoted(notice: Notes) -> None:
    told = RENDER.render(notice(*changes_of("Trafford", TRAFFORD, outlet="BBC News")))
    for form in (told.text, Elements(told.html).text, told.forms["slack"]):
        assert "Trafford: inspectors found changes." in form
        assert "Reported by BBC News; not yet confirmed by Ofsted." in form


def test_a_successor_has_no_before(notice: Notes) -> None:
    told = RENDER.render(notice(*changes_of("Cumberland", date(2024, 11, 26))))
    assert "from" not in told.text.split("Confirmed")[0]
    assert "* Impact of leaders: good\n" in told.text
    assert [attrs["scope"] for tag, attrs in Elements(told.html).found if tag == "th"][:3] == ["col", "col", "row"], "no column"


def test_care_leavers_have_no_grade_of_their_own_before_2023(notice: Notes) -> None:
    combined = next(i for i in history() if i.published.year == 2024 and _was_combined(i.authority.name, i.published))
    told = RENDER.render(notice(*changes_of(combined.authority.name, combined.published)))
    before = [i for i in history(before=combined.published) if i.authority == combined.authority][-1]
    shared = f"{before.ratings[Area.CHILDREN_IN_CARE].words}, shared with children in care"
    row = told.text.partition("* Care leavers: ")[2].partition("\n* ")[0]
    assert f"(before: {shared})" in " ".join(row.split())
    assert f"(before: {shared})" in told.forms["slack"]
    assert shared.capitalize() in Elements(told.html).text


def _was_combined(name: str, published: date) -> bool:
    before = [i for i in history(before=published) if i.authority.name == name]
    return bool(before) and before[-1].combined_care


def test_the_html_is_accessible_and_carries_nothing_foreign(notice: Notes) -> None:
    page = RENDER.render(notice(*changes_of("Trafford", TRAFFORD))).html
    found = Elements(page).found
    tags = [tag for tag, _ in found]
    assert dict(found)["html"]["lang"] == "en-GB"
    assert tags.count("h1") == 1
    tables = [attrs for tag, attrs in found if tag == "table" and attrs.get("role") != "presentation"]
    assert len(tables) == tags.count("caption") == tags.count("thead") == 1
    assert {attrs.get("scope") for tag, attrs in found if tag == "th"} == {"col", "row"}
    assert not {"img", "script", "iframe", "link", "form", "object", "svg"} & set(tags)
    assert 'content="light dark"' in page
    assert len(page.encode()) < 100_000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_headline_writer_may_try(notice: Notes, hostile: str) -> None:
    (first, *rest) = changes_of("Trafford", TRAFFORD)
    bad = replace(first, evidence=hostile, outlet=hostile, conflict=hostile, url="javascript:alert(1)")
    told = RENDER.render(notice(bad, *rest, reasons=(hostile,), notes=(hostile,), context={first.authority.urn: hostile}))
    elements = Elements(told.html)
    assert {tag for tag, _ in elements.found} <= ALLOWED
    assert all(not name.startswith("on") for _, attrs in elements.found for name in attrs)
    assert all(str(attrs.get("href")).startswith("https://") for tag, attrs in elements.found if tag == "a")
    for form in (told.subject, told.text, told.forms["slack"], elements.text):
        assert not any(c in form for c in "\x00\x0b\x1b\u202e\u200b\u2028\r")
    assert "\n" not in told.subject


def test_the_same_notice_gives_the_same_bytes(notice: Notes) -> None:
    changes = changes_of("Trafford", TRAFFORD)
    assert RENDER.render(notice(*changes)) == RENDER.render(notice(*reversed(changes)))


def test_an_update_is_in_the_thread_of_its_inspection(notice: Notes) -> None:
    changes = changes_of("Trafford", TRAFFORD)
    new = RENDER.render(notice(*changes)).headers
    update = RENDER.render(notice(*changes, purpose=Purpose.CONFIRMED, id="f" * 32)).headers
    assert new["References"] == update["References"]
    assert new["Message-ID"] != update["Message-ID"]
    assert new["Message-ID"] == "<0123456789abcdef0123456789abcdef@monitor.test>"
    assert new["Date"] == "Tue, 01 Sep 2026 12:00:00 +0000"
    assert new["Auto-Submitted"] == "auto-generated"


def test_a_correction_says_what_it_corrects(notice: Notes) -> None:
    (change, *_) = changes_of("Leeds", date(2025, 8, 12))
    otherwise = replace(change.inspection, trust=Trust.CONTRADICTED)
    corrected = replace(
        change, inspection=otherwise, kinds=change.kinds | {ChangeKind.CORRECTED}, reported=Rating.INADEQUATE, area=Area.OVERALL
    )
    told = RENDER.render(notice(corrected, purpose=Purpose.CORRECTED))
    assert told.subject == "Correction: Leeds: still outstanding (Ofsted, 12 Aug)", "it is the press that was contradicted"
    assert "Confirmed by Ofsted’s own report, which says otherwise than the press did." in " ".join(told.text.split())
    by_reports = replace(corrected, outlet="BBC", inspection=replace(otherwise, trust=Trust.CORROBORATED))
    assert (
        subject(notice(by_reports, purpose=Purpose.CORRECTED))
        == "Correction: Leeds: still outstanding (reported by BBC, 12 Aug)"
    )
    assert "was reported as inadequate before. That was not so: it is outstanding." in " ".join(told.text.split())


@pytest.mark.parametrize(
    ("official", "said"),
    [
        ("Kingston Upon Hull, City of", "Hull"),
        ("Bristol, City of", "Bristol"),
        ("Durham", "County Durham"),
        ("Bedford Borough", "Bedford"),
        ("St. Helens", "St Helens"),
        ("Kingston upon Thames", "Kingston upon Thames"),
    ],
)
def test_a_council_is_called_what_people_call_it_and_officially_beside_its_code(
    notice: Notes, official: str, said: str
) -> None:
    newest = [inspection for inspection in history() if inspection.authority.name == official][-1]
    changes = changes_of(official, newest.published)
    told = RENDER.render(notice(*changes, context={newest.authority.urn: context_line(changes[0], history())}))
    assert told.subject.startswith(f"{said}: ")
    for form in (told.text, told.forms["slack"], Elements(told.html).text):
        assert said in form
        assert official == said or re.search(rf"(?<!County ){re.escape(official)}", form) is None
    facts = json.loads(told.forms["event"])["data"]["changes"][0]
    assert (facts["authority"], facts["gss_code"]) == (official, newest.authority.gss_code)
    assert wanted_because(subscription(authorities=[official], kinds=list(ChangeKind)), changes[0]) == f"{said} is on the list"


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_plain_text_is_plain(text: str) -> None:
    cleaned = sanitize(text)
    assert sanitize(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not any(ord(c) < 32 or 0x200B <= ord(c) <= 0x200F or 0x202A <= ord(c) <= 0x202E for c in cleaned)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://www.example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://user:password@example.org/", False),
        ("https://[half", True),
        ("https://example.org/a b", False),
        ("https://example.org/\u202egpj.exe", False),
        ('https://example.org/"onmouseover="x', False),
        ("", False),
    ],
)
def test_only_web_addresses_are_repeated(url: str, kept: bool) -> None:
    assert link(url) == (url if kept else "")


def test_letters_that_look_like_others_are_spelt_out() -> None:
    assert link("https://www.оfsted.gov.uk/rеport?a=b") == "https://www.xn--fsted-iye.gov.uk/rеport?a=b"
    assert link("https://" + "ä" * 80 + ".test/") == ""
    assert host_of("https://www.xn--fsted-iye.gov.uk?x#y/z") == "xn--fsted-iye.gov.uk"
    assert host_of("") == ""


@given(st.text(max_size=60))
def test_a_link_is_plain_ascii_up_to_its_path(tail: str) -> None:
    found = link(f"https://{tail}")
    assert not found or (host_of(found).isascii() and found.startswith("https://"))


def test_links_say_where_they_lead(notice: Notes) -> None:
    page = RENDER.render(notice(*changes_of("Trafford", TRAFFORD, outlet="BBC News"))).html
    assert re.search(r">BBC News on Trafford, 3 August 2026</a> \(bbcnews.test\)", page)
    assert page.count("https://bbcnews.test/") == 1, "the article is linked once"
    assert (
        ">Ofsted’s report on Trafford</a> (files.ofsted.gov.uk)"
        in RENDER.render(notice(*changes_of("Trafford", TRAFFORD))).html
    )


def test_sentences_of_one_article_stand_together(notice: Notes) -> None:
    changes = [replace(each, evidence=f"Said of {each.area}.") for each in changes_of("Trafford", TRAFFORD, outlet="BBC News")]
    changes[-1] = replace(changes[-1], evidence=changes[0].evidence)
    told = RENDER.render(notice(*changes))
    assert (
        "  “Said of leadership.”\n  “Said of help_and_protection.”\n  “Said of children_in_care.”\n  BBC News, 3" in told.text
    )
    assert told.text.count("BBC News, 3 August 2026") == told.text.count("https://bbcnews.test/") == 1
    assert [tag for tag, _ in Elements(told.html).found].count("blockquote") == 1
    assert told.forms["slack"].count("rich_text_quote") == 1
    assert "First reported 3 August 2026." in told.text


def test_what_ofsteds_report_says_is_linked_once(notice: Notes) -> None:
    changes = [replace(each, evidence="Inadequate.", url=each.inspection.url) for each in changes_of("Trafford", TRAFFORD)]
    page = RENDER.render(notice(*changes)).html
    assert page.count("https://files.ofsted.gov.uk/") == 1
    assert ">Ofsted’s report on Trafford, 3 August 2026</a> (files.ofsted.gov.uk)" in page


def test_a_group_says_how_much_of_it_is_sure(notice: Notes) -> None:
    sure = (*changes_of("Trafford", TRAFFORD), *changes_of("Somerset", date(2026, 6, 17)))
    unsure = changes_of("Liverpool", date(2026, 7, 7), outlet="BBC News")
    assert preheader(notice(*sure)) == "All are confirmed by Ofsted’s own reports."
    assert preheader(notice(*sure, *unsure)) == "2 of 3 are confirmed by Ofsted’s own reports."
    reported = (*unsure, *changes_of("Trafford", TRAFFORD, outlet="BBC News"))
    assert preheader(notice(*reported)) == "None is confirmed by Ofsted’s own reports."


@pytest.mark.parametrize(
    ("purpose", "outlet", "above"),
    [
        (Purpose.CHANGE, "", "Ofsted’s own report"),
        (Purpose.CHANGE, "BBC News", "Reported, not yet confirmed"),
        (Purpose.CONFIRMED, "", "Confirmed by Ofsted"),
        (Purpose.CORRECTED, "", "Correction"),
        (Purpose.TEST, "", "Test: nothing new has happened"),
    ],
)
def test_how_sure_it_is_stands_above_everything(notice: Notes, purpose: Purpose, outlet: str, above: str) -> None:
    told = RENDER.render(notice(*changes_of("Trafford", TRAFFORD, outlet=outlet), purpose=purpose))
    assert told.text.startswith(f"{above}.\n\nTrafford: leadership and protection now inadequate\n---")
    assert Elements(told.html).text.index(above) < Elements(told.html).text.rindex("Trafford: leadership")
    assert above in told.forms["slack"]


@pytest.mark.parametrize(("days", "said"), [(0, False), (1, False), (2, True), (3, True)])
def test_what_is_seen_late_says_so(notice: Notes, days: int, said: bool) -> None:
    changes = changes_of("Trafford", TRAFFORD)
    late = RENDER.render(notice(*changes, days_late={changes[0].inspection.key: days}))
    for form in (late.text, late.html, late.forms["slack"]):
        assert (f"Delayed: seen {days} days after it was published." in " ".join(form.split())) is said


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("address", ["", "https://monitor.test/m/1?a=1&b=<2>"])
def test_the_foot_of_the_page_is_what_its_template_says(notice: Notes, count: int, address: str) -> None:
    lines = tuple(f"{n} & <b>“more”</b> {{0}}" for n in range(count))
    mine = notice(also=lines, notes=lines, reasons=lines, manage=address, unsubscribe=address and "https://monitor.test/u/2")
    assert RENDER.footer(mine).forms["html"] == _template("footer.html").render(notice=mine, product=RENDER.product)
