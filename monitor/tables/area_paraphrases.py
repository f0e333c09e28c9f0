"""Graded areas in everybody's words: "the way it treats youngsters in danger", "how young people fare once they leave care".

`tables.areas` lists what areas are called; these rows say how they are described. A row is a pattern over the folded words of a
sentence, with a blank between words; it counts where it covers more than the names inside it. ``{who}`` and the other names in
braces stand for the lists below. Fillers are counted, so that no pattern can run away.
"""

from __future__ import annotations

from dataclasses import dataclass

LISTS = {
    "who": "(?:children|youngsters|young people|young persons|kids|teenagers|boys and girls|infants)",
    "grown": "(?:children|youngsters|young people|young adults|teenagers|young men and women|18 year olds|adults|those|people)",
    "they": "(?:it|they|we|the (?:council|county|city|borough|authority|trust|department|town hall))",
    "its": "(?:its|their|our|the|those|all|most|some|your|his|her)",
    "bosses": "(?:bosses|managers|chiefs|leaders|executives|directors|senior staff|top brass|those|the people|the team|the top team)",
    "help": "(?:help|helps|helped|helping|protect|protects|protected|protecting|safeguard|safeguards|safeguarding|support|supports)",
    "leave": "(?:leave|leaves|left|leaving|move on from|moves on from|moved on from|moving on from|come out of|came out of|coming out of"
    "|grow out of|grown out of|outgrow|outgrown|age out of|step out of|stepping out of|move out of|moving out of|depart from)",
    "out": "(?:(?:the )?care system|(?:its |their |our |that |the |council |local authority )?care)",
}


@dataclass(frozen=True, slots=True)
class AreaParaphrase:
    """One way of describing an area."""

    area: str  #: value of `Area`
    pattern: str
    example: str  #: words that the whole pattern must cover
    counter: str = ""  #: a sentence in which it must find nothing


