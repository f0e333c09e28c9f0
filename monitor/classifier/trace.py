"""Why the classifier says what it says: sentences with their mentions, candidates with their links and what spoke for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.decode import Candidate, candidates
from monitor.classifier.document import Document
from monitor.classifier.features import BESIDE_NAMES
from monitor.classifier.linker import linker_model
from monitor.classifier.mentions import Mention, MentionType
from monitor.classifier.relevance import may_report
from monitor.classifier.verdict import Thresholds, analyse, page_type, thresholds, unrelated
from monitor.domain.authorities import by_urn
from monitor.domain.model import Area, ClassifierResult, Rating

NEWS, REVIEW, NOT_NEWS = "news", "for review", "not news"
_SHOWN = 0.05  #: candidates less likely than this are not shown
_SPOKE = 0.03  #: a feature without which a probability moves less than this did not speak
_MAX_PROBED = 1_200  #: words of an article beyond which features are not tried one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionTrace:
    """A mention: its type, its words as printed, and what they stand for."""

    type: str
    surface: str
    stands_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateTrace:
    """One rating that an area may have been given; probabilities from 0 to 1."""

    authority: str
    area: Area
    rating: Rating
    probability: float
    verdict: str  #: `NEWS`, `REVIEW` or `NOT_NEWS`
    words: str  #: of the rating mention that speaks for it most, as printed
    sentence: str
    is_news: float
    is_earlier: float
    of_authority: float
    of_area: float
    runner_up: str
    runner_up_probability: float
    previous: str
    previous_year: int | None
    spoke: tuple[tuple[str, float], ...] = ()  #: features, and how much likelier (below 0: less likely) each makes it


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTrace:
    """A sentence as printed, with what was found in it."""

    text: str
    in_title: bool
    mentions: tuple[MentionTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An article sentence by sentence, its candidates likeliest first, and the reading that came out."""

    gated: bool  #: whether the first gate keeps the article out, so that nothing of this is asked
    kind: str  #: the kind of page that it most likely is; empty for news
    kind_probability: float
    sentences: tuple[SentenceTrace, ...]
    candidates: tuple[CandidateTrace, ...]
    thresholds: Thresholds
    result: ClassifierResult

    def lines(self) -> list[str]:
        """The trace as plain text."""
        found = []
        if self.gated:
            found.append("the first gate keeps it out: nobody inspects, or no children's services are named")
        kind = self.kind.replace("_", " ")
        found.append(f"kind of page: {kind or 'news'} ({self.kind_probability:.0%})")
        for sentence in self.sentences:
            found += ["", f"{'[title] ' if sentence.in_title else ''}{sentence.text}"]
            if sentence.mentions:
                found.append("    " + "  ".join(f"{m.type} “{m.surface}”{_bracket(m.stands_for)}" for m in sentence.mentions))
        cut = self.thresholds
        found += ["", f"reported from {cut.alert:.0%}, for review from {cut.review:.0%}"]
        for candidate in self.candidates:
            found += ["", *_candidate_lines(candidate)]
        judgements = self.result.judgements
        found += ["", f"{len(judgements)} reported as news" if judgements else f"nothing reported: {self.result.reason}"]
        return found + [f"  {j.authority.display_name}: {j.area.words}: {j.rating.words}" for j in judgements]


def trace(title: str, text: str, *, published: date | None = None, cut: Thresholds | None = None) -> Trace:
    """How `classify` comes to its reading of an article; takes the same arguments."""
    analysis = analyse(title, text, published, cut)
    doc, cut = analysis.document, cut or thresholds()
    gated = not may_report(title, text)
    shown = [one for one in analysis.candidates if one.probability >= _SHOWN]
    spoke = _what_spoke(doc, shown) if shown and len(text.split()) <= _MAX_PROBED else {}
    likeliest = max(analysis.links.kinds.items(), key=lambda told: told[1], default=("", 0.0))
    return Trace(
        gated=gated,
        kind=page_type(analysis.links),
        kind_probability=likeliest[1],
        sentences=tuple(_sentence(doc, number) for number in range(len(doc.sentences))),
        candidates=tuple(_candidate(doc, one, cut, spoke.get((one.urn, one.area), ())) for one in shown),
        thresholds=cut,
        result=unrelated() if gated else analysis.result,
    )


