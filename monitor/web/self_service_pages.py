"""What self-service shows: its forms, questions and answers. Pages only; what they do is in `self_service`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi.responses import HTMLResponse

from monitor.app.replay import Preview
from monitor.domain.subscriptions import Subscription
from monitor.messages.subscription_summary import summary
from monitor.web.forms import Form, first
from monitor.web.pages import message_page, page
from monitor.web.preferences_form import preferences_form
from monitor.web.rate_limiter import when_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A form as it is shown again, with what became of it."""

    day: date
    form: Form
    can_look: bool  #: whether there are previews
    problems: Mapping[str, str] | None = None  #: by the id of the field
    seen: Preview | None = None
    is_search: bool = False  #: whether the reader is to be where the search results are
    wait: timedelta = timedelta()  #: how long until the same may be asked again
    is_full: bool = False  #: whether it is not this reader who asked too often, but everybody


def _form_page(
    template: str, title: str, shown: Shown, *, before: Subscription | None = None, **values: object
) -> HTMLResponse:
    refused = 503 if shown.is_full else 429 if shown.wait else 400
    answer = page(
        template,
        status=refused if shown.problems else 200,
        title=f"Error: {title}" if shown.problems else title,
        preferences_form=preferences_form(shown.form, shown.day, before=before),
        problems=shown.problems or {},
        can_look=shown.can_look,
        seen=shown.seen,
        is_search=shown.is_search and not shown.problems,
        **values,
    )
    if shown.wait:
        answer.headers["Retry-After"] = when_again(shown.wait)[1]
    return answer


def subscribe_page(shown: Shown) -> HTMLResponse:
    """The form of who is not subscribed yet."""
    return _form_page("subscribe.html", "Hear when a rating changes", shown, here="/subscribe", to=first(shown.form, "to"))


def manage_page(subscription: Subscription, shown: Shown, *, said: str = "") -> HTMLResponse:
    """The preferences as they are, and the form that changes them."""
    rows, paused = summary(subscription), subscription.paused
    return _form_page("manage.html", "Your alerts", shown, before=subscription, said=said, rows=rows, paused=paused)


def ask_page(
    title: str,
    button: str,
    *words: str,
    rows: Sequence[tuple[str, str]] = (),
    act: str = "",
    back: tuple[str, str] | None = None,
) -> HTMLResponse:
    """One question with one button; `act` is what the button does, where the address alone does not say it."""
    return page("confirm.html", title=title, words=words, rows=rows, button=button, act=act, final=bool(act), back=back)


def no_longer() -> HTMLResponse:
    """The same answer to every address that is not good, whatever the reason."""
    return message_page("This address is not valid", "It may have been used, changed or cut off on its way to you.", status=404)


#: What is said where nobody more can sign up in this hour, and for how long.
FULL = "Too many people are signing up just now. Nothing was done, and no message was sent. Please try again in an hour."
FULL_FOR = timedelta(hours=1)


def too_many(wait: timedelta) -> str:
    """What is said to whoever asked too often."""
    return f"Too many requests. Please try again {when_again(wait)[0]}."


def too_many_page(wait: timedelta) -> HTMLResponse:
    """The same as a page, where no form has to be shown again."""
    words, seconds = when_again(wait)
    answer = message_page("Too many requests", f"Please try again {words}.", status=429)
    answer.headers["Retry-After"] = seconds
    return answer
