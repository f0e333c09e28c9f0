"""From settings to what fetches returned mail and takes it in."""

from __future__ import annotations

import os

from monitor.channels.secret_address import secret_address
from monitor.messages.signed_return_path import SignedReturnPath
from monitor.ports import Clock, ConfigError
from monitor.postmaster.ingest import BounceIngest, BounceStore, Postmaster
from monitor.postmaster.mailbox import Mailbox, mailbox_of
from monitor.settings import Settings, SettingsError
from monitor.settings.secret import own_key


def build_mailbox(settings: Settings) -> Mailbox | None:
    """Where returned mail is fetched from; None where nothing is configured. Raises SettingsError for what is unusable."""
    table = settings.returned
    if table is None or (table.values["authserv_id"] and not (table.values["url_env"] or table.values["url_file"])):
        return None  # what comes back is piped to us
    try:
        url = secret_address({name: str(value) for name, value in table.values.items()}, os.environ.get)
        return mailbox_of(url, ca_file=str(table.values["ca_file"]))
    except ConfigError as error:
        raise SettingsError((table.problem_of(error),)) from None


def build_intake(settings: Settings, store: BounceStore, clock: Clock) -> BounceIngest:
    """What takes mail that came back into the store."""
    table = settings.returned
    authserv_id = str(table.values["authserv_id"]).strip() if table else ""
    return BounceIngest(
        store=store, returns=SignedReturnPath(key=own_key(settings.state)), clock=clock, authserv_id=authserv_id
    )


def build_postmaster(settings: Settings, store: BounceStore, clock: Clock) -> Postmaster | None:
    """What fetches returned mail into the store; None where nobody said where it comes to."""
    mailbox = build_mailbox(settings)
    return Postmaster(intake=build_intake(settings, store, clock), mailbox=mailbox) if mailbox else None
