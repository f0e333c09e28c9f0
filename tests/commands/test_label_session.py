"""A person corrects an article: through an injected console and answers that were written down before."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from monitor.classifier.document import document
from monitor.commands import label_session
from monitor.commands.label_dialogue import Dialogue
from monitor.commands.label_file import Destination
from monitor.commands.label_session import ACTS, Session, first_day
from monitor.scoring.draft import OTHER, Draft, Line
from monitor.scoring.form import Item, Label, read_items

TODAY = date(2026, 9, 1)
TITLE = "Leeds children's services are “good”"
TEXT = """Ofsted has rated children's services in Leeds good overall, up from requires improvement in 2021.

Leadership is outstanding. Help and protection is good, inspectors said.

Leadership in Hull was inadequate in 2019.

Read more"""
OVERALL = Label(
    authority="Leeds",
    area="overall",
    rating="good",
    previous="requires_improvement",
    previous_year=2021,
    evidence="Ofsted has rated children's services in Leeds good overall, up from requires improvement in 2021.",
)
LEADERSHIP = Label(authority="Leeds", area="leadership", rating="outstanding", evidence="Leadership is outstanding.")
HULL = Label(authority="Hull", area="leadership", rating="inadequate", evidence="Leadership in Hull was inadequate in 2019.")
ADDED = Label(
    authority="Leeds", area="help_and_protection", rating="good", evidence="Help and protection is good, inspectors said."
)

Answer = str | type[BaseException]


def draft(*labels: Label, day: date = date(2025, 3, 4), unsure: tuple[Label, ...] = (), **more: object) -> Draft:
    told = {"id": "", "title": TITLE, "text": TEXT, "published": day, "kind": OTHER, "style": "local paper", **more}
    return Draft(
        item=Item(**told),  # type: ignore[arg-type]
        document=document(TITLE, TEXT, day),
        lines=(
            *(Line(label=label, probability=0.97) for label in labels),
            *(Line(label=label, probability=0.61, sure=False) for label in unsure),
        ),
        kinds=("school", "monitoring_visit", "old_rating_headline", OTHER),
    )


class Person:
    """Somebody with a list of answers, who goes away after the last one."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "out.txt"
        self.said = ""
        self.out = Destination(source="https://paper.example/leeds", path=self.file)

    def answers(self, opened: Draft, *typed: Answer, width: int = 140) -> int:
        left: Iterator[Answer] = iter(typed)
        printed = io.StringIO()
        console = Console(file=printed, width=width)

        def ask(prompt: str) -> str:
            printed.write(prompt)
            answer = next(left, EOFError)
            if not isinstance(answer, str):
                raise answer
            printed.write(f"{answer}\n")
            return answer

        status = Session(opened, Dialogue(console, ask), self.out, TODAY).run()
        self.said = printed.getvalue()
        assert list(left) == []
        return status

    @property
    def written(self) -> Item:
        (item,) = read_items(self.file)
        return item

    @property
    def wrote_nothing(self) -> bool:
        return not self.file.exists()


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


# --- what is shown --------------------------------------------------------------------------------------------------------


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [160, 100])
def test_the_article_is_shown_in_numbered_sentences_and_the_labels_in_a_table(person: Person, width: int) -> None:
    assert person.answers(draft(OVERALL, unsure=(HULL,)), "q", "y", width=width) == 0
    assert "\n1 Leeds children's services" in person.said
    assert "\n5 Leadership in Hull was inadequate" in person.said
    assert "2025-03-04, local paper" in person.said
    for word in ("authority", "area", "rating", "was", "year", "evidence", "probability", "97%", "61% for", "2021"):
        assert word in person.said


def test_a_narrow_terminal_has_the_labels_one_below_the_other(person: Person) -> None:
    person.answers(draft(OVERALL, unsure=(HULL,)), "q", "y", width=60)
    said = flat(person.said)
    assert "1 Leeds: overall: good, was requires improvement in 2021 (97%) 2: Ofsted has rated" in said
    assert "2 Hull: leadership: inadequate (61% for review) 5: Leadership in Hull" in said
    assert max(map(len, person.said.splitlines())) <= 60


def test_what_was_found_is_coloured_and_nothing_of_the_page_steers_the_terminal(person: Person) -> None:
    evil = f"Leeds \x1b]0;owned\x07 {TEXT}"
    printed = io.StringIO()
    console = Console(file=printed, width=120, force_terminal=True, color_system="standard")
    opened = replace(draft(OVERALL), document=document("\x1b[2J[bold]Title[/bold]", evil, TODAY))
    answers = iter(["q", "y"])
    Session(opened, Dialogue(console, lambda _: next(answers)), person.out, TODAY).run()
    said = printed.getvalue()
    assert "\x1b[32mLeeds\x1b[0m" in said
    assert "\x1b[1;35mgood\x1b[0m" in said
    assert "\x1b[36mLeadership\x1b[0m" in said
    assert "\x1b]0;" not in said and "\x1b[2J" not in said and "\x07" not in said
    assert "[bold]Title[/bold]" in said


