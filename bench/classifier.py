"""How long articles take to classify; how fast news without an inspection goes by; what the network and hostile text cost.

All times are of the processor, on one core, so that a busy machine does not change them much.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from monitor.classifier import classify  # noqa: E402
from monitor.classifier.relevance import may_report  # noqa: E402
from monitor.classifier.verdict import analyse  # noqa: E402
from monitor.commands.score import load  # noqa: E402
from monitor.scoring.labels import Labelled  # noqa: E402
from tests.classifier.hostile import SHAPES  # noqa: E402

CORPORA = {"corpus/unseen": ROOT / "corpus" / "unseen", "../shared/gold/dev": ROOT.parent / "shared" / "gold" / "dev"}
ORDINARY = Path(__file__).with_name("ordinary_news.txt").read_text(encoding="utf-8").splitlines()

#: Run by an interpreter of its own: megabytes and milliseconds before and after the first article that passes the gate.
FIRST = """
import resource, time
from monitor.classifier import classify
classify("Bridge reopens", "It was good.")
memory, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
classify("Ofsted: Leeds children's services rated good", "Ofsted has rated Leeds City Council's children's services good.")
print(round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024), round((time.process_time() - start) * 1000))
"""


def figures(times: Sequence[float]) -> str:
    """Mean, 99th percentile and worst of milliseconds."""
    p99 = sorted(times)[int(len(times) * 0.99)]
    return f"mean {statistics.mean(times):6.2f} ms   p99 {p99:6.2f} ms   worst {max(times):6.2f} ms"


def milliseconds(article: Labelled) -> float:
    """One article, the better of two."""
    took = []
    for _ in range(2):
        start = time.process_time()
        classify(article.title, article.text, published=article.published)
        took.append((time.process_time() - start) * 1000)
    return min(took)


def ordinary(seconds: float = 2.0) -> None:
    """Articles a second over news in which nobody is inspected: 500 words each, no two alike."""
    chance = random.Random(20260401)
    texts = []
    for _ in range(3000):
        lines = chance.sample(ORDINARY, len(ORDINARY))
        while sum(len(line.split()) for line in lines) > 510:
            lines.pop()
        texts.append("\n".join(lines))
    words = statistics.mean(len(text.split()) for text in texts)
    passed = sum(may_report("", text) for text in texts)
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for text in texts:
            classify("", text)
        done += len(texts)
    rate = done / (time.process_time() - start)
    print(f"  {rate:,.0f} articles a second of {words:.0f} words on average; {passed} of {len(texts)} pass the gate")


def hostile(length: int = 200_000) -> None:
    """The costliest of the hostile shapes, in seconds of CPU for each 100 KB."""
    took = {}
    for name, shape in SHAPES.items():
        text = shape(length)
        start = time.process_time()
        analyse("", text, None)
        took[name] = (time.process_time() - start) * 100_000 / len(text)
    worst = sorted(took, key=lambda name: -took[name])[:5]
    told = ", ".join(f"{name} {took[name]:.2f}" for name in worst)
    print(f"  {len(SHAPES)} shapes of {length // 1000} KB; seconds for each 100 KB, the costliest: {told} (aim: at most 2)")


def main() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, cwd=ROOT)
    megabytes, first = done.stdout.split()
    print(f"the network: {megabytes} MB more and {first} ms at the first article (aim: at most 150 MB)")
    for name, path in CORPORA.items():
        if not path.exists():
            print(f"{name}: not here, skipped")
            continue
        articles = [article for article in load([path]) if may_report(article.title, article.text)]
        words = statistics.mean(len(article.text.split()) for article in articles)
        print(f"{name}: {len(articles)} articles of {words:.0f} words that pass the gate (aim: mean 100 ms, p99 250 ms)")
        classify(articles[0].title, articles[0].text)  # builds the automaton
        print(f"  {figures([milliseconds(article) for article in articles])}")
    print("ordinary news (aim: at least 20,000 a second)")
    ordinary()
    print("hostile text")
    hostile()


if __name__ == "__main__":
    main()
