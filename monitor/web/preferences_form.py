"""What somebody wants to hear of, as a form shows it, as a form sends it, and as an address begins it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.channels.mime import usable
from monitor.domain.authorities import by_code, by_urn, find, regions, unknown
from monitor.domain.calendar import day_words
from monitor.domain.frameworks import graded_lately
from monitor.domain.model import Area, Authority, ChangeKind, Trust
from monitor.domain.subscription_keys import subscription_from_table, table_from_subscription
from monitor.domain.subscriptions import DEFAULT_KINDS, Frequency, Subscription, SubscriptionError
from monitor.messages.sanitize import listed, sanitize
from monitor.messages.subscription_summary import (
    FREQUENCY,
    KINDS,
    ONLY_INADEQUATE,
    TRUST,
    area_words,
    kind_words,
    watched,
    without,
)
from monitor.web.forms import Form, first
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.council_search import CouncilSearch, search_councils, search_text

#: Kinds of changes that a form asks for by one word; others, which a table of the configuration may name, are "other".
_KINDS: Mapping[str, frozenset[ChangeKind]] = {"every": DEFAULT_KINDS, "inadequate": ONLY_INADEQUATE}
_OTHER = "other"
#: Fields in the order of the page, each with the key of a subscription's table that it is about.
FIELDS = {
    "regions": "regions",
    "search": "authorities",
    "near": "neighbours_of",
    "areas": "areas",
    "what": "kinds",
    "minimum_trust": "minimum_trust",
    "frequency": "frequency",
    "to": "to",
}
_NO_ADDRESS = {"to": "Enter an email address, like name@example.org"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to tick: its value in the form, its words, and whether it is ticked."""

    value: str
    words: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesForm:
    """A form about what to hear of, filled in."""

    regions: tuple[Choice, ...]
    chosen: tuple[Choice, ...]  #: councils
    names: tuple[str, ...]  #: of every council of today, to be completed
    search: str  #: what was looked for
    found: tuple[Choice, ...]  #: councils that it may mean and that are not chosen
    found_words: str
    near: tuple[str, ...]  #: whose statistical neighbours
    near_self: bool  #: and those councils themselves
    inadequate_now: bool  #: also every council that is inadequate
    areas: tuple[Choice, ...]
    kinds: str  #: of `kind_options`
    kind_options: tuple[tuple[str, str], ...]
    minimum_trust: str
    frequency: str
    stays: str = ""  #: councils that no form asks for, in words
    TRUST = tuple((value.value, words) for value, words in TRUST.items())
    FREQUENCY = tuple((value.value, words) for value, words in FREQUENCY.items())


def preferences_form(form: Form, day: date, *, before: Subscription | None = None) -> PreferencesForm:
    """The form as it was sent, to be shown again; what it does not know is left out. `before` is what it changes."""
    some = {who.name: who for name in _named(form) if (who := find(name)) is not None}
    looked = search_councils(first(form, "search"), day)
    areas = set(form.get("areas", ()))
    kinds = before.kinds if before else DEFAULT_KINDS
    other = () if kinds in _KINDS.values() else ((_OTHER, f"As it is now. {kind_words(kinds)}"),)
    return PreferencesForm(
        regions=tuple(Choice(value=each, words=each, is_chosen=each in form.get("regions", ())) for each in regions()),
        chosen=tuple(_council(each, is_chosen=True) for each in sorted(some.values(), key=lambda who: who.display_name)),
        names=tuple(each.display_name for each in current_authorities(day)),
        search=looked.text,
        found=tuple(_council(each) for each in looked.found if each.name not in some),
        found_words=_found_words(looked, some),
        near=tuple(_typed(form, "near")),
        near_self=bool(first(form, "near_self")),
        inadequate_now=bool(first(form, "inadequate_now")),
        areas=tuple(
            Choice(value=each.value, words=area_words(each), is_chosen=each.value in areas)
            for each in Area
            if graded_lately(each) or each.value in areas
        ),
        kinds=first(form, "what", "every"),
        kind_options=(*((word, KINDS[several]) for word, several in _KINDS.items()), *other),
        minimum_trust=first(form, "minimum_trust", Trust.REPORTED),
        frequency=first(form, "frequency", Frequency.IMMEDIATE),
        stays=_stays(before) if before else "",
    )


