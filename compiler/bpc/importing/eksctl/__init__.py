"""A ClusterConfig of eksctl's becomes a blueprint: the same platform, said in our words.

`table` knows every field, `reading` refuses what eksctl would refuse, `carry` does what the table alone decides,
and the other modules do the rest, each a part of the ClusterConfig.
"""

from __future__ import annotations

from bpc.diagnostics import Diagnostic
from bpc.importing.draft import Draft
from bpc.importing.eksctl import addons, cluster, identity, network, nodes, platform, reading
from bpc.importing.eksctl.carry import Source
from bpc.importing.settle import settle
from bpc.source import Document

TOOL = "eksctl"


def convert(document: Document, account: str = "") -> tuple[Draft, list[Diagnostic]]:
    """The draft, and what is wrong with the ClusterConfig; a draft with errors beside it is empty.

    A ClusterConfig says everything but the account, which eksctl has from its credentials.
    """
    draft = Draft(TOOL)
    found = list(reading.check(document))
    if found:
        return draft, found
    it = Source(document, draft)
    for part in (network, cluster, platform, nodes, identity, addons):
        part.convert(it)
    if account:
        draft.put(("environments", "default", "account"), account)
    identity.bare_accounts(it)
    settle(draft)
    return draft, []
