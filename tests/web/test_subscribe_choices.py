"""What may be chosen at /subscribe and in the preferences: it is what is kept, nothing is lost, and the preview does not lie."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.app.replay import preview, replayed_messages
from monitor.cli import main
from monitor.domain.authorities import authorities, by_urn, find, regions
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind, SourceClass, Trust
from monitor.domain.replay import replay
from monitor.domain.subscription_keys import table_from_subscription
from monitor.domain.subscriptions import DEFAULT_KINDS, Frequency, QuietHours, Subscription, matches, neighbours
from monitor.messages.links import LinkAction, Links
from monitor.messages.subscription_summary import ONLY_INADEQUATE
from monitor.store import SqlStore, open_store
from monitor.store.notification_stages import History, News, route
from monitor.web.app import create_app
from monitor.web.preferences_form import form_of, read_wish
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.council_search import search_councils
from monitor.web.rate_limiter import RateLimiter
from monitor.web.self_service import SelfService
from monitor.web.self_service_pages import Shown, manage_page
from tests.builders import NOW, StoppedClock, authority, subscription
from tests.web.fakes import TestClient, site_of
from tests.web.sent_form import sent_form

LINKS = Links(base="http://testserver", key=b"k" * 32)
TODAY = NOW.date()
SINCE = date(2024, 1, 1)
DAYS = list(replay(each for inspection in history() for each in inspection.attestations))
HAVE_NEIGHBOURS = [each.urn for each in authorities() if each.neighbours]


@dataclass
class Pages:
    """Self-service over a store of its own, with previews of the whole record."""

    client: TestClient
    store: SqlStore
    clock: StoppedClock

    def post(self, path: str = "/subscribe", **form: Any) -> tuple[int, str]:
        answer = self.client.post(path, data=form)
        return answer.status_code, unescape(answer.text)

    def subscribed(self, **form: Any) -> Subscription:
        """What is kept of a form that asks to subscribe."""
        self.clock.forward(hours=25)
        assert self.client.post("/subscribe", data={"to": "eve@reader.test"} | form).status_code == 200
        return max(self.store.subscriber_rows(address="eve@reader.test"), key=lambda each: each.created_at).subscription

    def preferences(self, wish: Subscription) -> str:
        """The address of the preferences of somebody who subscribed so."""
        self.clock.forward(hours=25)
        asked = self.store.request_subscription(wish, now=self.clock.now())
        assert asked
        assert self.store.confirm_subscription(wish.name, now=self.clock.now())
        return LINKS.make(LinkAction.MANAGE, wish.name, asked.nonce).removeprefix("http://testserver")

    def kept(self, name: str) -> Subscription:
        (found,) = self.store.subscriber_rows(name)
        return found.subscription


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder: Path = tmp_path_factory.mktemp("choices")
    store = open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: (), links=LINKS, history=lambda _before: ())
    clock, often = StoppedClock(), RateLimiter(per_minute=10_000, per_hour=10_000)
    service = SelfService(
        store=store,
        links=LINKS,
        channel="mail",
        clock=clock,
        preview=lambda wish: preview(DAYS, wish, since=SINCE, most=1),
        looks=often,
    )
    with TestClient(create_app(site_of(), service.router())) as client:
        yield Pages(client=client, store=store, clock=clock)
    store.close()


def told_on(wish: Subscription) -> list[date]:
    """The days since `SINCE` on which the outbox would have got something for a subscription, as the daemon decides it."""
    nothing = History(alerted=(), told={}, was_told=lambda _subscription, _change: (False, False))
    days = []
    for step in DAYS:
        if step.day >= SINCE:
            changes = {change.key: change for change in step.decision.changes}
            news = News(changes=changes, known=step.known, source_class=step.attestation.source_class)
            days += [step.day] if any(route(news, [wish], nothing)) else []
    return days


def some(values: Any, most: int = 3) -> st.SearchStrategy[frozenset[Any]]:
    return st.frozensets(st.sampled_from(sorted(values)), max_size=most)


URNS = some([each.urn for each in authorities()])
SUBSCRIPTIONS = st.builds(
    Subscription,
    name=st.just("self-1"),
    channel=st.just("mail"),
    to=st.just("eve@reader.test"),
    authorities=URNS,
    regions=some(regions()),
    types=some({each.type for each in authorities()}),
    neighbours_of=some(HAVE_NEIGHBOURS),
    trusts=some({trust.name for each in authorities() for trust in each.trusts}),
    currently_inadequate=st.booleans(),
    include=URNS,
    exclude=URNS,
    areas=some(Area),
    kinds=st.sampled_from([DEFAULT_KINDS, ONLY_INADEQUATE]) | st.frozensets(st.sampled_from(ChangeKind), min_size=1),
    minimum_trust=st.sampled_from([Trust.REPORTED, Trust.CORROBORATED, Trust.CONFIRMED]),
    source_classes=some(SourceClass),
    frequency=st.sampled_from(Frequency),
    quiet=st.none() | st.just(QuietHours(start=time(22), end=time(7))),
    no_news=st.sampled_from(["", "weekly"]),
    note=st.sampled_from(["", "For Monday"]),
    paused=st.booleans(),
)


@given(SUBSCRIPTIONS)
@settings(max_examples=100, deadline=None)
def test_a_form_that_is_saved_untouched_changes_nothing(wish: Subscription) -> None:
    assert read_wish(form_of(wish), {}, before=wish) == wish


@given(SUBSCRIPTIONS)
@settings(max_examples=25, deadline=None)
def test_a_page_that_is_saved_untouched_changes_nothing(wish: Subscription) -> None:
    """Whatever the configuration or an older program made of it: what the page does not show is not sent, and stays."""
    page = bytes(manage_page(wish, Shown(day=TODAY, form=form_of(wish), can_look=True)).body).decode()
    assert read_wish(sent_form(page), {}, before=wish) == wish


#: Forms as somebody may fill them in: names and codes of councils, whole regions, neighbours ...
FORMS = st.fixed_dictionaries(
    {"more": st.just("1")},
    optional={
        "authorities": st.lists(st.sampled_from([each.name for each in current_authorities(TODAY)]), max_size=3),
        "regions": st.lists(st.sampled_from(regions()), max_size=2),
        "near": st.sampled_from([by_urn()[urn].display_name for urn in HAVE_NEIGHBOURS]),
        "inadequate_now": st.just("yes"),
        "areas": st.lists(st.sampled_from([area.value for area in Area]), max_size=3),
        "what": st.sampled_from(["every", "inadequate"]),
        "minimum_trust": st.sampled_from(["reported", "confirmed"]),
        "frequency": st.sampled_from(["immediate", "daily", "weekly"]),
    },
)


@given(form=FORMS, itself=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_preview_is_what_would_be_sent_to_the_subscription_that_the_form_makes(
    pages: Pages, form: dict[str, Any], itself: bool
) -> None:
    if itself and "near" in form:
        form = form | {"near_self": "yes"}
    status, page = pages.post(do="look", **form)
    assert status == 200
    said = re.search(r"You would have had (\d+|no) alerts? since 1 January 2024", page)
    assert said
    pages.clock.forward(hours=2)
    wish = pages.subscribed(**form)
    told = told_on(wish)
    assert int(said[1].replace("no", "0")) == len(told)
    if not told:
        assert "<summary>" not in page
        return
    (newest,) = replayed_messages(DAYS, wish, since=told[-1]) if told.count(told[-1]) == 1 else [None]
    assert newest is None or f": {newest.message.subject}</summary>" in page


@pytest.mark.parametrize("form", [{"near": "Leeds", "near_self": "yes"}, {"inadequate_now": "yes", "areas": "care_leavers"}])
def test_the_preview_is_what_replay_says(
    pages: Pages, form: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`monitor replay`, of the same subscription in the configuration."""
    wish = replace(pages.subscribed(more="1", **form), channel="console", to="")
    lines = [f"{key} = {json.dumps(value)}" for key, value in table_from_subscription(wish).items()]
    (tmp_path / "subscriptions.toml").write_text("\n".join(["[[subscription]]", *lines]))
    (tmp_path / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    where = ["--config", str(tmp_path), "--state", str(tmp_path / "state")]
    assert main(["replay", "--subscription", wish.name, "--since", "2024", "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)["messages"]
    assert f"You would have had {len(told)} alerts since 1 January 2024" in pages.post(do="look", more="1", **form)[1]


def test_digests_are_counted_as_the_messages_that_they_are(pages: Pages) -> None:
    days = set(told_on(subscription("x")))
    weeks = {day - timedelta(days=day.weekday()) for day in days}
    made = {each: preview(DAYS, subscription("x", frequency=each), since=SINCE, most=0) for each in Frequency}
    assert made[Frequency.IMMEDIATE].messages == made[Frequency.IMMEDIATE].count
    assert made[Frequency.DAILY].messages == len(days)
    assert made[Frequency.WEEKLY].messages == len(weeks) < len(days)
    assert f", in {len(weeks)} messages</h2>" in pages.post(do="look", frequency="weekly")[1]


def test_neighbours_are_those_of_the_day_on_which_something_changes(pages: Pages) -> None:
    leeds = authority("Leeds")
    for form, itself in (({"near": "leeds"}, False), ({"near": "E08000035", "near_self": "yes"}, True)):
        wish = pages.subscribed(more="1", **form)
        assert wish.neighbours_of == {leeds.urn}, "the list is looked up then, and not kept"
        assert (leeds.urn in wish.authorities) == itself
        hears = {step.attestation.authority.urn for step in DAYS for change in step.decision.changes if matches(wish, change)}
        own = {leeds.urn} if itself else set()
        moved = {step.attestation.authority.urn for step in DAYS for change in step.decision.changes}
        assert hears == (neighbours(frozenset({leeds.urn})) | own) & moved
    page = pages.client.get(pages.preferences(replace(wish, name="near"))).text
    assert "Leeds and the statistical neighbours of Leeds</dd>" in page
    assert re.search(r'name="near" value="Leeds"', page)
    assert re.search(r'name="near_self" value="yes" checked', page)


def test_judgements_may_be_chosen_and_one_that_is_given_no_more_says_so(pages: Pages) -> None:
    page = pages.client.get("/subscribe").text
    words = dict(re.findall(r'name="areas" value="(\w+)".*?<span>(.*?)</span>', page))
    assert list(words) == ["overall", "leadership", "help_and_protection", "children_in_care", "care_leavers"]
    assert words["overall"] == "Overall effectiveness (only of inspections that began by 1 April 2026)"
    assert words["help_and_protection"] == "Help and protection"
    assert pages.subscribed(more="1", areas=["care_leavers", "leadership"]).areas == {Area.CARE_LEAVERS, Area.LEADERSHIP}
    old = pages.client.get(pages.preferences(subscription("old", areas=["adoption"]))).text
    assert 'name="areas" value="adoption" id="areas" checked' in old or re.search(r'value="adoption"[^>]* checked', old)


WRONG = (
    ({"to": "nobody"}, {"to": "Enter an email address, like name@example.org"}),
    ({"near": "Ledes"}, {"near": "No council is called “Ledes”; did you mean “Leeds”?"}),
    ({"near": "Cumbria"}, {"near": "Cumbria has no statistical neighbours: it ended on 1 April 2023"}),
    ({"near_self": "yes"}, {"near": "Enter the council whose statistical neighbours you mean"}),
    ({"near": "East Surrey"}, {"near": "No council is called “East Surrey”; it takes over from Surrey on 1 April 2027"}),
    ({"authorities": "Atlantis"}, {"search": "Unknown authority"}),
    ({"regions": "Atlantis"}, {"regions": "Unknown value"}),
    ({"areas": "sleep"}, {"areas": "Unknown value"}),
    ({"what": "other"}, {"what": "Choose what you want to hear of"}),
    ({"what": "gossip"}, {"what": "Choose what you want to hear of"}),
    ({"frequency": "hourly"}, {"frequency": "Unknown value"}),
    ({"minimum_trust": "none"}, {"minimum_trust": "Unknown value"}),
    (
        {"to": "nobody", "near": "Ledes", "areas": ["sleep", "overall"], "regions": ["Atlantis", "London"]},
        {"regions": "Unknown", "near": "No council", "areas": "Unknown", "to": "Enter an email"},
    ),
)


@pytest.mark.parametrize(("form", "problems"), WRONG, ids=str)
@pytest.mark.parametrize("do", ["", "look"])
def test_everything_that_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    pages: Pages, form: dict[str, Any], problems: dict[str, str], do: str
) -> None:
    sent = {"to": "eve@reader.test", "authorities": ["Bury"], "inadequate_now": "yes", "more": "1"} | form
    if do:
        problems = {field: words for field, words in problems.items() if field != "to"}
        if not problems:
            return  # no address is needed
    status, page = pages.post(**sent, do=do)
    assert status == 400
    assert "<title>Error: " in page
    assert re.findall(r'<li><a href="#(\w+)">', page) == list(problems)
    for field, words in problems.items():
        assert re.search(rf'id="{field}-problem"><span>Error:</span> {re.escape(words)}', page), field
        assert re.search(rf'aria-describedby="[^"]*{field}-problem', page), "its field says so"
        assert re.search(rf'<(?:input|legend)[^>]* id="{field}"', page), "and can be gone to"
    again = sent_form(page)
    for name, value in sent.items():
        known = {"Atlantis", "sleep", "hourly", "none", "gossip", "other"}
        values = {each for each in (value if isinstance(value, list) else [value]) if each not in known}
        assert values <= set(again.get(name, [])), name


def test_councils_are_found_without_a_script_and_what_was_chosen_stays(pages: Pages) -> None:
    status, page = pages.post(
        to="eve@reader.test",
        authorities=["Leeds", "Kent"],
        regions="London",
        areas="overall",
        near="Bury",
        search="north",
        frequency="weekly",
        more="1",
        do="search",
    )
    assert status == 200
    assert 'tabindex="-1" autofocus>9 councils found for “north”.</legend>' in page
    again = sent_form(page)
    assert {name: again[name] for name in ("authorities", "regions", "areas", "near", "frequency", "to", "search")} == {
        "authorities": ["Kent", "Leeds"],
        "regions": ["London"],
        "areas": ["overall"],
        "near": ["Bury"],
        "frequency": ["weekly"],
        "to": ["eve@reader.test"],
        "search": ["north"],
    }
    again["authorities"].append("Northumberland")
    once_more = sent_form(pages.post(**again | {"search": "LEEDS; derby"}, do="search")[1])
    assert once_more["authorities"] == ["Kent", "Leeds", "Northumberland"]
    wish = pages.subscribed(**once_more)
    assert {by_urn()[urn].name for urn in wish.authorities} == {"Kent", "Leeds", "Northumberland"}
    assert (wish.frequency, wish.regions) == ("weekly", {"London"})


@pytest.mark.parametrize("do", ["", "look", "change"])
def test_what_was_typed_and_not_looked_for_is_looked_for_first(pages: Pages, do: str) -> None:
    path = pages.preferences(subscription("typed", regions=["London"])) if do == "change" else "/subscribe"
    status, page = pages.post(path, to="eve@reader.test", search="lee", do=do, more="1")
    assert (status, "1 council found for “lee”." in page) == (200, True)
    if do == "change":
        assert pages.kept("typed").regions == {"London"}, "nothing was saved"
    assert (
        "1 council found"
        not in pages.post(path, to="eve@reader.test", search="lee", searched="lee", do="look", more="1")[1][:3000]
    )


@pytest.mark.parametrize("do", ["", "look", "change"])
def test_who_found_councils_and_ticked_none_is_not_taken_for_one_who_wants_all(pages: Pages, do: str) -> None:
    path = pages.preferences(subscription("none", regions=["London"])) if do == "change" else "/subscribe"
    sent = {"to": "none@reader.test", "search": "lee", "searched": "lee", "more": "1", "do": do}
    status, page = pages.post(path, **sent)
    assert (status, re.findall(r'<li><a href="#(\w+)">(\w+) the councils that you mean', page)) == (400, [("search", "Tick")])
    assert 'name="authorities" value="Leeds"' in page, "what was found is still there"
    for chosen in (
        {"authorities": "Leeds"},
        {"regions": "London"},
        {"near": "Leeds"},
        {"inadequate_now": "yes"},
        {"search": ""},
    ):
        assert "Tick the councils" not in pages.post(path, **sent | chosen)[1]


@pytest.mark.parametrize(
    ("text", "status", "words", "offered"),
    [
        ("", 400, "Enter a council’s name, or how it begins", []),
        ("  ", 400, "Enter a council’s name, or how it begins", []),
        ("Ledes", 400, "No council is called “Ledes”. Choose from the nearest names, or try another", ["Kirklees", "Leeds"]),
        ("qqqq", 400, "No council is called “qqqq”", []),
        ("bury, qqqq", 400, "No council is called “qqqq”", ["Bury"]),
        ("E08000035", 200, "1 council found for “E08000035”.", ["Leeds"]),
        ("Slough Children First", 200, "1 council found", ["Slough"]),
        ("West Midlands", 200, "14 councils found for “West Midlands”.", ["Birmingham"]),
        ("Kent", 200, "No other councils found for “Kent”. Kent is chosen already.", []),
        ("<b>x</b>", 400, "No council is called “<b>x</b>”", []),
    ],
)
def test_a_search_says_what_it_came_to(pages: Pages, text: str, status: int, words: str, offered: list[str]) -> None:
    answer = pages.client.post("/subscribe", data={"search": text, "authorities": "Kent", "do": "search"})
    assert answer.status_code == status
    assert "<b>" not in answer.text
    assert words in unescape(answer.text)
    found = set(re.findall(r'name="authorities" value="([^"]+)">', answer.text))
    assert set(offered) <= found
    assert bool(offered) == bool(found)


def test_every_council_is_found_by_its_names_and_codes() -> None:
    for who in current_authorities(TODAY):
        for text in (who.name, who.display_name, who.gss_code):
            assert who in search_councils(text, TODAY).found, text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bristol, City of", ["Bristol"]),
        ("leeds; kingston upon hull, city of, Herefordshire, County of", ["Herefordshire", "Hull", "Leeds"]),
        ("Bournemouth, Christchurch and Poole", ["Bournemouth, Christchurch and Poole"]),
        ("Leeds, Bristol", ["Bristol", "Leeds"]),
    ],
)
def test_a_comma_in_a_councils_own_name_does_not_part_it(text: str, names: list[str]) -> None:
    search = search_councils(text, TODAY)
    assert ([who.display_name for who in search.found], search.missing) == (names, ())


