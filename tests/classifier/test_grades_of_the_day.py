"""What an article can report on its day: areas that an inspection grades then, and the year of the grade before."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import classify
from monitor.domain.frameworks import graded_areas
from monitor.domain.model import Area

OPENING = "Leeds City Council's children's services have been rated {grade} by Ofsted in a report published today."
OVERALL = OPENING.format(grade="inadequate overall")
LEADERSHIP = "The impact of leaders was judged inadequate."
ADOPTION = "Adoption performance was judged outstanding."
BOARD = "The Local Safeguarding Children Board was rated inadequate."


@pytest.mark.parametrize(
    ("day", "text", "areas"),
    [
        (date(2026, 3, 31), [OVERALL, LEADERSHIP], {Area.OVERALL, Area.LEADERSHIP}),
        (date(2026, 6, 18), [OVERALL, LEADERSHIP], {Area.OVERALL, Area.LEADERSHIP}),  # of fieldwork in January
        (date(2026, 9, 1), [OVERALL, LEADERSHIP], {Area.LEADERSHIP}),
        (date(2027, 3, 1), [OVERALL], set()),
        (date(2016, 5, 3), [OVERALL, ADOPTION], {Area.OVERALL, Area.ADOPTION}),
        (date(2018, 8, 24), [OVERALL, ADOPTION], {Area.OVERALL, Area.ADOPTION}),
        (date(2020, 9, 1), [OVERALL, ADOPTION], {Area.OVERALL}),
        (date(2016, 5, 3), [OVERALL, BOARD], {Area.OVERALL}),
    ],
)
def test_only_what_is_graded_on_the_day_is_news(day: date, text: list[str], areas: set[Area]) -> None:
    result = classify("Leeds children's services rated by Ofsted", "\n\n".join(text), published=day)
    assert {found.area for found in result.judgements} == areas
    assert all(found.area in graded_areas(day) for found in result.judgements)
    assert result.relevant or result.reason == "no_overall_grade"


@pytest.mark.parametrize(
    "before",
    [
        "The department emerged from inadequate in 2015.",
        "The service moved out of inadequate in 2015.",
        "It was rated inadequate in 2015.",
    ],
)
def test_the_year_of_the_grade_before_is_the_one_that_is_said(before: str) -> None:
    text = OPENING.format(grade="good overall") + "\n\n" + before
    (found,) = classify("Leeds children's services rated good", text, published=date(2019, 3, 1)).judgements
    assert (found.previous, found.previous_year) == ("inadequate", 2015)
