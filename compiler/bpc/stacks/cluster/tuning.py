"""The control plane's own settings: its tier, its components, zonal shift, and how upgrades end.

Amazon EKS API Reference, CreateCluster: KubeApiServerConfigRequest, KubeSchedulerConfigRequest,
KubeControllerManagerConfigRequest, ControlPlaneScalingConfig, ZonalShiftConfigRequest.
"""

from __future__ import annotations

from typing import Any

from troposphere import eks

from bpc.kit.sheet import Sheet
from bpc.model import Cluster, KubeApiServer, KubeControllerManager, KubeScheduler
from bpc.plan.shapes import Plan

STRATEGIES = {"least-allocated": "LeastAllocated", "most-allocated": "MostAllocated"}


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return dict(_properties(plan.blueprint.cluster))


def _properties(cluster: Cluster) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if cluster.control_plane_tier != "standard":
        made["ControlPlaneScalingConfig"] = eks.ControlPlaneScalingConfig(Tier=cluster.control_plane_tier)
    if cluster.zonal_shift:
        made["ZonalShiftConfig"] = eks.ZonalShiftConfig(Enabled=True)
    if cluster.force_update_version:
        made["Force"] = True
    if cluster.active_certificate_authority_id:
        made["ActiveCertificateAuthorityId"] = cluster.active_certificate_authority_id
    if cluster.rollback:
        made["RollbackConfig"] = eks.RollbackConfig(TimeoutMinutes=cluster.rollback.timeout_minutes)
    if cluster.kube_api_server:
        made["KubeApiServerConfig"] = _api_server(cluster.kube_api_server)
    if cluster.kube_scheduler:
        made["KubeSchedulerConfig"] = _scheduler(cluster.kube_scheduler)
    if cluster.kube_controller_manager:
        made["KubeControllerManagerConfig"] = _controller_manager(cluster.kube_controller_manager)
    return made


def _api_server(wanted: KubeApiServer) -> eks.KubeApiServerConfig:
    made: dict[str, Any] = {}
    if wanted.event_ttl_minutes:
        made["EventTtl"] = f"{wanted.event_ttl_minutes}m"
    if ports := wanted.service_node_port_range:
        made["ServiceNodePortRange"] = eks.ServiceNodePortRange(MinPort=ports.min_port, MaxPort=ports.max_port)
    return eks.KubeApiServerConfig(**made)


def _scheduler(wanted: KubeScheduler) -> eks.KubeSchedulerConfig:
    strategy = wanted.node_resources_fit.scoring_strategy
    made: dict[str, Any] = {"Type": STRATEGIES[strategy.type]}
    if strategy.resources:
        made["Resources"] = [eks.ResourceWeight(Name=one.name, Weight=one.weight) for one in strategy.resources]
    fit = eks.NodeResourcesFitConfig(ScoringStrategy=eks.ScoringStrategy(**made))
    return eks.KubeSchedulerConfig(NodeResourcesFit=fit)


def _controller_manager(wanted: KubeControllerManager) -> eks.KubeControllerManagerConfig:
    made: dict[str, Any] = {}
    if period := wanted.horizontal_pod_autoscaler_sync_period_seconds:
        made["HorizontalPodAutoscalerControllerConfig"] = eks.HorizontalPodAutoscalerControllerConfig(
            HorizontalPodAutoscalerSyncPeriod=f"{period}s"
        )
    if threshold := wanted.terminated_pod_gc_threshold:
        made["PodGcControllerConfig"] = eks.PodGcControllerConfig(TerminatedPodGcThreshold=threshold)
    return eks.KubeControllerManagerConfig(**made)
