"""CloudFormation, as moto plays it over boto3, made as strict as the real one.

    with Account(region="ap-northeast-2") as account:
        account.create("demo-network", text, capabilities=["CAPABILITY_IAM"])
        account.update("demo-network", changed)
        account.delete("demo-network")

A template that the real service would not deploy raises `Refused`, with the resource and the reason. moto makes the
resources; what it does not notice is noticed here:

- quotas, capabilities, parameter constraints, undefined references, circular dependencies (before moto starts);
- zones of the right region, imports, SSM parameters, conditions and mappings (`intrinsics.py` works them out, and
  resources whose condition is false are not passed on);
- properties that the provider schema forbids, and every type that moto would leave out in silence (`models.py`);
- an export that two stacks give, or that is removed or changed while another stack imports it.

What is not played: the real rollback (after a refusal the account is spoilt, take a new one), time, quotas of other
services, IAM permissions of the caller, stack policies, and the update of a resource only because another one that it
refers to was replaced.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from types import TracebackType
from typing import Any, NamedTuple

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

from . import aws, inputs, intrinsics, models, quotas, templates
from .refusal import Refused

__all__ = ["Account", "Refused", "Resource"]

# moto would make 1,300 machine images anew for every account; it takes an image's ID without them as well.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


class Resource(NamedTuple):
    """A resource of a stack, as CloudFormation lists it."""

    logical_id: str
    physical_id: str
    type: str
    status: str


class _Played(NamedTuple):
    """A template ready for moto: only what needs a made resource is still open."""

    text: str
    resources: dict[str, Any]
    graph: dict[str, set[str]]
    exports: dict[str, str]
    imported: set[str]


class Account:
    """An empty AWS account, with CloudFormation in one region. One at a time."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._exports: dict[str, dict[str, str]] = {}
        self._imports: dict[str, set[str]] = {}
        self._parameters: dict[str, dict[str, str]] = {}
        self._played: dict[str, _Played] = {}
        self._moto = mock_aws()

    def __enter__(self) -> Account:
        self._moto.start()
        models.LIVE.clear()
        models.HELD.clear()
        self._client: Any = aws.client("cloudformation", self.region)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moto.stop()

    def key_pair(self, name: str) -> None:
        """Give the account an EC2 key pair, for parameters of type `AWS::EC2::KeyPair::KeyName`."""
        aws.client("ec2", self.region).create_key_pair(KeyName=name)

    def let_buckets_go(self) -> None:
        """Delete the buckets that are left: their data outlives the stack, and so do their names."""
        client = aws.client("s3", self.region)
        for bucket in client.list_buckets()["Buckets"]:
            client.delete_bucket(Bucket=bucket["Name"])
            models.LIVE.pop(("AWS::S3::BucketPolicy", bucket["Name"]), None)

    def let_repositories_go(self) -> None:
        """Delete the image repositories that are left, for the same reason."""
        client = aws.client("ecr", self.region)
        for one in client.describe_repositories()["repositories"]:
            client.delete_repository(repositoryName=one["repositoryName"], force=True)

    def let_domains_go(self) -> None:
        """Delete the search domains that are left, likewise."""
        for name in [name for kind, name in models.LIVE if kind == "AWS::OpenSearchService::Domain"]:
            models.LIVE.pop(("AWS::OpenSearchService::Domain", name))

    def default_network(self) -> tuple[str, list[str]]:
        """The account's default VPC, and its subnets."""
        client = aws.client("ec2", self.region)
        chosen = [{"Name": "is-default", "Values": ["true"]}]
        vpc: str = client.describe_vpcs(Filters=chosen)["Vpcs"][0]["VpcId"]
        found = client.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        return vpc, sorted(one["SubnetId"] for one in found)

    def create(
        self,
        stack: str,
        text: str,
        parameters: Mapping[str, str] | None = None,
        capabilities: Iterable[str] = (),
    ) -> list[Resource]:
        """Create a stack, and see that all of it is there."""
        played = self._play(stack, text, parameters or {}, capabilities)
        self._run(stack, self._client.create_stack, TemplateBody=played.text)
        self._parameters[stack] = dict(parameters or {})
        return self._settle(stack, played, "CREATE_COMPLETE")

    def update(
        self,
        stack: str,
        text: str,
        parameters: Mapping[str, str] | None = None,
        capabilities: Iterable[str] = (),
    ) -> list[str]:
        """Update a stack, and say which resources were made anew. Parameters keep their values if none are given."""
        kept = {**self._parameters.get(stack, {}), **(parameters or {})}
        declared = templates.load(text).get("Parameters") or {}
        kept = {name: value for name, value in kept.items() if name in declared or name in (parameters or {})}
        played = self._play(stack, text, kept, capabilities)
        if (played.text, played.exports) == (self._played[stack].text, self._played[stack].exports):
            raise Refused(f"{stack}: no updates are to be performed")
        self._in_use(stack, set(self._exports[stack]) - set(played.exports.values()))
        models.REPLACED.clear()
        self._going(stack, set(self._played[stack].resources) - set(played.resources))
        before = self._exports[stack]
        self._run(stack, self._client.update_stack, TemplateBody=played.text)
        self._parameters[stack] = kept
        self._settle(stack, played, "UPDATE_COMPLETE")
        self._in_use(stack, {name for name, value in before.items() if self._exports[stack].get(name) != value})
        return sorted(models.REPLACED)

    def delete(self, stack: str) -> None:
        """Delete a stack. One whose exports another stack imports is refused."""
        self._in_use(stack, set(self._exports.get(stack, {})))
        described = self._run(stack, self._client.describe_stacks)
        identity = described["Stacks"][0]["StackId"]
        going = self._going(stack, set(self._played[stack].resources))
        self._run(stack, self._client.delete_stack)
        status = self._client.describe_stacks(StackName=identity)["Stacks"][0]["StackStatus"]
        if status != "DELETE_COMPLETE":
            raise Refused(f"{stack}: {status}")
        if left := {name for kept, name in models.HELD if kept == identity} & going:
            raise Refused(f"{stack}: moto left {sorted(left)} behind")
        for kept in (self._exports, self._imports, self._parameters, self._played):
            kept.pop(stack, None)

    def resources(self, stack: str) -> list[Resource]:
        """What a stack holds, in the order of the template."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack)
        return [
            Resource(
                one.get("LogicalResourceId", ""),
                one.get("PhysicalResourceId", ""),
                one.get("ResourceType", ""),
                one.get("ResourceStatus", ""),
            )
            for page in pages
            for one in page["StackResourceSummaries"]
        ]

    def outputs(self, stack: str) -> dict[str, str]:
        """The outputs of a stack."""
        described = self._client.describe_stacks(StackName=stack)["Stacks"][0]
        return {one["OutputKey"]: str(one["OutputValue"]) for one in described.get("Outputs", [])}

    def exports(self) -> dict[str, str]:
        """The exports of the account in this region."""
        return {name: value for held in self._exports.values() for name, value in held.items()}

    def _play(self, stack: str, text: str, given: Mapping[str, str], capabilities: Iterable[str]) -> _Played:
        try:
            document = templates.load(text)
            quotas.check(text, document, capabilities)
            scope = self._scope(stack, document, given)
            resources, graph = _resources(document, scope)
            models.define({one["Type"] for one in resources.values()}, self.region)
            outputs, exports = _outputs(document, scope)
        except Refused as error:
            raise Refused(f"{stack}: {error}") from None
        elsewhere = {name for other, held in self._exports.items() if other != stack for name in held}
        if twice := elsewhere & set(exports.values()):
            raise Refused(f"{stack}: exports {sorted(twice)} exist already")
        body = json.dumps({"Resources": resources, "Outputs": outputs}, ensure_ascii=False)
        # moto tries YAML before JSON, slowly. No YAML starts with a tab, so this makes it turn to JSON at once.
        return _Played("\t" + body, resources, graph, exports, scope.imported)

    def _scope(self, stack: str, document: dict[str, Any], given: Mapping[str, str]) -> intrinsics.Scope:
        pseudo = {
            "AWS::AccountId": DEFAULT_ACCOUNT_ID,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        own = inputs.values(document.get("Parameters") or {}, given, self.region)
        every: dict[str, Any] = document["Resources"]
        scope = intrinsics.Scope(
            values={**own, **pseudo},
            mappings=document.get("Mappings") or {},
            conditions=document.get("Conditions") or {},
            resources=every,
            exports=self.exports(),
            imported=set(),
            zones=inputs.zone_names,
            ssm=lambda name: inputs.ssm(name, self.region),
        )
        for condition in scope.conditions:
            intrinsics.holds(condition, scope)
        kept = {
            name: one
            for name, one in every.items()
            if "Condition" not in one or intrinsics.holds(one["Condition"], scope)
        }
        return scope._replace(resources=kept)

    def _run(self, stack: str, call: Any, **arguments: Any) -> Any:
        """Call moto. A refusal, an error of moto's and a warning that it leaves something out all raise."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                answer = call(StackName=stack, **arguments)
            except Refused as error:
                raise Refused(f"{stack}: {error}") from None
            except Exception as error:
                raise Refused(f"{stack}: {type(error).__name__}: {error}") from error
        for one in caught:
            if "not supported" in str(one.message) or "never created" in str(one.message):
                raise Refused(f"{stack}: moto: {one.message}")
        return answer

    def _settle(self, stack: str, played: _Played, wanted: str) -> list[Resource]:
        """See that a stack is complete, and take note of what it exports and imports."""
        status = self._client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status != wanted:
            raise Refused(f"{stack}: {status}")
        found = self.resources(stack)
        there = {one.logical_id: one.type for one in found if one.physical_id}
        expected = {name: one["Type"] for name, one in played.resources.items()}
        if there != expected:
            raise Refused(f"{stack}: moto made {there}, the template wants {expected}")
        outputs = self.outputs(stack)
        self._exports[stack] = {export: outputs[output] for output, export in played.exports.items()}
        self._imports[stack] = played.imported
        self._played[stack] = played
        return found

    def _going(self, stack: str, names: set[str]) -> set[str]:
        """Say in which order resources will have to go; what is to be retained stays."""
        played = self._played[stack]
        going = {one for one in names if played.resources[one].get("DeletionPolicy") != "Retain"}
        models.USERS.clear()
        models.USERS.update({name: {user for user in going if name in played.graph[user]} for name in going})
        return going

    def _in_use(self, stack: str, going: set[str]) -> None:
        """Refuse to take away exports that another stack imports."""
        for other, imported in self._imports.items():
            if other != stack and (used := going & imported):
                raise Refused(f"{stack}: exports {sorted(used)} are in use by {other}")


