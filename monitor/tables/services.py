"""Words that stand for an authority or for its service: the council, children's services, the department."""

from __future__ import annotations

from monitor.tables.phrases import Phrase

SERVICES = (
    Phrase(
        "G",
        "one",
        (
            "[the|a|an|this|that|their|our|its] [county|city|borough|district|metropolitan|met|town|unitary|local|london|royal borough|east london|local government|] [council|authority|borough|county|city|town|district|island|unitary|metropolis|county council|city council|borough council|district council|local authority|corporation]",
            "[council|borough|authority|local authority|county council|city council|borough council]",
            "county hall",
            "city hall",
            "town hall",
            "civic centre",
            "shire hall",
            "shirehall",
            "the royal borough",
            "the trust",
            "the company",
            "children 's trust",
            "the social enterprise",
        ),
    ),
    Phrase("G", "it", ("it", "he", "its", "itself", "we", "us", "our", "ours")),
    Phrase("G", "they", ("they", "them", "their", "themselves")),
    Phrase(
        "G",
        "many",
        (
            "[both|all|the|these|all the] [two|three|four|five|six|2|3|4|5|6|] [councils|authorities|boroughs|counties|cities|unitaries|shires|local authorities|neighbours|county councils]",
            "[two|three|four|five|six|2|3|4|5|6] [county|city|borough|london|neighbouring|west midlands|east midlands|midlands|north east|north west|south east|south west|eastern|yorkshire|merseyside|northern|southern|english|more|further|other|] [councils|authorities|boroughs|counties|cities|unitaries|local authorities|county councils]",
            "the pair",
            "[each|either] [council|authority|borough|county|city]",
        ),
    ),
    Phrase(
        "S",
        "service",
        (
            "[children 's|child|kids|childrens|children] [social|] [services|service|care|social care|care services|social care services|services department|social services|safeguarding services|services provision]",
            "children and [families|family|young people 's|young people] [services|service|social care]",
            "children , young people and families [services|]",
            "services [for|to|that support] [children and families|vulnerable children|vulnerable young people|vulnerable youngsters|vulnerable children and families]",
            "[its|their|the council 's] arrangements",
            "services for [its|their|the|] [most|] vulnerable [children|residents|youngsters|young people]",
            "care [for|of] [its|the|their|] [most|] vulnerable children",
            "social care [services|] for children",
            "[the|its|their] [department|service|services|provision]",
            "[services|service|social care|department|provision|social services]",
            "support for children and families",
            "[the way|how|way] [it|the council|the authority|the county|the city|the borough] [looks after|cares for|protects|safeguards|looks after and protects|protects and looks after|protects and cares for] [its|] [most|] [vulnerable|] [children|children and families|young people|children and young people]",
            "[arrangements|services] to protect children",
            "arrangements for the protection of children",
            "work with [its|the|] [most|] vulnerable [children|families|residents|young people] [and families|]",
            "standard of children 's services",
        ),
    ),
    Phrase("S", "looks_after", ("[looks|look] after [its|] [vulnerable|] children",)),
)
