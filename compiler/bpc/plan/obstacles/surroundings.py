"""What an add-on needs that is no add-on: an answer of the node's metadata service, or definitions that others make."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan
from bpc.unlisted import Unlisted

NO_METADATA = rule(
    "BPC902",
    "addon-needs-instance-metadata",
    why="This add-on learns the VPC and the account from the instance metadata service. Launch templates here keep it "
    "from pods, and Fargate and EKS Auto Mode do too, so the add-on would never start.",
    cure="Say `metadataOptions: {httpPutResponseHopLimit: 2}` at one managed node group: the add-on runs there alone. "
    "Every pod of that group can then do what the role of its nodes may, so let it be a small one.",
)
NO_DEFINITIONS = rule(
    "BPC903",
    "addon-needs-definitions",
    why="This add-on stops at once where these kinds are not defined, and nothing that bpc can look into defines them.",
    cure="Keep their release file beside the blueprint and name it as an add-on with `manifests`, or see to it that "
    "the cluster has them.",
    severity="warning",
)


def _metadata(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.entry.reads_metadata and not addon.context.metadata_groups:
            said = f"{addon.entry.name} asks the instance metadata service, and no managed node group lets pods do so"
            yield NO_METADATA.at(addon.request.at, said, key=True)


def _definitions(plan: Plan) -> Iterator[Diagnostic]:
    # Files and charts of one's own may bring anything.
    if any(issubclass(one.entry, Unlisted) and one.source != "eks" for one in plan.addons):
        return
    for addon in plan.addons:
        for name in addon.entry.watches[:1]:
            said = f"{addon.entry.name} needs {name} and more of its group, and nothing in the blueprint brings them"
            yield NO_DEFINITIONS.at(addon.request.at, said, key=True)


OBSTACLES = (_metadata, _definitions)
