"""What the bastion host's first boot depends on, as the blueprint has it."""

from __future__ import annotations

from collections.abc import Iterable

from bpc import facts
from bpc.kit.first_boot import Host
from bpc.model import Bastion, Blueprint


def host(bastion: Bastion, blueprint: Blueprint, endpoints: Iterable[str] = ()) -> Host:
    """The host as the script of its first boot sees it."""
    name, region = blueprint.metadata.name, blueprint.metadata.region
    usual = Host(
        cluster=name,
        region=region,
        os=bastion.os,
        architecture=facts.architecture(bastion.instance_type) or "amd64",
        timezone=bastion.timezone,
        tools=bastion.tools,
        kubectl=facts.kubernetes()[blueprint.cluster.version].kubectl,
        user_data=bastion.user_data,
        facts=facts.tools(),
    )
    if blueprint.network.proxy:
        from bpc.plan import proxy

        usual = usual.replace(environment=proxy.environment(blueprint, endpoints))
    if not bastion.bootstrap:
        return usual
    from bpc.kit.bootstrap import Bootstrap, File

    wanted, kubectl = bastion.bootstrap, bastion.bootstrap.kubectl
    return usual.replace(
        bootstrap=Bootstrap(
            cluster=name,
            region=region,
            manifests=tuple(File(one.url, one.sha256, one.namespace or "") for one in wanted.manifests),
            kubectl=File(kubectl.url, kubectl.sha256) if kubectl else None,
            # Fargate and EKS Auto Mode bring nodes only when there are pods for them.
            waits_for_node=any(group.scaling.min for group in blueprint.node_groups),
        )
    )
