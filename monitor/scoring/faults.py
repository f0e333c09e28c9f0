"""The stage at fault for a judgement that was missed: where on its way it was lost."""

from __future__ import annotations

from monitor.classifier.mentions import MentionType
from monitor.classifier.relevance import may_report
from monitor.classifier.verdict import Analysis, thresholds
from monitor.domain.authorities import by_urn
from monitor.scoring.labels import Label, Labelled


def fault(article: Labelled, analysis: Analysis, label: Label) -> str:
    """The stage that lost a label: relevance, authority mention, rating mention, framework, other rating, for review, or the
    link that was weakest: news, authority, area.
    """
    if not may_report(article.title, article.text):
        return "relevance"
    doc = analysis.document
    urns = {urn for mention in doc.of(MentionType.AUTHORITY) for urn in mention.values if by_urn()[urn].name == label.authority}
    if not urns:
        return "authority mention"
    if label.rating not in {value for mention in doc.of(MentionType.RATING) for value in mention.values}:
        return "rating mention"
    found = next((one for one in analysis.candidates if one.urn in urns and one.area == label.area), None)
    if found is None:
        return "no candidate"
    if found.rating != label.rating:
        return "other rating"
    if found.probability >= thresholds().review:
        return "for review"
    links = {
        "link: news": found.linked.news,
        "link: authority": found.linked.authorities.get(found.urn, 0.0),
        "link: area": found.linked.areas.get(found.area, 0.0),
    }
    return min(links, key=lambda name: links[name])
