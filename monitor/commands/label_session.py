"""A person at a terminal corrects what the classifier says of an article: line by line, every answer checked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from monitor.commands.label_dialogue import Dialogue
from monitor.commands.label_file import DEFAULT, Destination, id_of
from monitor.commands.label_view import article, harmless, labels
from monitor.extraction.dates import parse_day
from monitor.ports import ConfigError
from monitor.scoring.draft import OTHER, STYLES, Draft, doubts, draft_of, kind_of, no_news, only_sure, with_label, without
from monitor.scoring.fields import EMPTY, FIELDS, Field, field_named, from_form, style_of
from monitor.scoring.form import Label
from monitor.scoring.typed import NotUnderstood, one_of

INTERRUPTED = 130
_HINT = "a accept all | s the sure only | d 1 drop | e 1 change | + add | ? 1 implied | n no news | t text | ? help | q leave"
_DAY_HINT = "as 3 August 2026, 3/8/2026 or 2026-08-03; an empty line leaves it as it is"
_MAX_SHOWN = 60  #: characters of a value before its question


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that can be typed: its key, the word for it, how it is written, and what it does."""

    key: str
    word: str
    usage: str
    does: str
    run: Callable[[Session, str], int | None]


class Session:
    """One article and one person. `run` gives the exit status."""

    def __init__(self, draft: Draft, dialogue: Dialogue, out: Destination, today: date) -> None:
        self._opened = self._draft = draft
        self._dialogue, self._out, self._today = dialogue, out, today
        self._before: list[Draft] = []
        self._kept: set[str] = set()
        self._accepted = False

    def run(self) -> int:
        """Show, ask and do until it is written or left; 130 where it was broken off."""
        try:
            self._show()
            while True:
                status = self._step()
                if status is not None:
                    return status
        except (KeyboardInterrupt, EOFError):
            return self._broken_off()

    def _step(self) -> int | None:
        typed = self._dialogue.ask("label> ").strip()
        if not typed:
            return None
        try:
            act, rest = act_of(typed)
            return act.run(self, rest)
        except NotUnderstood as error:
            self._dialogue.refuse(error)
            return None

    # --- what is shown and asked ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        for part in article(self._draft):
            self._dialogue.console.print(part)
        self._show_labels()

    def _show_labels(self) -> None:
        self._dialogue.console.print()
        self._dialogue.console.print(labels(self._draft, self._dialogue.console.width))
        self._dialogue.say(_HINT, "dim")

    # --- changes ----------------------------------------------------------------------------------------------------------

    def _change(self, new: Draft) -> None:
        """Take a change, after asking about what is unlikely and was not before."""
        known = {*doubts(self._draft, self._today), *self._kept}
        if not self._keeps([doubt for doubt in doubts(new, self._today) if doubt not in known]):
            self._dialogue.say("Left as it was.")
            return
        self._before.append(self._draft)
        self._draft = new
        self._show_labels()

    def _keeps(self, unlikely: list[str]) -> bool:
        for doubt in unlikely:
            self._dialogue.say(f"{doubt}.", "yellow")
        if unlikely and not self._dialogue.yes("Keep it all the same?"):
            return False
        self._kept.update(unlikely)
        return True

    def drop(self, rest: str) -> None:
        """Take lines out."""
        self._change(without(self._draft, *(self._number(word) for word in rest.replace(",", " ").split() or [""])))

    def edit(self, rest: str) -> None:
        """Change a line: one field to a value, one field that is asked for, or all of them in turn."""
        first, _, more = rest.strip().partition(" ")
        number = self._number(first)
        name, _, value = more.strip().partition(" ")
        label = self._draft.lines[number].label
        fields = [field_named(name)] if name else list(FIELDS)
        if value.strip():
            self._change(with_label(self._draft, fields[0].read(value, label, self._draft), number))
            return
        changed = label
        for field in fields:
            changed = self._field(field, changed, number) or changed
        if changed == label:
            self._dialogue.say("Left as it was.")
        else:
            self._change(with_label(self._draft, changed, number))

    def add(self, rest: str) -> None:
        """Add a line: typed as the form has it, or field by field."""
        if rest.strip():
            self._change(with_label(self._draft, from_form(rest, self._draft)))
            return
        label = replace(EMPTY, authority=self._draft.lines[-1].label.authority if self._draft.lines else "")
        for field in FIELDS:
            told = self._field(field, label, None)
            if told is None and not field.shown(label):
                self._dialogue.say(f"Without {field.name} there is no label: nothing was added.")
                return
            label = told or label
        self._change(with_label(self._draft, label))

    def _field(self, field: Field, label: Label, number: int | None) -> Label | None:
        """The label with a field that was asked for; None where an empty line leaves it as it is."""

        def read(typed: str) -> Label:
            told = field.read(typed, label, self._draft)
            if field.name == "area":
                with_label(self._draft, told, number)  # said now, and not after three more questions
            return told

        now = field.shown(label)
        return self._dialogue.until(f"{field.name}{f' [{harmless(now)[:_MAX_SHOWN]}]' if now else ''}: ", read, field.hint)

    def implied(self, rest: str) -> None:
        """Mark a line as implied and not said, or take the mark away; help where no line is named."""
        if not rest.strip():
            self.help(rest)
            return
        number = self._number(rest)
        label = self._draft.lines[number].label
        self._change(with_label(self._draft, replace(label, required=not label.required), number))

    def nothing(self, rest: str) -> None:
        """Nothing is news: the kind of page, typed or picked from a list."""
        kinds = self._draft.kinds
        kind: str | None = kind_of(rest, kinds) if rest.strip() else self._kind()
        if kind is None:
            self._dialogue.say("Left as it was.")
        else:
            self._change(no_news(self._draft, kind))

    def _kind(self) -> str | None:
        self._dialogue.list(
            [kind.replace("_", " ") for kind in self._draft.kinds], "What kind of page is it? The likeliest come first."
        )
        hint = "its number in the list, or its words; an empty line leaves everything as it is"
        return self._dialogue.until("kind of page: ", lambda typed: kind_of(typed, self._draft.kinds), hint)

    def day(self, rest: str) -> None:
        """Set the day; what nobody has changed yet is read again as of that day."""
        told = rest.strip()
        day = day_of(told) if told else self._dialogue.until(f"day [{self._draft.item.published}]: ", day_of, _DAY_HINT)
        if day is None:
            self._dialogue.say("Left as it was.")
            return
        if (self._draft.lines, self._draft.item.kind) == (self._opened.lines, self._opened.item.kind):
            again = draft_of(self._draft.item, day)
            self._change(again)
            self._opened = again if self._draft is again else self._opened
            return
        for number, line in enumerate(self._draft.lines, start=1):
            if (line.label.previous_year or 0) > day.year:
                raise NotUnderstood(
                    f"line {number} tells of {line.label.previous_year}, which is after {day}: change that first"
                )
        self._change(replace(self._draft, item=replace(self._draft.item, published=day)))

    def style(self, rest: str) -> None:
        """Set the kind of outlet."""
        style = style_of(rest) if rest.strip() else self._style()
        if style is None:
            self._dialogue.say("Left as it was.")
        else:
            self._change(replace(self._draft, item=replace(self._draft.item, style=style)))
            self._dialogue.say(f"Outlet: {style}")

    def _style(self) -> str | None:
        self._dialogue.list(STYLES, "What kind of outlet is it?")
        hint = "its number in the list, or words of your own; an empty line where you do not know"
        return self._dialogue.until("outlet: ", style_of, hint)

    def undo(self, _rest: str) -> None:
        """Take the last change back."""
        if not self._before:
            raise NotUnderstood("there is nothing to undo")
        self._draft = self._before.pop()
        self._show_labels()

    def text(self, _rest: str) -> None:
        """Show the article again."""
        self._show()

    def help(self, _rest: str) -> None:
        """Say what can be typed."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for act in ACTS:
            table.add_row(Text(act.usage, style="bold"), Text(act.does))
        self._dialogue.console.print(table)
        self._dialogue.say("At every question ? helps, and an empty line leaves things as they are.")

    def _number(self, word: str) -> int:
        told = word.strip()
        lines = len(self._draft.lines)
        if not lines:
            raise NotUnderstood("there are no lines; + adds one")
        if not (told.isdecimal() and 1 <= int(told) <= lines):
            raise NotUnderstood(
                f"{told!r} is no line; they are numbered from 1 to {lines}" if told else "which line? As in: d 1"
            )
        return int(told) - 1

    # --- the end ----------------------------------------------------------------------------------------------------------

    def accept(self, _rest: str) -> int | None:
        """Write what the table shows."""
        if not self._keeps([doubt for doubt in doubts(self._draft, self._today) if doubt not in self._kept]):
            return None
        self._accepted = True
        if not self._draft.lines and self._draft.item.kind == OTHER:
            self._draft = no_news(self._draft, self._kind() or OTHER)
        if not self._draft.item.style:
            self._draft = replace(self._draft, item=replace(self._draft.item, style=self._style() or ""))
        while True:
            try:
                self._ask_where()
                self._dialogue.say(self._out.write(self._draft.finished()), "green")
            except ConfigError as error:
                self._dialogue.refuse(error)
                self._out.path = None
            else:
                return 0

    def _ask_where(self) -> None:
        while self._out.asks:
            self._out.name(self._dialogue.ask(f"File to append to [{DEFAULT}]: ").strip())
        while (taken := self._out.taken(self._draft.item.published)) and not self._out.given:
            self._dialogue.say(f"{self._out.path} has an article {taken} already: was this one labelled before?", "yellow")
            other = self._out.free(self._draft.item.published)
            self._out.id = self._dialogue.until(f"id [{other}]: ", id_of, "letters, digits, dots and dashes") or other

    def sure(self, rest: str) -> int | None:
        """Write what is sure, and leave out what is for review."""
        before = self._draft
        self._draft = only_sure(before)
        status = self.accept(rest)
        if status is None:
            self._draft = before
        return status

    def quit(self, _rest: str) -> int | None:
        """Leave without writing."""
        return 0 if self._dialogue.yes("Leave without writing anything?") else None

    def _broken_off(self) -> int:
        """Offer what was done to be written; a second break, or an answer that cannot come, leaves without."""
        self._dialogue.console.print()
        if not self._before and not self._accepted:
            self._dialogue.say("Left; nothing was written.")
            return INTERRUPTED
        try:
            if self._dialogue.yes("Write what was done so far?"):
                self._dialogue.say(self._out.write_somewhere(self._draft.finished()), "green")
                return INTERRUPTED
        except (KeyboardInterrupt, EOFError):
            self._dialogue.console.print()
        except ConfigError as error:
            self._dialogue.refuse(error)
            self._out.path, self._out.printed = None, True
            self._dialogue.say(self._out.write(self._draft.finished()), "green")  # so that it can be copied from the screen
            return INTERRUPTED
        self._dialogue.say("Left; nothing was written.")
        return INTERRUPTED


def first_day(title: str, dialogue: Dialogue, today: date) -> date:
    """The day of a page that has none, asked for before it is read; `today` where an empty line says that nobody knows."""
    dialogue.say(f"{title or '(no title)'}\nThe page has no day, and what can be graded depends on it.")
    return dialogue.until(f"When did it come out? [{today}] ", day_of, _DAY_HINT) or today


def day_of(text: str) -> date:
    """A day in any form in which British pages print one."""
    found = parse_day(text)
    if found is None:
        raise NotUnderstood(f"{text!r} is no day; write it as 3 August 2026 or 2026-08-03")
    return found


def act_of(typed: str) -> tuple[Act, str]:
    """What is to be done, and the rest of the line; a number alone means to change that line."""
    first, _, rest = typed.partition(" ")
    for key in ("+", "?"):
        if typed.startswith(key):
            first, rest = key, typed[1:]
    if first.isdecimal():
        first, rest = "e", typed
    keys = {act.key: act for act in ACTS}
    if first.lower() in keys:
        return keys[first.lower()], rest
    words = {act.word: act.key for act in ACTS} | {"none": "n"}
    return keys[one_of(first, words, "command", [f"{act.key} ({act.word})" for act in ACTS])], rest


ACTS: tuple[Act, ...] = (
    Act(key="a", word="accept", usage="a", does="accept all lines as they stand, and write them", run=Session.accept),
    Act(
        key="s", word="sure", usage="s", does="accept the sure lines, leave out what is for review, and write", run=Session.sure
    ),
    Act(key="d", word="drop", usage="d 2", does="drop line 2; d 2 4 drops both", run=Session.drop),
    Act(
        key="e",
        word="edit",
        usage="e 2",
        does="change line 2 field by field; e 2 rating good (or was, year, area, authority, evidence) changes one",
        run=Session.edit,
    ),
    Act(
        key="+",
        word="add",
        usage="+",
        does="add a line, field by field; or + Leeds | leadership | good | - | 4",
        run=Session.add,
    ),
    Act(
        key="?",
        word="implied",
        usage="? 2",
        does="line 2 is implied and not said (again: it is said); ? alone helps",
        run=Session.implied,
    ),
    Act(key="n", word="nothing", usage="n", does="nothing here is news: pick the kind of page", run=Session.nothing),
    Act(key="day", word="day", usage="day 3 August 2026", does="the day it came out", run=Session.day),
    Act(key="style", word="style", usage="style", does="the kind of outlet", run=Session.style),
    Act(key="t", word="text", usage="t", does="the article again", run=Session.text),
    Act(key="u", word="undo", usage="u", does="undo the last change", run=Session.undo),
    Act(key="h", word="help", usage="h", does="this", run=Session.help),
    Act(key="q", word="quit", usage="q", does="leave without writing", run=Session.quit),
)
