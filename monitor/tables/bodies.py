"""Bodies, visits and regimes that use the same words and are not a council's children's-services judgement."""

from monitor.tables.phrases import Phrase

_COUNTED = "[a|the|this|that|another|its|their|one|two|three|four|five|six|seven|eight|nine|ten|other]"
_HOME = "[home|homes|hostel|unit|respite centre|care home|care homes]"

#: what an authority's name may stand before and is then only the place of: ``Kirklees homes``, ``Shropshire Council home``
HEAD_NOUNS = {"home": "childrens_home", "homes": "childrens_home", "nursery": "school", "force": "police_fire", "unit": "childrens_home"}

#: what other services do; "family", "social" and "council" are left out because they are said of children's services too
_TRADES = (
    "[learning|adult learning|library|museum|leisure|sports|music|arts|health|mental health|sexual health|public health|school health|maternity|nursing"
    "|school nursing|speech therapy|therapy|counselling|bereavement|advocacy|drug|alcohol|drug and alcohol|substance misuse|domestic abuse|abuse|refuge|victim"
    "|legal|planning|transport|parking|highways|waste|refuse|environmental|catering|meals|registration|finance|benefits|customer|it|careers"
    "|training|volunteering|trading standards|licensing|probation|prison|emergency|ambulance|youth|nursery|playwork|crisis|homelessness|housing|homeless]"
)

