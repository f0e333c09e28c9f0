"""How long articles take to classify, stage by stage; how fast news without an inspection goes by; what hostile text costs.

All times are of the processor, on one core, so that a busy machine does not change them much.

Beside it, measured in the same run, spaCy's blank English tokenizer with an EntityRuler that knows the same names, which does
less: it finds them. It goes into a virtual environment that is thrown away; without a package index its line says so.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from monitor.classifier import cascade, classify  # noqa: E402
from monitor.classifier.relevance import may_report  # noqa: E402
from monitor.commands.score import load  # noqa: E402
from monitor.domain.authorities import authorities  # noqa: E402
from monitor.scoring.labels import Labelled  # noqa: E402
from tests.classifier.hostile import SHAPES  # noqa: E402

CORPORA = {"tests/corpus": ROOT / "tests" / "corpus", "../shared/gold/dev": ROOT.parent / "shared" / "gold" / "dev"}
ORDINARY = Path(__file__).with_name("ordinary_news.txt").read_text(encoding="utf-8").splitlines()
STAGES = ("sentences", "known_names", "mentions", "merge", "claims", "scope_of", "topics", "resolve", "read")

#: Run by an interpreter that has spaCy: milliseconds for each text on standard output.
YARDSTICK = """
import json, sys, time
import spacy
names, texts = json.load(sys.stdin)
nlp = spacy.blank("en")
nlp.add_pipe("entity_ruler").add_patterns([{"label": "AUTHORITY", "pattern": name} for name in names])
def milliseconds(text):
    start = time.process_time()
    nlp(text)
    return (time.process_time() - start) * 1000
times = [min(milliseconds(text) for _ in range(3)) for text in texts]
print(json.dumps({"times": times, "version": spacy.__version__}))
"""


def figures(times: Sequence[float]) -> str:
    """Mean, 99th percentile and worst of milliseconds."""
    p99 = sorted(times)[int(len(times) * 0.99)]
    return f"mean {statistics.mean(times):6.2f} ms   p99 {p99:6.2f} ms   worst {max(times):6.2f} ms"


def milliseconds(article: Labelled) -> float:
    """One article, the best of three."""
    took = []
    for _ in range(3):
        start = time.process_time()
        classify(article.title, article.text, published=article.published)
        took.append((time.process_time() - start) * 1000)
    return min(took)


def timed(spent: Counter[str], stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its time added to its stage."""

    def wrapped(*args: Any, **more: Any) -> Any:
        start = time.process_time()
        try:
            return function(*args, **more)
        finally:
            spent[stage] += time.process_time() - start

    return wrapped


def shares(articles: Sequence[Labelled]) -> None:
    """What part of the time each stage takes."""
    spent: Counter[str] = Counter()
    kept = {stage: getattr(cascade, stage) for stage in STAGES}
    for stage, function in kept.items():
        setattr(cascade, stage, timed(spent, stage, function))
    start = time.process_time()
    for article in articles:
        classify(article.title, article.text, published=article.published)
    whole = time.process_time() - start
    for stage, function in kept.items():
        setattr(cascade, stage, function)
    told = ", ".join(f"{stage} {spent[stage] / whole:.0%}" for stage in STAGES)
    print(f"  share of time: {told}, the rest {1 - sum(spent.values()) / whole:.0%}")


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


def yardstick(folder: Path, articles: Sequence[Labelled]) -> None:
    """spaCy over the same texts."""
    python = folder / "venv" / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    tool = str(uv) if uv.exists() else "uv"
    names = [name for a in authorities() for name in (a.name, *a.aliases, *(trust.name for trust in a.trusts))]
    texts = [f"{article.title}\n{article.text}" for article in articles]
    try:
        subprocess.run([tool, "venv", "-q", "--python", sys.executable, str(folder / "venv")], check=True, capture_output=True)
        install = [tool, "pip", "install", "-q", "--python", str(python), "spacy"]
        subprocess.run(install, check=True, capture_output=True, timeout=240)
        done = subprocess.run(
            [str(python), "-c", YARDSTICK],
            input=json.dumps([names, texts]),
            capture_output=True,
            text=True,
            check=True,
            timeout=240,
        )
    except (OSError, subprocess.SubprocessError) as error:
        print(f"  spaCy: not measured ({type(error).__name__}: it could not be installed or run here)")
        return
    told = json.loads(done.stdout)
    print(f"  spaCy {told['version']}, names only   {figures(told['times'])}")


def hostile(length: int = 200_000) -> None:
    """The costliest of the hostile shapes, in seconds of CPU for each 100 KB."""
    took = {}
    for name, shape in SHAPES.items():
        text = shape(length)
        start = time.process_time()
        cascade.walk("", text, None)
        took[name] = (time.process_time() - start) * 100_000 / len(text)
    worst = sorted(took, key=lambda name: -took[name])[:5]
    told = ", ".join(f"{name} {took[name]:.2f}" for name in worst)
    print(f"  {len(SHAPES)} shapes of {length // 1000} KB; seconds for each 100 KB, the costliest: {told} (aim: at most 2)")


def main() -> None:
    for name, path in CORPORA.items():
        if not path.exists():
            print(f"{name}: not here, skipped")
            continue
        articles = load([path])
        words = statistics.mean(len(article.text.split()) for article in articles)
        print(f"{name}: {len(articles)} articles of {words:.0f} words (aim: a mean of at most 3 ms)")
        classify(articles[0].title, articles[0].text)  # builds the automaton
        print(f"  monitor                {figures([milliseconds(article) for article in articles])}")
        shares(articles)
        with tempfile.TemporaryDirectory() as folder:
            yardstick(Path(folder), articles)
    print("ordinary news (aim: at least 20,000 a second)")
    ordinary()
    print("hostile text")
    hostile()


if __name__ == "__main__":
    main()
