"""A polite site on a busy morning: forty ordinary articles at once, none of them about ratings."""

from __future__ import annotations

from tests.soak.site import Site, answer

_PARAGRAPH = "<p>The council's cabinet met on Tuesday to talk about roads, libraries and the new swimming pool in the town.</p>"


class Busy:
    """One site."""

    def __init__(self) -> None:
        self.site = Site(name="busy", host="127.0.0.5")

    async def list_articles(self, articles: int = 40) -> None:
        """So many at once."""
        for number in range(articles):
            title = f"Council talks about the swimming pool, part {number}"
            self.site.announce(title, answer(f"<title>{title}</title><article><h1>{title}</h1>{_PARAGRAPH * 12}</article>"))
