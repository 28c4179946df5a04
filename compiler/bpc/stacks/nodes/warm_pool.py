"""Nodes that have booted and stand by (Amazon EC2 Auto Scaling User Guide, Warm pools).

For a managed group EKS keeps them out of the cluster until they are wanted (Amazon EKS User Guide, Warm pools). In an
Auto Scaling group of one's own, Bottlerocket alone can wait by itself (Bottlerocket, settings.autoscaling.should-wait).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc.model import WarmPool

if TYPE_CHECKING:
    from troposphere import AWSObject, AWSProperty


def of_managed(pool: WarmPool) -> AWSProperty:
    from troposphere import eks

    if not pool.enabled:
        return eks.WarmPoolConfig(Enabled=False)
    return eks.WarmPoolConfig(
        Enabled=True, **_sizes(pool), PoolState=pool.state.upper(), ReuseOnScaleIn=pool.reuse_on_scale_in
    )


def resource(title: str, group: str, pool: WarmPool) -> AWSObject:
    from troposphere import Ref, autoscaling

    return autoscaling.WarmPool(
        title,
        AutoScalingGroupName=Ref(group),
        **_sizes(pool),
        PoolState=pool.state.capitalize(),
        InstanceReusePolicy=autoscaling.InstanceReusePolicy(ReuseOnScaleIn=pool.reuse_on_scale_in),
    )


def _sizes(pool: WarmPool) -> dict[str, Any]:
    most = pool.max_group_prepared_capacity
    return {"MinSize": pool.min_size} | ({"MaxGroupPreparedCapacity": most} if most else {})