def _resources(document: dict[str, Any], scope: intrinsics.Scope) -> tuple[dict[str, Any], dict[str, set[str]]]:
    """The resources to make, references worked out as far as possible, in an order that works; who needs whom."""
    worked: dict[str, Any] = {}
    graph: dict[str, set[str]] = {}
    for name, resource in scope.resources.items():
        try:
            worked[name] = {
                "Type": resource["Type"],
                "Properties": intrinsics.resolve(resource.get("Properties") or {}, scope),
                **{key: resource[key] for key in ("DeletionPolicy",) if key in resource},
            }
        except Refused as error:
            raise Refused(f"{name} ({resource.get('Type')}): {error}") from error
        depends = resource.get("DependsOn") or []
        depends = {depends} if isinstance(depends, str) else set(depends)
        if unknown := depends - set(document["Resources"]):
            raise Refused(f"{name}: DependsOn names {sorted(unknown)}, which do not exist")
        graph[name] = (intrinsics.references(worked[name]) | depends) & set(scope.resources)
    try:
        return {name: worked[name] for name in TopologicalSorter(graph).static_order()}, graph
    except CycleError as error:
        raise Refused(f"circular dependency between resources: {error.args[1]}") from error


def _outputs(document: dict[str, Any], scope: intrinsics.Scope) -> tuple[dict[str, Any], dict[str, str]]:
    """The outputs to show, and the export names by output."""
    outputs: dict[str, Any] = {}
    exports: dict[str, str] = {}
    for name, output in (document.get("Outputs") or {}).items():
        if "Condition" in output and not intrinsics.holds(output["Condition"], scope):
            continue
        value = intrinsics.resolve(output["Value"], scope)
        if isinstance(value, list) or (isinstance(value, dict) and not intrinsics.deferred(value)):
            raise Refused(f"output {name} is no string: {value!r}")
        outputs[name] = {"Value": value}
        if "Export" in output:
            export = intrinsics.resolve(output["Export"]["Name"], scope)
            if not isinstance(export, str):
                raise Refused(f"output {name}: the export's name must not depend on resources")
            exports[name] = export
    if len(set(exports.values())) != len(exports):
        raise Refused("an export name is there twice")
    return outputs, exports
