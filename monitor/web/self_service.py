"""Subscribe, confirm, change, pause, unsubscribe, export, erase: plain pages behind signed addresses, no accounts, no cookies.

Nothing that a GET asks for changes anything: mail scanners and previews follow links. Every answer to "subscribe" is the same,
whether the address is known, new, or asked too often.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from monitor.domain.authorities import authorities, regions
from monitor.domain.subscriptions import Frequency, Subscription, SubscriptionError, subscription_from_table
from monitor.messages.letters import confirmation
from monitor.messages.links import Act, Links
from monitor.messages.sample import sample_notice
from monitor.ports import Clock
from monitor.store import SqlStore
from monitor.store.subscribers import SELF_SERVICE, Subscriber

#: Requests that one network address may make.
A_MINUTE, AN_HOUR = 4, 11
_LARGEST_FORM = 20_000


@dataclass(kw_only=True)
class Pace:
    """How often each network address has asked; in memory, because a restart may forgive."""

    asked: dict[str, deque[datetime]] = field(default_factory=dict)

    def allows(self, who: str, now: datetime) -> bool:
        """Count one more request; False when it is one too many."""
        if len(self.asked) > 10_000:
            self.asked.clear()
        times = self.asked.setdefault(who, deque(maxlen=AN_HOUR))
        recent = [at for at in times if at > now - timedelta(hours=1)]
        if len(recent) >= AN_HOUR or sum(at > now - timedelta(minutes=1) for at in recent) >= A_MINUTE:
            return False
        times.append(now)
        return True


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page of ours: one heading, no script, nothing foreign."""
    return HTMLResponse(
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>:root{{color-scheme:light dark}}"
        "body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
        "label{display:block;margin:.75rem 0 .25rem}input,select,button{font:inherit}"
        f"button{{padding:.5rem 1rem}}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>",
        status_code=status,
    )


def _choice(name: str, value: str, words: str, chosen: bool) -> str:
    checked = " checked" if chosen else ""
    return f'<label><input type="checkbox" name="{name}" value="{escape(value)}"{checked}> {escape(words)}</label>'


def _wishes(subscription: Subscription | None) -> str:
    """The fields that say what to watch, filled in with a subscription's."""
    names = "".join(f'<option value="{escape(a.name)}"></option>' for a in authorities() if a.valid.end is None)
    by_urn = {a.urn: a.name for a in authorities()}
    chosen = ", ".join(sorted(by_urn[urn] for urn in subscription.authorities)) if subscription else ""
    often = subscription.frequency if subscription else Frequency.IMMEDIATE
    options = "".join(f"<option{' selected' if each is often else ''}>{each}</option>" for each in Frequency)
    areas = "".join(
        _choice("regions", region, region, bool(subscription and region in subscription.regions)) for region in regions()
    )
    return (
        '<label for="authorities">Councils, separated by semicolons; leave it empty for all</label>'
        f'<input id="authorities" name="authorities" list="names" size="40" value="{escape(chosen.replace(", ", "; "))}">'
        f'<datalist id="names">{names}</datalist><fieldset><legend>Regions</legend>{areas}</fieldset>'
        f'<label for="frequency">How often</label><select id="frequency" name="frequency">{options}</select>'
    )


