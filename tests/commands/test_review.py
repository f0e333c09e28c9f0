"""The review queue as an operator types it, and what is learnt from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.domain.history import history
from monitor.domain.ledger import SAME_INSPECTION
from monitor.domain.model import Area, Rating, Span
from monitor.scoring.form import Item, items_of
from monitor.store import SqlStore, open_store
from monitor.system.clock import SystemClock
from tests.builders import article, judgements, result
from tests.databases import database, pooler, postgres
from train.check import article_faults

__all__ = ["database", "pooler", "postgres"]

NOW = SystemClock().now()
TODAY = NOW.date()
SENTENCE = "Leaders there are understood to have been called outstanding by the inspectors."
BODY = f"""The council's staff have waited for this report for many months, and some of them for longer than that.

{SENTENCE}

=== How it came to this

A spokesman said that nothing would be said before the report was out. The union was of another mind and said so.

---

More on this story as we get it, and on the weather, which has been fine for the time of the year."""

Typed = Callable[..., tuple[int, str, str]]


def _councils() -> list[str]:
    """Councils that may have been inspected again by now, and whose leadership was not outstanding."""
    newest = {i.authority.urn: i for i in sorted(history(), key=lambda each: each.rank_key)}
    old = TODAY - 4 * SAME_INSPECTION
    return [
        i.authority.name
        for i in newest.values()
        if i.published < old and i.ratings.get(Area.LEADERSHIP) in {Rating.GOOD, Rating.REQUIRES_IMPROVEMENT}
        and i.authority.valid.end is None
    ]  # fmt: skip


ONE, TWO, THREE = _councils()[:3]


class Installation:
    """A configuration and a state in which some things wait."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database, self.read = folder, database, 0
        (folder / "config").mkdir()
        (folder / "config" / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
        (folder / "config" / "subscriptions.toml").write_text(
            '[[subscription]]\nname = "ann"\nchannel = "console"\nto = "ann@reader.test"\n'
        )

    def reads(self, maybe: dict[str, str], said: dict[str, str] | None = None, *, text: str = BODY, **changed: object) -> None:
        """The monitor reads an article that says some things for certain and others perhaps."""
        probability, days, quote = changed.pop("probability", 0.714), changed.pop("days", 0), changed.pop("quote", SENTENCE)
        self.read += 1
        now = NOW - timedelta(days=float(str(days))) + timedelta(milliseconds=self.read)
        document = article(text, **{"published": now.date(), "title": "The long wait", "retrieved": now} | changed)
        found = result(text, {})
        sure = judgements(text, said or {}, quote=SENTENCE, previous=Rating.GOOD, previous_year=2019)
        unsure = judgements(text, maybe, quote=quote, probability=probability)
        store = self.store()
        store.record(document, replace(found, judgements=sure, uncertain=unsure), link=None, baseline=False, now=now)
        store.close()

    def store(self) -> SqlStore:
        return open_store(self.database)

    def ids(self) -> list[str]:
        store = self.store()
        found = [item.id for item in store.reviews()]
        store.close()
        return found

    def purposes(self) -> list[str]:
        store = self.store()
        found = sorted(line.purpose for line in store.deliveries())
        store.close()
        return found


@pytest.fixture
def home(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    address = f"sqlite:///{tmp_path / 'state' / 'monitor.db'}" if database.startswith("sqlite") else database
    if not database.startswith("sqlite"):
        monkeypatch.setenv("MONITOR_DATABASE_URL", database)
    return Installation(tmp_path, address)


@pytest.fixture
def typed(home: Installation, capsys: pytest.CaptureFixture[str]) -> Typed:
    def typing(*words: str) -> tuple[int, str, str]:
        folders = ["--config", str(home.folder / "config"), "--state", str(home.folder / "state")]
        status = main(["review", *words, *folders])
        said = capsys.readouterr()
        return status, said.out, said.err

    return typing


def test_an_empty_queue_says_so(typed: Typed) -> None:
    assert typed("list") == (0, "Nothing waits for review.\n", "")
    assert json.loads(typed("list", "--json")[1]) == []
    assert typed("show", "abcd1234")[0] == 1
    status, said, _ = typed("accept", "abcd1234")
    assert (status, said) == (
        1,
        "abcd1234: no id in the review queue begins so; `monitor review list --all` shows them\n",
    )
    assert typed("reject", "ab")[:2] == (1, "ab: may be one of several; write more of the id\n")
    assert typed("export", "--all-decided")[0] == 0


def test_what_waits_is_listed_the_most_urgent_first(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"}, probability=0.8)
    home.reads({TWO: "leadership outstanding"}, probability=0.9, text=BODY + "2", url="https://news.test/2")
    home.reads({THREE: "leadership inadequate"}, probability=0.55, text=BODY + "3", url="https://news.test/3")
    home.reads({ONE: "children_in_care outstanding"}, days=31, text=BODY + "4", url="https://news.test/4")
    status, said, _ = typed("list")
    assert status == 0
    assert said.startswith("3 judgements wait for review.\n")
    assert re.findall(r"(\d+ %)  (.+?): leadership", said) == [
        ("55 %", _shown(THREE)),
        ("90 %", _shown(TWO)),
        ("80 %", _shown(ONE)),
    ]
    assert SENTENCE in said
    assert "The Paper" in said
    assert "https://news.test/3" in said
    assert "monitor review accept ID" in said
    facts = json.loads(typed("list", "--json")[1])
    assert [each["probability"] for each in facts] == [0.55, 0.9, 0.8]
    assert {each["state"] for each in facts} == {"waiting"}
    assert facts[0]["evidence"]["quote"] == SENTENCE
    assert [each["asked"] for each in json.loads(typed("list", "--all", "--json")[1])] == [True, True, True, False]
    assert "children in care" in typed("list", "--all")[1]


def _shown(name: str) -> str:
    from tests.builders import authority

    return authority(name).display_name


def test_one_is_shown_with_what_accepting_it_would_do(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    (identity,) = home.ids()
    status, said, _ = typed("show", identity[:8])
    assert status == 0
    assert said.startswith("The long wait\n")
    assert re.search(r"If it is accepted:\n  .+: leadership: from .+ to outstanding \(.*upgraded", said)
    coming = json.loads(typed("show", identity, "--json")[1])[0]["if_accepted"]
    assert coming["background"] == []
    assert any(line.startswith("would tell ") for line in coming["told"])
    assert coming["told"][0] in said


def test_accepted_it_is_in_the_outbox_once(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    (identity,) = home.ids()
    status, said, _ = typed("accept", identity[:10], "--by", "kim")
    assert status == 0
    assert f"{identity[:10]}: accepted: {_shown(ONE)}: leadership: outstanding\n" in said
    assert "1 message will be sent within a minute where `monitor run` runs, else by the next `monitor once`;" in said
    assert home.purposes() == ["change"]
    status, said, _ = typed("accept", identity)
    assert status == 1
    assert re.fullmatch(rf"{identity[:10]}: was accepted .* UTC by kim; nothing was changed\n", said)
    status, said, _ = typed("reject", identity)
    assert status == 1
    assert "what was told is told; nothing was changed" in said
    assert home.purposes() == ["change"]
    assert "accepted" in typed("list", "--all")[1]
    assert typed("list")[1] == "Nothing waits for review.\n"


def test_rejected_it_is_told_nobody_and_that_can_be_taken_back(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding", TWO: "leadership outstanding"})
    ids = home.ids()
    status, said, _ = typed("reject", *ids)
    assert status == 0
    assert said.count("rejected; nobody is told") == 2
    assert home.purposes() == []
    status, said, _ = typed("reject", ids[0])
    assert (status, "nothing was changed" in said) == (1, True)
    assert typed("accept", ids[0])[0] == 0
    assert home.purposes() == ["change"]


def test_one_wrong_id_does_not_keep_the_others_from_being_decided(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    (identity,) = home.ids()
    status, said, _ = typed("accept", "ffffffff", identity)
    assert status == 1
    assert "ffffffff: no id" in said
    assert home.purposes() == ["change"]


def test_what_its_page_no_longer_says_is_not_accepted(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    home.reads({}, text="An earlier version was wrong.")
    (identity,) = home.ids()
    assert typed("accept", identity)[:2] == (
        1,
        f"{identity[:10]}: its page was changed and no longer says so; nothing was changed\n",
    )
    assert "its page was changed and no longer says so" in typed("list", "--all")[1]


# --- labels ---------------------------------------------------------------------------------------------------------------


def exported(text: str) -> list[Item]:
    """The articles of an export, each without fault as far as the corpus's own check sees."""
    items = list(items_of(text))
    assert [fault for item in items for fault in article_faults(item)] == []
    return items


def test_what_was_decided_becomes_labels(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding, children_in_care good", TWO: "leadership good"}, {ONE: "care_leavers good"})
    store = home.store()
    ids = {(item.judgement.authority.name, str(item.judgement.area)): item.id for item in store.reviews()}
    store.close()
    typed("accept", ids[ONE, "leadership"])
    typed("reject", ids[ONE, "children_in_care"])
    status, said, _ = typed("export", "--all-decided")
    assert status == 0
    (item,) = exported(said)
    assert (item.kind, item.title, item.style, item.published) == ("news", "The long wait", "The Paper", TODAY)
    assert item.text.split() == BODY.split()
    assert [(e.authority, e.area, e.rating, e.previous, e.previous_year, e.required) for e in item.labels] == [
        (ONE, "care_leavers", "good", "good", 2019, True),
        (ONE, "leadership", "outstanding", "", None, True),
        (TWO, "leadership", "good", "", None, False),
    ], "what was rejected is absent; of what nobody decided on nothing is learnt"
    assert {each.evidence for each in item.labels} == {SENTENCE}


def test_where_all_was_rejected_there_is_nothing_to_say(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    (identity,) = home.ids()
    typed("reject", identity)
    (item,) = exported(typed("export", identity[:8])[1])
    assert (item.kind, item.labels) == ("none", ())
    assert typed("export", identity)[1].endswith("\n---\nnone\n")


def test_an_article_is_one_block_however_many_of_its_items_are_named(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding, children_in_care good"})
    home.reads({TWO: "leadership outstanding"}, text=BODY + "2", url="https://news.test/2")
    typed("accept", *home.ids())
    assert sorted(len(item.labels) for item in exported(typed("export", *home.ids())[1])) == [1, 2]


def test_an_export_goes_into_a_file(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"})
    typed("accept", *home.ids())
    file = home.folder / "labels.txt"
    assert typed("export", "--all-decided", "--out", str(file)) == (0, f"1 article written to {file}\n", "")
    assert len(exported(file.read_text(encoding="utf-8"))) == 1
    status, _, said = typed("export", "--all-decided", "--out", str(home.folder / "nowhere" / "x"))
    assert (status, "No such file" in said) == (2, True)


def test_what_cannot_be_exported_is_named(home: Installation, typed: Typed) -> None:
    home.reads({ONE: "leadership outstanding"}, text=" ", quote=" ", title="Leaders outstanding")
    home.reads({TWO: "leadership outstanding"}, text=BODY + "2", url="https://news.test/2")
    bare, waiting = home.ids()
    typed("accept", bare)
    status, said, why = typed("export", bare, waiting)
    assert (status, said) == (1, "")
    assert f"{waiting[:10]}: is not decided yet, left out" in why
    assert "https://news.test/a: its text was not kept, left out" in why
    assert typed("export")[0] == 2


def test_words_that_run_over_lines_or_stand_in_the_title_are_found_again(home: Installation, typed: Typed) -> None:
    title = 'Leaders  "outstanding",\n say inspectors'
    quote = SENTENCE + "\r\n\n=== How it came to this"
    text = BODY.replace("\n", "\r\n")
    home.reads({ONE: "leadership outstanding"}, text=text, quote=quote, title=title)
    home.reads({TWO: "leadership outstanding"}, text=text + "2", quote=title, title=title, url="https://news.test/2")
    typed("accept", *home.ids())
    evidence = {label.authority: label.evidence for item in exported(typed("export", *home.ids())[1]) for label in item.labels}
    assert evidence == {ONE: SENTENCE, TWO: 'Leaders "outstanding", say inspectors'}


def test_every_span_of_a_judgement_survives_the_queue(home: Installation) -> None:
    text = BODY
    start = text.index(SENTENCE)
    span = Span(start=start, end=start + len(SENTENCE))
    store = home.store()
    sure = judgements(text, {ONE: "leadership outstanding"}, evidence=span, quote=SENTENCE, probability=0.6, frame="x")
    store.record(article(text, published=TODAY), replace(result(text, {}), uncertain=sure), link=None, baseline=False, now=NOW)
    assert tuple(item.judgement for item in store.reviews()) == sure
    store.close()
