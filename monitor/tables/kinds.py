"""Kinds of page that tell of ratings without bringing one: each row a reason code and the words by which headline or opening show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page. Its grades are believed only where the sentence itself says that they are of this day."""

    reason: str
    title: str = ""  #: a pattern for the headline (folded words)
    opening: str = ""  #: a pattern for one of the first sentences
    example: str = ""
    label: str = ""  #: a pattern for the whole of a short line near the top
    signs: str = ""  #: a pattern whose matches throughout the page are counted
    enough: int = 2  #: so many different ones make the page one of this kind


KINDS = (
    PageKind(
        "job_advert",
        example="Salary £48,000 to £52,000. We are good and getting better. Closing date: 12 May.",
        signs=r"(?:£(?= [0-9])|\b(?:closing date|closes [0-9]+|salary|per annum|grade [0-9]+|hours per week|hybrid|permanent|fixed term|full time|interviews? (?:take place|will|with)|interviews :|assessment centre|apply (?:now|by|online)|social work england|disability confident|annual leave|relocation|market supplement|who are you|the role|we offer|you (?='ll|will)|sponsor for this|this post)\b)",
        enough=3,
    ),
    PageKind(
        "campaign",
        example="Ofsted says that we are good. You would get training and a support worker. Come along to our stall on Saturday.",
        signs=r"\b(?:could you (?:give|be|offer|foster)|come along to|find out more|visit (?:the council 's|our) (?:careers|fostering|website)|book a (?:demo|place|call)|you would (?:get|receive|have)|call us|join (?:us|our)|sponsored by|people like (?:her|him|them|you)|needs? more foster)\b",
    ),
    PageKind(
        "fact_check",
        r"\b(?:fact ?check|reality check|claim checked)\b",
        "",
        "Fact check: has the service really improved?",
        label=r"(?:fact check|reality check)",
    ),
    PageKind(
        "opinion",
        example="Opinion\n\nThey gave the service one word.",
        label=r"(?:opinion|comment|analysis|viewpoint|editorial|letters|the big read|column|blog|explainer|in depth)",
    ),
    PageKind(
        "opinion",
        example="My first inspection was in 1998. I have sat through many since. I led two and my team was kind.",
        signs=r"\b(?:my|i) (?!(?:said|think) )[a-z]+|\bthe writer (?:was|is)\b|\bviews are (?:his|her|their|the author 's) own\b",
        enough=3,
    ),
    PageKind(
        "visit",
        opening=r"\b(?:an?|the|this|its|their|latest|recent|first|second|third|fourth|fifth|sixth) (?:(?:two day|focused|focussed|monitoring|assurance|ofsted) )+visit\b",
        example="During a two-day visit inspectors looked at planning.",
    ),
    PageKind(
        "visit",
        example="Inspectors spent two days there. On a focused visit they do not award a rating, so the city stays inadequate.",
        enough=3,
        signs=r"\b(?:(?:focused|focussed|monitoring|two day|assurance) visits?|letter|do not (?:award|give|lead)|not (?:graded|give a|award)|no (?:new )?(?:grades?|rating)|the visit|(?:spent|for) two days|last (?:full )?inspection|returned to|inspectors (?:went|came|have been|have) (?:back|returned)|until (?:a|the next) full inspection)\b",
    ),
    PageKind(
        "visit",
        r"\binspectors (?:return(?:ed)? to|go(?:ing)? back|went back|are back)\b",
        "",
        "Inspectors return to a failing borough",
    ),
    PageKind(
        "debate",
        r"\b(?:mps? (?:tells?|told|asks?|asked|urges?|urged)|in the commons|house of (?:commons|lords))\b",
        "",
        "MP tells Commons of help that never came",
    ),
    PageKind(
        "election",
        r"\b(?:manifestos?|the parties on|hustings)\b",
        r"\bgo(?:es)? to the polls\b",
        "Who do you want to run the city? The parties on children",
    ),
    PageKind(
        "self_assessment",
        "",
        r"\b(?:self (?:assessment|evaluation)|former inspectors|consultants|local government association|lga)\b",
        "A self-evaluation says that services are good.",
    ),
    PageKind(
        "advertisement",
        r"\b(?:case study|sponsored|promoted)\b",
        "",
        "Case study: how our software helped a council",
    ),
    PageKind(
        "follow_up",
        r"\b(?:quiz|quizzed|grill|grilled|questioned) (?:about|by|over|on|director)\b",
        r"\b(?:action|improvement) plan\b.*\b(?:drawn up|progress)\b|\bplan (?:that was |which was )?drawn up\b",
        "Councillors questioned over plan",
    ),
    PageKind(
        "feature",
        r"^how\b.*\b(?:became|turned|went|got|climbed|rose|came)\b",
        "",
        "How a failing city became one of the best",
    ),
    PageKind(
        "profile",
        r"\bthe (?:director|woman|man|chief|boss|leader|social worker|dcs) who\b|\bin conversation\b|\bthe interview\b",
        "",
        "The director who took over at a failing council",
    ),
    PageKind(
        "reorganisation",
        r"\b(?:split|carve up|break up|reorganisation|devolution|merger of)\b",
        "",
        "County split: who gets the children's department?",
    ),
    PageKind(
        "court",
        "",
        r"\b(?:a|an|the|its) (?:[a-z]+ ){0,2}(?:review|inquiry|inquest|coroner|ombudsman|tribunal) (?:has |have |had )?(?:concluded|found|said|says|heard|ruled)\b",
        "A boy who died was let down by several services, a review has concluded.",
    ),
    PageKind(
        "intervention",
        r"\b(?:minister|government) (?:ends?|lifts?|revokes?|steps? (?:in|back))\b|\b(?:direction|notice) (?:is |has been )?(?:revoked|withdrawn|lifted|ended)\b",
        r"\b(?:direction|notice|commissioner)\b.*\b(?:revoked|withdrawn|lifted)\b|\b(?:revoked|withdrawn|lifted)\b.*\b(?:direction|notice|commissioner)\b",
        "Minister ends oversight of city's services",
    ),
    PageKind(
        "feature",
        "",
        r"\b(?:her|his|a new|the) (?:book|memoir|documentary|podcast|novel)\b",
        "Her book describes a service that inspectors had called inadequate.",
    ),
    PageKind(
        "statistics",
        r"\b(?:league|revealed|how many|per ?cent|proportion|share of|statistics|figures show|compare|ranked|in numbers|nearly half|a quarter of|one in|number of councils|annual report|map(?:ped)?|find out how|best and worst|analysis)\b",
        "",
        "Revealed: how councils compare",
    ),
    PageKind("archive", r"\b(?:from (?:the|our) archives?|on this day|years ago (?:today|this week))\b", "", "From the archive: a week in 2014"),
    PageKind("year_review", r"\b(?:most read|the year that was|review of the year|year in review)\b", "", "The year that was: our most-read stories"),
    PageKind(
        "anniversary",
        r"\b(?:(?:one|a|two|three|four|five|ten) years? (?:on|later|after)\b|anniversary|looking back|what happened next)",
        r"\b(?:(?:six|three|four|nine|twelve|12) months on|(?:a|one) year (?:on|after)) from\b",
        "One year on: has anything changed?",
    ),
    PageKind(
        "job_advert",
        r"^(?:senior |principal |advanced |lead |assistant |qualified )?(?:social worker|practitioner|team manager|service manager|personal adviser)\b|\b(?:vacancy|vacancies|salary|team manager|social worker (?:-|vacanc)|apply now|join us|why practitioners|jobs?|recruiting|work for us|career)\b",
        r"\b(?:closing date|salary|hours per week|we are looking for|apply (?:now|by|online)|register for alerts)\b",
        "Team Manager, Care Leavers - Anytown Council",
    ),
    PageKind(
        "council_minutes",
        r"\b(?:minutes|agenda item|agenda|issue - |committee,|decision -)\b",
        r"\b(?:members (?:noted|resolved|considered)|the (?:committee|board|chair) (?:received|noted|considered|welcomed)|resolved\b|minutes of|consideration was given|(?:this|the) report presents|presented (?:the|a) report to the (?:panel|committee|board)|declarations of interest)",
        "Scrutiny Committee, 14 September: Minutes",
    ),
    PageKind(
        "opinion",
        r"\b(?:opinion|comment|letters|viewpoint|my (?:view|council|service|department)|column|editorial)\b",
        r"^(?:comment|opinion|sir -|letters)\b",
        "Opinion: one word cannot tell you",
    ),
    PageKind("award", r"\b(?:(?<!ofsted )(?<!inspectors )(?<!watchdog )awards?|(?:team|worker|manager|employer|practitioner|carer|apprentice|leader) of the year|we won|shortlist(?:ed)?|commended)\b", "", "We won! Team of the year"),
    PageKind(
        "campaign",
        r"\b(?:petitions?|calls? for (?:an )?inquiry|could you foster|foster for|become a foster|why foster|come and work)\b",
        "",
        "Could you foster for an outstanding council?",
    ),
    PageKind(
        "guide",
        r"\b(?:guide|consultation|explainer|explained|what is|how we (?:inspect|grade)|q & a|faq)\b",
        "",
        "How we grade services: a short guide",
    ),
    PageKind(
        "prediction",
        r"\b(?:leak|leaked|draft|braced|braces|awaits?|ahead of|expected to|set to be|could be (?:rated|judged|named|inadequate|good)|fears?|rumou?r|hopes?|predict)\b",
        r"\b(?:will (?:learn|find out|be told)|sources say|told informally|before publication|leaked|draft report|provisional (?:grade|judgement|rating)s?|is expected to be published|has yet to be published|due to be published|not yet been published)\b",
        "Leaked report says services are poor",
    ),
    PageKind(
        "peer_review",
        r"\b(?:peer (?:team|review|challenge)|mock inspection|self assessment)\b",
        r"\b(?:peer (?:review|challenge)|mock inspection)\b",
        "Peer team praises services",
    ),
    PageKind(
        "appointment",
        r"\b(?:appoint(?:s|ed|ment)?|new (?:[a-z]+ 's )?(?:[a-z]+ )?(?:director|dcs|boss|chief|head)|steps? down|quits?|resigns?|departs?|to leave post|retire[sd]?|takes over as)\b",
        "",
        "New director appointed",
    ),
    PageKind(
        "intervention",
        r"\b(?:improvement notice|statutory direction|direction issued|commissioner (?:appointed|named|to be named)|takeover)\b",
        r"\b(?:improvement notice (?:has been )?issued|this (?:improvement )?notice is (?:given|issued)|(?:published|issued) a notice|it is issued because|must comply)\b",
        "Improvement notice issued to a council",
    ),
    PageKind(
        "court",
        r"\b(?:judges? (?:say|says|said|rules|ruled|finds|orders|hears|criticise)|high court|family court|court of appeal|ombudsman|coroner|inquest|tribunal)\b",
        "",
        "Care planning was inadequate, judge says",
    ),
    PageKind(
        "letter",
        r"\b(?:ofsted(?: 's)?|inspectors '?|inspectorate(?: 's)?|visit|monitoring) letter\b|\bletter (?:from|by) (?:ofsted|inspectors|the inspectorate)\b",
        "",
        "Services are improving, says Ofsted letter",
    ),
    PageKind(
        "dispute",
        r"\b(?:strike|walk ?out|ballot|unison|pay dispute|job cuts|budget|savings|shortfall|(?:black |£ [0-9]+m )hole|overspend|cost of|the price of|council tax)\b",
        "",
        "Social workers vote to strike",
    ),
)
