"""The same copy in several papers is one witness."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from monitor.domain.attestation import inspect
from monitor.domain.authorities import find
from monitor.domain.model import Account, Area, Rating, SourceClass, Trust

COPY = "Children's services in Wigan have been rated good by Ofsted after an inspection in March found improvement."
OWN = "Wigan Council has won back its good rating, four years after inspectors told it that it had to improve."


def account(outlet: str, sentence: str, kind: SourceClass = SourceClass.PRESS) -> Account:
    wigan = find("Wigan")
    assert wigan is not None
    return Account(
        key=outlet,
        authority=wigan,
        source_class=kind,
        outlet=outlet,
        url=f"https://{outlet}.example/",
        published=date(2026, 6, 1),
        ratings={Area.OVERALL: Rating.GOOD},
        evidence={Area.OVERALL: sentence},
    )


@pytest.mark.parametrize(
    ("accounts", "trust"),
    [
        ([account("bbc", COPY), account("echo", COPY)], Trust.REPORTED),
        (
            [account("bbc", COPY), account("echo", COPY.replace("’", "'").replace(",", "")), account("post", COPY)],
            Trust.REPORTED,
        ),
        ([account("bbc", COPY), account("echo", OWN)], Trust.CORROBORATED),
        ([account("bbc", COPY), account("echo", COPY), account("post", OWN)], Trust.CORROBORATED),
        ([account("bbc", "Rated good."), account("echo", "Rated good.")], Trust.CORROBORATED),
        ([account("bbc", COPY), account("news", OWN, SourceClass.AGGREGATOR)], Trust.REPORTED),
    ],
)
def test_copies_do_not_corroborate(accounts, trust):
    assert {inspect(order).trust for order in permutations(accounts)} == {trust}