AREA_PARAPHRASES = (
    AreaParaphrase(
        "care_leavers",
        r"(?:{grown}|them)(?: (?:fare|get on|are treated|are supported|are helped|do|manage|cope))? (?:when|once|after|as|who|that|who have|who had|that have|who are|who 've)(?: they| they have| they 've)?(?: (?:just|recently|since|already|had|have))? {leave} (?:{out}|it)",
        "young people when they move on from care",
    ),
    AreaParaphrase("care_leavers", r"{grown} (?:who (?:have|had) )?(?:just |recently |since )?{leave} {out}", "youngsters moving on from the care system"),
    AreaParaphrase("care_leavers", r"{grown} (?:recently |now |just )?out of {out}", "those recently out of care"),
    AreaParaphrase(
        "care_leavers", r"(?:life|support|help|what happens|what comes|provision) (?:after|once they leave|on leaving|for life after) care", "life after care"
    ),
    AreaParaphrase(
        "children_in_care",
        r"(?:{who}|those)(?: (?:who|that|whom))? {they}(?: (?:has|have|had))? (?:looks after|look after|looked after|cares for|care for|cared for|takes in|taken in|took in|takes into care|taken into care|brings up|is bringing up|is parent to)",
        "youngsters that the council looks after",
    ),
    AreaParaphrase(
        "children_in_care",
        r"(?:{who}|those) (?:who |that )?(?:(?:have|had|are|were|has|is) )?(?:been )?(?:come|came|taken|brought|placed|living|live|kept|put|growing up|grow up|raised) (?:in|into) {out}",
        "children who have been taken into care",
    ),
    AreaParaphrase(
        "children_in_care",
        r"(?:{who}|those) who (?:cannot|can not|can no longer) live (?:at home|with their (?:own |birth )?(?:family|families|parents))",
        "children who cannot live at home",
    ),
    AreaParaphrase("children_in_care", r"(?:looking|looks|look|looked) after (?:the )?(?:{who}|those) in {out}", "looking after those in its care"),
    AreaParaphrase(
        "children_in_care",
        r"(?:life|what life is like|what it is like|experience|experiences|lives|care) (?:for|of) (?:{who}|those) (?:in|that live in) {out}",
        "what life is like for children in care",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"{help} (?:and|or) {help}(?: (?:of|for|to|given to|offered to))?(?: {its})?(?: vulnerable)? (?:{who}|families|children and families|those who need it)",
        "helps and protects its youngsters",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"(?:{who}|families|parents|those)(?: and (?:families|{who}))? (?:(?:who|that) (?:are|were|may be|find themselves) )?(?:at risk|in danger|in trouble|in difficulty|in difficulties|in crisis|in peril|in distress|struggling)(?: of (?:harm|abuse|neglect|being harmed))?",
        "families in trouble",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"(?:{who}|families|those) (?:who|that) (?:need|needed|require|are in need of|were in need of)(?: a| its| our| their)? (?:help|protection|protecting|support and protection|helping)(?:(?: and| or) (?:protection|protecting|help|support))?",
        "families who need its help and protection",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"(?:keep|keeps|kept|keeping) (?:{its} )?(?:vulnerable )?{who} (?:safe(?: from (?:harm|abuse|neglect|danger))?|from harm|out of danger|out of harm 's way)",
        "keeping vulnerable youngsters from harm",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"(?:protection|safeguarding) (?:given to|offered to|afforded to|afforded|for|of) (?:{its} )?(?:vulnerable )?(?:{who}|families)(?: (?:from harm|at risk|in danger))?",
        "protection offered to children",
    ),
    AreaParaphrase(
        "help_and_protection",
        r"(?:help(?: and(?: the)? protection)?|protection)(?: that)? (?:{who}|families|they|it) (?:get|gets|receive|receives|are given|offers|provides|are offered)",
        "protection that children get",
    ),
    AreaParaphrase(
        "adoption",
        r"(?:{who}|those) (?:who are |who were )?(?:waiting|hoping|wait) to be adopted",
        "those waiting to be adopted",
    ),
    AreaParaphrase(
        "adoption",
        r"(?:work|effort|efforts|job)(?: it)?(?: (?:done|made|does|makes|put in))? (?:to|of|in) (?:find|finding) (?:{its} )?(?:adoptive|adopters|new|permanent) ?(?:families|homes|parents)?",
        "work done to find adoptive families",
    ),
    AreaParaphrase(
        "leadership",
        r"{bosses} (?:who are |who )?(?:in charge|at the top|at the helm|running|run|runs|leading|lead|heading)(?: of)?(?: (?:the )?(?:department|service|services|directorate|it|them|things|show)(?: for children)?)?",
        "bosses in charge of the department",
        "A team leading the search was thanked.",
    ),
    AreaParaphrase(
        "leadership",
        r"how (?:well )?(?:the )?(?:department|service|services|directorate|it|they) (?:is|are) (?:led|run|managed|governed)(?: ,? ?(?:and )?(?:led|run|managed|governed)){0,2}",
        "how the department is led , managed and governed",
    ),
    AreaParaphrase(
        "leadership",
        r"(?:influence|impact|effect|difference|mark)(?: that| which)? (?:{its} |senior )?(?:leaders|managers|bosses|leadership|directors) (?:have|has|had|make|made|were making|are making|leave)(?: (?:on|to|upon)(?: the)? (?:social work practice|social work|practice|services|service|front line|frontline))?",
        "influence that leaders have on social work",
    ),
    AreaParaphrase(
        "leadership",
        r"how (?:{its} |senior )?(?:leaders|managers|bosses) (?:make a difference|make their mark|affect|influence|shape|help|support|drive)(?: (?:to|on))?(?: (?:social work practice|social work|practice|services))?",
        "how leaders make a difference to social work",
    ),
    AreaParaphrase(
        "leadership",
        r"(?:management|running|leadership) of {its} (?:service|services|department|directorate)",
        "management of the service",
    ),
    AreaParaphrase("leadership", r"(?:quality|standard|strength|calibre) of (?:{its} )?(?:leadership|leaders|management)(?: and (?:management|governance))?", "quality of its leadership"),
)
