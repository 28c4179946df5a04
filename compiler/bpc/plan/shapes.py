"""The Plan: all that stacks and manifests are made from, with every decision taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bpc.addon import AddOn, Context
from bpc.kit.naming import logical_id, stack_name
from bpc.kit.record import Record
from bpc.model import Access, AddOnRequest, Blueprint, NodeGroup
from bpc.plan.subnets import Subnet

if TYPE_CHECKING:
    from bpc.addon import Manifest
    from bpc.model import Iam, ServiceAccount
    from bpc.model.identity import PodIdentityAssociation
    from bpc.plan.apps import PlannedApp


class PlannedGroup(Record):
    """A node group with what follows from its instance types.

    `image` is the id of an image or the name of an SSM parameter, and empty where EKS chooses by `ami_type`.
    """

    node_group: NodeGroup
    id: str
    version: str
    ami_type: str
    image: str
    tags: Mapping[str, str]


class PlannedAddOn(Record):
    """An add-on with its source decided; `iam` and `associations` are what the blueprint adds to it."""

    entry: type[AddOn]
    request: AddOnRequest
    source: str
    context: Context
    iam: Iam | None = None
    associations: tuple[PodIdentityAssociation, ...] = ()
    identity: str = "pod-identity"
    # For a role whose ARN stands in a manifest.
    role_name: str | None = None
    role_arn: str = ""

    @property
    def id(self) -> str:
        return logical_id(self.entry.name)

    @property
    def service_account(self) -> str:
        """Whose role the template makes, if it makes one."""
        return self.entry.service_account or str(self.request.options.get("serviceAccount", ""))

    @property
    def namespace(self) -> str:
        """Where its service account lives; empty where only EKS knows."""
        return str(self.request.options.get("namespace") or self.entry.namespace)

    @property
    def given_role(self) -> str | None:
        """The role of its own service account that is there already."""
        return self.iam.role_arn if self.iam else None

    @property
    def has_role(self) -> bool:
        """Whether the template makes a role for its own service account, or whether others are given."""
        wanted = self.entry.has_permissions(self.source) or bool(self.iam and self.iam.grants)
        others = {one.service_account for one in self.associations}
        return wanted and not self.given_role and self.service_account not in others

    @property
    def is_associated(self) -> bool:
        """Whether its own service account gets its role, given or made, by EKS Pod Identity."""
        return self.identity == "pod-identity" and bool(self.has_role or self.given_role)


class PlannedServiceAccount(Record):
    """A workload's service account, with the start of its logical IDs.

    `annotation` is the ARN of its role where a manifest says it.
    """

    account: ServiceAccount
    id: str
    identity: str
    role_name: str | None
    annotation: str

    @property
    def makes(self) -> bool:
        """Whether anything of it is in a template."""
        return self.identity == "pod-identity" or not self.account.role_arn


class Plan(Record):
    """All that stacks and manifests are made from."""

    blueprint: Blueprint
    partition: str
    subnets: tuple[Subnet, ...]
    node_groups: tuple[PlannedGroup, ...]
    addons: tuple[PlannedAddOn, ...]
    endpoints: tuple[str, ...]
    service_accounts: tuple[PlannedServiceAccount, ...] = ()
    access: tuple[Access, ...] = ()
    apps: tuple[PlannedApp, ...] = ()
    # By add-on, the objects that stand in files beside the blueprint.
    brought: Mapping[str, Sequence[Manifest]] = {}
    # By the name that nodes pull an image by, the digest that the lock has.
    digests: Mapping[str, str] = {}

    @property
    def vendors(self) -> bool:
        """Whether charts are plain manifests, since nobody in the cluster is to install them."""
        return self.blueprint.gitops is None or self.blueprint.gitops.charts == "vendored"

    @property
    def has_files(self) -> bool:
        """Whether it needs files beside the blueprint."""
        return any(one.source == "files" or (one.source == "chart" and self.vendors) for one in self.addons)

    @property
    def has_issuer(self) -> bool:
        """Whether IAM knows the cluster's issuer of tokens, for IAM roles for service accounts (IRSA)."""
        if self.blueprint.cluster.identity == "irsa" or any(one.identity == "irsa" for one in self.service_accounts):
            return True
        return any(one.identity == "irsa" and (one.has_role or one.given_role) for one in self.addons)

    @property
    def name(self) -> str:
        return self.blueprint.metadata.name

    @property
    def region(self) -> str:
        return self.blueprint.metadata.region

    def stack_name(self, stack: str) -> str:
        return stack_name(self.name, stack)

    def first_in_zones(self, kind: str) -> list[Subnet]:
        """One subnet of a kind in each zone, for what takes no more."""
        first = {one.place: one for one in reversed(self.subnets_of(kind))}
        return [one for one in self.subnets_of(kind) if first[one.place] is one]

    def subnets_of(self, kind: str) -> list[Subnet]:
        return [subnet for subnet in self.subnets if subnet.kind == kind]
