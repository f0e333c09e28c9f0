"""What a rating is called, and the words that give the same rating again."""

from __future__ import annotations

from monitor.tables.phrases import Phrase, PhraseType

_TOP = "[top|highest|best|very best|very highest|very top]"
_LOW = "[lowest|worst|bottom|poorest|very lowest]"
_MARK = (
    "[rating|grade|grading|mark|marks|judgement|judgment|verdict|category|award|band|rung|outcome|score|accolade|bracket|level|rating there is|mark there is|grade there is]"
)
_POSS = "[possible|available|overall|ofsted|]"

RATINGS = (
    Phrase(
        PhraseType.RATING,
        "outstanding",
        (
            "outstanding",
            "outstandings",
            f"{_TOP} {_POSS} {_MARK}",
            "top marks",
            f"{_TOP} {_MARK} [possible|available|of all]",
            "full marks",
            f"{_TOP} of [the|its|ofsted 's|] [four|five|] [possible|available|] [grades|ratings|judgements|judgments|marks|categories|bands]",
        ),
    ),
    Phrase(PhraseType.RATING, "good", ("good", "goods", f"[second highest|second best|next to top] {_POSS} {_MARK}")),
    Phrase(
        PhraseType.RATING,
        "requires_improvement",
        (
            "[require|requires|required|requiring] improvement [to be good|]",
            "[requires|require|required|requiring] improvement to be rated good",
            "[need|needs|needed|needing] [improvement|to improve] [to be good|to become good|]",
            "improvement [is|was] [required|needed]",
            "improvement [required|needed]",
            "improvement there is [required|needed]",
            "in need of improvement",
            "[must|should] [each|both|all|] improve [to become good|to be good|]",
            "told [it|they|that it|that they|] [to improve|to do better|must improve|must do better|needs to improve|need to improve]",
            f"[second lowest|second worst] {_POSS} {_MARK}",
        ),
    ),
    Phrase(
        PhraseType.RATING,
        "inadequate",
        ("inadequate", "inadequates", f"{_LOW} {_POSS} {_MARK}", f"{_LOW} {_MARK} [possible|available|of all]", f"{_LOW} of [the|its|ofsted 's|] [four|five|] [possible|available|] [grades|ratings|judgements|judgments|marks|categories|bands]"),
    ),
    Phrase(PhraseType.RATING, "adequate", ("adequate",)),
)

#: Rating surfaces that are ordinary English too; believed only with an area or service as subject and an inspector's voice.
WEAK_RATINGS = frozenset({"need", "needs", "needed", "needing", "must", "should", "improvement", "in", "told"})

_SAMEMARK = "[rating|grade|grading|mark|judgement|judgment|verdict|conclusion|category|score|finding|findings|view|overall grade|overall rating|overall mark|overall judgement|result|outcome|answer|level|band|word|profile|accolade|honour|praise|score]"
_OVERALLMARK = "[overall [rating|grade|one|judgement|judgment|mark|verdict|conclusion|result|picture]|headline [grade|rating|one|judgement|finding|verdict|mark]|rest|whole|main [grade|judgement|one]|overall]"

SAME = (
    Phrase(
        PhraseType.SAME_RATING,
        "same",
        (
            f"[the|an|that|this|exactly the|just the|precisely the|] [same|identical|very same|matching] [overall|] {_SAMEMARK}",
            "[that|this] [grade|rating|judgement|judgment|verdict|mark|conclusion]",
            "[graded|rated|judged|assessed|marked] the same [way|]",
            "[graded|rated|judged] likewise",
            "[was|were|is|are] the same",
            "the same [for|of|to|applies|applied|went|goes|is true|was true]",
            "[said|says|reads|read] the same",
            "[was|were] told the same [thing|]",
            "the same again",
            "[that|this|it] was [also|] [its|their|the] [finding|verdict|view|conclusion|judgement|judgment|grade|rating] [too|also|as well|]",
            "[made|make|makes] the grade",
            "[the|these|this|those] [positive|glowing] [rating|ratings|grade|grades|judgement|judgements]",
            "likewise [inadequate|good|outstanding]",
            "[likewise|similarly] [rated|graded|judged]",
            "the same [drop|fall|rise|move|step|jump|improvement|leap|slide]",
            "come to the same view",
            "identical",
            "[unchanged|unaltered]",
            "exactly where [they|it] [were|was]",
        ),
    ),
    Phrase(
        PhraseType.SAME_RATING,
        "overall",
        (
            f"[in line with|matched by|matching|matched|mirrored|mirroring|the same as|in keeping with|mirrors|matches|echoed|echoing|on a par with|shared|sharing] [the|its|their|that|the council 's|the county 's|the borough 's|the city 's|the authority 's|] {_OVERALLMARK}",
            "the same [category|band|bracket|grade|rating] as [the [service|services|department] as a whole|overall|the service overall]",
            "the same [conclusion|view|verdict] as [they|it] did overall",
            "the same as overall",
        ),
    ),
    Phrase(
        PhraseType.SAME_RATING,
        "so_overall",
        ("[that|this] was [also|] the overall [conclusion|verdict|judgement|judgment|grade|rating|finding] [as well|too|]",),
    ),
    Phrase(
        PhraseType.SO_TOO,
        "so",
        (
            "so [too|] [was|were|is|are|did|do|does|has|have]",
            "so too",
            "[as|and so] [was|were|is|are|did|do|does|has|have] [also|]",
            "and so [was|were|is|are]",
            "[likewise|similarly|ditto]",
            "[as|] was also the case [for|with|in]",
            "the same [goes|went|applies|applied|was true|is true|could be said] [for|of|to]",
            "the same was said of",
            "[and|] neither [was|were|did]",
        ),
    ),
    Phrase(
        PhraseType.ALONG_WITH,
        "along",
        (
            "along with",
            "as well as",
            "together with",
            "alongside",
            "like that for",
            "and also for",
            "and for",
            "in addition to",
            "including",
        ),
    ),
)
