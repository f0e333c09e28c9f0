"""First pages of reports as the frameworks' templates lay them out, made from what the record holds of an inspection."""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.model import Area, Inspection, Rating

ILACS_LABELS = {
    Area.LEADERSHIP: "The impact of leaders on social work practice with children and families",
    Area.HELP_AND_PROTECTION: "The experiences and progress of children who need help and protection",
    Area.CHILDREN_IN_CARE: "The experiences and progress of children in care",
    Area.CARE_LEAVERS: "The experiences and progress of care leavers",
    Area.OVERALL: "Overall effectiveness",
}
COMBINED_LABEL = "The experiences and progress of children in care and care leavers"
SIF_LABELS = {
    Area.HELP_AND_PROTECTION: "1. Children who need help and protection",
    Area.CHILDREN_IN_CARE: "2. Children looked after and achieving permanence",
    Area.ADOPTION: "2.1 Adoption performance",
    Area.CARE_LEAVERS: "2.2 Experiences and progress of care leavers",
    Area.LEADERSHIP: "3. Leadership, management and governance",
}
PROSE = "Children and families are helped early by people who know them well, and plans are written with them in plain words."

#: Lays out one row of a table: label and grade in, lines out.
Cell = Callable[[str, str], str]


def one_line(label: str, grade: str) -> str:
    """Label and grade on one line."""
    return f"{label} {grade}"


def grade_below(label: str, grade: str) -> str:
    """The label over two lines, the grade on the next."""
    middle = label.rfind(" ", 0, len(label) // 2 + 8)
    return f"{label[:middle]} \n{label[middle + 1 :]}\n{grade}"


def grade_in_the_middle(label: str, grade: str) -> str:
    """The grade between the halves of its label."""
    middle = label.rfind(" ", 0, len(label) // 2 + 8)
    return f"{label[:middle]}\n{grade}\n{label[middle + 1 :]}" if len(label) > 45 else f"{label}\n{grade}"


def narrow(label: str, grade: str) -> str:
    """Every word of the grade on a line of its own."""
    return label + "\n" + grade.replace(" ", " \n")


def around(label: str, grade: str) -> str:
    """A long grade broken around the second half of its label."""
    if "improvement " not in grade or len(label) <= 45:
        return f"{label}\n{grade}"
    middle = label.rfind(" ", 0, len(label) // 2 + 8)
    return f"{label[:middle]} Requires improvement\n{label[middle + 1 :]} to be good"


CELLS = (one_line, grade_below, grade_in_the_middle, narrow, around)


def words(rating: Rating | None, *, long: bool = True) -> str:
    """A grade as tables print it."""
    if rating is None:
        return "Not judged"
    if rating is Rating.REQUIRES_IMPROVEMENT:
        return "Requires improvement to be good" if long else "Requires Improvement"
    return rating.words.capitalize()


def days(inspection: Inspection) -> str:
    """The dates of fieldwork as templates print them."""
    start, end = inspection.fieldwork.start, inspection.fieldwork.end
    assert start and end
    return f"{start.day} {start:%B %Y} to {end.day} {end:%B %Y}"


def ilacs(inspection: Inspection, title: str, cell: Cell) -> list[str]:
    """Pages 1 and 2 of a report of the framework in use since 2018."""
    rows = []
    for area, label in ILACS_LABELS.items():
        if area in inspection.ratings:
            if area is Area.CHILDREN_IN_CARE and inspection.combined_care:
                label = COMBINED_LABEL
            rows.append(cell(label, words(inspection.ratings[area])))
    first = "\n".join(
        [
            title,
            f"Inspection dates: {days(inspection)}",
            "Lead inspector: Jo Example, His Majesty\u2019s Inspector",
            "Judgement Grade",
            *rows,
            PROSE,
        ]
    )
    headings = [
        f"{COMBINED_LABEL if area is Area.CHILDREN_IN_CARE and inspection.combined_care else ILACS_LABELS[area]}: "
        f"{words(rating).lower()}\n1. {PROSE}"
        for area, rating in inspection.ratings.items()
        if area is not Area.OVERALL
    ]
    return [first, "\n".join(["What needs to improve?", *headings])]


def sif(inspection: Inspection, title: str, cell: Cell, *, split: bool = False) -> list[str]:
    """Pages of a report of the single inspection framework; `split` breaks its table over two pages."""
    overall = inspection.ratings[Area.OVERALL]
    verb = "require improvement" if overall is Rating.REQUIRES_IMPROVEMENT else f"are {overall.words}"
    rows = [cell(label, words(inspection.ratings.get(area), long=False)) for area, label in SIF_LABELS.items()]
    published = f"{inspection.published.day} {inspection.published:%B %Y}"
    top = [
        "1",
        title,
        "Inspection of services for children in need of help and \nprotection, children looked after and care leavers",
        "and",
        "Review of the effectiveness of the Local Safeguarding Children \nBoard1",
        f"Inspection date: {days(inspection)}",
        f"Report published: {published}",
        f"The overall judgement is that children\u2019s services \n{verb}",
        "It is expected that, as a minimum, all children and young people receive good help, care and protection.",
    ]
    footnote = "1 This report includes the report of the review of the board."
    board = "The effectiveness of the Local Safeguarding Children Board (LSCB) is \noutstanding"
    if split:
        return ["\n".join([*top, *rows[:3], footnote]), "\n".join(["2", *rows[3:], board]), PROSE]
    return ["\n".join([*top, *rows, board, footnote]), PROSE]