def test_an_address_in_the_words_of_the_filters_begins_a_form(pages: Pages) -> None:
    query = "authority=E08000035&region=london&area=leadership&neighbours_of=886&kind=into_inadequate&from=2020-01-01&x=%3Cb%3E"
    form = sent_form(pages.client.get(f"/subscribe?{query}").text)
    named = {name: form[name] for name in ("authorities", "regions", "areas", "near", "what")}
    assert named == {
        "authorities": ["Leeds"],
        "regions": ["London"],
        "areas": ["leadership"],
        "near": ["Kent"],
        "what": ["inadequate"],
    }
    for query in ("", "region=Atlantis&area=x&authority=&neighbours_of=y&kind=upgraded", "?&=&&"):
        form = sent_form(pages.client.get(f"/subscribe?{query}").text)
        assert not {"authorities", "regions", "areas"} & set(form)
        assert (form["near"], form["what"]) == ([""], ["every"])


@pytest.mark.parametrize(
    ("page", "chosen"),
    [
        ("/", {}),
        (
            "/?region=London&area=leadership&kind=out_of_inadequate",
            {"regions": "London", "areas": "leadership", "what": "inadequate"},
        ),
        ("/?authority=E08000035&rating=good", {"authorities": "Leeds"}),
        ("/authorities/E08000035", {"authorities": "Leeds"}),
        ("/authorities/E08000035", {"near": "Leeds", "near_self": "yes"}),
    ],
)
def test_pages_lead_to_a_form_that_has_chosen_what_they_show(pages: Pages, page: str, chosen: dict[str, str]) -> None:
    asked = {"what": "every", "near": ""} | chosen
    leads_to = [unescape(each) for each in re.findall(r'href="(/subscribe[^"]*)"', pages.client.get(page).text)]
    forms = [sent_form(pages.client.get(address).text) for address in leads_to]
    names = ("authorities", "regions", "areas", "near", "near_self", "what")
    assert asked in [{name: form[name][0] for name in names if name in form} for form in forms]


