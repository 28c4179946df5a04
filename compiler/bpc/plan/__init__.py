"""Blueprint and catalogue become a Plan: every decision is made here, nothing after it can fail.

Which subnets in which zones, which architecture, which add-ons from which source in which order, which
endpoints a network without internet needs. Complaints have codes BPC4xx.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic
from bpc.model import Access, Blueprint
from bpc.plan import addons, groups, obstacles, subnets
from bpc.plan.addons import Catalogue
from bpc.plan.shapes import Plan, PlannedAddOn, PlannedServiceAccount


def make(blueprint: Blueprint, catalogue: Catalogue) -> tuple[Plan, list[Diagnostic]]:
    """The plan of one environment, and what stands in its way."""
    region = facts.region(blueprint.metadata.region)
    partition = region.partition if region else "aws"
    chosen = tuple(addons.planned(blueprint, partition, catalogue))
    tags = {key: value for addon in chosen for key, value in addon.entry.node_tags.items()}
    plan = Plan(
        blueprint=blueprint,
        partition=partition,
        subnets=subnets.planned(blueprint),
        node_groups=tuple(groups.planned(group, blueprint.cluster.version, tags) for group in blueprint.node_groups),
        addons=chosen,
        endpoints=(),
        service_accounts=_service_accounts(blueprint, partition),
        access=_access(blueprint),
    )
    if blueprint.network.endpoints:
        from bpc.plan import endpoints

        plan = plan.replace(endpoints=endpoints.planned(plan))
    if blueprint.network.proxy:
        plan = plan.replace(addons=tuple(_told_of_proxy(plan)))
    if blueprint.apps:
        from bpc.plan import apps

        plan = plan.replace(apps=tuple(apps.planned(plan)))
    return plan, list(obstacles.found(plan))


def _told_of_proxy(plan: Plan) -> Iterator[PlannedAddOn]:
    """For nodes that an add-on makes; what goes past the proxy is known when the VPC endpoints are."""
    from bpc.plan import proxy

    said = proxy.environment(plan.blueprint, plan.endpoints)
    yield from (one.replace(context=one.context.replace(proxy=said)) for one in plan.addons)


def _service_accounts(blueprint: Blueprint, partition: str) -> tuple[PlannedServiceAccount, ...]:
    if not blueprint.workloads:
        return ()
    from bpc.plan import identity

    return tuple(identity.service_account(one, blueprint, partition) for one in blueprint.workloads)


def _access(blueprint: Blueprint) -> tuple[Access, ...]:
    if not blueprint.teams:
        return blueprint.cluster.access
    from bpc.plan import teams

    return (*blueprint.cluster.access, *teams.access(blueprint))
