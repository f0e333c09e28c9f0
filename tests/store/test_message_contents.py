"""What everybody reads is kept once; what was waiting before that was so goes out with the bytes that it had."""

from __future__ import annotations

import json

from sqlalchemy import func, select, text

from monitor.messages import Renderer
from monitor.messages.forms import FORMS, Form
from monitor.store import schema
from monitor.store.migrations.run import upgrade
from tests.builders import NOW, story, subscription
from tests.databases import engine_of
from tests.store.conftest import Open


def test_a_body_is_kept_once_for_all_who_are_told_the_same(open_it: Open) -> None:
    store = open_it(*(subscription(f"p{n}", note=f"note {n}") for n in range(5)), subscription("kent", authorities=["Kent"]))
    store.record(*story({"Kent": "overall good", "Derby": "overall good"}), link=None, baseline=False, now=NOW)
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.bodies)).scalar() == 2
    texts = {each.recipient: each.message.text for each in store.claim(owner="o", now=NOW, lease=60, limit=9)}
    assert len(set(texts.values())) == 6
    assert all(f"Your note: note {n}" in texts[f"p{n}@reader.test"] for n in range(5))
    assert "Derby: rated" not in texts["kent@reader.test"]
    assert "Derby: rated" in texts["p0@reader.test"]


def test_erasing_one_reader_leaves_the_others_theirs(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    store.erase_address("ann@reader.test", now=NOW)
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.bodies)).scalar() == 1
    (bob,) = store.claim(owner="o", now=NOW, lease=60, limit=9)
    assert "Kent" in bob.message.text
    store.erase_address("bob@reader.test", now=NOW)
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.bodies)).scalar() == 0


def test_a_message_of_the_older_schema_is_sent_as_it_was(open_it: Open, database: str) -> None:
    engine = engine_of(database)
    upgrade(engine, "0003")
    headers = {"Message-ID": "<d@monitor.test>", "Date": "Tue, 01 Sep 2026 12:00:00 +0000"}
    forms = {name: f"the {name}" for name in ("subject", "text", "html", "slack", "payload")}
    row = {"id": "d" * 32, "headers": json.dumps(headers), "at": "2026-09-01 12:00:00.000000", "mentioned": False, **forms}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO deliveries (id, purpose, channel, recipient, target, change_set, subject, text, html, slack, payload, "
                "headers, state, reason, attempt, owner, epoch, not_before, created, mentioned) VALUES (:id, 'change', 'mail', "
                "'ann@reader.test', 'ann@reader.test', 'x', :subject, :text, :html, :slack, :payload, :headers, 'pending', '', 0, '', "
                "0, :at, :at, :mentioned)"
            ),
            row,
        )
    engine.dispose()
    (ann,) = open_it().claim(owner="o", now=NOW, lease=60)
    assert ann.message.subject == "the subject"
    assert ann.message.forms == {"text": "the text", "html": "the html", "slack": "the slack", "event": "the payload"}
    assert list(ann.message.headers.items()) == list(headers.items())


#: What would not survive a form that is put together by hand.
HARD = 'a “quoted” \\ line\n\twith {"json": ["é", "\U0001f600"]} and \'quotes\''


def test_a_message_of_the_schema_with_a_column_a_form_is_sent_as_it_was(open_it: Open, database: str) -> None:
    engine = engine_of(database)
    upgrade(engine, "0009")
    common = {"id": "b" * 32, "subject": "Kent", **{name: f"{name}: {HARD}" for name in ("text", "html", "slack", "payload")}}
    own = {"foot_text": "; mine", "foot_html": "; <mine>", "foot_slack": HARD, "at": "2026-09-01 12:00:00.000000"}
    headers = {"common": json.dumps({"Date": "Tue, 01 Sep 2026 12:00:00 +0000"}), "own": json.dumps({"Message-ID": "<d@x>"})}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO bodies (id, subject, text, html, slack, headers, payload) "
                "VALUES (:id, :subject, :text, :html, :slack, :common, :payload)"
            ),
            common | headers,
        )
        for identity, body, state in (("d", "b" * 32, "pending"), ("e", None, "sent")):  # the second one's reader was erased
            connection.execute(
                text(
                    "INSERT INTO deliveries (id, purpose, channel, recipient, target, change_set, body, foot_text, foot_html, "
                    "foot_slack, headers, state, reason, attempt, owner, epoch, not_before, created) VALUES (:id, 'change', "
                    "'mail', 'ann@reader.test', :id, 'x', :body, :foot_text, :foot_html, :foot_slack, :own, :state, '', 0, '', "
                    "0, :at, :at)"
                ),
                own | headers | {"id": identity * 32, "body": body, "state": state},
            )
    engine.dispose()
    store = open_it()
    (ann,) = store.claim(owner="o", now=NOW, lease=60)
    assert ann.message.subject == "Kent"
    assert ann.message.forms == {
        "text": f"text: {HARD}; mine",
        "html": f"html: {HARD}; <mine>",
        "slack": f"slack: {HARD}{HARD}",
        "event": f"payload: {HARD}",
    }
    assert ann.message.headers == {"Date": "Tue, 01 Sep 2026 12:00:00 +0000", "Message-ID": "<d@x>"}
    (erased,) = store.delivery("e" * 32)
    assert erased.message.forms == {}


def test_a_form_that_nobody_knew_is_kept_as_every_other_one(open_it: Open) -> None:
    shout = Form(name="shout", body=lambda content: content.subject.upper(), footer=lambda content: f"!{content.notice.id[:2]}")
    store = open_it(subscription("ann"), renderer=Renderer(forms=(*FORMS, shout)))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    (ann,) = store.claim(owner="o", now=NOW, lease=60)
    assert list(ann.message.forms) == [*(form.name for form in FORMS), "shout"]
    assert ann.message.forms["shout"] == f"{ann.message.subject.upper()}!{ann.id[:2]}"