def _council(who: Authority, *, is_chosen: bool = False) -> Choice:
    return Choice(value=who.name, words=who.display_name, is_chosen=is_chosen)


def _found_words(looked: CouncilSearch, chosen: Mapping[str, Authority]) -> str:
    """What a search came to; empty where nothing was looked for."""
    if not looked.text:
        return ""
    there = [who.display_name for who in looked.found if who.name in chosen]
    count = len(looked.found) - len(there)
    also = f" {listed(there) if len(there) < 5 else f'{len(there)} more'} {'is' if len(there) == 1 else 'are'} chosen already."
    told = f"{count or 'No other' if there else count or 'No'} council{'' if count == 1 else 's'} found for “{looked.text}”."
    if looked.missing:
        told = f"{missing_words(looked)}. {'Did you mean:' if looked.is_guess and count else told if count else ''}".strip()
    return told + (also if there else "")


def missing_words(looked: CouncilSearch) -> str:
    """That nothing is called as a reader typed; empty where everything is."""
    return f"No council is called {listed([f'“{each[:60]}”' for each in looked.missing])}" if looked.missing else ""


def _stays(before: Subscription) -> str:
    """Which councils a subscription has besides those that a form asks for, in words; empty where it has none."""
    asked: frozenset[str] = frozenset()
    others = replace(before, regions=asked, neighbours_of=asked, currently_inadequate=False, authorities=before.include)
    return "; ".join(filter(None, [*watched(others), without(before)]))


def form_of(subscription: Subscription) -> Form:
    """The form that would ask for what a subscription is."""
    near = subscription.neighbours_of
    near_self = bool(near) and near <= subscription.authorities
    return {
        "authorities": sorted(by_urn()[urn].name for urn in subscription.authorities - (near if near_self else frozenset())),
        "regions": sorted(subscription.regions),
        "near": sorted(by_urn()[urn].display_name for urn in near),
        "near_self": ("yes",) if near_self else (),
        "inadequate_now": ("yes",) if subscription.currently_inadequate else (),
        "areas": sorted(area.value for area in subscription.areas),
        "what": (next((word for word, kinds in _KINDS.items() if kinds == subscription.kinds), _OTHER),),
        "minimum_trust": (subscription.minimum_trust.value,),
        "frequency": (subscription.frequency.value,),
        "more": ("1",),
    }


def form_of_address(pairs: Sequence[tuple[str, str]]) -> Form:
    """The form that an address begins, in the words of the filters: ``?authority=E08000035&region=London&area=leadership``.

    ``neighbours_of`` takes a code, too. What cannot be asked for, or is not known, is left out.
    """
    codes = {code.casefold(): who.urn for code, who in by_code().items() if code}
    some, near = _said(pairs, "authority", codes), _said(pairs, "neighbours_of", codes)
    kinds = {value for name, value in pairs if name == "kind"}
    wish = Subscription(
        name="",
        channel="",
        authorities=frozenset(some),
        neighbours_of=frozenset(near),
        regions=frozenset(_said(pairs, "region", {each.casefold(): each for each in regions()})),
        areas=frozenset(map(Area, _said(pairs, "area", {each.value: each.value for each in Area}))),
        kinds=ONLY_INADEQUATE if kinds and kinds <= ONLY_INADEQUATE else DEFAULT_KINDS,
    )
    return form_of(wish)


def _said(pairs: Sequence[tuple[str, str]], parameter: str, known: Mapping[str, str]) -> list[str]:
    """What an address says of a parameter, as it is known."""
    return [known[value.casefold()] for name, value in pairs if name == parameter and value.casefold() in known]