BODIES = (
    Phrase(
        "D",
        "childrens_home",
        (
            f"[children 's|childrens|residential|secure|registered|care|private|respite|council run|council 's|foster] {_HOME}",
            "[secure|] training centre",
            "[council|authority] [home|homes]",
            "[home|homes] for [disabled|vulnerable|looked after|] [children|young people]",
            "residential [provision|school|schools|unit]",
            "children 's centre",
            "children 's centres",
            "children 's homes",
            "supported accommodation",
            "[residential|secure|respite|short breaks|short break] [centre|unit|home|homes]",
            "[secure|children 's] [home|homes|unit]",
            f"{_COUNTED} [home|homes] [for|that]",
            "[experiences and progress of|progress and experiences of] children and young people",
            "how well children and young people are helped and protected",
            "effectiveness of leaders and managers",
            "registered [manager|provider|person]",
            "[a|one|another|private] [company|firm|charity|operator|provider|landlord]",
            "the [firm|charity|operator|provider]",
        ),
    ),
    Phrase(
        "D",
        "school",
        (
            "[primary|secondary|special|virtual|nursery|infant|junior|grammar|high|state|local|] [school|schools|academy|academies|college|colleges|sixth form|pupil referral unit]",
            "multi academy trust",
            "primaries",
            "secondaries",
            "school improvement",
            "early years",
            "nursery",
            "nurseries",
            "childminder",
            "childminders",
            "pre school",
            "playgroup",
            "university",
            "apprenticeship",
            "apprenticeships",
            "further education",
            "adult learning",
        ),
    ),
    Phrase("D", "pupils", ("pupils", "headteacher", "headteachers")),
    Phrase(
        "D",
        "school",
        (
            "quality of education",
            "behaviour and attitudes",
            "personal development",
            "early years provision",
            "sixth form provision",
            "hospital [school|schools]",
            "[adult|community|adult and community|family] [learning|education]",
            "adult learners",
        ),
    ),
    Phrase(
        "D",
        "agency",
        (
            "[fostering|adoption|regional adoption|independent fostering|voluntary adoption] [agency|agencies]",
            "[adoption|fostering|children 's|] [charity|charities]",
            "adoption society",
            "[fostering|foster care] [service|services]",
            "fostering",
            "regional agency",
            "adoption panel",
            "fostering and adoption",
        ),
    ),
    Phrase(
        "D",
        "lscb",
        (
            "[local|] safeguarding [children|children 's] [board|boards|partnership|partnerships]",
            "[children 's|] safeguarding [board|boards|partnership|partnerships]",
            "[board|boards]",
            "lscb",
            "lscbs",
            "safeguarding partnership",
        ),
    ),
    Phrase(
        "D",
        "send",
        (
            "send",
            "special educational needs [and disabilities|and disability|provision|services|service|]",
            "special needs [provision|]",
            "sen",
            "[area|local area|] send inspection",
            "written statement of action",
            "local area partnership",
            "local offer",
        ),
    ),
    Phrase(
        "D",
        "jtai",
        (
            "joint targeted area [inspection|inspections]",
            "jtai",
            "jtais",
            "joint [inspection|inspections]",
            "joint area child protection inspection",
            "joint area review",
        ),
    ),
    Phrase(
        "D",
        "focused_visit",
        ("focused [visit|visits|inspection]", "focussed [visit|visits]", "assurance [visit|visits]", "focused assurance visit"),
    ),
    Phrase("D", "monitoring_visit", ("monitoring [visit|visits|inspection|letter|report]",)),
    Phrase(
        "D",
        "adult_social_care",
        (
            "[adult|adults|adults '|adult 's] [social care|services|care]",
            "care quality commission",
            "cqc",
            "[nursing|care] homes",
            "nhs [trust|]",
            "hospital",
            "hospitals",
            "gp [practice|surgery]",
            "[clinical|] commissioning group",
            "ambulance service",
        ),
    ),
    Phrase(
        "D",
        "youth_justice",
        (
            "youth [justice|offending] [service|services|team|teams|]",
            "youth offender [institution|institutions]",
            "young offender institution",
            "[hm|his majesty 's|her majesty 's|] inspectorate of [probation|prisons|constabulary]",
            "hmi probation",
            "hmip",
            "probation [inspectorate|service|inspectors]",
            "hmicfrs",
        ),
    ),
    Phrase(
        "D",
        "police_fire",
        (
            "[fire|fire and rescue|ambulance|rescue] [service|services|authority|brigade]",
            "[police force|constabulary|police|the force|force 's]",
            "[a|the|this|its|each|every|no] [force|forces]",
            "[chief|deputy chief|assistant chief] constable",
            "[her|his] majesty 's inspectorate of constabulary and fire [and|&] rescue services",
            "police and crime commissioner",
        ),
    ),
    Phrase(
        "D",
        "court",
        (
            "[coroner|inquest|ombudsman|tribunal|high court|family court|judge|circuit judge|court of appeal|serious case review|safeguarding practice review]",
        ),
    ),
    Phrase(
        "D",
        "housing",
        (
            "[housing|homelessness|regulator of social housing|social housing] [service|services|regulator|department|]",
            "food hygiene [rating|]",
            "hygiene rating",
            "libraries",
            "library [service|services]",
            "planning department",
            "waste service",
            "tenants",
            "landlord",
            "landlords",
            "council [housing|homes|flats]",
        ),
    ),
    Phrase(
        "D",
        "other_service",
        (
            f"{_TRADES} [service|services|team|teams|provision|department|centre|provider|providers]",
            "children 's [hospital|hospice|ward|wards]",
            "[community|hospital|maternity|health|school] [nurses|nursing|visitors|visiting]",
            "[health|mental health] [board|boards|trust|trusts|visitors]",
            "[external|internal|] auditors",
            "audit [commission|committee]",
            "information commissioner",
            "cafcass",
        ),
    ),
    Phrase(
        "D",
        "self_assessment",
        (
            "self [assessment|evaluation]",
            "peer [review|challenge|team]",
            "[the|] peers",
            "[former|retired] inspectors",
            "[consultants|academics|reviewers]",
            "[local government association|lga] [team|review|peers|]",
            "survey",
            "capacity to improve",
            "quality of practice",
            "quality of provision",
            "staff survey",
            "outstanding schools",
        ),
    ),
    Phrase(
        "D",
        "other_nation",
        (
            "estyn",
            "care inspectorate",
            "care inspectorate wales",
            "education scotland",
            "rqia",
            "welsh government",
            "scottish government",
            "ciw",
            "northern ireland",
            "scotland",
            "wales",
            "stormont",
            "holyrood",
            "senedd",
            "[cardiff|swansea|wrexham|powys|gwynedd|conwy|flintshire|denbighshire|ceredigion|pembrokeshire|carmarthenshire|bridgend|caerphilly|torfaen|monmouthshire|merthyr tydfil|blaenau gwent|rhondda cynon taf|vale of glamorgan|neath port talbot|anglesey|glasgow|edinburgh|aberdeen|aberdeenshire|dundee|fife|highland|moray|angus|argyll and bute|falkirk|inverclyde|midlothian|east lothian|west lothian|renfrewshire|east renfrewshire|north lanarkshire|south lanarkshire|north ayrshire|south ayrshire|east ayrshire|scottish borders|dumfries and galloway|perth and kinross|clackmannanshire|orkney|shetland|belfast] [council|county council|city council|]",
        ),
    ),
)
