"""What somebody wants to hear of, as a form shows it, as a form sends it, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.authorities import authorities, by_urn, regions
from monitor.domain.model import ChangeKind, Trust
from monitor.domain.subscription_keys import table_from_subscription
from monitor.domain.subscriptions import DEFAULT_KINDS, Frequency, Subscription, SubscriptionError
from monitor.messages.sanitize import listed, sanitize
from monitor.web.forms import Form, first

TRUST = (
    (Trust.REPORTED.value, "Tell me as soon as one newspaper or website reports it"),
    (Trust.CORROBORATED.value, "Wait until two of them report it"),
    (Trust.CONFIRMED.value, "Wait for Ofsted’s own report"),
)
FREQUENCY = (
    (Frequency.IMMEDIATE.value, "At once, whenever something changes"),
    (Frequency.DAILY.value, "Once a day, at half past seven in the morning"),
    (Frequency.WEEKLY.value, "Once a week, on Monday morning"),
)
#: What somebody hears of; other kinds, which a table of the configuration may name, stay as they are.
KINDS = (
    ("every", "Every change of a rating"),
    ("inadequate", "Only changes into or out of inadequate"),
)
_INADEQUATE = frozenset({ChangeKind.INTO_INADEQUATE, ChangeKind.OUT_OF_INADEQUATE})
#: Where on the page a key of a subscription's table is asked for.
FIELDS = {"authorities": "councils", "regions": "councils"}
#: Keys that `described` has words for, or that are nobody's business.
_SHOWN = frozenset(
    {"name", "channel", "to", "authorities", "regions", "minimum_trust", "frequency", "paused", "kinds", "currently_inadequate"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """A council to choose; `value` is its name as the table of authorities has it."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region with its councils; `whole` when all of it is chosen."""

    name: str
    whole: bool
    councils: tuple[Council, ...]

    @property
    def count(self) -> str:
        """What is chosen of it, in words; empty when nothing is."""
        some = sum(council.chosen for council in self.councils)
        return "all of it" if self.whole else f"{some} chosen" if some else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesForm:
    """A form about what to hear of, filled in."""

    regions: tuple[Region, ...]
    inadequate_now: bool  #: also every council that is inadequate
    kinds: str  #: of `KINDS`; empty for others
    minimum_trust: str
    frequency: str
    KINDS = KINDS
    TRUST = TRUST
    FREQUENCY = FREQUENCY


def preferences_form(form: Form) -> PreferencesForm:
    """The form as it was sent, to be shown again; what it does not know is left out."""
    whole, some = set(form.get("regions", ())), set(_named(form))
    today = sorted((each for each in authorities() if each.valid.end is None), key=lambda each: each.display_name)
    return PreferencesForm(
        regions=tuple(
            Region(
                name=region,
                whole=region in whole,
                councils=tuple(
                    Council(value=each.name, name=each.display_name, chosen=each.name in some)
                    for each in today
                    if each.region == region
                ),
            )
            for region in sorted(regions())
        ),
        inadequate_now=bool(first(form, "inadequate_now")),
        kinds=first(form, "what", "every"),
        minimum_trust=first(form, "minimum_trust", Trust.REPORTED),
        frequency=first(form, "frequency", Frequency.IMMEDIATE),
    )


def form_of(subscription: Subscription) -> Form:
    """The form that would ask for what a subscription is."""
    return {
        "authorities": sorted(by_urn()[urn].name for urn in subscription.authorities),
        "regions": sorted(subscription.regions),
        "inadequate_now": ("yes",) if subscription.currently_inadequate else (),
        "what": ({DEFAULT_KINDS: "every", _INADEQUATE: "inadequate"}.get(subscription.kinds, "other"),),
        "minimum_trust": (subscription.minimum_trust.value,),
        "frequency": (subscription.frequency.value,),
    }


def table(form: Form, *, before: Subscription | None = None) -> dict[str, object]:
    """A form as a subscription's table; what no form asks for stays as it was `before`."""
    asked: dict[str, object] = {
        "authorities": _named(form),
        "regions": list(form.get("regions", ())),
        "minimum_trust": first(form, "minimum_trust", Trust.REPORTED),
        "frequency": first(form, "frequency", Frequency.IMMEDIATE),
    }
    kept = dict(table_from_subscription(before)) if before else {}
    if "more" in form:  # a form that has these questions; a box that is not ticked is not sent
        kept["currently_inadequate"] = bool(first(form, "inadequate_now"))
    if first(form, "what") == "every":
        kept.pop("kinds", None)
    elif first(form, "what") == "inadequate":
        kept["kinds"] = sorted(_INADEQUATE)
    return kept | asked


def described(subscription: Subscription) -> tuple[tuple[str, str], ...]:
    """A subscription in words, a row an aspect."""
    others = [f"{key}: {value}" for key, value in table_from_subscription(subscription).items() if key not in _SHOWN]
    places = [f"all of {region}" for region in sorted(subscription.regions)]
    places += sorted(by_urn()[urn].display_name for urn in subscription.authorities)
    places += ["every council that is inadequate"] if subscription.currently_inadequate else []
    kinds = {DEFAULT_KINDS: KINDS[0][1], _INADEQUATE: KINDS[1][1]}.get(subscription.kinds)
    return (
        ("Sent to", subscription.to),
        ("Councils", listed(places) or ("As the conditions say" if others else "Every council in England")),
        ("How sure", dict(TRUST)[subscription.minimum_trust.value]),
        ("What", kinds or listed(sorted(kind.replace("_", " ") for kind in subscription.kinds))),
        ("How often", "Paused" if subscription.paused else dict(FREQUENCY)[subscription.frequency.value]),
        *([("Conditions", "; ".join(others))] if others else []),
    )


def problem(error: SubscriptionError) -> Mapping[str, str]:
    """What is wrong with a form, by the id of the field that it is about."""
    if error.key == "to":
        return {"to": "Enter an email address, like name@example.org"}
    said = sanitize(error.message)
    return {FIELDS.get(error.key, error.key): said[:1].upper() + said[1:]}


def _named(form: Form) -> list[str]:
    """The councils of a form; several may stand in one field, with semicolons between."""
    return [name.strip() for field in form.get("authorities", ()) for name in field.split(";") if name.strip()]
