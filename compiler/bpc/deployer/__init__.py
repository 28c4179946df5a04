"""The least IAM policy with which finished stacks can be created, updated and deleted, worked out from their resources.

What CloudFormation calls for a resource is in `facts/permissions.json`. Here it is narrowed: to the platform's own
names where a service has names; to what carries CloudFormation's own tags where something nameless is destroyed
(CloudFormation User Guide, Resource tag); and to the Region where an action takes no resource at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.deployer.place import Place, place
from bpc.deployer.survey import Survey, Templates, survey
from bpc.facts import permissions
from bpc.plan.shapes import Plan

Condition = Mapping[str, Mapping[str, Any]]
Statement = dict[str, Any]

# By what a service names its resources; one that is not here has ids alone, so its actions are for {here}.
RESOURCES = {
    "autoscaling": ("autoscaling:{here}:*:autoScalingGroupName/{own}",),
    "chatbot": ("chatbot::{account}:chat-configuration/slack-channel/{name}-*",),
    "cloudwatch": (
        "cloudwatch:{here}:alarm:{own}",
        "cloudwatch:{here}:alarm:{name}-*",
        "cloudwatch::{account}:dashboard/{name}",
    ),
    "codebuild": ("codebuild:{here}:project/{name}-*",),
    "codepipeline": ("codepipeline:{here}:{name}", "codepipeline:{here}:{name}/*"),
    "codeconnections": ("codeconnections:{here}:connection/*",),
    "codestar-connections": ("codestar-connections:{here}:connection/*",),
    # Another account may share its subnets.
    "ec2": ("ec2:{region}:*:*",),
    "ecr": ("ecr:{here}:repository/*",),
    "eks": ("eks:{here}:cluster/{name}", "eks:{here}:*/{name}/*"),
    "es": ("es:{here}:domain/{name}",),
    "events": ("events:{here}:rule/{own}",),
    "guardduty": ("guardduty:{here}:detector/*",),
    "identitystore": ("identitystore::*:*", "identitystore:::*"),
    "kms": ("kms:{here}:key/*", "kms:{here}:alias/{own}"),
    "logs": ("logs:{here}:log-group:{own}",),
    "s3": ("s3:::{own}",),
    "secretsmanager": ("secretsmanager:{here}:secret:ecr-pullthroughcache/*",),
    "sns": ("sns:{here}:{own}",),
    "sqs": ("sqs:{here}:{own}",),
    "ssm": ("ssm:{here}:association/*", "ssm:{here}:document/{own}", "ssm:{here}:parameter/{own}"),
    "sso": ("sso:::*", "sso::*:*"),
}
# Images of AWS belong to no account, a pool of addresses to no Region, and a collector's cluster to another service.
ELSEWHERE_TOO = {
    "aps:CreateScraper": ("eks:{here}:cluster/{name}",),
    "ec2:AllocateIpamPoolCidr": ("ec2::*:ipam-pool/*",),
    "ec2:RunInstances": ("ec2:{region}::image/*", "ec2:{region}::snapshot/*"),
}
# What would read what others have encrypted: for keys alone that the blueprint names.
WITH_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")
# What is below a resource with a name.
BELOW = {"logs": ":*", "s3": "/*"}
# IAM Identity Center may be in another Region than the cluster, and AWS Organizations is in none.
ELSEWHERE = ("identitystore", "organizations", "sso")
# The services that make a role of their own with the first resource of a type.
LINKED = {
    "AWS::APS::Scraper": ("scraper.aps.amazonaws.com",),
    "AWS::AutoScaling::AutoScalingGroup": ("autoscaling.amazonaws.com", "spot.amazonaws.com"),
    "AWS::Chatbot::SlackChannelConfiguration": ("management.chatbot.amazonaws.com",),
    "AWS::EC2::InstanceConnectEndpoint": ("ec2-instance-connect.amazonaws.com",),
    "AWS::EC2::TransitGatewayAttachment": ("transitgateway.amazonaws.com",),
    "AWS::EC2::TransitGatewayVpcAttachment": ("transitgateway.amazonaws.com",),
    "AWS::ECR::PullThroughCacheRule": ("pullthroughcache.ecr.amazonaws.com",),
    "AWS::ECR::RegistryScanningConfiguration": ("inspector2.amazonaws.com",),
    "AWS::EFS::FileSystem": ("elasticfilesystem.amazonaws.com",),
    "AWS::EKS::Cluster": ("eks.amazonaws.com",),
    "AWS::EKS::FargateProfile": ("eks-fargate.amazonaws.com",),
    "AWS::EKS::Nodegroup": ("eks-nodegroup.amazonaws.com", "spot.amazonaws.com"),
    "AWS::FSx::FileSystem": ("fsx.amazonaws.com", "s3.data-source.lustre.fsx.amazonaws.com"),
    "AWS::Grafana::Workspace": ("grafana.amazonaws.com",),
    "AWS::GuardDuty::Detector": ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com"),
    "AWS::OpenSearchService::Domain": ("opensearchservice.amazonaws.com",),
}
# What checks the value of a parameter, or lists the choices in the console.
PARAMETERS = {
    "AWS::EC2::AvailabilityZone::Name": "ec2:DescribeAvailabilityZones",
    "AWS::EC2::KeyPair::KeyName": "ec2:DescribeKeyPairs",
    "AWS::EC2::SecurityGroup::Id": "ec2:DescribeSecurityGroups",
    "AWS::EC2::Subnet::Id": "ec2:DescribeSubnets",
    "AWS::EC2::VPC::Id": "ec2:DescribeVpcs",
}
STACKS = (
    "CancelUpdateStack ContinueUpdateRollback CreateChangeSet CreateStack DeleteChangeSet DeleteStack "
    "DescribeChangeSet DescribeStackEvents DescribeStackResource DescribeStackResources DescribeStacks "
    "ExecuteChangeSet GetTemplate GetTemplateSummary ListChangeSets ListStackResources RollbackStack TagResource "
    "UntagResource UpdateStack UpdateTerminationProtection"
)
ANY_STACK = "CreateUploadBucket ListExports ListImports ListStacks ValidateTemplate"
UPLOADS = ("s3:CreateBucket", "s3:GetObject", "s3:PutObject")
BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
# Who is given a role that the templates do not make.
USERS = ("ec2.amazonaws.com", "eks-fargate-pods.amazonaws.com", "pods.eks.amazonaws.com")


def unknown(templates: Templates) -> dict[str, str]:
    """The resource types whose permissions are not known, each with a stack that holds one."""
    return {
        str(one.get("Type")): stack
        for stack, template in templates.items()
        for one in template["Resources"].values()
        if permissions.actions(str(one.get("Type"))) is None
    }


def statements(plan: Plan, templates: Templates) -> list[Statement]:
    """All that has to be allowed for the stacks of one environment."""
    at = place(plan)
    found = survey(at, templates)
    settings = plan.blueprint.cloudformation
    own = _Deployer(at, found, settings.permissions_boundary).statements()
    return [*own, _git_sync(at)] if settings.git_sync else own


def _git_sync(at: Place) -> Statement:
    """What Git sync itself needs beside the stacks (CloudFormation User Guide, Prerequisites for Git sync)."""
    managed = {"StringEquals": {"events:ManagedBy": "cloudformation.sync.codeconnections.amazonaws.com"}}
    return _statement("GitSync", [at.arn("events:{here}:rule/*")], managed, ["events:PutRule", "events:PutTargets"])


class _Deployer:
    def __init__(self, at: Place, found: Survey, boundary: str | None) -> None:
        self.at, self.found, self.boundary = at, found, boundary
        self.resources: dict[str, list[str]] = {}
        self.here: Condition = {"StringEquals": {"aws:RequestedRegion": at.region}}

    def statements(self) -> list[Statement]:
        actions = {one for kind in self.found.types for one in permissions.actions(kind) or ()}
        # AWS CodeConnections had another name, which the provider schemas still have.
        actions |= {one.replace("codestar-", "code") for one in actions if one.startswith("codestar-")}
        actions |= {PARAMETERS[kind] for one in self.found.parameters for kind in PARAMETERS if kind in one}
        scopes: dict[str, tuple[Sequence[str], Condition, list[str]]] = {}
        for action in sorted(actions):
            for sid, resources, condition in self._scopes(action):
                scopes.setdefault(sid, (resources, condition, []))[2].append(action)
        return [*self._stacks(), *(_statement(sid, *scope) for sid, scope in sorted(scopes.items()))]

    def _stacks(self) -> Iterator[Statement]:
        stacks = [self.at.arn(f"cloudformation:{{here}}:stack/{one}/*") for one in self.at.stacks]
        yield _statement("Stacks", stacks, {}, [f"cloudformation:{one}" for one in STACKS.split()])
        yield _statement("AnyStack", ["*"], self.here, [f"cloudformation:{one}" for one in ANY_STACK.split()])
        yield _statement("Uploads", [self.at.arn("s3:::cf-templates-*")], {}, UPLOADS)
        images = any(one.startswith("AWS::SSM::Parameter::Value") for one in self.found.parameters)
        if images or "AWS::AutoScaling::AutoScalingGroup" in self.found.types:
            newest = f"arn:{self.at.partition}:ssm:{self.at.region}::parameter/aws/service/*"
            yield _statement("NewestImages", [newest], {}, ["ssm:GetParameters"])

    def _scopes(self, action: str) -> Iterator[tuple[str, Sequence[str], Condition]]:
        """Where an action is allowed: a Sid that stands for the scope, the resources, and the condition."""
        service = action.partition(":")[0]
        own = service.title().replace("-", "")
        if service == "iam":
            yield from self._iam(action)
        elif action in permissions.anywhere() or action in PARAMETERS.values():
            yield f"{own}Anywhere", ["*"], {} if service in ELSEWHERE else self.here
        elif service == "ec2" and action in permissions.guarded():
            tagged = {"StringLike": {"aws:ResourceTag/aws:cloudformation:stack-name": list(self.at.stacks)}}
            yield f"{own}Destroy", self._resources(service), tagged
        elif action == "kms:ScheduleKeyDeletion" and self.found.keys_named:
            named = {"StringLike": {"aws:ResourceTag/Name": f"{self.at.name}-*"}}
            yield f"{own}Destroy", self._resources(service), named
        elif action in WITH_KEYS:
            if self.found.keys:
                yield "KmsUse", sorted(self.found.keys), {}
        elif more := ELSEWHERE_TOO.get(action):
            sid = action.partition(":")[2]
            yield sid, [*self._resources(service), *map(self.at.arn, more)], {}
        else:
            yield own, self._resources(service), {}

    def _resources(self, service: str) -> list[str]:
        """The ARNs of what the stacks hold of a service, or else whatever its names begin with."""
        if service not in self.resources:
            self.resources[service] = self._arns(service)
        return self.resources[service]

    def _arns(self, service: str) -> list[str]:
        named = {arn for arns in self.found.named.values() for arn in arns if arn.split(":")[2] == service}
        usual = RESOURCES.get(service, (f"{service}:{{here}}:*",))
        found = sorted(named) or [*dict.fromkeys(self.at.arn(one) for one in usual)]
        if service == "ssm" and named:
            found.append(self.at.arn("ssm:{here}:association/*"))
        if service == "kms" and self.found.keys:
            found = [*(found if "AWS::KMS::Key" in self.found.types else ()), *sorted(self.found.keys)]
        if service == "s3" and self.found.buckets:
            found = [*(found if "AWS::S3::Bucket" in self.found.types else ()), *sorted(self.found.buckets)]
        return [*found, *(arn + BELOW[service] for arn in found if service in BELOW)]

    def _iam(self, action: str) -> Iterator[tuple[str, Sequence[str], Condition]]:
        roles = self._named("AWS::IAM::Role", "iam::{account}:role/{own}")
        linked = self.at.arn("iam::{account}:role/aws-service-role/*")
        if action == "iam:PassRole":
            services = {"eks.amazonaws.com", *self.found.trusted, *(USERS if self.found.roles else ())}
            passed = {"StringEquals": {"iam:PassedToService": sorted(services)}}
            yield "PassRoles", [*roles, *sorted(self.found.roles)], passed
        elif action == "iam:CreateServiceLinkedRole":
            if services := {one for kind in self.found.types for one in LINKED.get(kind, ())}:
                yield "LinkServices", [linked], {"StringEquals": {"iam:AWSServiceName": sorted(services)}}
        elif "ServiceLinkedRole" in action:
            yield "ServiceLinkedRoles", [linked], {}
        elif "OpenIDConnect" in action:
            yield "Issuers", [self.at.arn("iam::{account}:oidc-provider/oidc.eks.*")], {}
        elif "InstanceProfile" in action:
            more = [self.at.arn("iam::{account}:instance-profile/eks-*")] if self.found.computes else []
            profiles = self._named("AWS::IAM::InstanceProfile", "iam::{account}:instance-profile/{own}")
            yield "InstanceProfiles", [*profiles, *more], {}
        elif "Policy" in action and "Role" not in action:
            yield "Policies", self._named("AWS::IAM::ManagedPolicy", "iam::{account}:policy/{own}"), {}
        elif action in ("iam:GetRole", "iam:ListAttachedRolePolicies"):
            yield "ReadRoles", [*roles, *sorted(self.found.roles), linked], {}
        else:
            yield from self._roles(action, roles)

    def _roles(self, action: str, roles: list[str]) -> Iterator[tuple[str, Sequence[str], Condition]]:
        """The platform's roles: with no other managed policies than theirs, and always within their boundary."""
        bounded = {"iam:PermissionsBoundary": self.boundary} if self.boundary and action in BOUNDED else {}
        condition: dict[str, Mapping[str, Any]] = {"StringEquals": bounded} if bounded else {}
        if action == "iam:DeleteRolePermissionsBoundary" and self.boundary:
            return
        if action == "iam:AttachRolePolicy":
            if not self.found.attached:
                return
            condition["ArnLike"] = {"iam:PolicyARN": sorted(self.found.attached)}
            yield "AttachPolicies", roles, condition
        else:
            yield "BoundRoles" if bounded else "Roles", roles, condition

    def _named(self, kind: str, pattern: str) -> list[str]:
        return sorted(self.found.named.get(kind, ())) or [self.at.arn(pattern)]


def _statement(sid: str, resources: Sequence[str], condition: Condition, actions: Sequence[str]) -> Statement:
    found: Statement = {"Sid": sid, "Effect": "Allow", "Action": _shortest(actions), "Resource": _one(resources)}
    return found | ({"Condition": dict(condition)} if condition else {})


def _shortest(actions: Sequence[str]) -> Any:
    """Without those that another covers with its `*`."""
    covering = tuple(one[:-1] for one in actions if one.endswith("*"))
    return _one([one for one in actions if one.endswith("*") or not one.startswith(covering or ("\0",))])


def _one(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)
