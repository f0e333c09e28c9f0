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
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from monitor.app.replay import Preview
from monitor.channels.mime import usable
from monitor.domain.subscribers import MAX_CONFIRMATIONS, SELF_SERVICE, Subscriber
from monitor.domain.subscription_keys import subscription_from_table
from monitor.domain.subscriptions import Subscription, SubscriptionError
from monitor.messages.account_mails import confirmation, welcome
from monitor.messages.links import LinkAction, Links
from monitor.messages.sample import sample_notice
from monitor.ports import Clock
from monitor.web.forms import Form, first, read_form
from monitor.web.origin import SameSite
from monitor.web.pages import message_page, page
from monitor.web.preferences_form import described, form_of, preferences_form, problem, table
from monitor.web.queries.authorities import find_authority
from monitor.web.rate_limiter import RateLimiter, visitor, when_again
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
    looks: RateLimiter = field(default_factory=RateLimiter)  #: of previews: they send nothing, and take time

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
        """The form; with the councils chosen that the address names (``?authority=E08000035``), as their pages link here."""
        named = (find_authority(code) for code in request.query_params.getlist("authority"))
        chosen = tuple(each.name for each in named if each is not None)
        return _subscribe_page({"authorities": chosen} if chosen else {}, can_look=self.preview is not None)

    def _look(self, form: Form) -> HTMLResponse:
        """What this form would have brought since two years ago; nothing is kept, and no address is needed."""
        try:
            wish = subscription_from_table(table(form) | {"name": "preview", "channel": self.channel})
        except SubscriptionError as error:
            return _subscribe_page(form, problem(error), can_look=True)
        return _subscribe_page(form, can_look=True, seen=self.preview(wish) if self.preview else None)

    async def subscribe(self, request: Request) -> HTMLResponse:
        """Keep the wish and send one mail that asks for confirmation; the answer is the same in every case."""
        form, now = await read_form(request), self.clock.now()
        who = visitor(request.client.host if request.client else "")
        if first(form, "do") == "look" and self.preview is not None:
            if not self.looks.allows(who, now):
                return _too_many(self.looks.wait(who, now))
            return await run_in_threadpool(self._look, form)
        if not self.rate_limiter.allows(who, now):
            return _too_many(self.rate_limiter.wait(who, now))
        to = first(form, "to").strip()
        own = {"name": f"self-{secrets.token_hex(6)}", "channel": self.channel, "to": to}
        try:
            wish = subscription_from_table(table(form) | own)
            if not usable(wish.to) or wish.to.endswith("."):
                raise SubscriptionError("to", "an email address is needed")
        except SubscriptionError as error:
            return _subscribe_page(form, problem(error), can_look=self.preview is not None)
        if await run_in_threadpool(self._is_full, who, now):
            return _full()
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
            notice = confirmation(uuid4().hex, now, url=url, contact=self.contact)
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
        return _ask_page(
            "Confirm your subscription",
            "Yes, send me alerts",
            "This was asked for.",
            rows=described(found.subscription),
        )

    def confirm(self, token: str) -> HTMLResponse:
        """Begin, and send the address of the preferences."""
        found, now = self._subscriber(LinkAction.CONFIRM, token), self.clock.now()
        if found is None or not self.store.confirm_subscription(found.subscription.name, now=now):
            return self._ended(LinkAction.CONFIRM, token)
        if found.confirmed_at is not None or not self.channel:
            return self._subscribed(found, "You can change or pause your alerts at any time.")
        letter = welcome(uuid4().hex, now, url=self._preferences(found), contact=self.contact)
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
        return _no_longer()

    # --- unsubscribe ------------------------------------------------------------------------------------------------------

    def show_unsubscribe(self, token: str) -> HTMLResponse:
        """The page behind the link in every mail; asking for it changes nothing."""
        if not self.links.holds(LinkAction.UNSUBSCRIBE, token):
            return _no_longer()
        if not self.store.still_subscribed(self.links.subject(token)):
            return self._left("You are unsubscribed", "Nothing more is sent to you by the subscriptions of that mail.")
        return _ask_page(
            "Unsubscribe", "Unsubscribe", "You are still subscribed. The button ends every subscription that the mail was for."
        )

    def unsubscribe(self, token: str) -> HTMLResponse:
        """End every subscription that the mail was for: at once, without questions (RFC 8058)."""
        if not self.links.holds(LinkAction.UNSUBSCRIBE, token):
            return _no_longer()
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
        return _manage_page(found.subscription)

    async def manage(self, token: str, request: Request) -> Response:
        """Do what a button says."""
        form = await read_form(request)
        found = await run_in_threadpool(self._subscriber, LinkAction.MANAGE, token)
        act = _ACTS.get(first(form, "do"))
        if found is None or found.origin != SELF_SERVICE or act is None:
            return await run_in_threadpool(self._ended, LinkAction.MANAGE, token)
        return await run_in_threadpool(act, self, found, form)

    def _change(self, found: Subscriber, form: Form) -> Response:
        try:
            wish = subscription_from_table(table(form, before=found.subscription))
        except SubscriptionError as error:
            return _manage_page(found.subscription, form=form, problems=problem(error))
        self.store.change_subscription(wish)
        return _manage_page(wish, said="Saved. This is what you hear of from now on.")

    def _pause(self, found: Subscriber, form: Form) -> Response:
        wish = replace(found.subscription, paused=first(form, "do") == "pause")
        self.store.change_subscription(wish)
        return _manage_page(wish, said="Your alerts are paused." if wish.paused else "Your alerts go on.")

    def _sample(self, found: Subscriber, _form: Form) -> Response:
        now = self.clock.now()
        who = f"sample:{found.subscription.name}"
        if not self.rate_limiter.allows(who, now):
            return _too_many(self.rate_limiter.wait(who, now))
        notice = sample_notice(uuid4().hex, now)
        self.store.enqueue_notice(notice, channel=found.subscription.channel, recipient=found.subscription.to, now=now)
        return _manage_page(found.subscription, said="A sample is on its way. It says TEST in its subject.")

    def _export(self, found: Subscriber, _form: Form) -> Response:
        kept = json.dumps(self.store.export_address(found.subscription.to), indent=2, ensure_ascii=False)
        as_file = {"Content-Disposition": 'attachment; filename="ofsted-alerts-my-data.json"'}
        return Response(kept, media_type="application/json", headers=as_file)

    def _end(self, found: Subscriber, _form: Form) -> Response:
        self.store.end_subscriptions([found.subscription.name], now=self.clock.now())
        return self._left("You are unsubscribed", "Nothing more will be sent to you by this subscription.")

    def _ask_erase(self, found: Subscriber, _form: Form) -> Response:
        return _ask_page(
            "Forget me?",
            "Yes, forget me",
            f"Your subscriptions end, and {found.subscription.to} and what was sent to it are removed. This cannot be undone.",
            act="forget",
            back=("No, go back to my alerts", ""),
        )

    def _erase(self, found: Subscriber, _form: Form) -> Response:
        self.store.erase_address(found.subscription.to, now=self.clock.now())
        return self._left("You are forgotten", "Your address and what was sent to it are gone.")


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