# --- accepting ------------------------------------------------------------------------------------------------------------


def test_all_is_accepted_with_one_key(person: Person) -> None:
    assert person.answers(draft(OVERALL, unsure=(LEADERSHIP,)), "a") == 0
    item = person.written
    assert item.labels == (OVERALL, LEADERSHIP)
    assert (item.id, item.kind, item.style) == ("2025-03-04-paper-example-leeds", "news", "local paper")
    assert (item.title, item.text, item.published) == (TITLE, TEXT, date(2025, 3, 4))
    assert "somebody's" in person.said


def test_only_the_sure_lines_are_accepted_with_another(person: Person) -> None:
    assert person.answers(draft(OVERALL, unsure=(LEADERSHIP,)), "s") == 0
    assert person.written.labels == (OVERALL,)


def test_a_line_for_review_that_was_changed_is_sure(person: Person) -> None:
    assert person.answers(draft(OVERALL, unsure=(LEADERSHIP,)), "e 2 rating good", "s") == 0
    assert person.written.labels == (OVERALL, replace(LEADERSHIP, rating="good"))


def test_the_outlet_is_asked_for_where_it_is_unknown(person: Person) -> None:
    assert person.answers(draft(OVERALL, style=""), "a", "99", "?", "1") == 0
    assert "no outlet 99" in person.said and "words of your own" in person.said
    assert person.written.style == "BBC News online"


@pytest.mark.parametrize(
    ("typed", "style"), [("", ""), ("Town  crier", "Town crier"), ("cyp", "CYP Now"), ("local paper", "local paper")]
)
def test_an_outlet_may_be_named_in_own_words_or_left_open(person: Person, typed: str, style: str) -> None:
    assert person.answers(draft(OVERALL, style=""), "a", typed) == 0
    assert person.written.style == style


def test_without_a_line_the_kind_of_page_is_asked_for_where_it_is_unknown(person: Person) -> None:
    assert person.answers(draft(), "a", "old") == 0
    assert (person.written.kind, person.written.labels) == ("old_rating_headline", ())
    person.file.unlink()
    assert person.answers(draft(kind="school"), "a") == 0
    assert person.written.kind == "school"


# --- changes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        (["d 1"], (LEADERSHIP,)),
        (["d 2,1"], ()),
        (["drop 2"], (OVERALL,)),
        (["e 1 rating ri"], (replace(OVERALL, rating="requires_improvement"), LEADERSHIP)),
        (["1 rating ri"], (replace(OVERALL, rating="requires_improvement"), LEADERSHIP)),
        (["e 1 was inadequate 2018"], (replace(OVERALL, previous="inadequate", previous_year=2018), LEADERSHIP)),
        (["e 1 was good"], (replace(OVERALL, previous="good"), LEADERSHIP)),
        (["e 1 previous -"], (replace(OVERALL, previous="", previous_year=None), LEADERSHIP)),
        (["e 1 year 2020"], (replace(OVERALL, previous_year=2020), LEADERSHIP)),
        (["e 1 year -"], (replace(OVERALL, previous_year=None), LEADERSHIP)),
        (["e 2 area children looked after"], (OVERALL, replace(LEADERSHIP, area="children_in_care"))),
        (["e 2 au Kingston upon Hull"], (OVERALL, replace(LEADERSHIP, authority="Hull"))),
        (["e 2 evidence 5"], (OVERALL, replace(LEADERSHIP, evidence="Leadership in Hull was inadequate in 2019."))),
        (["e 2 ev leadership IS outstanding"], (OVERALL, replace(LEADERSHIP, evidence="Leadership is outstanding"))),
        (["e 2 rating", "good"], (OVERALL, replace(LEADERSHIP, rating="good"))),
        (["e 2", "", "", "good", "", ""], (OVERALL, replace(LEADERSHIP, rating="good"))),
        (["e 2", "Hull", "", "inad", "good 2016", "5"], (OVERALL, replace(HULL, previous="good", previous_year=2016))),
        (["? 2"], (OVERALL, replace(LEADERSHIP, required=False))),
        (["?2", "? 2"], (OVERALL, LEADERSHIP)),
        (["implied 2"], (OVERALL, replace(LEADERSHIP, required=False))),
        (["+", "", "hap", "good", "", "4"], (OVERALL, LEADERSHIP, ADDED)),
        (["+ Leeds | hap | good | - | 4"], (OVERALL, LEADERSHIP, ADDED)),
        (
            ["add ? leeds | hap | good | good 2019 | help and protection is good"],
            (
                OVERALL,
                LEADERSHIP,
                replace(ADDED, previous="good", previous_year=2019, evidence="Help and protection is good", required=False),
            ),
        ),
        (["d 1", "u"], (OVERALL, LEADERSHIP)),
        (["d 1", "d 1", "u"], (LEADERSHIP,)),
    ],
    ids=str,
)
def test_what_was_misread_is_put_right(person: Person, typed: list[str], labels: tuple[Label, ...]) -> None:
    more = (
        [
            "",
        ]
        if not labels
        else []
    )  # then the kind of page is asked for
    assert person.answers(draft(OVERALL, LEADERSHIP), *typed, "a", *more) == 0
    assert person.written.labels == labels


