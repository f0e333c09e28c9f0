"""``/operator``: what waits to be sent, what is in doubt, what waits for a person. What is done here, commands do as well."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.model import percent
from monitor.domain.review import CERTAIN, GONE, most_urgent
from monitor.domain.subscribers import SELF_SERVICE
from monitor.domain.subscriptions import currently_inadequate
from monitor.messages.codes import reason_words, silent_words, what_to_do
from monitor.ports import DeliveryState
from monitor.web.forms import first
from monitor.web.pages import BASE, href, page
from monitor.web.queries.change_filter import FilterError
from monitor.web.queries.record import Record
from monitor.web.rate_limiter import visitor, when_again
from monitor.web.routes.access import FORM_TOKEN, SESSION_COOKIE, session_of
from monitor.web.sign_in import MAX_SESSION, Session, TooManyTries
from monitor.web.site import Site
from monitor.web.state import OperatorStore, OutboxDetail

_log = logging.getLogger(__name__)
#: Of somebody who is not signed in yet: the form that was shown, and the one that was sent, are the same browser's.
_FORM_COOKIE = "operator_form"
#: Rows on a page of the outbox.
MAX_ROWS = 200
#: What may be done to messages, and in which states each is offered.
ORDERS = {
    "release": ("Send them", (DeliveryState.HELD,)),
    "retry": ("Try again now", (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.PENDING)),
    "drop": ("Drop", (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.FAILED, DeliveryState.UNCERTAIN)),
}
_STATE_WORDS = {
    DeliveryState.HELD: "held back",
    DeliveryState.PENDING: "waiting",
    DeliveryState.SENDING: "being sent",
    DeliveryState.COMMITTING: "being handed over",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNCERTAIN: "in doubt",
    DeliveryState.CANCELLED: "cancelled",
}
#: What is shown where nobody asks for a state: what a person may have to see to.
_TO_SEE_TO = (DeliveryState.HELD, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.PENDING)


# --- signing in -----------------------------------------------------------------------------------------------------------


def sign_in_form(site: Site, request: Request) -> Response:
    """The form; whoever is signed in already goes on."""
    if site.sign_in is None:
        raise HTTPException(403, "no account is set up")
    if session_of(site, request):
        return _see("/operator")
    return _sign_in_page(site, request)


def sign_in(site: Site, request: Request) -> Response:
    """Begin a session. Account and password are wrong together: which of them it was is not said."""
    if site.sign_in is None:
        raise HTTPException(403, "no account is set up")
    form, now = request.state.form, site.clock.now()
    shown, sent = request.cookies.get(_FORM_COOKIE, ""), first(form, FORM_TOKEN)
    if not shown or not hmac.compare_digest(shown.encode("utf-8", "replace"), sent.encode("utf-8", "replace")):
        return _sign_in_page(site, request, "Your browser did not keep the form. Please try again.", status=403)
    who, account = visitor(request.client.host if request.client else ""), first(form, "account")
    try:
        secret = site.sign_in.sign_in(account, first(form, "password"), who=who, now=now)
    except TooManyTries as error:
        _log.warning("operator: too many tries to sign in, last from %s", who)
        words, seconds = when_again(error.wait)
        answer = _sign_in_page(site, request, f"Too many tries. Please try again {words}.", account=account, status=429)
        answer.headers["Retry-After"] = seconds
        return answer
    if not secret:
        _log.warning("operator: somebody at %s was not let in", who)
        return _sign_in_page(site, request, "Account or password are not right.", account=account, status=401)
    site.sign_in.end(request.cookies.get(SESSION_COOKIE, ""))
    session = site.sign_in.session(secret, now)
    _log.info("operator %s: signed in from %s", session.account if session else "", who)
    answer = _see("/operator")
    _keep(site, answer, SESSION_COOKIE, secret, int(MAX_SESSION.total_seconds()))
    _keep(site, answer, _FORM_COOKIE, "", 0)
    return answer


def sign_out(site: Site, request: Request) -> Response:
    """End every session of whoever asks, wherever they are signed in; and what their browser holds of it."""
    if site.sign_in is not None:
        site.sign_in.end_all(request.state.session.account)
    _log.info("operator %s: signed out", request.state.session.account)
    answer = _see("/operator/sign-in")
    _keep(site, answer, SESSION_COOKIE, "", 0)
    return answer


def _sign_in_page(site: Site, request: Request, wrong: str = "", *, account: str = "", status: int = 200) -> Response:
    token = request.cookies.get(_FORM_COOKIE, "") or secrets.token_urlsafe(24)
    answer = page(
        "sign_in.html",
        status=status,
        title="Error: Sign in" if wrong else "Sign in",
        wrong=wrong,
        account=account[:100],
        form_token=token,
    )
    _keep(site, answer, _FORM_COOKIE, token, 3600)
    return answer


def _keep(site: Site, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"{BASE.get()}/operator",
        secure=site.sign_in is not None and site.sign_in.is_secure,
        httponly=True,
        samesite="strict",
    )


def _see(address: str) -> Response:
    """After a form was sent: the page to look at, so that loading it again sends nothing again."""
    return RedirectResponse(href(address), status_code=303)


# --- the pages ------------------------------------------------------------------------------------------------------------


def operator(site: Site, request: Request) -> Response:
    """Everything at a glance."""
    store = _store(site)
    return _page(request, "operator.html", title="Operator", now=site.status(), health=site.health(), people=_readers(store))


def outbox(site: Site, request: Request) -> Response:
    """Messages in a state, the newest first; without one, what may need a person."""
    word = request.query_params.get("state", "")
    if word and word not in set(DeliveryState):
        raise FilterError({"state": f"is not known. Allowed: {', '.join(DeliveryState)}"})
    return _outbox_page(site, request, word)


def delivery(site: Site, request: Request) -> Response:
    """One message: what it says, whom it is for, and what became of it."""
    identity = request.path_params["id"]
    found = [each for each in _store(site).delivery(identity) if each.line.id == identity]
    if not found:
        raise HTTPException(404)
    line = found[0].line
    return _page(
        request,
        "operator_message.html",
        title=f"Message {line.id[:10]}",
        found=found[0],
        told=_told(site.record.current(), found[0]),
        state_words=_STATE_WORDS,
        reason_words=reason_words,
        todo=what_to_do(line.reason) if line.reason else "",
        orders=_offered([line.state]),
    )


def _told(record: Record, found: OutboxDetail) -> list[tuple[str, list[tuple[str, str]]]]:
    """For which subscriptions a message is, and what each of them hears by it: in words, and where its page is."""
    told: dict[str, list[tuple[str, str]]] = {}
    for key, subscription in found.alerts:
        change = record.change(key)
        words = f"{change.authority.display_name}: {change.change.area.words}: {change.change.new_words}" if change else key
        told.setdefault(subscription, []).append((words, f"/changes/{key}"))
    return list(told.items())


def move(site: Site, request: Request) -> Response:
    """Release, retry or drop what was ticked."""
    store, form, who = _store(site), request.state.form, request.state.session.account
    order, ids = first(form, "do"), tuple(form.get("id", ()))
    doing = {"release": store.release, "retry": store.retry, "drop": store.drop}.get(order)
    if doing is None:
        raise HTTPException(400, "nothing that can be done to messages")
    moved = doing(ids, now=site.clock.now())
    for identity in moved:
        _log.info("operator %s: outbox %s %s", who, order, identity)
    return _outbox_page(
        site, request, first(form, "state"), said=_moved(order, len(moved), len(ids)), off=store.sending_disabled()
    )


def review(site: Site, request: Request) -> Response:
    """What waits for a person, the most urgent first; with ``all=1`` also what was decided."""
    return _review_page(site, request, ())


def decide(site: Site, request: Request) -> Response:
    """Accept or reject one judgement."""
    store, form, who, now = _store(site), request.state.form, request.state.session.account, site.clock.now()
    ids, order = tuple(form.get("id", ())), first(form, "do")
    if order == "accept":
        outcomes = store.accept_reviews(ids, by=who, now=now)
        done = [item.id for outcome in outcomes for item in outcome.items]
        also = [item for outcome in outcomes for item in outcome.rejected]
        told = sum(outcome.recorded.deliveries for outcome in outcomes)
        said = [f"Accepted. {told} {'message is' if told == 1 else 'messages are'} to be sent."]
        said += [f"Rejected with that, for an area has one grade: {item.judgement.rating.words}." for item in also]
    elif order == "reject":
        done = [item.id for item in store.reject_reviews(ids, by=who, now=now)]
        said = ["Rejected; nobody is told. Accepting it below takes that back."]
    else:
        raise HTTPException(400, "nothing that can be done to a judgement")
    for identity in done:
        _log.info("operator %s: review %s %s", who, order, identity)
    return _review_page(
        site, request, said if done else ["Nothing was changed: it was decided already, or its page no longer says so."]
    )


# --- what they share ------------------------------------------------------------------------------------------------------


def _store(site: Site) -> OperatorStore:
    if site.operator is None:
        raise HTTPException(503, "there is no state to look at")
    return site.operator


def _page(request: Request, template: str, **values: Any) -> Response:
    session: Session = request.state.session
    return page(template, account=session.account, form_token=session.form_token, **values)


def _readers(store: OperatorStore) -> list[tuple[str, int]]:
    """How many subscriptions there are of each kind, and addresses that get nothing; nobody is named."""
    rows = store.subscriber_rows()
    alive = [each for each in rows if each.ended_at is None]
    begun = [each for each in alive if each.confirmed_at is not None]
    return [
        ("in force", sum(not each.subscription.paused for each in begun)),
        (
            "of these, made by their readers",
            sum(each.origin == SELF_SERVICE and not each.subscription.paused for each in begun),
        ),
        ("paused", sum(each.subscription.paused for each in begun)),
        ("asked for and not confirmed yet", len(alive) - len(begun)),
        ("ended", len(rows) - len(alive)),
        ("addresses that get nothing, since mail to them came back", len(store.suspended())),
    ]


def _offered(states: Sequence[DeliveryState]) -> list[tuple[str, str]]:
    """What may be done to messages in these states: the word of it, and the words on its button."""
    return [(order, words) for order, (words, allowed) in ORDERS.items() if set(states) & set(allowed)]


def _outbox_page(site: Site, request: Request, word: str, *, said: str = "", off: str = "") -> Response:
    store = _store(site)
    states = (DeliveryState(word),) if word in set(DeliveryState) else _TO_SEE_TO
    rows = store.deliveries(states, limit=MAX_ROWS)
    counts = store.delivery_counts()
    return _page(
        request,
        "operator_outbox.html",
        title="Outbox",
        now=site.clock.now(),
        said=said,
        off=off or store.sending_disabled(),
        state=word,
        states=[(str(each), _STATE_WORDS[each], counts.get(each, 0)) for each in DeliveryState],
        rows=rows,
        state_words=_STATE_WORDS,
        reason_words=reason_words,
        orders=_offered([row.state for row in rows]),
        max_rows=MAX_ROWS,
    )


def _moved(order: str, moved: int, asked: int) -> str:
    """What became of messages that were ticked."""
    if not asked:
        return "Nothing was ticked, so nothing was changed."
    messages = f"{moved} {'message' if moved == 1 else 'messages'}"
    did = {"release": "may go", "retry": "will be tried again", "drop": "cancelled; nobody gets that"}[order]
    left = asked - moved
    others = f" {left} could not be changed in the state that {'it is' if left == 1 else 'they are'} in now." if left else ""
    return f"{messages} {did}.{others}" if moved else f"Nothing was changed.{others}"


#: Why a judgement is no longer asked about.
_SETTLED = {
    CERTAIN: "its page, or another, says so for certain now",
    GONE: "its page was changed and no longer says so",
    "": "it would tell nobody anything",
}


def _settled(reason: str) -> str:
    return _SETTLED.get(reason) or silent_words(reason)


def _review_page(site: Site, request: Request, said: Sequence[str]) -> Response:
    store, now = _store(site), site.clock.now()
    everything = request.query_params.get("all", "") == "1"
    waiting = most_urgent(store.reviews_waiting(now=now), currently_inadequate(site.record.current().inspections))
    decided = sorted(
        (item for item in store.reviews() if not item.asks(now)), key=lambda item: item.decided_at or item.came_at, reverse=True
    )
    shown = decided[: MAX_ROWS if everything else 10]
    return _page(
        request,
        "operator_review.html",
        title="Review queue",
        now=now,
        said=said,
        waiting=[(item, tuple(site.if_accepted(item))) for item in waiting[:50]],
        more=max(0, len(waiting) - 50),
        decided=shown,
        settled=_settled,
        left=len(decided) - len(shown),
        percent=percent,
    )
