"""What everybody reads is kept once; what was waiting before that was so goes out with the bytes that it had."""

from __future__ import annotations

import json

from sqlalchemy import create_engine, func, make_url, select, text

from monitor.store import schema
from monitor.store.migrations.run import upgrade
from tests.builders import NOW, story, subscription
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
    url = make_url(database)
    engine = create_engine(url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url)
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
    assert {name: getattr(ann.message, name) for name in forms} == forms
    assert list(ann.message.headers.items()) == list(headers.items())