def test_nothing_may_be_news(person: Person) -> None:
    assert person.answers(draft(OVERALL, LEADERSHIP), "n", "?", "weather", "9", "m", "a") == 0
    assert (person.written.kind, person.written.labels) == ("monitoring_visit", ())
    assert "'weather' is no kind of page" in person.said and "from 1 to 4" in person.said


def test_the_kind_of_page_may_be_typed_at_once_and_a_line_makes_it_news_again(person: Person) -> None:
    assert person.answers(draft(OVERALL), "none school", "+ Leeds | overall | good | - | 2", "a") == 0
    assert person.written.kind == "news"


def test_day_and_outlet_can_be_set(person: Person) -> None:
    assert person.answers(draft(OVERALL, LEADERSHIP), "d 2", "day yesterday", "day 3 June 2024", "style LGC", "a") == 0
    assert (str(person.written.published), person.written.style) == ("2024-06-03", "LGC")
    assert "'yesterday' is no day" in person.said
    assert person.written.id.startswith("2024-06-03-")


def test_what_nobody_changed_is_read_again_as_of_another_day(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_session, "draft_of", lambda item, day: draft(LEADERSHIP, day=day))
    assert person.answers(draft(OVERALL), "day 3 June 2024", "a") == 0
    assert person.written.labels == (LEADERSHIP,)
    person.file.unlink()
    assert person.answers(draft(OVERALL), "? 1", "day 3 June 2024", "a") == 0
    assert person.written.labels == (replace(OVERALL, required=False),)


# --- wrong inputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("x", "'x' is no command"),
        ("hello there", "'hello' is no command"),
        ("\x1b[A", "is no command"),
        ("d", "which line? As in: d 1"),
        ("d 3", "'3' is no line; they are numbered from 1 to 2"),
        ("d 0", "'0' is no line"),
        ("d -1", "'-1' is no line"),
        ("d one", "'one' is no line"),
        ("d 1 7", "'7' is no line"),
        ("e", "which line"),
        ("7", "'7' is no line"),
        ("? 9", "'9' is no line"),
        ("e 1 colour red", "'colour' is no field"),
        ("e 1 a leeds", "may be 'area' or 'authority'"),
        ("e 1 rating great", "'great' is no rating"),
        ("e 1 area c", "may be 'care leavers' or 'children in care'"),
        ("e 2 area overall", "line 1 is about Leeds, overall already"),
        ("e 1 authority Leds", "did you mean 'Leeds'?"),
        ("e 1 authority West", "'West Berkshire'"),
        ("e 1 year 2031", "cannot be the year"),
        ("e 1 year soon", "is no year"),
        ("e 2 year 2019", "say what it was first"),
        ("e 1 was 2019", "is no rating"),
        ("e 1 was good 2026", "from 2000 to 2025"),
        ("e 1 evidence 12", "from 1 to 5"),
        ("e 1 evidence Leeds is wonderful", "do not stand in the title or the text"),
        ("+ Leeds | good", "5 parts"),
        ("+ Leeds | overall | good | - | 2", "line 1 is about"),
        ("+ Leds | hap | good | - | 2", "did you mean"),
        ("u", "nothing to undo"),
        ("day 31 April 2025", "is no day"),
        ("day", "day [2025-03-04]"),
        ("style !!", "is no kind of outlet"),
        ("n weather", "is no kind of page"),
    ],
)
def test_what_cannot_be_is_said_at_once_and_changes_nothing(person: Person, typed: str, words: str) -> None:
    more = [""] if typed == "day" else []
    assert person.answers(draft(OVERALL, LEADERSHIP), typed, *more, "a", width=200) == 0
    assert words.lower() in person.said.lower()
    assert "\x1b" not in person.said.replace(typed, "")
    assert person.written.labels == (OVERALL, LEADERSHIP)


