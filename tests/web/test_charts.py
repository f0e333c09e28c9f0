"""Charts: what they say without colour, without eyes, and in a page that lets no style and no script in."""

from __future__ import annotations

import gzip
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from monitor.domain.authorities import authorities
from monitor.domain.forecast import Window
from monitor.domain.history import history
from monitor.domain.model import Area, Authority, Inspection, Rating
from monitor.domain.trends import SCALE, area_ratings, inadequate_flows, rating_counts
from monitor.web.charts import picture
from monitor.web.charts.drawing import MARKS, PALETTES, Theme, chart_style, standalone
from monitor.web.charts.flows import flows_chart
from monitor.web.charts.hex_map import hex_map
from monitor.web.charts.rating_counts import rating_counts_chart
from monitor.web.charts.timeline import timeline
from monitor.web.static_files import static_files
from tests.builders import authority, official

DAY = date(2026, 8, 21)
SVG = "{http://www.w3.org/2000/svg}"
WINDOW = Window(first=date(2028, 1, 10), middle=date(2028, 9, 1), last=date(2029, 6, 1))


def address(of: Authority) -> str:
    return f"/authorities/{of.gss_code}"


def name_of(link: ET.Element) -> str:
    """What is read out of a link: its title, for what is written in it is only for the eye."""
    assert all(text.get("aria-hidden") == "true" for text in link.iter(f"{SVG}text"))
    assert link.get("aria-label") is None  # it would have to hold what is written
    return next(link.iter(f"{SVG}title")).text or ""


def the_map(area: Area = Area.HELP_AND_PROTECTION, ident: str = "map") -> str:
    found = area_ratings(history(), authorities(), area, day=DAY)
    return hex_map(found, area=area, day=DAY, address=address, ident=ident)


def of(name: str) -> list[Inspection]:
    return [each for each in history() if each.authority == authority(name)]


def the_timeline(name: str = "Torbay") -> str:
    return timeline(authority(name), of(name), as_of=DAY, window=WINDOW)


def the_counts(area: Area = Area.OVERALL) -> str:
    days = [date(year, 12, 31) for year in range(2014, 2026)] + [DAY]
    return rating_counts_chart(rating_counts(history(), authorities(), area, days=days), area=area)


def the_flows() -> str:
    return flows_chart(inadequate_flows(history(), first=2014, last=2026))


CHARTS: dict[str, Callable[[], str]] = {
    "map": the_map,
    "timeline": the_timeline,
    "counts": the_counts,
    "flows": the_flows,
}
every_chart = pytest.mark.parametrize("name", CHARTS)
every_theme = pytest.mark.parametrize("theme", ["light", "dark"])


def style() -> str:
    """What all pages look by."""
    return static_files()["style.css"].body.decode()


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


# --- what every chart is ----------------------------------------------------------------------------------------------


@every_chart
def test_a_chart_has_a_name_and_a_description(name: str) -> None:
    root = ET.fromstring(CHARTS[name]())
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    told = f"{root.get('aria-labelledby')} {root.get('aria-describedby') or ''}".split()
    assert len(told) == 2
    assert all((ids[each].text or "").strip() for each in told)
    assert root.get("role") == ("group" if name == "map" else "img")  # an image's links would be hidden


