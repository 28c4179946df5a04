"""Who sends what to whom: the flows of a picture, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph import cluster, machines, network
from bpc.graph.picture import Box, Flow
from bpc.plan import searched
from bpc.plan.shapes import Plan

CAPTIONS = {
    "ssm": "People open sessions on the bastion host, through AWS Systems Manager",
    "ssh": "People log in to the bastion host by SSH",
    "instance-connect-endpoint": "People reach the bastion host through an EC2 Instance Connect Endpoint",
}
ENGINES = {"argocd": "Argo CD", "flux": "Flux"}
USERS, PEOPLE, GIT, OUTSIDE, OTHERS = "users", "people", "git", "internet", "other-networks"


def outside(plan: Plan, scene: str, flows: tuple[Flow, ...]) -> Iterator[Box]:
    """What is outside of AWS, as far as anything flows there."""
    boxes = (
        Box(f"{scene}/{USERS}", "users", "Users"),
        Box(f"{scene}/{OUTSIDE}", "internet", "Internet", ("registries, AWS APIs",)),
        Box(f"{scene}/{GIT}", "git", "Git repository", _repository(plan)),
        Box(f"{scene}/{OTHERS}", "on-premises", "Hybrid nodes", ("machines elsewhere",)),
        Box(f"{scene}/{PEOPLE}", "people", "Platform team", ("kubectl",)),
    )
    known = {one.source for one in flows} | {one.target for one in flows}
    yield from (one for one in boxes if one.id in known)


def _repository(plan: Plan) -> tuple[str, ...]:
    gitops = plan.blueprint.gitops
    address = str(gitops.repository or "") if gitops else ""
    if plan.blueprint.pipeline and not address:
        other = plan.blueprint.pipeline.elsewhere
        address = plan.blueprint.pipeline.source.repository or (other.repository if other else None) or ""
    return (address.removeprefix("https://"),) if address else ()


def between(plan: Plan, scene: str, there: set[str]) -> Iterator[Flow]:
    """Every flow whose two ends the picture has."""
    for source, target, label in (*_in(plan), *_work(plan), *_built(plan), *_told(plan), *_searched(plan)):
        ends = (f"{scene}/{source}", f"{scene}/{target}")
        if there.issuperset(one for one in ends if one.removeprefix(f"{scene}/") not in OUTER):
            yield Flow(*ends, label)


OUTER = (USERS, PEOPLE, GIT, OUTSIDE, OTHERS)
Said = tuple[str, str, str]


def _in(plan: Plan) -> Iterator[Said]:
    """How people and requests get in."""
    blueprint, home = plan.blueprint, machines.default_home(plan)
    if (kind := network.balancer_kind(plan)) == "public":
        if network.has_internet_gateway(plan):
            yield USERS, "internet-gateway", "Requests of users reach load balancers"
            yield "internet-gateway", "balancers", "Requests of users reach load balancers"
        else:
            yield USERS, "balancers", "Requests of users reach load balancers"
    if kind and home != kind:
        yield "balancers", home, "Load balancers send requests on to pods"
    if blueprint.cluster.endpoint.is_public:
        yield PEOPLE, "cluster", "People use the Kubernetes API"
    if blueprint.bastion:
        yield PEOPLE, "bastion", CAPTIONS[blueprint.bastion.access]
        yield "bastion", "cluster", "The bastion host uses the Kubernetes API"


def _work(plan: Plan) -> Iterator[Said]:
    """What nodes and the cluster need."""
    blueprint = plan.blueprint
    for kind in _homes(plan):
        yield kind, "cluster", "Nodes and pods talk to the Kubernetes API"
    if blueprint.cluster.remote_network:
        yield OTHERS, "cluster", "Hybrid nodes talk to the Kubernetes API"
    if blueprint.gitops and blueprint.gitops.repository:
        engine = ENGINES.get(blueprint.gitops.engine, blueprint.gitops.engine)
        yield GIT, "addons", f"{engine} brings what Git holds into the cluster"
    if plan.subnets_of("public"):
        if nats := [one.number for one in plan.subnets_of("public")] if blueprint.network.nat != "none" else []:
            for number in nats if blueprint.network.nat != "single" else nats[:1]:
                yield "private", f"nat-{number}", "Private subnets reach the internet through NAT"
                yield f"nat-{number}", "internet-gateway", "Private subnets reach the internet through NAT"
        yield "internet-gateway", OUTSIDE, "Public subnets and NAT reach the internet"


def _built(plan: Plan) -> Iterator[Said]:
    """What becomes of source. A repository of AWS CodeCommit is told of where it is built from."""
    pipeline = plan.blueprint.pipeline
    if pipeline is None:
        return
    if pipeline.source.repository:
        yield GIT, "pipeline", "The pipeline builds images from source"
    yield "pipeline", "ecr", "The pipeline pushes images"
    if pipeline.applies:
        yield "pipeline", "cluster", "The pipeline applies manifests with the new tags"
    if pipeline.commits and (pipeline.elsewhere or pipeline.source).repository:
        yield "pipeline", GIT, "The pipeline commits the new tags"


def _told(plan: Plan) -> Iterator[Said]:
    """What is written down, and what is encrypted."""
    blueprint = plan.blueprint
    if plan.endpoints:
        yield "endpoints", "managed", "VPC endpoints lead to AWS services without the internet"
    if blueprint.cluster.logging.types:
        yield "cluster", "cloudwatch", "The control plane writes its logs"
    if cluster.tells(plan):
        for kind in _homes(plan):
            yield kind, "cloudwatch", "Agents on the nodes send logs and metrics"
    if flow := blueprint.network.flow_logs:
        where = "cloudwatch" if flow.destination == "cloud-watch-logs" else "s3"
        yield "vpc", where, "Flow logs of the VPC"
    if blueprint.observability and blueprint.observability.notify:
        yield "cloudwatch", "sns", "Alarms are told to people"
    guard = blueprint.observability and blueprint.observability.guard_duty
    if blueprint.observability and guard:
        if not guard.is_made or guard.reads_audit_log:
            yield "cluster", "guardduty", "GuardDuty reads the audit log of the Kubernetes API"
        if blueprint.observability.notify:
            yield "guardduty", "sns", "Findings of GuardDuty are told to people"
    if blueprint.observability and blueprint.observability.image_scanning and blueprint.observability.notify:
        yield "ecr", "sns", "Vulnerabilities in images are told to people"
    yield from _measured(plan)
    if blueprint.cluster.secrets_encryption.enabled:
        yield "cluster", "kms", "Secrets are encrypted with a key"


def _measured(plan: Plan) -> Iterator[Said]:
    """How metrics get into a workspace of Prometheus, and out of it."""
    watched = plan.blueprint.observability
    if watched and watched.prometheus:
        if watched.prometheus.collector.enabled:
            yield "cluster", "aps", "AWS reads the metrics of the cluster"
        if watched.prometheus.remote_write:
            for kind in _homes(plan):
                yield kind, "aps", "Pods write metrics"
        if watched.notify:
            yield "aps", "sns", "Alerts are told to people"
    if watched and watched.grafana:
        shown = {"prometheus": "aps", "cloudwatch": "cloudwatch"}
        for source in sorted(watched.grafana.data_sources):
            if source in shown:
                yield "grafana", shown[source], "Grafana asks for what it shows"


def _searched(plan: Plan) -> Iterator[Said]:
    """What can be searched afterwards."""
    if writers := searched.writers(plan):
        for kind in _homes(plan):
            yield kind, "search", f"{writers[0].entry.name} writes to the search domain"


def _homes(plan: Plan) -> list[str]:
    """The kinds of subnets that have something that runs pods, in the picture's order."""
    found = {machines.home(plan, one) for one in plan.blueprint.node_groups}
    blueprint = plan.blueprint
    if blueprint.cluster.auto_mode or blueprint.fargate_profiles:
        found.add(machines.default_home(plan))
    return [kind for kind in network.TITLES if kind in found]