def test_a_field_is_asked_for_until_it_can_be_read(person: Person) -> None:
    typed = ("+", "Leds", "?", "Leeds", "overall", "hap", "fine", "good", "good 2040", "-", "99", "nowhere said", "4")
    assert person.answers(draft(OVERALL, LEADERSHIP), *typed, "a") == 0
    assert person.written.labels == (OVERALL, LEADERSHIP, ADDED)
    for words in (
        "did you mean 'Leeds'",
        "in any usual form",
        "Line 1 is about",
        "'fine' is no rating",
        "2040",
        "from 1 to 5",
        "do not stand",
    ):
        assert words in person.said


def test_an_empty_line_gives_up_a_line_that_is_added(person: Person) -> None:
    assert person.answers(draft(OVERALL), "+", "", "leadership", "", "", "a") == 0
    assert "Without rating there is no label" in person.said
    assert person.written.labels == (OVERALL,)


@pytest.mark.parametrize(
    "typed", [("e 1", *[""] * 5), ("e 1 rating", ""), ("n", ""), ("style", ""), ("day", ""), ("",), ("   ",)], ids=str
)
def test_an_empty_line_leaves_things_as_they_are(person: Person, typed: tuple[str, ...]) -> None:
    assert person.answers(draft(OVERALL), *typed, "a") == 0
    assert (person.written.labels, person.written.style) == ((OVERALL,), "local paper")


@pytest.mark.parametrize("asked", ["?", "h", "help"])
def test_help_names_everything_that_can_be_typed(person: Person, asked: str) -> None:
    assert person.answers(draft(OVERALL), asked, "q", "y", width=200) == 0
    assert all(act.usage in person.said and act.does in person.said for act in ACTS)


def test_the_article_can_be_shown_again(person: Person) -> None:
    person.answers(draft(OVERALL), "t", "q", "y")
    assert person.said.count("Read more") == 2


# --- what is unlikely -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "typed", "words", "labels"),
    [
        ("2025-03-04", "e 1 area adoption", "has a grade for it", (replace(OVERALL, area="adoption"),)),
        ("2025-03-04", "e 1 rating adequate", "says adequate", (replace(OVERALL, rating="adequate"),)),
        ("2025-03-04", "e 1 was adequate 2021", "no report of 2021 says adequate", (replace(OVERALL, previous="adequate"),)),
        (
            "2025-03-04",
            "e 1 authority Northamptonshire",
            "ended on 1 April 2021",
            (replace(OVERALL, authority="Northamptonshire"),),
        ),
        ("2026-08-03", "+ Leeds | overall | good | requires improvement 2021 | 2", "has a grade for it", (OVERALL,)),
        (
            "2012-03-04",
            "+ Leeds | leadership | requires improvement | - | 3",
            "says requires improvement",
            (replace(LEADERSHIP, rating="requires_improvement"),),
        ),
    ],
)
def test_what_no_report_of_the_day_says_is_asked_about_and_not_forbidden(
    person: Person, day: str, typed: str, words: str, labels: tuple[Label, ...]
) -> None:
    opened = draft(*(() if typed.startswith("+") else (OVERALL,)), day=date.fromisoformat(day))
    assert person.answers(opened, typed, "maybe", "y", "a") == 0
    assert words in flat(person.said)
    assert person.said.count("Keep it all the same?") == 2  # once for "maybe", and not again at the end
    assert "'maybe' is no answer" in person.said
    assert person.written.labels == labels


def test_what_is_unlikely_can_be_taken_back(person: Person) -> None:
    assert person.answers(draft(OVERALL), "e 1 area adoption", "n", "a") == 0
    assert person.written.labels == (OVERALL,)


def test_what_the_classifier_says_is_asked_about_too(person: Person) -> None:
    opened = draft(OVERALL, LEADERSHIP, day=date(2026, 8, 30))
    assert person.answers(opened, "a", "n", "d 1", "a") == 0
    assert person.written.labels == (LEADERSHIP,)


def test_a_day_to_come_is_asked_about(person: Person) -> None:
    assert person.answers(draft(LEADERSHIP), "? 1", "day 3 September 2026", "n", "a") == 0
    assert "3 September 2026 is yet to come" in person.said
    assert str(person.written.published) == "2025-03-04"


def test_a_day_before_what_a_line_tells_is_refused(person: Person) -> None:
    assert person.answers(draft(OVERALL), "? 1", "day 3 June 2020", "a") == 0
    assert "line 1 tells of 2021" in person.said.lower()


