"""Names that look like an authority and are not one, names that need help to be one, and the small words that carry no meaning."""

#: surfaces that hold an authority's name and stand for something else; they hide it from the classifier
NOT_AUTHORITIES = (
    "old trafford",
    "trafford [centre|park|general]",
    "newcastle under lyme [borough|] [council|]",
    "[south|west|east] yorkshire",
    "west midlands",
    "university of [kent|essex|sussex|reading|york|surrey|warwick|leeds|leicester|manchester|bristol|derby|durham|hull|sheffield|salford|sunderland|wolverhampton|portsmouth|plymouth|southampton|nottingham|birmingham|liverpool|bolton|bradford|bedfordshire|cumbria|suffolk|lincoln|hertfordshire]",
    "[kent|essex|sussex|reading|york|surrey|warwick|leeds|leicester|manchester|bristol|derby|durham|hull|sheffield|salford|sunderland|wolverhampton|portsmouth|plymouth|southampton|nottingham|birmingham|liverpool|bolton|bradford|bedfordshire|cumbria|suffolk|lincoln|hertfordshire|kingston|hertfordshire|staffordshire|gloucestershire|lancaster] university",
    "[kent|essex|sussex|surrey|hampshire|norfolk|suffolk|cumbria|lancashire|cheshire|merseyside|staffordshire|derbyshire|nottinghamshire|leicestershire|lincolnshire|northamptonshire|warwickshire|wiltshire|gloucestershire|dorset|cambridgeshire|bedfordshire|hertfordshire|durham|cleveland|northumbria|humberside|devon and cornwall|avon and somerset|city of london] [police|constabulary]",
    "sutton trust",
    "[bbc|bbc radio|radio|itv|heart|capital|hits radio] [kent|essex|sussex|surrey|norfolk|suffolk|cumbria|lancashire|manchester|merseyside|stoke & staffordshire|stoke and staffordshire|derby|derbyshire|nottingham|leicester|lincolnshire|northampton|coventry & warwickshire|wiltshire|gloucestershire|dorset|cambridgeshire|bedfordshire|devon|cornwall|bristol|somerset|leeds|sheffield|york|newcastle|tees|humberside|hereford & worcester|shropshire|oxford|berkshire|solent|hampshire & isle of wight|north east & cumbria|london]",
    "[isle of wight|bolton|oldham|reading|bury|luton|bucks|slough|swindon|wigan|dudley|croydon|sutton|barnet|enfield|derby|leicester|nottingham|liverpool|manchester|birmingham|coventry|yorkshire|lancashire|shropshire|northampton|bristol|plymouth|southend|your thurrock|love lambeth|hull|stoke|worcester|hereford|gloucestershire|oxford|warrington|blackpool|rochdale|doncaster|rotherham|sheffield|barnsley|sunderland|shields|hartlepool|darlington|teesside|brighton|portsmouth|southampton|bournemouth|dorset|somerset|cornwall|devon|torbay|kent|essex|surrey|sussex] [live|chronicle|mercury|post|echo|evening news|evening mail|news|times|telegraph|mail|express|advertiser|free press|star|observer|guardian|herald|gazette|argus|standard|county press|style|today|world]",
    "[manchester|bristol|hull|leicester|stoke|derby|birmingham|norwich|coventry|bradford] city fc",
    "[blackburn] rovers",
    "[manchester|leeds|newcastle|sheffield] united",
    "bolton wanderers",
    "[manchester|leeds|nottingham|bristol|liverpool|birmingham|sheffield|leicester|reading|bradford|derby|york|luton|kingston|isle of wight|portsmouth|warwick|wolverhampton|kingston upon thames|durham|teesside] [crown court|magistrates|family court|royal infirmary|hospital|infirmary|general|airport|cathedral|prison|arena|festival|station|fc|north|south|east|west|central|riverside]",
    "diocese of [durham|york|derby|leicester|liverpool|manchester|sheffield|southwark|wakefield|portsmouth]",
    "bishop of [durham|york|derby|leicester|liverpool|manchester|sheffield|southwark|wakefield|portsmouth]",
    "duke of [york|sussex|westminster|kent]",
    "new york",
    "council tax [bills|]",
    "oxford street",
    "liverpool street",
    "kent county cricket club",
    "palace of westminster",
    "bury [st|st .|saint] edmunds",
    "bradford on avon",
    "sutton [coldfield|in ashfield|bridge|courtenay|scotney|on sea]",
    "stoke [newington|mandeville|gifford|poges|bishop|by nayland|canon|ferry|prior|d'abernon]",
    "bolton [le sands|upon dearne|abbey]",
    "richmond [,|] [north yorkshire|n [.|] yorkshire|yorkshire|yorks|n yorks|north yorks]",
    "newcastle [emlyn|county down|, county down]",
    "[derbyshire dales|staffordshire moorlands|surrey heath|suffolk coastal|somerset west|kent downs]",
    "brent [cross|knoll]",
)

#: authority names that are also ordinary words, or places with another meaning: they want a council-like neighbour at the start of a
#: sentence, in a headline, or anywhere at all
WORDS_TOO = frozenset(
    {
        "reading",
        "bury",
        "sutton",
        "westminster",
        "bath",
        "sale",
        "wells",
        "oxon",
        "lincs",
        "leics",
        "staffs",
        "wilts",
        "worcs",
        "lancs",
        "cambs",
        "glos",
        "gloucs",
        "hants",
        "derbys",
        "warks",
        "herefs",
        "salop",
        "shrops",
        "som",
    }
)
COUNCIL_WORDS = frozenset(
    {
        "council",
        "borough",
        "city",
        "county",
        "metropolitan",
        "'s",
        "cc",
        "mbc",
        "bc",
        "children",
        "district",
        "unitary",
        "council's",
    }
)

#: words that follow or precede a name and belong to it
AFTER_NAME = (
    "[county|city|borough|metropolitan borough|metropolitan district|metropolitan|district|unitary|london borough|] council",
    "cc",
    "mbc",
    "bc",
    "mdc",
    "mdbc",
    "lbc",
    "city",
    "county",
    "borough",
    "unitary authority",
    "local authority",
    "corporation",
)
BEFORE_NAME = (
    "royal borough of",
    "london borough of",
    "city of",
    "county of",
    "borough of",
    "metropolitan borough of",
    "the city of",
    "council of the",
    "neighbouring",
)

#: words that may stand anywhere inside a pattern without changing what is rated
LIGHT = frozenset(
    """the a an its their his her this that these those there here very also now then again still already even once more most much so too both all
    either each every any some one two three four five six own new latest current first second third time running
    experience experiences progress quality work support provision impact effectiveness performance standard standards outcomes outcome lives life care offer help
    given provided offered delivered received experienced available provide provides run runs made make part aspect aspects side area areas service's
    be been being to as by ofsted's such well particularly especially generally largely broadly mainly mostly consistently overall finally firmly
    has have had do does did is it's she i you they
    today yesterday thursday friday monday tuesday wednesday this week morning afternoon evening
    children young people families child adults council's borough's county's city's
    separate separately individual individually respectively key main graded judged new-style ilacs full short standard inspection inspections report published
    official formally officially effectively clearly simply now currently presently newly therefore thus further furthermore moreover instead indeed
    up down about around almost nearly least best better higher lower highly
    vulnerable alone newly same
    """.split()
)
