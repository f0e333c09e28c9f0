"""Questions to a person at a terminal: asked until they are answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from monitor.commands.label_view import harmless
from monitor.scoring.typed import NotUnderstood, one_of

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")


class Dialogue:
    """A console to speak on and somebody who answers.

    `ask` prints a prompt and gives the line that was typed; it raises EOFError where there is no more to come.
    """

    def __init__(self, console: Console, ask: Callable[[str], str]) -> None:
        self.console, self.ask = console, ask

    def say(self, words: str, style: str = "") -> None:
        """Print a sentence, whatever characters are quoted in it."""
        from rich.text import Text

        self.console.print(Text(harmless(words), style=style))

    def refuse(self, error: Exception) -> None:
        """Say why something cannot be."""
        words = str(error)
        self.say(f"{words[:1].upper()}{words[1:]}{'' if words.endswith((')', '”', '?', '.')) else '.'}", "red")

    def until(self, prompt: str, read: Callable[[str], T], hint: str) -> T | None:
        """What is typed, asked for until it can be read; None for an empty line. ``?`` shows the hint."""
        while typed := self.ask(harmless(prompt)).strip():
            if typed == "?":
                self.say(hint)
                continue
            try:
                return read(typed)
            except NotUnderstood as error:
                self.refuse(error)
        return None

    def yes(self, question: str) -> bool:
        """The answer to a question, asked until it is yes or no."""
        answer: bool | None = None
        while answer is None:
            answer = self.until(f"{question} [y/n] ", yes_or_no, "y for yes, n for no")
        return answer

    def list(self, names: Sequence[str], title: str) -> None:
        """Print numbered names, as many beside each other as there is room for."""
        from rich.columns import Columns
        from rich.text import Text

        self.say(title)
        self.console.print(Columns([Text(f"{number:>2} {name}") for number, name in enumerate(names, start=1)], padding=(0, 2)))


def yes_or_no(text: str) -> bool:
    """The answer to a question. Raises NotUnderstood for what is neither."""
    return one_of(text, {"yes": True, "no": False}, "answer", ["y", "n"])
