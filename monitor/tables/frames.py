"""Where, seen from a grade, the thing it is about may stand. Each row reads outwards from the grade and must fire on its example.

Patterns run over chunk codes (`phrases.CODES`), one letter a chunk: to the right of the grade for ``right`` rows, to the left,
*backwards*, for ``left`` rows. The group ``s`` is what is graded. Rows are tried in order; the first that fits wins.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One way of saying that something has a grade."""

    name: str
    side: str  #: "right" or "left"
    pattern: str
    example: str  #: a sentence in which this row must fire
    counter: str = ""  #: a sentence in which it must not
    needs: str = ""  #: a condition on the grade: quoted, judged


#: verbs, links and small words between a grade and its subject
_G = "[BVNMFEU>+~_]"

FRAMES = (
    Frame(
        "extends-to",
        "right",
        r"N?V&?>?(?P<s>X)",
        "The inadequate rating extended to leadership.",
        "Inspectors rated it good and praised leadership.",
        "extends",
    ),
    Frame(
        "listed",
        "right",
        r"N?O?F{0,2}:?(?P<s>X)",
        "Ofsted gave it the worst possible rating in each of the areas: leadership, adoption and work with care leavers.",
        "",
        "listed",
    ),
    Frame(
        "overall-and-areas",
        "right",
        r"N?O[&+,]{0,2}[FGW]{0,3}(?P<s>X)(?![.,_Z]*[RBV])",
        "It requires improvement overall and on each of the three measures: leadership, adoption and care leavers.",
    ),
    Frame(
        "overall-first",
        "right",
        r"N?(?P<s>X)",
        "Ofsted graded the borough inadequate overall, for leadership and for adoption.",
        "",
        "overall_first",
    ),
    Frame(
        "told-to-improve",
        "right",
        r"[.G_]{0,2}(?P<s>X)",
        "The council was told to improve what it offers care leavers.",
        "",
        "told",
    ),
    Frame(
        "for-areas",
        "right",
        r"N?,?F{1,3}[&G>]{0,2}(?P<s>[XD])",
        "The department was rated good for leadership.",
        "Leadership was rated good in June.",
    ),
    Frame(
        "late-for",
        "right",
        r"N?[^RE;|XD]{1,6},F{1,2}(?P<s>X)(?![,._]*[BVM])(?![^;]{0,6}R)",
        "It is the first council to receive 'inadequate' grades since the change, for leadership and for care leavers.",
    ),
    Frame(
        "list-after-all",
        "right",
        r"N?O?F{0,2}L[.QBVGIMF]{0,4}[:(-]F?(?P<s>X)",
        "It was graded good in every category by inspectors who visited in May - leadership, help and protection, and care leavers.",
    ),
    Frame(
        "grade-given-for",
        "right",
        r"N?[BV]{1,3}>?N?F{0,2}(?P<s>X)",
        "The lowest grade was also handed down for help and protection.",
        "Ofsted rated it good and found leadership strong.",
        "noun",
    ),
    Frame("to-areas", "right", r"N?>(?P<s>X)", "Inspectors gave top marks to leadership.", "", "given"),
    Frame(
        "ratings-in-categories",
        "right",
        r"NF\.[,:-](?P<s>X)",
        "The service had outstanding ratings in two categories, leadership and adoption.",
    ),
    Frame(
        "noun-list",
        "right",
        r"N[-:(]F?(?P<s>X)",
        "It had three outstanding judgements - leadership, children in care and care leavers.",
    ),
    Frame("for-rest", "right", r"N?F{0,2}(?P<s>T)", "It was rated good in the other areas."),
    Frame(
        "overall-and-all",
        "right",
        r"N?F?O[&+]F?(?P<s>L)",
        "Inspectors gave a good rating for overall effectiveness and for each of the areas.",
    ),
    Frame("for-all", "right", r"N?O?F{0,2}(?P<s>L)", "Services were judged inadequate in all areas."),
    Frame("for-these", "right", r"N?F{1,2}(?P<s>Z)", "Leadership and adoption stood out, with a good rating for both areas."),
    Frame("heavy-object", "right", r"(?P<s>X)(?![VBR])", "Inspectors rated as inadequate the impact of leaders.", "", "judged"),
    Frame(
        "quoted-attribute",
        "right",
        r"(?P<s>X)(?![VB])",
        "North Tyneside was praised for its 'outstanding' support for care leavers.",
        "It offers outstanding support for care leavers.",
        "quoted",
    ),
    Frame(
        "dash-for-areas",
        "right",
        r"-B?V?F{1,2}(?P<s>X)",
        "The same drop - from good to inadequate - was recorded for adoption.",
    ),
    Frame("label", "left", r"[:-](?P<s>[XOTLSAD])", "Leadership: good"),
    Frame("exception", "left", rf"G?:{_G}*(?P<s>X)", "Help and protection was the exception: this still requires improvement."),
    Frame(
        "dashed-list",
        "left",
        rf"{_G}+-(?P<s>X)",
        "The key judgements - leadership and adoption - were found to require improvement.",
    ),
    Frame("bracket", "left", r"\((?P<s>[XOLA])", "leadership (good)"),
    Frame("both-of-list", "left", rf"{_G}*Z{_G}*[,-]{{0,2}}(?P<s>X)", "Leadership and adoption were both deemed good."),
    Frame("dash-also", "left", r"-[.FVGQBS,]{1,8}(?P<s>X)", "It has children in care who feel safe - also good."),
    Frame("out-of", "left", rf"{_G}*<{_G}*[,.]?{_G}*(?P<s>[XZTLSGAOD])", "Services have moved out of inadequate."),
    Frame(
        "relative-head",
        "left",
        rf"[BV]{_G}*[SGAX]F[^|;:RE,^]{{0,10}}Q(?P<s>[SGAXD])",
        "A council that was told to do more for young people leaving care has been given top marks.",
    ),
    Frame(
        "left-after-aside",
        "left",
        rf"{_G}*<{_G}*,[^RE|;]{{1,12}},(?P<s>[AS])",
        "Sandwell, where services have been run by a trust since 2018, has shaken off its inadequate rating.",
    ),
    Frame(
        "told-they",
        "left",
        rf"{_G}*G{_G}*V{_G}*(?:[.]F)?(?P<s>[XZTLSGA])",
        "Its adoption services have been told they require improvement.",
        "",
        "pronoun",
    ),
    Frame(
        "gets-a-service", "left", r"Q?S[VB]+(?P<s>X)", "Those who have left care receive a service that requires improvement."
    ),
    Frame(
        "makes-do-with-a-service",
        "left",
        r"B*Q?S[WFVB.]{1,4}(?P<s>X)",
        "Care leavers must make do with a service that is good.",
    ),
    Frame(
        "fronted",
        "left",
        rf"{_G}*G{_G}*,[^RE;|]{{0,12}}?(?P<s>X)(?:,[.FG]{{1,4}})?F(?=$|[;|:&-])",
        "For care leavers, who had not been looked at on their own before, it is outstanding.",
        "For years it was rated good.",
    ),
    Frame(
        "better-with",
        "left",
        r"W,[^RE;|D]{0,6}?(?P<s>X)F(?=$|[;|&])",
        "For those leaving care it does better still, with an \"outstanding\".",
    ),
    Frame(
        "judged-object",
        "left",
        r"[^RE;|!D]{1,12}?(?P<s>X)V",
        "It has judged the people who run them, in so far as they change anything, to be inadequate.",
        "Ofsted praised leaders and rated the council good.",
        "object",
    ),
    Frame(
        "that-council",
        "left",
        r"[AG]B(?P<s>[XZ])",
        "The remaining judgements, on leadership and on care leavers, were that Bolton requires improvement.",
    ),
    Frame(
        "that-they",
        "left",
        rf"{_G}*G[BV]+,?(?P<s>X)",
        "The other judgement, about children who need help and protection, was that they require improvement.",
        "",
        "pronoun",
    ),
    Frame(
        "bracket-previous", "left", rf"{_G}*:?<?\(O?R[-:BV]*O?[-:BV]*(?P<s>[XTLSAGO])", "Swindon - Good (up from inadequate)"
    ),
    Frame(
        "object-relative",
        "left",
        r"[B>]{0,2}VGQ,?(?P<s>[XSAO])",
        "Its harshest words were kept for adoption, which it rated inadequate.",
    ),
    Frame("subject", "left", rf"{_G}*(?P<s>[XZTLSGAOD])", "Leadership was judged to be good."),
    Frame("from-to", "left", rf"{_G}*R<{_G}*\.?{_G}*(?P<s>[XZTLSGAOD])", "Leadership moved from inadequate to good."),
    Frame("relative", "left", rf"{_G}*Q[,-]?(?P<s>[XZTLSGAOD])", "It has strong leadership, which was judged good."),
    Frame(
        "long-relative",
        "left",
        r"[BV>]+,[^|;:]{1,16}Q,(?P<s>[XAS])",
        "Children in care, whose experiences were rated good in 2019, are now rated outstanding.",
    ),
    Frame(
        "after-old-grade",
        "left",
        r"[BV]+,[YPF_]{0,4}R[_BV]{0,2},(?P<s>[XASG])",
        "Bolton, good in 2017, was rated inadequate.",
    ),
    Frame("aside", "left", rf"{_G}*,{{1,2}}\.?{_G}*(?P<s>[XZTLSGAOD])(?!Q)", "Leadership, too, was rated good."),
    Frame(
        "parenthesis",
        "left",
        rf"{_G}*V{_G}*[,)-][^|;:RE,]{{0,8}}[,(-](?P<s>[XZTLSGAOD])",
        "Leadership, a worry in the past for ministers, was rated good.",
    ),
    Frame(
        "participle",
        "left",
        rf"{_G}*M{_G}*,[^RE|;^]{{0,8}}(?P<s>[XSAG])",
        "Leaders were singled out for praise, moving up two grades to good.",
    ),
    Frame("to-grade", "left", r">[.]?N?(?P<s>[ASXG])", "Inspectors have lowered the county's grade by one notch to good."),
    Frame("apposition", "left", r"[BV]*,[^RE|;:,]{1,10},(?P<s>[XAS])", "Support for care leavers, the exception, was good."),
    Frame("and-is", "left", r"[BV]+&[.BVMF>G]{1,7}(?P<s>[XSA])", "Its leaders were described as inspirational and rated outstanding."),
    Frame(
        "and-requires",
        "left",
        r"&[.BVMFQ<>]{1,5}(?P<s>X)",
        "Work with care leavers lags behind and requires improvement.",
        "",
        "verb",
    ),
    Frame("subject-in-place", "left", r"B[.]F(?P<s>X)", "The impact of leaders on daily work is good."),
    Frame("headline-winner", "left", r"VN?[.](?P<s>[GA])", "Borough haunted by tragedies wins top mark."),
    Frame(
        "subject-with-relative",
        "left",
        rf"{_G}*V{_G}*[^|;:RE,^]{{0,12}}Q(?P<s>[SGA])",
        "A council where brothers and sisters in care were parted has been rated good.",
    ),
    Frame(
        "far-subject",
        "left",
        rf"{_G}*V{_G}*(?:[.]F{_G}*){{1,2}}(?P<s>[XZTLSGAOD])",
        "Services in the seaside town were rated good.",
        "Our lawyers are ranked as outstanding.",
    ),
    Frame(
        "service-after",
        "right",
        r"N?F{1,2}(?P<s>[SAGO])",
        "Inspectors awarded a good rating for its children's services.",
        "'Outstanding' care for the council's children.",
        "service",
    ),
    Frame("overall-after", "right", r"N?(?P<s>O)", "Inspectors kept the good overall rating of 2015."),
    Frame(
        "far-right",
        "right",
        r"N?[^RE;|^DOA!]{0,7}?(?P<s>X)(?![^;|]{0,4}B)(?![,._]*V)",
        "Improvement was required in what was offered to care leavers.",
        "The work of health agencies was inadequate, and outcomes for looked-after children at school were good.",
        "loose",
    ),
    Frame(
        "far-left",
        "left",
        r"[^RE;|^DASG!]{0,8}?(?P<s>X)",
        "In the column on leadership stands the word inadequate.",
        "",
        "loose",
    ),
)
