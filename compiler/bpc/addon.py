"""The contract of an add-on: facts first, then what it contributes. One file in `addons/` is one add-on.

An author subclasses `AddOn`, states facts as class attributes and overrides only the answers that are needed.
Add-ons are never instantiated with state and never reach into other stacks: what they need from elsewhere (a
tag on nodes, an endpoint in a private network) they state as a fact that the planner folds in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon_context import Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

__all__ = ("AddOn", "Chart", "Context", "Manifest")

Manifest = dict[str, Any]


class AddOn:
    """Facts and contributions of one add-on; the docstring of the subclass is its summary."""

    name: ClassVar[str]
    # What EKS calls it, where that is something else.
    eks_name: ClassVar[str] = ""
    namespace: ClassVar[str] = "kube-system"
    service_account: ClassVar[str | None] = None
    sources: ClassVar[tuple[str, ...]] = ("eks",)
    core: ClassVar[bool] = False
    before_nodes: ClassVar[bool] = False
    # Pods of its own on every node: nothing to run on where there is only Fargate.
    daemonset: ClassVar[bool] = False
    # And those of its pods that have its role are of that kind.
    role_on_nodes: ClassVar[bool] = False
    # Pods on Windows have its role too, where there are such nodes; Pod Identity has nothing for them.
    role_on_windows: ClassVar[bool] = False
    # Nodes with Windows get pods of it too.
    on_windows: ClassVar[bool] = False
    # Its AWS SDK is older than EKS Pod Identity, so that it has its role by IRSA alone.
    by_token: ClassVar[bool] = False
    # EKS Auto Mode does the same on its own nodes.
    in_auto_mode: ClassVar[bool] = False
    # It gives pods their addresses, and is told of the subnets that are for pods alone.
    places_pods: ClassVar[bool] = False
    requires: ClassVar[tuple[str, ...]] = ()
    # AWS services that its pods call, as VPC endpoint names: a private network gets these endpoints.
    endpoints: ClassVar[tuple[str, ...]] = ()
    # Its service answers by that endpoint alone: there has to be one where there is a way to the internet too.
    only_by_endpoint: ClassVar[bool] = False
    # It calls something that has no VPC endpoint in the Region.
    needs_internet: ClassVar[bool] = False
    # Where the images of its manifests live; EKS add-ons come from the Region's own ECR.
    registry: ClassVar[str] = ""
    # Helm charts in the order in which they are installed; the blueprint's version and values are the last one's.
    charts: ClassVar[tuple[Chart, ...]] = ()
    # Values of the last of them that choose nodes for pods which it does not keep to Linux, as paths with dots.
    node_selectors: ClassVar[tuple[str, ...]] = ()
    # What those charts pull with the values that bpc gives them, for who cannot look into the charts.
    images: ClassVar[tuple[str, ...]] = ()
    # Those of them that no container in its charts names: settings and custom resources do, so nothing renames them.
    told_images: ClassVar[tuple[str, ...]] = ()
    # The custom resources that it brings, as `plural.group`.
    crds: ClassVar[tuple[str, ...]] = ()
    # Custom resources of others' that it does not start without, and that no add-on of the catalogue brings.
    watches: ClassVar[tuple[str, ...]] = ()
    # Its pods ask the instance metadata service of their node, which launch templates here keep from pods.
    reads_metadata: ClassVar[bool] = False
    # Its resources are rules of the cluster's security group, too.
    opens_cluster: ClassVar[bool] = False
    # The kinds without a namespace that its charts have objects of, as `group/Kind`, where others' charts have none.
    cluster_kinds: ClassVar[tuple[str, ...]] = ()
    # It answers calls of the API server, which refuses objects while nobody does.
    webhooks: ClassVar[bool] = False
    # What must be there before anything that uses it, as `Deployment/name`.
    waits_for: ClassVar[tuple[str, ...]] = ()
    # The level of the Pod Security Standards that its namespace has to allow; empty where nobody knows.
    pod_security: ClassVar[str] = ""
    # The oldest Kubernetes that it works with, and the newest that it is tested with; empty is no bound.
    kubernetes: ClassVar[tuple[str, str]] = ("", "")
    # Why there is no bound, where its makers publish none; EKS itself chooses the version of what only it brings.
    no_range: ClassVar[str] = ""
    architectures: ClassVar[tuple[str, ...]] = ("amd64", "arm64")
    # Add-ons that do the same, or that get in its way.
    conflicts: ClassVar[tuple[str, ...]] = ()
    # What its pods take of the node that the restricted Pod Security Standard denies them, each with its reason: a
    # folder of the node, `hostNetwork`, `root`, or `writable` for a file system that is not read-only.
    host: ClassVar[Mapping[str, str]] = {}
    # The machines that it is for, by their accelerator (`nvidia`); it does nothing elsewhere.
    accelerator: ClassVar[str] = ""
    # It keeps data on EBS volumes, by persistent volume claims.
    disks: ClassVar[bool] = False
    # It is sold in the AWS Marketplace: EKS installs it where the account has subscribed to it.
    marketplace: ClassVar[bool] = False
    # What is no add-on and cannot be beside this one, as `plan/obstacles/neighbours.py` names it.
    instead_of: ClassVar[tuple[str, ...]] = ()
    # Who can install its charts, where not everybody can: an engine, or `vendored`, who applies plain manifests.
    engines: ClassVar[tuple[str, ...]] = ("argocd", "flux", "vendored")
    # The engine that it is, of those that the blueprint may choose: then it installs itself.
    engine: ClassVar[str] = ""
    # What its charts make anew at each rendering, also with the values that bpc gives them.
    random: ClassVar[str] = ""
    # The value of its chart that makes its IngressClass that of Ingresses which name none, as a path with dots.
    default_ingress: ClassVar[str] = ""
    # What it makes in AWS, and how to have it take that away again before the cluster goes, as words and a command.
    leaves: ClassVar[tuple[str, str]] = ("", "")
    # What it has made stays when the platform goes, and how the next one takes that up, as a sentence.
    taken_up: ClassVar[str] = ""
    # Some of its pods stay unready until people have done more by hand: no engine waits for them.
    settles: ClassVar[bool] = True
    # How long a Job in its charts may take, where that is longer than engines wait by themselves; as `30m`.
    patience: ClassVar[str] = ""
    # What nobody can take away by values, as sentences: whoever installs it has to know.
    beware: ClassVar[tuple[str, ...]] = ()
    # What else people call it.
    also: ClassVar[tuple[str, ...]] = ()
    # Given up by those who made it: since when, and what to take instead.
    retired: ClassVar[str] = ""
    node_tags: ClassVar[Mapping[str, str]] = {}
    # The tag that it finds the subnets of nodes by; its value is the platform's name.
    subnet_tag: ClassVar[str] = ""
    partitions: ClassVar[tuple[str, ...]] = ("aws", "aws-cn", "aws-us-gov")
    # AWS managed policies by the path behind `policy/`.
    managed_policies: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Any]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    # Those of its options that only its manifests, and the resources beside them, know.
    of_manifests: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        """IAM statements for its service account."""
        return ()

    @classmethod
    def managed(cls, context: Context) -> Sequence[str]:
        """The AWS managed policies for its service account."""
        return cls.managed_policies

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        """AWS resources of its own, beside the role and the add-on itself."""
        return ()

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        """Default configuration values of the EKS add-on."""
        return {}

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        """The Kubernetes objects, for the source `manifests`."""
        return ()

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        """What bpc says to the chart of that name, below what the blueprint says."""
        return {}

    @classmethod
    def wanted_charts(cls, options: Mapping[str, Any]) -> tuple[Chart, ...]:
        """Its charts, the last at the version that the blueprint asks for."""
        *before, last = cls.charts
        return (*before, last.replace(version=options.get("version", last.version)))

    @classmethod
    def chosen_source(cls, options: Mapping[str, Any]) -> str:
        """Where it comes from, of `sources`."""
        return str(options.get("source") or cls.sources[0])

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        """Objects of the kinds that it brings itself, applied when it is there."""
        return ()

    @classmethod
    def account(cls, context: Context) -> dict[str, Any]:
        """The ServiceAccount as most charts want to be told of it; with IRSA it says which role is its."""
        named: dict[str, Any] = {"name": cls.service_account}
        role = {"annotations": {"eks.amazonaws.com/role-arn": context.role_arn}} if context.role_arn else {}
        return named | role

    @classmethod
    def beforehand(cls, context: Context) -> Sequence[str]:
        """Commands that make what it waits for and bpc must not know, such as a Secret with a password."""
        return ()

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        """The values by which it names those of `told_images` in the mirror, where its chart takes them by value."""
        return {}

    @classmethod
    def secret_values(cls, context: Context) -> Sequence[str]:
        """The Secrets that Flux reads values of its last chart from, which neither a blueprint nor Git may hold."""
        return ()

    @classmethod
    def lacks(cls, context: Context) -> Mapping[str, str]:
        """The options without which it cannot be there on this platform, each with its reason."""
        return {}

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Where its options cannot be together, as a path below the add-on, and what is wrong."""
        return ()

    @classmethod
    def called(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The endpoints of the services that its pods call."""
        return cls.endpoints

    @classmethod
    def indices(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """What it writes to the platform's own search domain, as the indices' names without the day behind them."""
        return ()

    @classmethod
    def conflicting(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Those of the conflicts that these options leave."""
        return cls.conflicts

    @classmethod
    def has_permissions(cls, source: str = "") -> bool:
        """Whether its service account needs an IAM role: it names managed policies, or has a policy of its own."""
        return bool(cls.managed_policies) or cls.policy.__func__ is not AddOn.policy.__func__  # type: ignore[attr-defined]

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """What the blueprint may say under `addons.<name>`."""
        from bpc import addon_fields as fields

        properties = fields.ENABLED | fields.source(cls.sources)
        if "eks" in cls.sources:
            properties |= fields.EKS | fields.ROLE
        if "chart" in cls.sources:
            properties |= fields.chart("eks" in cls.sources)
        if {"manifests", "chart"} & {*cls.sources}:
            properties |= fields.PATCHES
        if cls.service_account:
            properties |= fields.ROLE
        shape: dict[str, Any] = {
            "description": (cls.__doc__ or "").strip(),
            "type": "object",
            "additionalProperties": False,
            "properties": properties | dict(cls.options),
        }
        return shape | ({"required": list(cls.required)} if cls.required else {})
