"""The deployer's policies: complete, by the provider schemas; accepted by IAM; no wider than IAM forces them to be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline, verify
from bpc.kit import statements as iam
from bpc.verify import permissions as promises
from parts import permissions
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "compiler" / "bpc" / "facts" / "permissions.json"
OUTPUTS = {output.name: output for output in verify.outputs(str(ROOT / "out"))}
PLACES = [(name, one) for name, output in OUTPUTS.items() for one in output.environments]
each_place = pytest.mark.parametrize(("name", "environment"), PLACES, ids=["-".join(one) for one in PLACES])
Policy = list[dict[str, Any]]


def policy(name: str, environment: str) -> Policy:
    """All statements of an environment."""
    found = (one for one in OUTPUTS[name].policies() if one.environment == environment)
    return [statement for one in found for statement in one.data["Statement"]]


def compiled(data: dict[str, Any]) -> Memory:
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "base.yaml", lambda _: files)
    assert not result.failed, result.diagnostics
    return files


def written(data: dict[str, Any], environment: str = "default") -> Policy:
    """All statements that a blueprint compiles to."""
    files = compiled(data)
    found = [json.loads(files[one]) for one in sorted(files) if f"/{environment}/deployer-policy" in one]
    return [statement for one in found for statement in one["Statement"]]


def about(policy: Policy, action: str) -> Policy:
    return [one for one in policy if any(fnmatchcase(action, name) for name in iam.listed(one["Action"]))]


def blueprint(**sections: Any) -> dict[str, Any]:
    head = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "base", "region": "eu-west-1"}}
    return {**head, **sections}


def test_the_table_is_what_the_schemas_say(update: bool) -> None:
    """And it has every type that the compiler's code can emit."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    by_hand = {kind: table["types"][kind] for kind in table["byHand"]}
    kinds = {*table["types"], *permissions.emitted()}
    fresh = table | permissions.table(kinds, by_hand, table["leftOut"], table["alsoCalled"])
    if update:
        TABLE.write_text(json.dumps(fresh, indent=2) + "\n", encoding="utf-8")
    assert table == fresh
    assert list(table["types"]) == sorted(table["types"])


def test_what_is_by_hand_has_no_handlers() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    for kind in table["byHand"]:
        assert "handlers" not in permissions.schema(kind)
        assert all(permissions.action(one) for one in table["types"][kind].split())


def test_what_is_also_called_is_an_action_that_nobody_lists() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    for kind, _, name in (one.partition(" ") for one in table["alsoCalled"]):
        handlers = permissions.schema(kind)["handlers"].values()
        assert permissions.action(name) and not any(name in one["permissions"] for one in handlers)


def test_the_code_is_read_for_types() -> None:
    assert {"AWS::EKS::Cluster", "AWS::IAM::InstanceProfile", "AWS::EC2::VPC"} <= permissions.emitted()


@each_place
def test_everything_that_the_handlers_call_is_allowed(name: str, environment: str) -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    statements = policy(name, environment)
    types = {one["Type"] for file in OUTPUTS[name].templates(environment) for one in file.resources.values()}
    assert types <= set(table["types"])
    # Nothing attaches a policy where no role has one, and nobody takes a boundary away that the blueprint demands.
    spared = {"iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"}
    # Nor is anything encrypted with keys that no blueprint names.
    spared |= {"kms:Decrypt", "kms:GenerateDataKey"}
    for kind in types:
        lacking = [one for one in table["types"][kind].split() if not about(statements, one)]
        assert set(lacking) <= spared, kind


@each_place
def test_iam_takes_the_policies(name: str, environment: str) -> None:
    for file in OUTPUTS[name].policies():
        assert list(promises.deployer_policy(file)) == []
        assert len("".join(file.text.split())) <= 6144
        assert file.data["Version"] == "2012-10-17"
        sids = [one["Sid"] for one in file.data["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", one) for one in sids)
    for statement in policy(name, environment):
        assert statement["Effect"] == "Allow"
        assert all(permissions.expanded(one) for one in iam.listed(statement["Action"]))


@each_place
def test_a_star_stands_only_where_iam_forces_it(name: str, environment: str) -> None:
    for statement in policy(name, environment):
        if "*" in iam.listed(statement["Resource"]):
            assert [one for one in iam.listed(statement["Action"]) if not permissions.anywhere(one)] == []
            # IAM Identity Center may be in another Region, and AWS Organizations is in none.
            if statement["Sid"] not in ("SsoAnywhere", "IdentitystoreAnywhere", "OrganizationsAnywhere"):
                assert statement["Condition"]["StringEquals"]["aws:RequestedRegion"]
        else:
            # An action that takes no resource would be denied here.
            assert [one for one in iam.listed(statement["Action"]) if permissions.anywhere(one)] == []