def test_looking_and_searching_in_the_preferences_save_nothing_and_know_what_is_not_shown(pages: Pages) -> None:
    wish = subscription("shown", types=["County"], exclude=["Kent"], kinds=["upgraded"], quiet="22:00-07:00", paused=True)
    path = pages.preferences(wish)
    page = unescape(pages.client.get(path).text)
    assert "as it was set up for you and stays: councils of the type County; without Kent." in page
    assert "As it is now. Only: upgraded" in page
    sent = sent_form(page) | {"areas": ["help_and_protection"]}
    status, looked = pages.post(path, **sent, do="look")
    told = list(replayed_messages(DAYS, replace(wish, paused=False, areas=frozenset({Area.HELP_AND_PROTECTION})), since=SINCE))
    assert told
    assert (status, f"You would have had {len(told)} alerts" in looked) == (200, True)
    assert pages.post(path, **sent | {"search": "leeds"}, do="search")[0] == 200
    assert pages.kept("shown") == wish
    assert "Saved." in pages.post(path, **sent, do="change")[1]
    assert pages.kept("shown") == replace(wish, areas=frozenset({Area.HELP_AND_PROTECTION}))


def test_mails_and_pages_say_what_was_chosen(pages: Pages) -> None:
    pages.clock.forward(hours=25)
    chosen = {"near": "Leeds", "authorities": ["Bury"], "areas": "care_leavers", "inadequate_now": "yes", "what": "inadequate"}
    pages.post(to="words@reader.test", more="1", **chosen)
    words = (
        "Bury, the statistical neighbours of Leeds and every council that is inadequate at the time",
        "Care leavers",
        "Only changes into or out of inadequate",
    )

    def mailed() -> str:
        found = pages.store.claim(owner="t", now=NOW.replace(year=NOW.year + 9), lease=60, limit=50)
        return next(each.message.text for each in found if each.recipient == "words@reader.test")

    asked = mailed()
    path = re.search(r"http://testserver(/c/\S+)", asked)[1]  # type: ignore[index]  # it is there
    told = [" ".join(asked.split()), unescape(pages.client.get(path).text)]
    pages.client.post(path)
    told.append(" ".join(mailed().split()))
    for text in told:
        assert all(each in text for each in words)


def test_a_mail_to_whoever_an_address_belongs_to_holds_no_words_of_who_gave_it(pages: Pages) -> None:
    pages.clock.forward(hours=25)
    pages.post(
        to="words2@reader.test", more="1", search="Buy now", searched="Buy now", note="Buy now", near="leeds", name="Buy now"
    )
    found = pages.store.claim(owner="t", now=NOW.replace(year=NOW.year + 9), lease=60, limit=50)
    (text,) = [each.message.text for each in found if each.recipient == "words2@reader.test"]
    assert "Buy" not in text
    assert find("leeds") is not None
    assert "the statistical neighbours of Leeds" in " ".join(text.split()).replace("The", "the")


def test_nothing_is_asked_twice_of_a_table(pages: Pages) -> None:
    wish = pages.subscribed(more="1", near=["Leeds"], near_self="yes", authorities=["Leeds", "Leeds; Kent"])
    assert sorted(table_from_subscription(wish)["authorities"]) == sorted([authority("Kent").urn, authority("Leeds").urn])  # type: ignore[call-overload]