def _subscribe_page(
    form: Form, problems: Mapping[str, str] | None = None, *, can_look: bool = False, seen: Preview | None = None
) -> HTMLResponse:
    """The form, empty or as it was sent with what is wrong with it."""
    return page(
        "subscribe.html",
        status=400 if problems else 200,
        title="Error: Hear when a rating changes" if problems else "Hear when a rating changes",
        to=first(form, "to"),
        preferences_form=preferences_form(form),
        problems=problems or {},
        can_look=can_look,
        seen=seen,
    )


def _manage_page(
    subscription: Subscription, *, form: Form | None = None, problems: Mapping[str, str] | None = None, said: str = ""
) -> HTMLResponse:
    """The preferences as they are, or a form as it was sent with what is wrong with it."""
    return page(
        "manage.html",
        status=400 if problems else 200,
        title="Error: Your alerts" if problems else "Your alerts",
        said=said,
        rows=described(subscription),
        preferences_form=preferences_form(form or form_of(subscription)),
        paused=subscription.paused,
        problems=problems or {},
    )


def _ask_page(
    title: str,
    button: str,
    *words: str,
    rows: tuple[tuple[str, str], ...] = (),
    act: str = "",
    back: tuple[str, str] | None = None,
) -> HTMLResponse:
    """One question with one button; `act` is what the button does, where the address alone does not say it."""
    return page("confirm.html", title=title, words=words, rows=rows, button=button, act=act, final=bool(act), back=back)


def _no_longer() -> HTMLResponse:
    """The same answer to every address that is not good, whatever the reason."""
    return message_page("This address is not valid", "It may have been used, changed or cut off on its way to you.", status=404)


def _full() -> HTMLResponse:
    answer = message_page(
        "Too many people are signing up just now",
        "Nothing was done, and no message was sent. Please try again in an hour.",
        status=503,
    )
    answer.headers["Retry-After"] = "3600"
    return answer


def _too_many(wait: timedelta) -> HTMLResponse:
    words, seconds = when_again(wait)
    answer = message_page("Too many requests", f"Please try again {words}.", status=429)
    answer.headers["Retry-After"] = seconds
    return answer