SAMPLES = {
    "OidcProviderName": "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    "Partition": "aws",
    "LogGroupName": "/aws/eks/{}/cluster",
    "ClusterName": "{}",
    "StackName": "{}-network",
    "BucketName": "cf-templates-1",
    "DomainName": "{}",
    "RoleNameWithPath": "{}-cluster-ClusterRole-1",
    "InstanceProfileNameWithPath": "{}-bastion-Profile-1",
    "QueueName": "{}-addons-Queue-1",
    "RuleName": "{}-addons-Rule-1",
    "SecretId": "ecr-pullthroughcache/hub-AbCdEf",
    "ParameterNameWithoutLeadingSlash": "{}-jobs-storage-class",
    "PipelineName": "{}",
    "ProjectName": "{}-build",
}

# What is named after the platform, wherever its stacks are.
PLATFORMS = ("ClusterName", "LogGroupName")


# The property of a template that says the name, where CloudFormation does not make one.
SAID = {
    "BucketName": ("AWS::S3::Bucket", "BucketName"),
    "DomainName": ("AWS::OpenSearchService::Domain", "DomainName"),
    "InstanceProfileNameWithPath": ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    "PipelineName": ("AWS::CodePipeline::Pipeline", "Name"),
    "ProjectName": ("AWS::CodeBuild::Project", "Name"),
    "QueueName": ("AWS::SQS::Queue", "QueueName"),
}
# Amazon OpenSearch Service tags with the same actions what is no domain, and what bpc does not write.
OTHERS = {"application", "datasource"}
# What CloudFormation calls a bucket that the template does not name.
UNNAMED = {"BucketName": "{}-pipeline-artifactbucket-1"}


def said(name: str, environment: str) -> dict[str, list[str]]:
    """The names of what an environment's templates hold, by kind; the sample stands for each that has none."""
    resources = [one for file in OUTPUTS[name].templates(environment) for one in file.resources.values()]
    return {
        key: [one["Properties"].get(name, UNNAMED.get(key, SAMPLES[key])) for one in resources if one["Type"] == kind]
        for key, (kind, name) in SAID.items()
    }


def samples(
    action: str, platform: str, own: str, region: str, account: str, names: dict[str, list[str]]
) -> Iterator[str]:
    """ARNs of each kind of resource that an action must have, as they would be in this platform.

    `own` is what CloudFormation makes names of: that of a stack. `names` are those that the templates give.
    """
    service = action.partition(":")[0]
    for kind in (permissions.action(action) or {}).get("resourceTypes", []):
        if kind["required"] and not (service == "es" and kind["name"] in OTHERS):
            pattern = permissions.IAM.resources.get_resource_type_details(service, kind["name"])["arn"]
            known = {key: one.format(platform if key in PLATFORMS else own) for key, one in SAMPLES.items()}
            known |= {"Region": region, "Account": account}
            (key,) = [one for one in names if f"${{{one}}}" in pattern] or [""]
            for given in names.get(key) or [known.get(key, "")]:
                full = known | {key: given.format(own)}
                yield re.sub(r"\$\{(\w+)\}", lambda match: full.get(match[1], f"{own}-1"), pattern)  # noqa: B023


# Public parameters of AWS's, and a bucket that the blueprint names for the logs of the VPC's traffic.
NAMED = {"ssm:GetParameters", "s3:PutBucketPolicy"}
# A dashboard has the platform's name and no other.
NAMED |= {f"cloudwatch:{one}" for one in ("DeleteDashboards", "GetDashboard", "PutDashboard")}


@each_place
def test_what_is_narrowed_still_holds_the_platform(name: str, environment: str) -> None:
    """Every resource that an action must have is of a kind, a Region and a name that its statements allow."""
    region, platform = (OUTPUTS[name].environments[environment][key] for key in ("region", "name"))
    statements = policy(name, environment)
    account = about(statements, "cloudformation:CreateStack")[0]["Resource"][0].split(":")[4].replace("*", "1" * 12)
    actions = {action for one in statements for action in iam.listed(one["Action"])}
    like = (platform, stem(name, environment), region, account, said(name, environment))
    wrong = [
        (action, arn)
        for action in sorted(actions)
        for arn in ([] if action in NAMED else samples(action, *like))
        if not any(
            fnmatchcase(arn, resource) for one in about(statements, action) for resource in iam.listed(one["Resource"])
        )
    ]
    # Of what belongs to AWS's own roles, the platform holds nothing.
    assert [one for one in wrong if "aws-service-role" not in one[1] and "ServiceLinkedRole" not in one[0]] == []


def stem(name: str, environment: str) -> str:
    """What the names of an environment's stacks begin with."""
    platform = OUTPUTS[name].environments[environment]["name"]
    return f"StackSet-{platform}-{environment}" if "stackSets" in OUTPUTS[name].marker else platform


