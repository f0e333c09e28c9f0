"""Slots for a round of the corpus: ``python -m train.slots FOLDER FIRST LAST`` writes one file of fifty a batch.

A slot says what a writer tells: an inspection of the record or an invented one, or a kind of page without news; an outlet, a
length, how much of it is told, and one or two habits of real pages. The same batch has the same slots.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from monitor.domain.authorities import authorities
from monitor.domain.frameworks import editions, published_edition
from monitor.domain.model import Area
from monitor.tables import rows

#: outlets and how many of each
STYLES = [
    ("BBC News online", 15),
    ("local paper, Newsquest style", 12),
    ("local paper, Reach style (Live sites)", 10),
    ("local paper, National World style", 6),
    ("Local Democracy Reporter copy", 8),
    ("independent hyperlocal site", 4),
    ("regional TV or radio site", 4),
    ("CYP Now", 6),
    ("Community Care", 6),
    ("LGC", 3),
    ("The MJ", 2),
    ("LocalGov / Public Sector Executive", 2),
    ("Local Government Lawyer / Social Work Today", 2),
    ("national newspaper", 2),
    ("council newsroom press release", 13),
    ("children's trust or company newsroom", 3),
    ("party or MP press release", 2),
    ("council newsletter or staff bulletin", 2),
    ("cabinet/scrutiny report or minutes", 3),
    ("GOV.UK or Ofsted news page", 1),
]
#: of the text
LENGTHS = [("60-110 words", 22), ("110-180 words", 33), ("180-300 words", 28), ("300-450 words", 13), ("450-650 words", 4)]
#: how much of the inspection is told
TELLINGS = [
    ("all areas and overall, told in prose", 26),
    ("overall only", 17),
    ("overall plus one or two areas", 25),
    ("areas only, no overall said", 12),
    (
        'all areas as a list: bullets, "Area: grade" lines, a table read as lines, or a lead-in line with the grade and '
        "areas as bullets under it",
        20,
    ),
]
#: of real pages
HABITS = [
    '"all areas except X, which"',
    '"for the second time running", "once again", "still"',
    '"moves from A to B", "upped to", "climbs", "jumps two grades"',
    '"no longer inadequate", "out of special measures", "sheds its inadequate label"',
    '"our \'Good\' Ofsted rating", "gets/earns/awarded an outstanding rating": ordinary award wording',
    '"overall effectiveness", official long area names',
    '"rated good in three of four areas" with the areas then named',
    '"respectively" or "both" or "all three" or "the remaining"',
    '"retains/keeps/holds on to its rating"',
    '"the only area to receive"',
    "Ofsted report quoted at length",
    "a monitoring visit in the past mentioned",
    "a slip of the page: a typo in an area's name, missing word, line break inside an area name",
    'active voice: "Ofsted has rated", "inspectors judged", "the watchdog found"',
    "an LSCB, SEND, school, home or CQC grade mentioned as background",
    'an area in everyday words ("how well it protects children at risk", "support for young people leaving care", "the '
    'way the service is run")',
    "another council's rating mentioned as background",
    "downgrade in a dry tone",
    "fieldwork dates in the text differ from publication",
    "figures, caseloads, money around it",
    "first rating of a new council or under a new framework",
    'grades told by comparison: "one grade better than", "the second highest"',
    "leader of the opposition reacts; blame and politics",
    "mixed: some up, some down",
    "needs improvement / requiring improvement / improvement required",
    'noun: "an inadequate rating", "a verdict of good", "the judgement of outstanding"',
    "one sentence per paragraph",
    "page furniture left in: byline, date, share, related stories with other grades, adverts, newsletter sign-up, captions",
    'passive: "has been rated", "was found to be"',
    'praise words that are no grades nearby ("good progress", "outstanding commitment", "inadequate housing")',
    'previous rating as relative time ("four years ago", "last time round")',
    "previous rating in a subordinate clause with a year",
    "rating in quotation marks, single or double",
    "rating told in somebody's quoted speech as well as in prose",
    "short names: Brighton, Windsor, Hull, Stoke, Kensington, BCP, Telford where they fit, else the plain name",
    'the council is named once only, later "the authority", "the borough", "County Hall", "it"',
    'the grade first, area after: "Inadequate: that was the verdict on"',
    "the headline does not name the place",
    "told days or weeks late, in a follow-up or a reaction piece that still reports the new rating",
    "trust or company runs the services (use a fitting real trust if the council has one; otherwise none)",
    "upgrade with much celebration",
]
#: pages without news, how many of each, and what they are about
KINDS = [
    ("monitoring_visit", 10, "monitoring visit letter to an inadequate authority, standing rating recalled"),
    ("focused_visit", 6, "focused visit, no grades; last grade recalled"),
    ("send", 6, "area SEND inspection or SEND improvement notice"),
    ("jtai", 4, "joint targeted area inspection"),
    ("childrens_home", 4, "a children's home, with grade"),
    ("fostering_adoption_agency", 4, "fostering, adoption or residential family agency, with grade"),
    ("school", 5, "school, academy trust or college grade"),
    ("early_years", 3, "nursery or childminder grade"),
    ("adult_social_care", 6, "CQC rating of adult social care, same four words"),
    ("youth_justice", 4, "HMIP youth justice inspection with grade"),
    ("police_fire_housing", 4, "police, fire or housing regulator grades"),
    ("health", 2, "hospital or NHS trust rating"),
    ("other_nation", 4, "Wales, Scotland or Northern Ireland"),
    ("national_stats", 5, 'national or regional statistics of ratings, rankings, "x of 153"'),
    ("appointment", 5, "new director of children's services; the standing rating recalled"),
    ("intervention", 8, "commissioner, improvement notice, direction, trust set up or ended; the rating recalled as cause"),
    ("opinion", 4, "column, editorial or letters page"),
    ("job_advert", 3, "job advert or recruitment campaign boasting of the rating"),
    ("council_minutes", 4, "minutes or scrutiny paper on progress since an old inspection"),
    ("funding", 4, "budget, overspend, savings, caseloads"),
    ("anniversary", 4, "one year on, look back, improvement journey, awaiting reinspection"),
    ("awaited_report", 4, "inspectors are in or have been; result not yet known; expectation or leak without grade"),
    ("prediction", 2, 'mock inspection, peer review, self-assessment grade, target ("aims to be good by 2027")'),
    ("profile", 2, "profile of council, councillor, social worker or team"),
    ("court_review", 5, "court case, serious case review, safeguarding practice review, inquiry"),
    ("reorganisation", 2, "local government reorganisation, merging councils; ratings recalled"),
    ("workforce", 3, "strike, pay, agency staff"),
    ("awards", 2, "awards, Social Worker of the Year"),
    ("election", 2, "election leaflet or campaign claim about old ratings"),
    ("plain_english", 4, "nothing to do with inspection but the words outstanding, good, inadequate near a council"),
    ("ombudsman", 2, "ombudsman finding"),
    ("framework_change", 3, "Ofsted changes how it inspects; old grades as examples"),
    (
        "old_rating_headline",
        8,
        'an ordinary council story whose headline or first line uses the standing rating ("inadequate-rated council to '
        '...", "Outstanding children\'s services to run ...", "since its inadequate rating")',
    ),
    ("lscb", 1, "safeguarding board review"),
    ("other_council_only", 2, "a neighbour offers support to an inadequate council; partner in practice"),
    ("trust_contract", 2, "contract, company accounts or board of a children's trust; ratings recalled"),
    ("ofsted_annual", 2, "Ofsted annual report or chief inspector speech"),
]

_GRADES = ("inadequate", "requires_improvement", "good", "outstanding")
_PLAIN = 10  #: a slot's habits are "as it comes" as often as that many of them
_NO_NEWS, _REAL = 0.35, 0.55


def slots(batch: int, size: int = 50) -> list[str]:
    """The slots of a batch, in words."""
    chance = random.Random(f"slots of {batch}")  # noqa: S311
    record = defaultdict(list)
    for row in rows("judgements"):
        record[row["authority"]].append(row)
    for found in record.values():
        found.sort(key=lambda row: row["published"])
    current = [each.name for each in authorities() if each.valid.end is None]
    return [f"{number:02d}. {_slot(chance, record, current)}" for number in range(1, size + 1)]


def _slot(chance: random.Random, record: dict[str, list[dict[str, str]]], names: Sequence[str]) -> str:
    end = f"Style: {_one(chance, STYLES)}. {_one(chance, LENGTHS)}."
    if chance.random() < _NO_NEWS:
        kind, _, about = chance.choices(KINDS, [row[1] for row in KINDS])[0]
        day, name = _day(chance), chance.choice(names)
        before = [row for row in record[name] if row["published"] < day.isoformat()]
        standing = f"; standing rating: {before[-1]['published']} {_facts(before[-1])}" if before else ""
        return f"NO NEWS [{kind}]: {about}. About {name}{standing}. Date {day}. {end}"
    habits = "; ".join(chance.sample([*HABITS, *["plain, as it comes"] * _PLAIN], chance.choices([1, 2], [2, 1])[0]))
    count = chance.choices([1, 2, 3, 4], [86, 8, 4, 2])[0]
    if chance.random() < _REAL:
        first = chance.choice([row for found in record.values() for row in found])
        told = " // ".join(_real(record, row) for row in [first, *_of_those_days(chance, record, first, count - 1)])
    else:
        day = _day(chance)
        told = " // ".join(_invented(chance, name, day) for name in chance.sample(names, count))
    return f"NEWS. {told}. Tell: {_one(chance, TELLINGS)}. Hints: {habits}. {end}"


def _one(chance: random.Random, table: Sequence[tuple[str, int]]) -> str:
    return chance.choices([row[0] for row in table], [row[1] for row in table])[0]


def _facts(row: dict[str, str]) -> str:
    return ", ".join(f"{area} {row[area]}" for area in Area if row.get(area))


def _real(record: dict[str, list[dict[str, str]]], row: dict[str, str]) -> str:
    found = record[row["authority"]]
    at = found.index(row)
    said = f"REAL {row['authority']} ({row['framework']}, published {row['published']}): {_facts(row)}"
    return f"{said} | PREVIOUS ({found[at - 1]['published']}): {_facts(found[at - 1])}" if at else said


def _of_those_days(
    chance: random.Random, record: dict[str, list[dict[str, str]]], first: dict[str, str], count: int
) -> list[dict[str, str]]:
    day = date.fromisoformat(first["published"])
    near = [
        row
        for name, found in record.items()
        for row in found
        if name != first["authority"] and abs((date.fromisoformat(row["published"]) - day).days) < 10
    ]
    return chance.sample(near, min(count, len(near)))


def _day(chance: random.Random) -> date:
    year = chance.choices(range(2014, 2027), [3, 4, 4, 5, 6, 6, 4, 5, 6, 8, 8, 10, 31])[0]
    first = 5 if year == 2026 and chance.random() < 0.8 else 1
    return date(year, chance.randint(first, 11), chance.randint(1, 28))


def _invented(chance: random.Random, name: str, day: date) -> str:
    before = day - timedelta(days=chance.randint(900, 1700))
    said = f"{name} (INVENTED, published {day}): {_grades(chance, day)}"
    return f"{said} | PREVIOUS ({before}): {_grades(chance, before)}"


def _grades(chance: random.Random, day: date) -> str:
    number = published_edition(day)
    areas = [area for area in Area if not number or area in editions()[number - 1].areas]
    whole = chance.choices(range(4), [22, 28, 30, 20])[0]
    near = {
        area: min(3, max(0, whole + (0 if area is Area.OVERALL else chance.choice([0] * 4 + [-1, -1, 1, 1, -2, 2]))))
        for area in areas
    }
    return ", ".join(f"{area} {_GRADES[grade]}" for area, grade in near.items())


def main() -> int:
    """Write the slots of batches FIRST to LAST into FOLDER."""
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    for batch in range(first, last + 1):
        (folder / f"b{batch:02d}.txt").write_text("\n\n".join(slots(batch)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
