"""What a browser would send of a form as a page shows it: what is typed in, ticked and hidden."""

from __future__ import annotations

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self, form_class: str) -> None:
        super().__init__()
        self._class = form_class
        self._inside = False
        self.fields: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = said.get("class") == self._class
        if not self._inside or tag != "input" or not said.get("name"):
            return
        if said.get("type") in {"checkbox", "radio"} and "checked" not in said:
            return
        self.fields.setdefault(str(said["name"]), []).append(said.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def sent_form(page: str, form_class: str = "choosing") -> dict[str, list[str]]:
    """The fields that the form of a class would send, by name."""
    parser = _Fields(form_class)
    parser.feed(page)
    return parser.fields
