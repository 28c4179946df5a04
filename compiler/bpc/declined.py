"""What people look for in the catalogue, and what is not in it for a reason.

Sources: spinnaker-helm of OpsMx, chart 2.2.19, as Helm renders it (Redis has the password `password`, MinIO is of 2020
with keys that everybody knows; Halyard, which Spinnaker has given up, installs the services); charts of Cloudforet,
README: the first installation fails until a second one has printed the token into a log. Whoever looks after one of
them can still say `chart`, with values of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from bpc.kit.record import Record


class Declined(Record):
    """Why it is left out, and what to take instead."""

    why: str
    instead: str


DECLINED: Mapping[str, Declined] = {
    "cloudforet": Declined(
        "its newest chart is a development version of 2025, and works only with an administrator's token in its values",
        "take kubecost or opencost for costs, or say `chart`, with a namespace and values that you answer for",
    ),
    "spinnaker": Declined(
        "its public chart, last of 2024, makes the default account of its namespace cluster-admin, and a Job in it "
        "installs the rest, which no manifest shows",
        "take argo-cd or flux, or say `chart`, with a namespace and values that you answer for",
    ),
}
# What else they are called.
NAMES = {"spaceone": "cloudforet"}


def find(name: str) -> Declined | None:
    """What is called so, if it was left out; nothing where it never was asked for."""
    name = name.lower()
    return DECLINED.get(NAMES.get(name, name))
