"""The architecture of a platform as a picture, drawn from its plans.

`picture` says what is in it: account, Region, VPC, subnets, what runs pods, what AWS runs, add-ons, and flows. Three
writers draw it: `svg` with a layout of its own, `mermaid` and `dot` for tools that have one.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpc.environments import DEFAULT
from bpc.graph import cluster, flows, network, purposes
from bpc.graph.picture import Box, Picture, Scene
from bpc.plan.shapes import Plan


def drawn(plans: Sequence[Plan], form: str) -> str:
    """The picture in one of the forms: svg, mermaid or dot."""
    whole = picture(plans)
    if form == "svg":
        from bpc.graph.svg import svg

        return svg(whole)
    if form == "mermaid":
        from bpc.graph.mermaid import mermaid

        return mermaid(whole)
    from bpc.graph.dot import dot

    return dot(whole)


def picture(plans: Sequence[Plan]) -> Picture:
    """The picture of a platform's environments."""
    name = plans[0].name
    scenes = tuple(_scene(plan) for plan in plans)
    return Picture(f"Architecture of {name}", " ".join(map(_told, plans)), scenes)


def _scene(plan: Plan) -> Scene:
    environment = plan.blueprint.environment
    account = plan.blueprint.account
    boxes = (network.vpc(plan, environment), cluster.managed(plan, environment), _addons(plan, environment))
    region = Box(f"{environment}/region", "region", f"Region {plan.region}", (), boxes)
    title = f"AWS account {account}" if account else "AWS account"
    whole = Box(f"{environment}/account", "account", title, (), (region,))
    there = {one.id for one in whole.walk()}
    found = tuple(flows.between(plan, environment, there))
    return Scene(
        "" if environment == DEFAULT else environment, tuple(flows.outside(plan, environment, found)), whole, found
    )


def _addons(plan: Plan, scene: str) -> Box:
    boxes = (*purposes.grouped(plan, scene), *purposes.teams(plan, scene), *purposes.applications(plan, scene))
    return Box(f"{scene}/addons", "addons", f"In the cluster {plan.name}", (), boxes)


def _told(plan: Plan) -> str:
    """The picture in words, for who does not see it."""
    blueprint = plan.blueprint
    runs = [f"node group {one.name}" for one in blueprint.node_groups]
    runs += [f"Fargate profile {one.name}" for one in blueprint.fargate_profiles]
    runs += ["EKS Auto Mode"] if blueprint.cluster.auto_mode else []
    bands = [title.lower() for kind, title in network.TITLES.items() if plan.subnets_of(kind)]
    where = f"in {plan.region}" + (f", account {blueprint.account}" if blueprint.account else "")
    what = f"a VPC with {' and '.join(bands)}" if bands else "a VPC that is there already"
    return (
        f"{blueprint.environment} {where}: an EKS cluster with Kubernetes {blueprint.cluster.version} and {what}; "
        f"pods run on {', '.join(runs) or 'nothing yet'}; {len(plan.addons)} add-ons."
    )
