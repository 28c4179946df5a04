"""Node groups: machines, how many of them, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpc import facts
from bpc.model.node import Data, Node, Reference

if TYPE_CHECKING:
    from bpc.model.auto_scaling import LifecycleHook, MetricsCollection, MixedInstances, ScalingPolicy, WarmPool
    from bpc.model.iam import Iam
    from bpc.model.node_details import (
        Bottlerocket,
        CapacityReservation,
        LaunchTemplate,
        MetadataOptions,
        Placement,
        RepairOverride,
        Ssh,
    )
    from bpc.model.security_groups import SecurityGroupRule


class Scaling(Node):
    min: int
    desired: int | None
    max: int

    @property
    def first(self) -> int:
        """The nodes to begin with."""
        return self.min if self.desired is None else self.desired


class Disk(Node):
    size: int
    type: str
    iops: int | None
    throughput: int | None
    key_arn: str | None
    snapshot_id: str | None
    device_name: str | None


class Taint(Node):
    key: str
    value: str
    effect: str


class Update(Node):
    max_unavailable: int | None
    max_unavailable_percentage: int | None
    strategy: str
    force: bool


class Repair(Node):
    enabled: bool
    max_parallel: int | str | None
    max_unhealthy: int | str | None
    overrides: tuple[RepairOverride, ...]

    @property
    def odd(self) -> bool:
        """Whether it says how nodes are repaired that are not."""
        return not self.enabled and bool(self.max_parallel or self.max_unhealthy or self.overrides)

    @property
    def said(self) -> bool:
        """Whether it is more than the default."""
        return not self.enabled or bool(self.max_parallel or self.max_unhealthy or self.overrides)


class NodeGroup(Node):
    name: str
    type: str
    ami: str
    variant: str
    ami_id: str | None
    ami_parameter: str | None
    release_version: str | None
    version: str | None
    instance_types: tuple[str, ...]
    instance_requirements: Mapping[str, Any] | None
    architecture: str
    capacity: str
    scaling: Scaling
    warm_pool: WarmPool | None
    mixed_instances: MixedInstances | None
    capacity_rebalance: bool
    lifecycle_hooks: tuple[LifecycleHook, ...] | None
    metrics_collection: tuple[MetricsCollection, ...] | None
    scaling_policies: tuple[ScalingPolicy, ...] | None
    suspend_processes: tuple[str, ...] | None
    max_instance_lifetime_seconds: int | None
    target_group_arns: tuple[Reference, ...] | None
    classic_load_balancer_names: tuple[str, ...] | None
    disk: Disk
    volumes: tuple[Disk, ...]
    metadata_options: MetadataOptions | None
    ebs_optimized: bool | None
    detailed_monitoring: bool
    enclave: bool
    cpu_credits: str | None
    capacity_reservation: CapacityReservation | None
    security_group_ids: tuple[Reference, ...] | None
    security_group_rules: tuple[SecurityGroupRule, ...] | None
    ssh: Ssh | None
    node_name: str | None
    placement: Placement | None
    efa: bool
    launch_template: LaunchTemplate | None
    subnets: str | tuple[Reference, ...]
    availability_zones: tuple[str, ...] | None
    local_zones: tuple[str, ...] | None
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    update: Update
    repair: Repair
    iam: Iam | None
    instance_profile_arn: str | None
    ssm: bool
    kubelet: Mapping[str, Any] | None
    max_pods: int | None
    cluster_dns: tuple[str, ...] | None
    user_data: str | None
    bootstrap_command: str | None
    bottlerocket: Bottlerocket | None
    tags: Mapping[str, str]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """Nodes live in the private subnets, and where there are none in the public ones."""
        wanted = data.get("instanceRequirements")
        types = data.get("instanceTypes") or ([] if "launchTemplate" in data or wanted else ["m6i.large"])
        known = facts.architecture(types[0]) if types else None
        if wanted and "amazon-web-services" in wanted.get("cpuManufacturers", ()):
            known = "arm64"
        repair = data["repair"]
        return {
            **data,
            "repair": repair if isinstance(repair, dict) else {"enabled": repair, "overrides": []},
            "instanceTypes": types,
            "architecture": data.get("architecture") or known or "amd64",
            "subnets": data.get("subnets") or whole["network"]["topology"].split("-")[-1],
        }

    @property
    def family(self) -> str:
        """What the nodes read at their first boot: al2023, al2, ubuntu, bottlerocket or windows."""
        return next((one for one in ("windows", "ubuntu") if self.ami.lower().startswith(one)), self.ami.lower())

    def offers(self, accelerator: str) -> bool:
        """Whether pods can use such an accelerator of its nodes: the image, or one of your own, has the driver."""
        if accelerator in self.variant:
            return True
        families = [facts.family(one) for one in self.instance_types if self.ami_id or self.ami_parameter]
        return any(one and one.accelerator == accelerator for one in families)

    @property
    def pods_read_metadata(self) -> bool:
        """Whether the instance metadata service answers pods too; a launch template of your own may say so."""
        said = self.metadata_options
        return bool(self.launch_template or (said and said.http_put_response_hop_limit > 1))

    @property
    def managed(self) -> bool:
        """Whether EKS runs its Auto Scaling group."""
        return self.type == "managed"

    @property
    def own_settings(self) -> list[str]:
        """The fields with which it speaks of an Auto Scaling group of one's own."""
        settings = {
            "mixedInstances": self.mixed_instances,
            "capacityRebalance": self.capacity_rebalance,
            "lifecycleHooks": self.lifecycle_hooks,
            "metricsCollection": self.metrics_collection,
            "suspendProcesses": self.suspend_processes is not None,
            "maxInstanceLifetimeSeconds": self.max_instance_lifetime_seconds,
            "targetGroupArns": self.target_group_arns,
            "classicLoadBalancerNames": self.classic_load_balancer_names,
        }
        return [field for field, value in settings.items() if value]

    @property
    def special_group(self) -> bool:
        """Whether there is more to its Auto Scaling group than EKS knows by itself."""
        return not self.managed or bool(self.warm_pool or self.scaling_policies or self.own_settings)

    @property
    def joins_alone(self) -> bool:
        """Whether its user data has all that a node needs to join, for nobody adds it."""
        return not self.managed or self.own_image

    @property
    def own_image(self) -> bool:
        """Whether the launch template names an image, for it is not one that EKS chooses."""
        return bool(self.ami_id or self.ami_parameter) or (self.family == "ubuntu" and not self.launch_template)

    @property
    def own_security_groups(self) -> bool:
        """Whether the launch template names the security groups, so that nobody attaches the cluster's."""
        return not self.managed or bool(self.security_group_ids or self.security_group_rules or self.ssh or self.efa)

    @property
    def special_template(self) -> bool:
        """Whether its launch template is more than a disk of some size and an instance type."""
        disk = self.disk
        details = (disk.iops, disk.throughput, disk.device_name, self.volumes, self.metadata_options)
        given = (self.launch_template, self.security_group_ids, self.node_name, self.instance_requirements, self.efa)
        odd = disk.type not in ("gp3", "gp2") or self.capacity == "capacity-block"
        return self.special_machine or odd or any(details) or any(given) or not self.fits or self.in_one_place

    @property
    def in_one_place(self) -> bool:
        """Whether it says where its nodes are, beyond a kind of subnets."""
        return bool(self.placement or self.availability_zones or self.local_zones) or not isinstance(self.subnets, str)

    @property
    def fits(self) -> bool:
        """Whether the instance types run what the group is said to."""
        return all(facts.architecture(one) in (None, self.architecture) for one in self.instance_types)

    @property
    def special_machine(self) -> bool:
        """Whether it is bought, monitored or reached in a way of its own."""
        given = (self.cpu_credits, self.capacity_reservation, self.ssh, self.security_group_rules)
        flags = (self.detailed_monitoring, self.enclave, self.ebs_optimized is not None)
        return any(given) or any(flags)

    @property
    def special_role(self) -> bool:
        """Whether its nodes have more of a role than all nodes have."""
        return bool(self.iam or self.instance_profile_arn)

    @property
    def special_image(self) -> bool:
        """Whether there is more to its image than one of the two usual operating systems."""
        given = (self.ami_id, self.ami_parameter, self.release_version, self.version)
        return any(given) or self.variant != "standard" or self.ami not in ("AL2023", "Bottlerocket")

    @property
    def speaks_at_boot(self) -> bool:
        """Whether the blueprint has something to tell the nodes at their first boot."""
        settings = (self.kubelet, self.max_pods, self.cluster_dns, self.user_data, self.bootstrap_command)
        return any(settings) or self.bottlerocket is not None

    @property
    def adds_node_config(self) -> bool:
        """Whether the bootstrap command is a document for nodeadm, which is merged, and not a command."""
        lines = (self.bootstrap_command or "").splitlines()
        return any(line.startswith("apiVersion: node.eks.aws/") for line in lines)