# --- the end --------------------------------------------------------------------------------------------------------------


def test_leaving_asks_first_and_writes_nothing(person: Person) -> None:
    assert person.answers(draft(OVERALL), "d 1", "q", "n", "q", "", "perhaps", "yes") == 0
    assert person.wrote_nothing


@pytest.mark.parametrize("breaks", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        (["d 1"], (LEADERSHIP,)),
        (["d 1", "e 1 rating"], (LEADERSHIP,)),
        (["d 1", "q"], (LEADERSHIP,)),
        (["e 1 area adoption", "y", "n"], (replace(OVERALL, area="adoption"), LEADERSHIP)),
    ],
    ids=str,
)
def test_who_breaks_off_is_offered_what_was_done(
    person: Person, breaks: type[BaseException], typed: list[str], labels: tuple[Label, ...]
) -> None:
    assert person.answers(draft(OVERALL, LEADERSHIP), *typed, breaks, "y") == 130
    assert person.written.labels == labels


@pytest.mark.parametrize("breaks", [KeyboardInterrupt, EOFError])
def test_who_breaks_off_may_leave_without(person: Person, breaks: type[BaseException]) -> None:
    assert person.answers(draft(OVERALL), "? 1", breaks, "n") == 130
    assert person.answers(draft(OVERALL), "? 1", breaks, breaks) == 130
    assert person.wrote_nothing
    assert "nothing was written" in person.said


@pytest.mark.parametrize("breaks", [KeyboardInterrupt, EOFError])
def test_who_did_nothing_is_not_asked(person: Person, breaks: type[BaseException]) -> None:
    assert person.answers(draft(OVERALL), breaks) == 130
    assert person.answers(draft(OVERALL), "d 1", "u", breaks) == 130
    assert person.wrote_nothing


def test_who_accepted_and_breaks_off_at_the_last_question_loses_nothing(person: Person) -> None:
    assert person.answers(draft(OVERALL, style=""), "a", KeyboardInterrupt, "y") == 130
    assert (person.written.labels, person.written.style) == ((OVERALL,), "")


def test_who_breaks_off_before_a_file_was_named_finds_it_in_the_usual_one(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    person.out.path = None
    assert person.answers(draft(OVERALL), "a", EOFError, "y") == 130
    assert [item.labels for item in read_items(tmp_path / "labelled.txt")] == [(OVERALL,)]
    person.out = Destination(source="https://paper.example/leeds")
    assert person.answers(draft(OVERALL), "a", EOFError, "y") == 130
    assert [item.id[-2:] for item in read_items(tmp_path / "labelled.txt")] == ["ds", "-2"]


def test_what_cannot_be_written_when_broken_off_is_printed(
    person: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person.out.path = tmp_path / "gone" / "out.txt"
    assert person.answers(draft(OVERALL), "? 1", EOFError, "y") == 130
    assert "? Leeds | overall | good" in capsys.readouterr().out


def test_a_file_is_asked_for_until_one_can_be_written(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("Something else.\n")
    person.out.path = None
    assert person.answers(draft(OVERALL), "a", "folder", "notes.txt", "nowhere/x.txt", "good.txt") == 0
    for words in ("Is a directory", "no file of labelled articles", "there is no folder 'nowhere'"):
        assert words in flat(person.said)
    assert (tmp_path / "notes.txt").read_text() == "Something else.\n"
    assert len(list(read_items(tmp_path / "good.txt"))) == 1


def test_no_id_is_written_twice(person: Person) -> None:
    assert person.answers(draft(OVERALL), "a") == 0
    assert person.answers(draft(OVERALL), "a", "two words", "") == 0
    assert person.answers(draft(OVERALL), "a", "leeds-again") == 0
    ids = [item.id for item in read_items(person.file)]
    assert ids == [
        "2025-03-04-paper-example-leeds",
        "2025-03-04-paper-example-leeds-2",
        "leeds-again",
    ]


@pytest.mark.parametrize(
    ("typed", "day"), [(["3 June 2024"], "2024-06-03"), ([""], "2026-09-01"), (["soon", "?", "3/6/2024"], "2024-06-03")]
)
def test_a_page_without_a_day_is_asked_for_it_first(typed: list[str], day: str) -> None:
    printed = io.StringIO()
    left = iter(typed)
    ask: Callable[[str], str] = lambda _: next(left)  # noqa: E731
    assert str(first_day("A title", Dialogue(Console(file=printed), ask), TODAY)) == day
    assert "has no day" in printed.getvalue()