def _table(form: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """A form as the table of a subscription."""
    named = [name.strip() for name in form.get("authorities", ("",))[0].split(";") if name.strip()]
    table: dict[str, object] = {"frequency": form.get("frequency", ("immediate",))[0]}
    if named:
        table["authorities"] = named
    if form.get("regions"):
        table["regions"] = list(form["regions"])
    return table


async def _form(request: Request) -> Mapping[str, Sequence[str]]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            return {}
    return parse_qs(body.decode("utf-8", "replace"), max_num_fields=200)


@dataclass(frozen=True, kw_only=True)
class SelfService:
    """The pages over one store. `channel` is the mail channel of self-service; empty when there is none."""

    store: SqlStore
    links: Links
    channel: str
    clock: Clock
    pace: Pace = field(default_factory=Pace)

    def router(self) -> APIRouter:
        """The routes, for the app to include."""
        router = APIRouter()
        if self.channel:  # without a mail channel nobody can be asked to confirm; leaving works all the same
            router.add_api_route("/subscribe", self.offer, methods=["GET"], response_class=HTMLResponse)
            router.add_api_route("/subscribe", self.ask, methods=["POST"], response_class=HTMLResponse)
        for act, show, do in (
            (Act.CONFIRM, self.show_confirm, self.confirm),
            (Act.UNSUBSCRIBE, self.show_unsubscribe, self.unsubscribe),
            (Act.MANAGE, self.show_manage, self.manage),
        ):
            router.add_api_route(f"/{act}/{{token}}", show, methods=["GET"], response_class=HTMLResponse)
            router.add_api_route(f"/{act}/{{token}}", do, methods=["POST"], response_class=HTMLResponse)
        return router

    async def offer(self) -> HTMLResponse:
        """The form."""
        field_ = '<label for="to">Your email address</label><input id="to" name="to" type="email" required size="40">'
        return page(
            "Hear when a rating changes",
            f'<form method="post" action="/subscribe">{field_}{_wishes(None)}<p><button>Subscribe</button></p></form>',
        )

    async def ask(self, request: Request) -> HTMLResponse:
        """Keep the wish and send one mail that asks for confirmation; the answer is the same in every case."""
        form, now = await _form(request), self.clock.now()
        if not self.pace.allows(request.client.host if request.client else "", now):
            return page("Too many requests", "<p>Please try again in an hour.</p>", 429)
        table = _table(form) | {
            "name": f"self-{secrets.token_hex(6)}",
            "channel": self.channel,
            "to": form.get("to", ("",))[0].strip(),
        }
        try:
            wish = subscription_from_table(table)
        except SubscriptionError as error:
            return page("That did not work", f"<p>{escape(str(error))}</p><p><a href='/subscribe'>Back</a></p>", 400)
        if "@" not in wish.to:
            return page("That did not work", "<p>An email address is needed.</p><p><a href='/subscribe'>Back</a></p>", 400)
        await run_in_threadpool(self._request, wish, now)
        return page("Look into your mail", "<p>If it can be, a message with a link was sent there. Open it to confirm.</p>")

    def _request(self, wish: Subscription, now: datetime) -> None:
        asked = self.store.request_subscription(wish, now=now)
        if asked is None:
            return
        url = self.links.make(Act.CONFIRM, wish.name, asked.nonce)
        notice = confirmation(uuid4().hex, now, url=url)
        self.store.enqueue_notice(notice, channel=self.channel, recipient=wish.to, now=now)

    def _subscriber(self, act: Act, token: str) -> Subscriber | None:
        """Whose address it is; None when it was not made here, or is no longer good."""
        found = self.store.subscriber_rows(self.links.subject(token)) if self.links.subject(token) else ()
        nonce = found[0].nonce if found else ""
        return found[0] if self.links.holds(act, token, nonce) and found and found[0].ended_at is None else None

    def show_confirm(self, token: str) -> HTMLResponse:
        """Ask once more: only the button confirms."""
        if self._subscriber(Act.CONFIRM, token) is None:
            return _no_longer()
        return page("Confirm your subscription", '<form method="post"><button>Yes, send me alerts</button></form>')

    def confirm(self, token: str) -> HTMLResponse:
        """Begin."""
        found = self._subscriber(Act.CONFIRM, token)
        if found is None or not self.store.confirm_subscription(found.subscription.name, now=self.clock.now()):
            return _no_longer()
        url = self.links.make(Act.MANAGE, found.subscription.name, found.nonce)
        return page("You are subscribed", f'<p><a href="{escape(url)}">Change or pause it here</a>; keep this address.</p>')

    def show_unsubscribe(self, token: str) -> HTMLResponse:
        """The page behind the link in every mail; nothing has happened yet."""
        if not self.links.holds(Act.UNSUBSCRIBE, token):
            return _no_longer()
        return page("Unsubscribe", '<form method="post"><button>Unsubscribe</button></form>')

    def unsubscribe(self, token: str) -> HTMLResponse:
        """End every subscription that the mail was for: at once, without questions (RFC 8058)."""
        if not self.links.holds(Act.UNSUBSCRIBE, token):
            return _no_longer()
        self.store.unsubscribe_delivery(self.links.subject(token), now=self.clock.now())
        return page("You are unsubscribed", "<p>Nothing more will be sent to you by these subscriptions.</p>")

    def show_manage(self, token: str) -> HTMLResponse:
        """The subscription as it is, to be changed."""
        found = self._subscriber(Act.MANAGE, token)
        if found is None or found.origin != SELF_SERVICE:
            return _no_longer()
        pause = "Go on" if found.subscription.paused else "Pause"
        others = (("pause", pause), ("sample", "Send me a sample"), ("export", "Show everything kept about me"))
        buttons = "".join(f'<button name="do" value="{value}">{words}</button> ' for value, words in others)
        return page(
            "Your subscription",
            f'<form method="post">{_wishes(found.subscription)}<p><button name="do" value="change">Save</button></p></form>'
            f'<form method="post"><p>{buttons}</p>'
            '<p><button name="do" value="erase">Unsubscribe and forget me</button></p></form>',
        )

    async def manage(self, token: str, request: Request) -> Response:
        """Do what a button says."""
        form = await _form(request)
        found = await run_in_threadpool(self._subscriber, Act.MANAGE, token)
        act = _ACTS.get(form.get("do", ("",))[0])
        if found is None or found.origin != SELF_SERVICE or act is None:
            return _no_longer()
        return await run_in_threadpool(act, self, found, form)

    def _change(self, found: Subscriber, form: Mapping[str, Sequence[str]]) -> Response:
        own = {"name": found.subscription.name, "channel": found.subscription.channel, "to": found.subscription.to}
        try:
            wish = subscription_from_table(_table(form) | own | {"paused": found.subscription.paused})
        except SubscriptionError as error:
            return page("That did not work", f"<p>{escape(str(error))}</p>", 400)
        self.store.change_subscription(wish)
        return page("Saved", "<p>From now on.</p>")

    def _pause(self, found: Subscriber, _form: Mapping[str, Sequence[str]]) -> Response:
        wish = replace(found.subscription, paused=not found.subscription.paused)
        self.store.change_subscription(wish)
        return page("Paused" if wish.paused else "It goes on", "<p>Saved.</p>")

    def _sample(self, found: Subscriber, _form: Mapping[str, Sequence[str]]) -> Response:
        now = self.clock.now()
        if not self.pace.allows(f"sample:{found.subscription.name}", now):
            return page("Too many requests", "<p>Please try again in an hour.</p>", 429)
        notice = sample_notice(uuid4().hex, now)
        self.store.enqueue_notice(notice, channel=self.channel, recipient=found.subscription.to, now=now)
        return page("A sample is on its way", "<p>It says TEST in its subject.</p>")

    def _export(self, found: Subscriber, _form: Mapping[str, Sequence[str]]) -> Response:
        kept = self.store.export_address(found.subscription.to)
        return Response(json.dumps(kept, indent=2, ensure_ascii=False), media_type="application/json")

    def _erase(self, found: Subscriber, _form: Mapping[str, Sequence[str]]) -> Response:
        self.store.erase_address(found.subscription.to, now=self.clock.now())
        return page("You are forgotten", "<p>Your address and what was sent to it are gone.</p>")


_Act = Callable[[SelfService, Subscriber, Mapping[str, Sequence[str]]], Response]
_ACTS: Mapping[str, _Act] = {
    "change": SelfService._change,
    "pause": SelfService._pause,
    "sample": SelfService._sample,
    "export": SelfService._export,
    "erase": SelfService._erase,
}


def _no_longer() -> HTMLResponse:
    """The same answer to every address that is not good, whatever the reason."""
    return page("This address is not valid", "<p>It may have been used, changed or cut off on its way to you.</p>", 404)