@every_chart
def test_a_chart_passes_the_policy_of_pages(name: str) -> None:
    for element in ET.fromstring(CHARTS[name]()).iter():
        assert element.tag not in {f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject", f"{SVG}image"}
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        assert not {"fill", "stroke", "color"} & set(element.attrib)  # colours come from the style sheet, light or dark


@every_chart
def test_nothing_lies_outside_the_picture(name: str) -> None:
    root = ET.fromstring(CHARTS[name]())
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for element in root.iter(f"{SVG}rect"):
        x, y, across, down = (float(element.get(key, "nan")) for key in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + across <= width and y + down <= height
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x", "nan")) <= width
        assert 0 < float(element.get("y", "nan")) <= height


@every_chart
def test_a_chart_is_light(name: str) -> None:
    svg = CHARTS[name]().encode()
    assert len(svg) < (80_000 if name == "map" else 20_000)
    assert len(gzip.compress(svg)) < 12_000


@every_chart
def test_names_from_outside_are_only_words(name: str) -> None:
    evil = "</title><script>alert(1)</script>\"&'"
    where = replace(authority("Leeds"), common_name=evil)
    record = [
        replace(official("Leeds", f"overall {rating}", published=day), authority=where)
        for rating, day in (("inadequate", date(2019, 1, 7)), ("good", date(2023, 1, 9)))
    ]
    svg = {
        "map": lambda: hex_map(
            area_ratings(record, [where], Area.OVERALL, day=DAY), area=Area.OVERALL, day=DAY, address=lambda _: f"/x?{evil}"
        ),
        "timeline": lambda: timeline(where, record, as_of=DAY),
        "counts": lambda: rating_counts_chart(
            rating_counts(record, [where], Area.OVERALL, days=[DAY]), area=Area.OVERALL, where=evil
        ),
        "flows": lambda: flows_chart(inadequate_flows(record, first=2019, last=2023)),
    }[name]()
    assert "<script" not in svg
    assert evil in " ".join(element.text or "" for element in ET.fromstring(svg).iter())


def test_two_charts_of_a_page_share_no_id() -> None:
    one, other = (set(re.findall(r'\bid="([^"]+)"', the_map(ident=ident))) for ident in ("now", "then"))
    assert one and not one & other


# --- colours ------------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@every_theme
@pytest.mark.parametrize("rating", [*(rating.value for rating in SCALE), "none"])
def test_colours_have_contrast(theme: Theme, rating: str) -> None:
    palette = PALETTES[theme]
    fill, stroke, ink = palette[rating].split()
    assert contrast(ink, fill) >= 4.5
    assert contrast(ink, palette["paper"]) >= 4.5  # where a word stands beside its bar
    assert contrast(stroke, palette["paper"]) >= 3
    assert contrast(stroke, fill) >= 3


@every_theme
def test_the_rest_has_contrast(theme: Theme) -> None:
    palette = PALETTES[theme]
    assert contrast(palette["ink"], palette["paper"]) >= 4.5
    assert contrast(palette["soft"], palette["paper"]) >= 4.5
    assert contrast(palette["accent"], palette["paper"]) >= 3
    assert contrast(palette["focus"], palette["paper"]) >= 3


def test_ratings_have_the_colours_of_pages() -> None:
    light, dark = style().split(".grade {")[1].split("@media (prefers-color-scheme: dark)")
    for sheet, theme in ((light, "light"), (dark, "dark")):
        for rating in SCALE:
            found = re.search(rf"\.{rating.value} {{ background: (\S+); border-color: (\S+); color: (\S+); }}", sheet)
            assert found is not None
            assert PALETTES[theme][rating.value] == " ".join(found.groups())  # type: ignore[index]  # a theme


def test_a_rating_is_told_by_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(Rating)
    assert len(set(MARKS.values())) == len(MARKS)


def test_the_style_of_pages_knows_both_papers() -> None:
    assert chart_style().count("prefers-color-scheme:dark") == 1
    assert not re.search(r"url\(|@import", chart_style())


@every_chart
def test_no_rule_of_pages_meant_for_something_else_reaches_into_a_chart(name: str) -> None:
    classes = {each for element in ET.fromstring(CHARTS[name]()).iter() for each in (element.get("class") or "").split()}
    of_pages = set(re.findall(r"\.([a-z][\w-]*)", style()))
    assert classes & of_pages <= {rating.value for rating in SCALE} | {"soft"}


# --- the map --------------------------------------------------------------------------------------------------------------


def test_every_authority_is_a_link_that_says_what_it_is() -> None:
    links = list(ET.fromstring(the_map()).iter(f"{SVG}a"))
    assert len(links) == 153
    expected = {
        each.authority.gss_code: each for each in area_ratings(history(), authorities(), Area.HELP_AND_PROTECTION, day=DAY)
    }
    for link in links:
        rated = expected.pop(link.get("data-gss", ""))
        assert link.get("href") == address(rated.authority)
        assert rated.rating is not None
        said = name_of(link)
        assert said.startswith(f"{rated.authority.display_name}: {rated.rating.words.capitalize()}")
        assert link.get("data-rating") == rated.rating.value
        assert link.get("data-region") == rated.authority.region
        assert MARKS[rated.rating] in [element.text for element in link.iter(f"{SVG}text")]
    assert expected == {}


def test_the_map_says_where_there_is_no_grade_and_why() -> None:
    root = ET.fromstring(the_map(Area.OVERALL))
    ungraded = [link for link in root.iter(f"{SVG}a") if link.get("data-rating") == "none"]
    assert len(ungraded) == 11  # inspected since April 2026
    assert all("No grade" in name_of(link) for link in ungraded)
    early = area_ratings(history(), authorities(), Area.CARE_LEAVERS, day=date(2022, 12, 31))
    svg = hex_map(early, area=Area.CARE_LEAVERS, day=date(2022, 12, 31), address=address)
    assert "No grade apart from children in care" in svg


def test_the_legend_counts() -> None:
    found = area_ratings(history(), authorities(), Area.HELP_AND_PROTECTION, day=DAY)
    for rating in SCALE:
        number = sum(each.rating is rating for each in found)
        assert f"{rating.words.capitalize()}: {number}" in texts(the_map())


def test_who_has_no_place_is_left_out() -> None:
    nowhere = replace(authority("Leeds"), gss_code="E99999999")
    svg = hex_map(area_ratings([], [nowhere], Area.OVERALL, day=DAY), area=Area.OVERALL, day=DAY, address=address)
    assert list(ET.fromstring(svg).iter(f"{SVG}a")) == []


# --- the others -----------------------------------------------------------------------------------------------------------


def test_a_timeline_describes_every_inspection() -> None:
    svg = the_timeline()
    described = next(element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}desc"))
    for inspection in of("Torbay"):
        assert f"{inspection.published.day} {inspection.published:%B %Y}" in described
    assert "expected between 10 January 2028 and 1 June 2029" in described
    assert "With children in care" in svg or "graded together with children in care" in svg


def test_bars_of_an_area_follow_each_other() -> None:
    rows: dict[str, list[tuple[float, float]]] = {}
    for element in ET.fromstring(the_timeline()).iter(f"{SVG}rect"):
        if element.get("class") == "shape":
            start, width = float(element.get("x", "nan")), float(element.get("width", "nan"))
            rows.setdefault(element.get("y", ""), []).append((start, start + width))
    assert len(rows) == len(Area)
    for bars in rows.values():
        for (_, end), (start, _) in pairwise(bars):
            assert end == pytest.approx(start, abs=0.2)


def test_the_newest_rating_is_written_even_where_its_bar_is_short() -> None:
    svg = the_timeline("Trafford")  # inspected some weeks before
    assert {"Inadequate", "Good"} <= set(texts(svg))
    assert any("RI: requires improvement" in text for text in texts(svg))


def test_the_newest_rating_is_written_within_the_picture_at_the_end_of_a_year() -> None:
    leeds = authority("Leeds")
    news = official("Leeds", "leadership requires_improvement", published=date(2026, 12, 30))
    shown = ET.fromstring(timeline(leeds, [news], as_of=date(2026, 12, 31)))
    (mark,) = [each for each in shown.iter() if each.attrib.get("class") == "beside"]
    assert float(mark.attrib["x"]) + len(mark.text or "") * 9 <= float(shown.attrib["viewBox"].split()[2])


def test_a_timeline_of_nothing_says_so() -> None:
    svg = timeline(authority("Leeds"), [], as_of=DAY)
    assert "No inspection is in the record." in svg


def test_columns_are_as_high_as_their_numbers() -> None:
    parts = [
        (float(rect.get("height", "nan")), int((group.find(f"{SVG}title").text or "").rsplit(" ", 1)[1]))  # type: ignore[union-attr]
        for group in ET.fromstring(the_counts()).iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
        for rect in group.iter(f"{SVG}rect")
    ]
    unit = sum(height for height, _ in parts) / sum(number for _, number in parts)
    assert all(height == pytest.approx(number * unit, abs=0.3) for height, number in parts)
    assert len(parts) > 50


def test_flows_have_a_box_for_each_authority() -> None:
    flows = inadequate_flows(history(), first=2014, last=2026)
    titles = [element.text or "" for element in ET.fromstring(the_flows()).iter(f"{SVG}title")][1:]
    assert len(titles) == sum(len(flow.into) + len(flow.out) for flow in flows)
    assert sum("out of inadequate" in title for title in titles) == sum(len(flow.out) for flow in flows)
    described = next(element.text or "" for element in ET.fromstring(the_flows()).iter(f"{SVG}desc"))
    assert "2026: into inadequate 1 (Trafford)" in described


def test_nobody_moving_is_a_picture_too() -> None:
    assert ET.fromstring(flows_chart(inadequate_flows([], first=2024, last=2026))) is not None


# --- files ----------------------------------------------------------------------------------------------------------------


@every_chart
@every_theme
def test_a_chart_becomes_a_png(name: str, theme: Theme) -> None:
    svg = CHARTS[name]()
    ET.fromstring(standalone(svg, theme))
    data = picture.png(svg, theme=theme, width=300)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    _, _, across, down = map(float, re.search(r'viewBox="([^"]+)"', svg).group(1).split())  # type: ignore[union-attr]
    assert width == 300
    assert height == pytest.approx(300 * down / across, abs=1)
    assert data != picture.png(svg, theme="dark" if theme == "light" else "light", width=300)


@every_chart
def test_a_file_says_what_it_shows_and_whence_it_is(name: str) -> None:
    svg = CHARTS[name]()
    with_source = ET.fromstring(standalone(svg, source="As of today · <site>"))
    _, above, across, down = map(float, with_source.attrib["viewBox"].split())
    _, _, width, height = map(float, ET.fromstring(svg).attrib["viewBox"].split())
    title, source = list(with_source.iter("{http://www.w3.org/2000/svg}text"))[-2:]
    assert title.text == "".join(next(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}title")).itertext())
    assert source.text == "As of today · <site>"
    assert above < float(title.attrib["y"]) < 0 < height < float(source.attrib["y"]) < above + down
    assert across == width
    assert len(title.text or "") * float(title.attrib["font-size"]) * 0.6 <= width


def test_a_council_founded_later_has_no_years_before() -> None:
    poole = authority("Bournemouth, Christchurch and Poole")
    shown = timeline(poole, [each for each in history() if each.authority == poole], as_of=date(2026, 9, 1))
    years = [each.text for each in ET.fromstring(shown).iter() if re.fullmatch(r"\d{4}", each.text or "")]
    assert (years[0], years[-1]) == ("2019", "2026")
    assert "since 2019" in shown


@pytest.mark.parametrize("there", ["DejaVu Sans", "Arial"])
def test_a_font_is_found_where_nothing_stands_in_for_others(there: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A container has the font's files and no fontconfig: a family that is not there has no words.
    import resvg_py

    real = resvg_py.svg_to_bytes
    monkeypatch.setattr(
        resvg_py,
        "svg_to_bytes",
        lambda svg_string, **more: real(
            svg_string=re.sub(r"<text.*?</text>", "", svg_string) if f'"{there}"' not in svg_string else svg_string, **more
        ),
    )
    picture.font_family.cache_clear()
    assert picture.font_family() == there
    picture.font_family.cache_clear()


def test_a_machine_without_fonts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import resvg_py

    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **_: b"the same, whatever the words")
    picture.font_family.cache_clear()
    with pytest.raises(picture.FontMissingError, match="fonts-dejavu-core"):
        picture.png(the_map())
    picture.font_family.cache_clear()
