"""Article text from pages of our own making, in every layout of the tests, beside trafilatura: quality and speed.

The pages are ours, so the quality says that known layouts work, not how unknown ones do.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    import trafilatura

    from bench.watch import weighty
    from monitor.extraction.html.article import read_article
    from tests.extraction.awkward import AWKWARD
    from tests.extraction.layouts import LAYOUTS
    from tests.extraction.measure import score
    from tests.extraction.platforms import PLATFORMS
    from tests.extraction.stories import STORIES

    pages = [
        ("\n".join(story.lines), weighty(make(story), index), url)
        for index, (make, url) in enumerate((LAYOUTS | AWKWARD | PLATFORMS).values())
        for story in STORIES
    ]
    readers = {
        "ours": lambda body, url: read_article(body, url, "text/html; charset=utf-8")["text"],
        "trafilatura, precision": lambda body, _: trafilatura.extract(body, favor_precision=True, include_comments=False) or "",
        "trafilatura, default": lambda body, _: trafilatura.extract(body, include_comments=False) or "",
    }
    print(f"{len(pages)} pages, {sum(len(body) for _, body, _ in pages) / len(pages) / 1024:.0f} KB each")
    for name, read in readers.items():
        read(pages[0][1], pages[0][2])
        start = time.process_time()
        found = [(expected, read(body, url)) for expected, body, url in pages]
        took = time.process_time() - start
        precision, recall, f1 = score(found)
        print(
            f"{name:<24} F1 {f1:.3f}  P {precision:.3f}  R {recall:.3f}  {len(pages) / took:6.0f} pages a second of processor"
        )


if __name__ == "__main__":
    main()