def _what_spoke(doc: Document, shown: Sequence[Candidate]) -> dict[tuple[str, str], tuple[tuple[str, float], ...]]:
    """The article read again once for each feature, without it: what changes, the most first."""
    told: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for number, name in enumerate(BESIDE_NAMES):
        without = {(c.urn, c.area, c.rating): c.probability for c in candidates(doc, linker_model().links(doc, without=number))}
        for one in shown:
            by = one.probability - without.get((one.urn, one.area, one.rating), 0.0)
            if abs(by) >= _SPOKE:
                told.setdefault((one.urn, one.area), []).append((name, by))
    return {key: tuple(sorted(found, key=lambda each: -abs(each[1]))[:4]) for key, found in told.items()}


def _sentence(doc: Document, number: int) -> SentenceTrace:
    part = doc.sentences[number]
    return SentenceTrace(
        text=_printed(doc, part.start, part.end),
        in_title=part.in_title,
        mentions=tuple(
            MentionTrace(type=mention.type, surface=_printed(doc, mention.start, mention.end), stands_for=_meant(mention))
            for mention in doc.in_sentence(number)
        ),
    )


def _printed(doc: Document, start: int, end: int) -> str:
    return " ".join(doc.text[start:end].split())


def _meant(mention: Mention) -> str:
    if mention.type is MentionType.AUTHORITY:
        return ", ".join(by_urn()[urn].name for urn in mention.values)
    return ", ".join(value.replace("_", " ") for value in mention.values)


def _candidate(doc: Document, one: Candidate, cut: Thresholds, spoke: tuple[tuple[str, float], ...]) -> CandidateTrace:
    part = doc.sentences[one.mention.sentence]
    return CandidateTrace(
        authority=by_urn()[one.urn].display_name,
        area=Area(one.area),
        rating=Rating(one.rating),
        probability=one.probability,
        verdict=NEWS if one.probability >= cut.alert else REVIEW if one.probability >= cut.review else NOT_NEWS,
        words=_printed(doc, one.mention.start, one.mention.end),
        sentence=_printed(doc, part.start, part.end),
        is_news=one.linked.news,
        is_earlier=one.linked.earlier,
        of_authority=one.linked.authorities.get(one.urn, 0.0),
        of_area=one.linked.areas.get(one.area, 0.0),
        runner_up=one.runner_up,
        runner_up_probability=one.runner_up_probability,
        previous=one.previous,
        previous_year=one.previous_year,
        spoke=spoke,
    )


def _bracket(text: str) -> str:
    return f" ({text})" if text else ""


def _candidate_lines(one: CandidateTrace) -> Iterator[str]:
    yield f"* {one.authority}: {one.area.words}: {one.rating.words}  {one.probability:.0%} -> {one.verdict}"
    yield f"    by “{one.words}” in “{one.sentence}”"
    yield (
        f"    news {one.is_news:.0%}, earlier {one.is_earlier:.0%}; of {one.authority} {one.of_authority:.0%}, "
        f"of {one.area.words} {one.of_area:.0%}"
    )
    if one.runner_up:
        yield f"    next likely: {one.runner_up.replace('_', ' ')} ({one.runner_up_probability:.0%})"
    if one.previous:
        yield f"    before: {one.previous.replace('_', ' ')}{f' in {one.previous_year}' if one.previous_year else ''}"
    if one.spoke:
        yield "    what spoke: " + ", ".join(f"{name} {by:+.0%}" for name, by in one.spoke)
