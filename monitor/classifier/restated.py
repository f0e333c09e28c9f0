"""Whether a page that gives an authority the rating it had before reports an inspection of now, or only how things stand."""

from __future__ import annotations

import re

from monitor.classifier.document import Document
from monitor.classifier.linker import Links
from monitor.classifier.mentions import MentionType
from monitor.domain.calendar import MONTHS

#: Visits that give no rating.
_UNGRADED = re.compile(r"\b(?:monitoring|focused|assurance|progress|peer|joint)\b")
_RATED = r"(?:rated|judged|graded|found|deemed|declared|assessed|given|handed|awarded)"
_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
#: A sentence that tells of an inspection as one that has just been, or gives the rating once more.
_INSPECTED = re.compile(
    rf"\b(?:again|once more)\b(?: \S+){{0,2}} {_RATED}\b|\b{_RATED}\b(?: \S+){{0,8}}? (?:again|once more)\b"
    rf"|\b(?:has|have) (?:also |now )?been {_RATED}\b"
    r"|\b(?:retain|maintain)(?:s|ed)\b|\b(?:kept|holds|held) (?:on to )?(?:its|their)\b"
    r"|\b(?:latest|new|newest|most recent|fresh)(?: \S+){0,2} (?:inspection|report|reinspection|verdict|judgements?)\b"
    r"|\b(?:following|after) (?:an?|the|its|their|this)(?: \S+){0,3} (?:inspection|reinspection)\b"
    rf"|\binspect(?:ion|ors?|ed)\b(?: \S+){{0,8}} (?:in|during|from|between) (?:\d{{1,2}} )?(?:{'|'.join(MONTHS)})\b"
    rf"|\breport(?: \S+){{0,3}} (?:published|released)\b|\bpublished (?:its|the|their|a|on {_DAY})\b"
    r"|\binspectors (?:say|said|have|praised|visited|returned|spent)\b"
    rf"|\b(?:today|yesterday|this week)\b|\b(?:on|published) {_DAY}\b"
)


def reports_inspection(doc: Document, links: Links) -> bool:
    """Whether any sentence says that inspectors were there now. One that names an earlier year says so only where it gives
    a rating that is news as well.
    """
    news = {linked.mention.sentence for linked in links.ratings if linked.news >= 0.5}
    past = {
        mention.sentence
        for mention in doc.of(MentionType.YEAR)
        if doc.published is None or int(mention.values[0]) < doc.published.year
    }
    for number, part in enumerate(doc.sentences):
        words = doc.text[part.start : part.end].lower()
        if part.tail or _UNGRADED.search(words) or (number in past and number not in news):
            continue
        if _INSPECTED.search(words):
            return True
    return False
