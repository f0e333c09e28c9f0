"""The same copy in several papers is one witness."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from monitor.domain.attestation import inspect
from monitor.domain.authorities import find
from monitor.domain.model import Area, Attestation, Rating, SourceClass, Trust

COPY = "Children's services in Wigan have been rated good by Ofsted after an inspection in March found improvement."
OWN = "Wigan Council has won back its good rating, four years after inspectors told it that it had to improve."


def attestation(outlet: str, sentence: str, kind: SourceClass = SourceClass.PRESS) -> Attestation:
    wigan = find("Wigan")
    assert wigan is not None
    return Attestation(
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
    ("attestations", "trust"),
    [
        ([attestation("bbc", COPY), attestation("echo", COPY)], Trust.REPORTED),
        (
            [attestation("bbc", COPY), attestation("echo", COPY.replace("’", "'").replace(",", "")), attestation("post", COPY)],
            Trust.REPORTED,
        ),
        ([attestation("bbc", COPY), attestation("echo", OWN)], Trust.CORROBORATED),
        ([attestation("bbc", COPY), attestation("echo", COPY), attestation("post", OWN)], Trust.CORROBORATED),
        ([attestation("bbc", "Rated good."), attestation("echo", "Rated good.")], Trust.CORROBORATED),
        ([attestation("bbc", COPY), attestation("news", OWN, SourceClass.AGGREGATOR)], Trust.REPORTED),
    ],
)
def test_copies_do_not_corroborate(attestations, trust):
    assert {inspect(order).trust for order in permutations(attestations)} == {trust}