def table(form: Form, *, before: Subscription | None = None) -> dict[str, object]:
    """A form as a subscription's table; what no form asks for stays as it was `before`."""
    near = _typed(form, "near")
    asked: dict[str, object] = {
        "authorities": [*_named(form), *(near if first(form, "near_self") else ())],
        "regions": list(form.get("regions", ())),
        "minimum_trust": first(form, "minimum_trust", Trust.REPORTED),
        "frequency": first(form, "frequency", Frequency.IMMEDIATE),
    }
    kept = dict(table_from_subscription(before)) if before else {}
    if "more" in form:  # a form that has these questions; a box that is not ticked is not sent
        asked |= {"currently_inadequate": bool(first(form, "inadequate_now")), "areas": list(form.get("areas", ()))}
        asked["neighbours_of"] = near
    kinds = _KINDS.get(first(form, "what"))
    if kinds is not None:
        kept["kinds"] = sorted(kinds)
    return kept | asked


def read_wish(form: Form, own: Mapping[str, object], *, before: Subscription | None = None) -> Subscription | Mapping[str, str]:
    """The subscription that a form asks for, or all that is wrong with the form: by the field's id, in the order of the page.

    `own` are the keys that nobody asks for in a form: the name, the channel.
    """
    asked, problems = {**table(form, before=before), **own}, dict(_problems(form, before))
    if "to" in own and (not usable(str(own["to"])) or str(own["to"]).endswith(".")):
        problems |= _NO_ADDRESS
    for field in problems:
        asked.pop(FIELDS[field], None)
    while True:
        try:
            wish = subscription_from_table(asked)
        except SubscriptionError as error:
            problems |= problem(error)
            del asked[error.key]
        else:
            return {field: problems[field] for field in FIELDS if field in problems} or wish


def _problems(form: Form, before: Subscription | None) -> Iterator[tuple[str, str]]:
    """What is wrong that no key of a table could be."""
    near = _typed(form, "near")
    if _typed(form, "search") and not any(form.get(name) for name in ("authorities", "regions", "near", "inadequate_now")):
        yield "search", "Tick the councils that you mean, or empty this field to hear of every council in England"
    if first(form, "near_self") and not near:
        yield "near", "Enter the council whose statistical neighbours you mean"
    for name in near:
        who = find(name)
        if who is None:
            yield "near", re.sub("'(.*)'", r"“\1”", f"No council is called “{name[:60]}”{unknown(name)}")
        elif not who.neighbours:
            end = f": it ended on {day_words(who.valid.end)}" if who.valid.end else ""
            yield "near", f"{who.display_name} has no statistical neighbours{end}"
    what = first(form, "what", "every")
    if what not in _KINDS and not (what == _OTHER and before):
        yield "what", "Choose what you want to hear of"


def problem(error: SubscriptionError) -> Mapping[str, str]:
    """What is wrong with a form, by the id of the field that it is about."""
    if error.key == "to":
        return _NO_ADDRESS
    field = next((field for field, key in FIELDS.items() if key == error.key), error.key)
    said = sanitize(error.message)
    return {field: said[:1].upper() + said[1:]}


def looks_for_councils(form: Form) -> bool:
    """Whether a form asks for a search: by its button, or because something stands there that nobody has looked for yet."""
    return first(form, "do") == "search" or search_text(first(form, "search")) not in ("", first(form, "searched"))


def search_problem(form: Form, day: date) -> Mapping[str, str]:
    """What is wrong with a search, by the id of its field; empty where something was found for all of it."""
    looked = search_councils(first(form, "search"), day)
    if not looked.text:
        return {"search": "Enter a council’s name, or how it begins"}
    hint = ". Choose from the nearest names, or try another" if looked.is_guess and looked.found else ""
    return {"search": missing_words(looked) + hint} if looked.missing else {}


def _typed(form: Form, name: str) -> list[str]:
    """What was typed into a field, each value once; without what is blank."""
    return list(dict.fromkeys(said for each in form.get(name, ()) if (said := sanitize(each))))


def _named(form: Form) -> list[str]:
    """The councils of a form; several may stand in one field, with semicolons between."""
    return list(
        dict.fromkeys(name.strip() for field in form.get("authorities", ()) for name in field.split(";") if name.strip())
    )
