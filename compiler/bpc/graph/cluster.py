"""What AWS runs for the platform, beside its VPC: the control plane, and services that it writes to or reads from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bpc.graph.picture import Box
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.model import Observability

# Services by the add-ons that use them: their name, and what for.
USED = {
    "route53": ("Amazon Route 53", "records of hosted zones", "external-dns"),
    "secrets": (
        "Secrets Manager",
        "and Parameter Store",
        "external-secrets secrets-store-csi-driver-provider-aws",
    ),
    "ebs": ("Amazon EBS", "volumes", "aws-ebs-csi-driver"),
    "s3": ("Amazon S3", "buckets", "aws-mountpoint-s3-csi-driver velero"),
    "guardduty": ("Amazon GuardDuty", "finds threats at runtime", "aws-guardduty-agent"),
    "lattice": ("VPC Lattice", "services across VPCs", "aws-gateway-api-controller"),
}
TELLING = (
    "amazon-cloudwatch-observability",
    "cloudwatch-agent",
    "fluent-bit",
    "aws-network-flow-monitoring-agent",
)


def managed(plan: Plan, scene: str) -> Box:
    """The column beside the VPC."""
    return Box(f"{scene}/managed", "managed", "Run by AWS", (), (_control_plane(plan, scene), *_services(plan, scene)))


def _watching(watched: Observability) -> str:
    counted = {"alarms": len(watched.alarms), "queries": len(watched.queries), "dashboard": int(watched.dashboard)}
    return ", ".join(what if what == "dashboard" else f"{what}: {count}" for what, count in counted.items() if count)


def tells(plan: Plan) -> bool:
    """Whether an add-on sends logs or metrics to CloudWatch."""
    told = (one for one in plan.addons if one.entry.name in TELLING)
    return any(not one.context.search_domain or one.entry.called(one.request.options) for one in told)


def _control_plane(plan: Plan, scene: str) -> Box:
    cluster = plan.blueprint.cluster
    lines = [f"Kubernetes {cluster.version}", f"endpoint: {cluster.endpoint.access.replace('-', ' ')}"]
    lines.append("identity: " + ("IRSA" if cluster.identity == "irsa" else "Pod Identity"))
    if cluster.auto_mode:
        lines.append("EKS Auto Mode")
    if cluster.outpost:
        lines.append("on an Outpost")
    if said := cluster.capabilities:
        known = {"Argo CD": said.argocd, "ACK": said.ack, "kro": said.kro}
        lines.append("capabilities: " + ", ".join(name for name, one in known.items() if one))
    return Box(f"{scene}/cluster", "control-plane", "EKS control plane", tuple(lines))


def _services(plan: Plan, scene: str) -> Iterator[Box]:
    blueprint = plan.blueprint
    flow = blueprint.network.flow_logs
    to_watch = flow is not None and flow.destination == "cloud-watch-logs"
    logged = blueprint.cluster.logging.types
    watched = blueprint.observability
    if logged or tells(plan) or to_watch or watched:
        words = [f"control plane: {', '.join(logged)}"] if logged else []
        words += ["containers and nodes"] if tells(plan) else []
        words += ["flow logs"] if to_watch else []
        words += [_watching(watched)] if watched else []
        yield Box(f"{scene}/cloudwatch", "service", "Amazon CloudWatch", tuple(words))
    if watched and watched.notify:
        count = len(watched.notify)
        yield Box(f"{scene}/sns", "service", "Amazon SNS", (f"tells {count} recipient{'s' if count > 1 else ''}",))
    if watched and watched.guard_duty:
        whose = "looks for threats" if watched.guard_duty.is_made else "the account's, looks for threats"
        yield Box(f"{scene}/guardduty", "service", USED["guardduty"][0], (whose,))
    if watched and watched.prometheus:
        words = ["reads the cluster" if watched.prometheus.collector.enabled else "is written to"]
        yield Box(f"{scene}/aps", "service", "Amazon Managed Service for Prometheus", tuple(words))
    if watched and watched.open_search:
        domain = watched.open_search
        nodes = f"{domain.instance_count} x {domain.instance_type}"
        yield Box(f"{scene}/search", "service", "Amazon OpenSearch", (f"domain {domain.domain_name}", nodes))
    if watched and watched.grafana:
        signs = {"aws-sso": "IAM Identity Center", "saml": "SAML"}
        words = [f"sign in: {', '.join(signs[one] for one in watched.grafana.authentication)}"]
        yield Box(f"{scene}/grafana", "service", "Amazon Managed Grafana", tuple(words))
    if blueprint.cluster.secrets_encryption.enabled:
        yield Box(f"{scene}/kms", "service", "AWS KMS", ("the key of Secrets",))
    pipeline = blueprint.pipeline
    if pipeline:
        built = f"builds {', '.join(one.name for one in pipeline.images)}"
        code = pipeline.source.code_commit
        source = (f"from AWS CodeCommit: {code}",) if code else ()
        yield Box(f"{scene}/pipeline", "service", "AWS CodePipeline", (built, *source))
    more = ["and of the pipeline"] if pipeline else []
    more += ["the account's are scanned"] if watched and watched.image_scanning else []
    yield Box(f"{scene}/ecr", "service", "Amazon ECR", ("images of EKS add-ons", *more))
    there = {one.entry.name for one in plan.addons} - (
        {"aws-guardduty-agent"} if watched and watched.guard_duty else set()
    )
    for key, (title, what, names) in USED.items():
        buckets = key == "s3" and flow is not None and not to_watch
        if there & {*names.split()} or buckets:
            yield Box(f"{scene}/{key}", "service", title, (what,))