@each_place
def test_what_destroys_is_kept_to_the_platform(name: str, environment: str) -> None:
    platform, own = OUTPUTS[name].environments[environment]["name"], stem(name, environment)
    for statement in policy(name, environment):
        for action in iam.listed(statement["Action"]):
            if action in ("ec2:DeleteVpc", "ec2:DeleteSubnet", "ec2:TerminateInstances"):
                like = statement["Condition"]["StringLike"]
                assert like["aws:ResourceTag/aws:cloudformation:stack-name"] == [own, f"{own}-*"]
            elif action == "kms:ScheduleKeyDeletion":
                assert statement["Condition"]["StringLike"] == {"aws:ResourceTag/Name": f"{platform}-*"}


def test_roles_stay_within_their_boundary() -> None:
    boundary = "arn:aws:iam::111122223333:policy/platform"
    statements = written(blueprint(cloudformation={"permissionsBoundary": boundary}))
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        (one,) = about(statements, action)
        assert one["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": boundary}
    assert about(statements, "iam:DeleteRolePermissionsBoundary") == []
    free = written(blueprint())
    assert "Condition" not in about(free, "iam:CreateRole")[0]
    assert about(free, "iam:DeleteRolePermissionsBoundary")


def test_roles_get_no_other_policies_and_go_to_no_other_service() -> None:
    statements = written(blueprint())
    (attach,) = about(statements, "iam:AttachRolePolicy")
    attached = attach["Condition"]["ArnLike"]["iam:PolicyARN"]
    assert "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" in attached
    assert all(one.startswith("arn:aws:iam::aws:policy/") and "*" not in one for one in attached)
    (passed,) = about(statements, "iam:PassRole")
    assert passed["Resource"] == "arn:aws:iam::*:role/base-*"
    assert passed["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "ec2.amazonaws.com",
        "eks.amazonaws.com",
        "pods.eks.amazonaws.com",
    ]
    (linked,) = about(statements, "iam:CreateServiceLinkedRole")
    assert "eks.amazonaws.com" in linked["Condition"]["StringEquals"]["iam:AWSServiceName"]


def test_an_account_that_is_known_is_named() -> None:
    data = blueprint(environments={"dev": {"account": "111122223333"}})
    assert about(written(data, "dev"), "iam:CreateRole")[0]["Resource"] == "arn:aws:iam::111122223333:role/base-*"


def test_a_given_key_is_the_only_one() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    data = blueprint(cluster={"secretsEncryption": {"keyArn": key}})
    (grant,) = about(written(data), "kms:CreateGrant")
    assert grant["Resource"] == key
    assert about(written(data), "kms:ScheduleKeyDeletion") == []


def test_a_name_that_a_patch_gives_is_the_name() -> None:
    patch = [{"op": "add", "path": "/Resources/ClusterRole/Properties/RoleName", "value": "other"}]
    data = blueprint(overrides={"cloudformation": [{"stack": "cluster", "patch": patch}]})
    resources = about(written(data), "iam:CreateRole")[0]["Resource"]
    assert resources == ["arn:aws:iam::*:role/base-*", "arn:aws:iam::*:role/other"]


def test_a_long_name_is_cut_as_cloudformation_may_cut_it() -> None:
    data = blueprint(metadata={"name": "a-platform-with-a-long-name", "region": "eu-west-1"})
    assert about(written(data), "iam:CreateRole")[0]["Resource"] == "arn:aws:iam::*:role/a-platform-with-a-lo*"
    assert about(written(data), "eks:CreateAddon")[0]["Resource"][0].endswith(":cluster/a-platform-with-a-long-name")


def test_what_is_not_known_is_named() -> None:
    topic = {"Type": "AWS::CodeCommit::Repository", "Properties": {"RepositoryName": "a"}}
    patch = [{"op": "add", "path": "/Resources/Repository", "value": topic}]
    readme = compiled(blueprint(overrides={"cloudformation": [{"stack": "cluster", "patch": patch}]}))["README.md"]
    assert "knows no permissions for: `AWS::CodeCommit::Repository` (in `base-cluster`)" in readme.decode()
    assert "knows no permissions" not in compiled(blueprint())["README.md"].decode()


def test_a_long_list_is_cut_in_pieces() -> None:
    roles = {
        f"/Resources/Role{number}": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": f"a-name-that-belongs-to-nobody-else-{number}",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            },
        }
        for number in range(150)
    }
    patch = [{"op": "add", "path": path, "value": role} for path, role in roles.items()]
    files = compiled(blueprint(overrides={"cloudformation": [{"stack": "cluster", "patch": patch}]}))
    policies = [files[one].decode() for one in files if "deployer-policy-" in one]
    assert len(policies) > 3
    assert all(len("".join(one.split())) <= 6144 for one in policies)
    assert all(one in "".join(policies) for one in ("-else-0", "-else-149"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "All"}, "BPC625"),
        ({"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}, "BPC626"),
    ],
)
def test_the_promise_can_fail(statement: dict[str, Any], code: str) -> None:
    text = yaml.safe_dump({"Version": "2012-10-17", "Statement": [statement]})
    template = verify.parse("cloudformation/default/deployer-policy.json", text)
    assert [one.diagnostic.rule.code for one in promises.deployer_policy(template)] == [code]
