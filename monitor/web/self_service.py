"""Subscribe, confirm, change, pause, unsubscribe, export, erase: plain pages behind signed addresses, no accounts, no cookies.

Nothing that a GET asks for changes anything: mail scanners and previews follow links. Every answer to "subscribe" is the same,
whether the address is known, new, or asked too often.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from monitor.app.replay import Preview
from monitor.domain.calendar import london_day
from monitor.domain.subscribers import MAX_CONFIRMATIONS, SELF_SERVICE, Subscriber
from monitor.domain.subscriptions import Subscription
from monitor.messages.account_mails import confirmation, welcome
from monitor.messages.links import LinkAction, Links
from monitor.messages.sample import sample_notice
from monitor.messages.subscription_summary import summary
from monitor.ports import Clock
from monitor.web.forms import Form, first, read_form
from monitor.web.origin import SameSite
from monitor.web.pages import message_page
from monitor.web.preferences_form import form_of, form_of_address, looks_for_councils, read_wish, search_problem
from monitor.web.rate_limiter import RateLimiter, visitor
from monitor.web.self_service_pages import (
    FULL,
    FULL_FOR,
    Shown,
    ask_page,
    manage_page,
    no_longer,
    subscribe_page,
    too_many,
    too_many_page,
)
from monitor.web.state import SelfServiceStore


@dataclass(frozen=True, kw_only=True)
class SelfService:
    """The pages over one store. `channel` is the mail channel of self-service; empty when there is none."""

    store: SelfServiceStore
    links: Links
    channel: str
    clock: Clock
    contact: str = ""  #: whom readers turn to
    preview: Callable[[Subscription], Preview] | None = None  #: what somebody would have had; None: that is not shown
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    looks: RateLimiter = field(default_factory=lambda: RateLimiter(per_minute=12, per_hour=90))  #: of previews: they take time

    def router(self) -> APIRouter:
        """The routes, for the app to include."""
        router = APIRouter(dependencies=[Depends(SameSite(self.links.base))])
        if self.channel:  # without a mail channel nobody can be asked to confirm; leaving works all the same
            router.add_api_route("/subscribe", self.subscribe_form, methods=["GET"], response_class=HTMLResponse)
            router.add_api_route("/subscribe", self.subscribe, methods=["POST"], response_class=HTMLResponse)
        for act, show, do in (
            (LinkAction.CONFIRM, self.show_confirm, self.confirm),
            (LinkAction.UNSUBSCRIBE, self.show_unsubscribe, self.unsubscribe),
            (LinkAction.MANAGE, self.show_manage, self.manage),
        ):
            router.add_api_route(f"/{act}/{{token}}", show, methods=["GET"], response_class=HTMLResponse)
            router.add_api_route(f"/{act}/{{token}}", do, methods=["POST"], response_class=HTMLResponse)
        return router

    # --- subscribe --------------------------------------------------------------------------------------------------------

    async def subscribe_form(self, request: Request) -> HTMLResponse:
        """The form, with what the address chooses in the words of the filters (``?authority=E08000035&area=leadership``)."""
        return subscribe_page(self._shown(form_of_address(request.query_params.multi_items())))

    def _shown(self, form: Form, **become: Any) -> Shown:
        return Shown(day=london_day(self.clock.now()), form=form, can_look=self.preview is not None, **become)

    def _searched(self, form: Form) -> Shown:
        """The form with the councils that a reader looked for; what was chosen stays so."""
        return self._shown(form, problems=search_problem(form, london_day(self.clock.now())), is_search=True)

    def _look(self, form: Form, who: str, before: Subscription | None = None) -> Shown:
        """The form with what it would have brought since two years ago; nothing is kept, and no address is needed."""
        now = self.clock.now()
        wish = read_wish(form, {"name": "preview", "channel": self.channel, "paused": False}, before=before)
        if not isinstance(wish, Subscription):
            return self._shown(form, problems=wish)
        if not self.looks.allows(who, now):
            wait = self.looks.wait(who, now)
            return self._shown(form, problems={"look": too_many(wait)}, wait=wait)
        return self._shown(form, seen=self.preview(wish) if self.preview else None)

    async def subscribe(self, request: Request) -> HTMLResponse:
        """Keep the wish and send one mail that asks for confirmation; the answer is the same in every case."""
        return await run_in_threadpool(self._subscribe, await read_form(request), _visitor(request))

    def _subscribe(self, form: Form, who: str) -> HTMLResponse:
        if looks_for_councils(form):
            return subscribe_page(self._searched(form))
        if first(form, "do") == "look" and self.preview is not None:
            return subscribe_page(self._look(form, who))
        own = {"name": f"self-{secrets.token_hex(6)}", "channel": self.channel, "to": first(form, "to").strip()}
        wish, now = read_wish(form, own), self.clock.now()
        if not isinstance(wish, Subscription):
            return subscribe_page(self._shown(form, problems=wish))
        if not self.rate_limiter.allows(who, now):
            wait = self.rate_limiter.wait(who, now)
            return subscribe_page(self._shown(form, problems={"to": too_many(wait)}, wait=wait))
        if self._is_full(who, now):
            return subscribe_page(self._shown(form, problems={"to": FULL}, wait=FULL_FOR, is_full=True))
        answer = message_page(
            "Check your mail",
            "If it can be, a message with a link is sent to the address that you gave. Open the link to confirm.",
            "Nothing there after a few minutes? Look in your spam folder. One request a day is answered.",
        )
        # After the answer: how long it takes would tell whether the address is known.
        answer.background = BackgroundTask(self._request, wish, now)
        return answer

    def _is_full(self, who: str, now: datetime) -> bool:
        """Whether no more is asked for in this hour: the last places are for visitors who ask for the first time."""
        lately = self.store.requests_since(now - timedelta(hours=1))
        return lately >= (MAX_CONFIRMATIONS if self.rate_limiter.within_an_hour(who, now) <= 1 else MAX_CONFIRMATIONS // 2)

    def _request(self, wish: Subscription, now: datetime) -> None:
        asked = self.store.request_subscription(wish, now=now)
        if asked is not None:
            url = self.links.make(LinkAction.CONFIRM, wish.name, asked.nonce)
            notice = confirmation(uuid4().hex, now, url=url, contact=self.contact, wish=wish)
            self.store.enqueue_notice(notice, channel=self.channel, recipient=wish.to, now=now)

    def _subscriber(self, act: LinkAction, token: str) -> Subscriber | None:
        """Whose address it is; None when it was not made here, or is no longer good."""
        found = self.store.subscriber_rows(self.links.subject(token)) if self.links.subject(token) else ()
        nonce = found[0].nonce if found else ""
        return found[0] if self.links.holds(act, token, nonce) and found and found[0].ended_at is None else None

    # --- confirm ----------------------------------------------------------------------------------------------------------

    def show_confirm(self, token: str) -> HTMLResponse:
        """Ask once more: only the button confirms."""
        found = self._subscriber(LinkAction.CONFIRM, token)
        if found is None:
            return self._ended(LinkAction.CONFIRM, token)
        if found.confirmed_at is not None:
            return self._subscribed(found, "You have confirmed this before; there is nothing more to do.")
        rows = summary(found.subscription)
        return ask_page("Confirm your subscription", "Yes, send me alerts", "This was asked for.", rows=rows)

    def confirm(self, token: str) -> HTMLResponse:
        """Begin, and send the address of the preferences."""
        found, now = self._subscriber(LinkAction.CONFIRM, token), self.clock.now()
        if found is None or not self.store.confirm_subscription(found.subscription.name, now=now):
            return self._ended(LinkAction.CONFIRM, token)
        if found.confirmed_at is not None or not self.channel:
            return self._subscribed(found, "You can change or pause your alerts at any time.")
        letter = welcome(uuid4().hex, now, url=self._preferences(found), contact=self.contact, wish=found.subscription)
        self.store.enqueue_notice(letter, channel=self.channel, recipient=found.subscription.to, now=now)
        return self._subscribed(found, "A mail with the address of your preferences is on its way; you can open them now, too.")

    def _preferences(self, found: Subscriber) -> str:
        return self.links.make(LinkAction.MANAGE, found.subscription.name, found.nonce)

    def _subscribed(self, found: Subscriber, words: str) -> HTMLResponse:
        coming = "The first alert comes with the next change that you asked for. That may take weeks."
        if found.subscription.paused:
            coming = "Your alerts are paused: nothing is sent until you go on with them."
        return message_page("You are subscribed", coming, words, go_on=("Change or pause my alerts", self._preferences(found)))

    def _ended(self, act: LinkAction, token: str) -> HTMLResponse:
        """What to say of an address that does nothing any more: to whom it was sent, that it has ended; to others, nothing."""
        found = self.store.subscriber_rows(self.links.subject(token)) if self.links.subject(token) else ()
        if found and found[0].ended_at is not None and self.links.holds(act, token, found[0].nonce):
            return self._left("This subscription has ended", "Nothing is sent to you by it any more.", status=404)
        return no_longer()

    # --- unsubscribe ------------------------------------------------------------------------------------------------------

    def show_unsubscribe(self, token: str) -> HTMLResponse:
        """The page behind the link in every mail; asking for it changes nothing."""
        if not self.links.holds(LinkAction.UNSUBSCRIBE, token):
            return no_longer()
        if not self.store.still_subscribed(self.links.subject(token)):
            return self._left("You are unsubscribed", "Nothing more is sent to you by the subscriptions of that mail.")
        return ask_page(
            "Unsubscribe", "Unsubscribe", "You are still subscribed. The button ends every subscription that the mail was for."
        )

    def unsubscribe(self, token: str) -> HTMLResponse:
        """End every subscription that the mail was for: at once, without questions (RFC 8058)."""
        if not self.links.holds(LinkAction.UNSUBSCRIBE, token):
            return no_longer()
        self.store.unsubscribe_delivery(self.links.subject(token), now=self.clock.now())
        return self._left("You are unsubscribed", "Nothing more will be sent to you by these subscriptions.")

    def _left(self, title: str, words: str, *, status: int = 200) -> HTMLResponse:
        return message_page(title, words, status=status, go_on=("Subscribe again", "/subscribe") if self.channel else None)

    # --- preferences ------------------------------------------------------------------------------------------------------

    def show_manage(self, token: str) -> HTMLResponse:
        """The subscription as it is, to be changed."""
        found = self._subscriber(LinkAction.MANAGE, token)
        if found is None or found.origin != SELF_SERVICE:
            return self._ended(LinkAction.MANAGE, token)
        return self._manage_page(found.subscription)

    def _manage_page(self, subscription: Subscription, *, said: str = "") -> HTMLResponse:
        return manage_page(subscription, self._shown(form_of(subscription)), said=said)

    async def manage(self, token: str, request: Request) -> Response:
        """Do what a button says."""
        return await run_in_threadpool(self._manage, token, await read_form(request), _visitor(request))

    def _manage(self, token: str, form: Form, who: str) -> Response:
        found = self._subscriber(LinkAction.MANAGE, token)
        do = first(form, "do")
        if found is None or found.origin != SELF_SERVICE or do not in {"search", "look", *_ACTS}:
            return self._ended(LinkAction.MANAGE, token)
        if looks_for_councils(form):
            return manage_page(found.subscription, self._searched(form))
        if do == "look":
            return manage_page(found.subscription, self._look(form, who, found.subscription))
        return _ACTS[do](self, found, form)

    def _change(self, found: Subscriber, form: Form) -> Response:
        wish = read_wish(form, {}, before=found.subscription)
        if not isinstance(wish, Subscription):
            return manage_page(found.subscription, self._shown(form, problems=wish))
        self.store.change_subscription(wish)
        return self._manage_page(wish, said="Saved. This is what you hear of from now on.")

    def _pause(self, found: Subscriber, form: Form) -> Response:
        wish = replace(found.subscription, paused=first(form, "do") == "pause")
        self.store.change_subscription(wish)
        return self._manage_page(wish, said="Your alerts are paused." if wish.paused else "Your alerts go on.")

    def _sample(self, found: Subscriber, _form: Form) -> Response:
        now = self.clock.now()
        who = f"sample:{found.subscription.name}"
        if not self.rate_limiter.allows(who, now):
            return too_many_page(self.rate_limiter.wait(who, now))
        notice = sample_notice(uuid4().hex, now)
        self.store.enqueue_notice(notice, channel=found.subscription.channel, recipient=found.subscription.to, now=now)
        return self._manage_page(found.subscription, said="A sample is on its way. It says TEST in its subject.")

    def _export(self, found: Subscriber, _form: Form) -> Response:
        kept = json.dumps(self.store.export_address(found.subscription.to), indent=2, ensure_ascii=False)
        as_file = {"Content-Disposition": 'attachment; filename="ofsted-alerts-my-data.json"'}
        return Response(kept, media_type="application/json", headers=as_file)

    def _end(self, found: Subscriber, _form: Form) -> Response:
        self.store.end_subscriptions([found.subscription.name], now=self.clock.now())
        return self._left("You are unsubscribed", "Nothing more will be sent to you by this subscription.")

    def _ask_erase(self, found: Subscriber, _form: Form) -> Response:
        return ask_page(
            "Forget me?",
            "Yes, forget me",
            f"Your subscriptions end, and {found.subscription.to} and what was sent to it are removed. This cannot be undone.",
            act="forget",
            back=("No, go back to my alerts", ""),
        )

    def _erase(self, found: Subscriber, _form: Form) -> Response:
        self.store.erase_address(found.subscription.to, now=self.clock.now())
        return self._left("You are forgotten", "Your address and what was sent to it are gone.")


def _visitor(request: Request) -> str:
    return visitor(request.client.host if request.client else "")


_Act = Callable[[SelfService, Subscriber, Form], Response]
_ACTS: Mapping[str, _Act] = {
    "change": SelfService._change,
    "pause": SelfService._pause,
    "resume": SelfService._pause,
    "sample": SelfService._sample,
    "export": SelfService._export,
    "end": SelfService._end,
    "erase": SelfService._ask_erase,
    "forget": SelfService._erase,
}
