"""Who pods are for AWS: roles of service accounts and of add-ons, by EKS Pod Identity."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from bpc import quotas, reference
from parts.compiling import Compiled, compiled

READ = [{"actions": ["s3:GetObject"], "resources": ["arn:${AWS::Partition}:s3:::orders/${aws:username}/*"]}]
SEND = [{"actions": ["sqs:SendMessage"], "resources": ["arn:aws:sqs:*:*:orders"]}]
ROLE = "arn:aws:iam::111122223333:role/{}"
MANAGED = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def workload(**fields: Any) -> Compiled:
    """A platform with one service account, orders/api."""
    return compiled(serviceAccounts=[{"name": "api", "namespace": "orders"} | fields])


def role(made: Compiled, stack: str, title: str) -> dict[str, Any]:
    return made.resources(stack, "AWS::IAM::Role")[title]


def trusted(properties: dict[str, Any]) -> dict[str, Any]:
    [statement] = properties["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def policies(properties: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Inline policies by their names."""
    return {one["PolicyName"]: one["PolicyDocument"]["Statement"] for one in properties.get("Policies", [])}


# Service accounts


def test_a_workload_gets_a_role_of_its_own() -> None:
    made = workload(
        iam={"permissions": READ, "policyName": "orders", "policyArns": [MANAGED], "roleName": "shop-api"},
        tags={"team": "a"},
    )
    properties = role(made, "workloads", "OrdersApiWorkloadRole")
    association = made.resource("workloads", "AWS::EKS::PodIdentityAssociation")
    assert made.lint() == []
    assert properties["RoleName"] == "shop-api"
    assert properties["ManagedPolicyArns"] == [MANAGED]
    assert {"Key": "team", "Value": "a"} in properties["Tags"] and {"Key": "team", "Value": "a"} in association["Tags"]
    assert association["RoleArn"] == {"Fn::GetAtt": ["OrdersApiWorkloadRole", "Arn"]}
    assert (association["Namespace"], association["ServiceAccount"]) == ("orders", "api")
    assert trusted(properties)["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-name": "shop",
        "aws:RequestTag/kubernetes-namespace": "orders",
        "aws:RequestTag/kubernetes-service-account": "api",
    }


def test_a_policy_names_the_account_of_the_stack_and_keeps_its_own_variables() -> None:
    [statement] = policies(role(workload(iam={"permissions": READ}), "workloads", "OrdersApiWorkloadRole"))["blueprint"]
    assert statement["Resource"] == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::orders/${!aws:username}/*"}]


STATEMENT = {
    "effect": "deny",
    "notActions": ["s3:*"],
    "notResources": ["arn:${AWS::Partition}:s3:::orders", "arn:aws:s3:::${b}"],
    "conditions": {
        "ForAnyValue:StringLike": {"kms:ViaService": ["s3.${AWS::Region}.${AWS::URLSuffix}"]},
        "Bool": {"aws:SecureTransport": False},
    },
}


def test_a_statement_in_iams_words() -> None:
    made = workload(iam={"permissions": [STATEMENT]})
    [statement] = policies(role(made, "workloads", "OrdersApiWorkloadRole"))["blueprint"]
    assert statement == {
        "Effect": "Deny",
        "NotAction": ["s3:*"],
        "NotResource": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::orders"}, "arn:aws:s3:::${b}"],
        "Condition": {
            "Bool": {"aws:SecureTransport": False},
            "ForAnyValue:StringLike": {"kms:ViaService": [{"Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}"}]},
        },
    }
    assert made.lint() == []


def test_no_two_statements_have_one_name() -> None:
    anywhere = {"actions": ["ec2:DescribeInstances"], "resources": ["*"]}
    named = anywhere | {"sid": "TheBlueprintAsksForThis2"}
    made = workload(iam={"permissions": [anywhere, named, anywhere, *READ]})
    found = policies(role(made, "workloads", "OrdersApiWorkloadRole"))["blueprint"]
    names = ["TheBlueprintAsksForThis", "TheBlueprintAsksForThis2", "TheBlueprintAsksForThis3", None]
    assert [one.get("Sid") for one in found] == names
    assert made.lint() == []


def test_what_does_not_fit_into_a_role_is_refused() -> None:
    """IAM User Guide, IAM and AWS STS quotas: 10,240 characters without white space."""

    def resources(number: int) -> list[dict[str, Any]]:
        return [{"actions": ["s3:GetObject"], "resources": [f"arn:aws:s3:::{one:0>100}/*" for one in range(number)]}]

    assert workload(iam={"permissions": resources(80)}).errors == []
    assert workload(iam={"permissions": resources(90)}).errors == ["BPC796"]


def test_a_role_that_is_there_is_not_made() -> None:
    made = workload(iam={"roleArn": ROLE.format("api")})
    assert made.resources("workloads", "AWS::IAM::Role") == {}
    assert made.resource("workloads", "AWS::EKS::PodIdentityAssociation")["RoleArn"] == ROLE.format("api")
    assert made.lint() == []


def test_a_role_of_another_account_is_reached_through_the_first() -> None:
    made = workload(targetRoleArn=ROLE.format("data"))
    [chain] = policies(role(made, "workloads", "OrdersApiWorkloadRole"))["target-role"]
    assert chain["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert chain["Resource"] == [ROLE.format("data")]
    assert made.resource("workloads", "AWS::EKS::PodIdentityAssociation")["TargetRoleArn"] == ROLE.format("data")
    assert made.template("workloads")["Outputs"]["OrdersApiExternalId"]["Value"] == {
        "Fn::GetAtt": ["OrdersApiWorkloadIdentity", "ExternalId"]
    }
    assert made.lint() == []


def test_a_session_policy_goes_without_session_tags() -> None:
    """So the role cannot ask for tags; it asks for the cluster."""
    made = workload(sessionPolicy=READ, iam={"policyArns": [MANAGED]})
    association = made.resource("workloads", "AWS::EKS::PodIdentityAssociation")
    statement = trusted(role(made, "workloads", "OrdersApiWorkloadRole"))
    assert association["DisableSessionTags"] is True
    assert json.loads(association["Policy"]["Fn::Sub"])["Statement"][0]["Action"] == ["s3:GetObject"]
    assert statement["Action"] == ["sts:AssumeRole"]
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"].endswith(":cluster/shop")
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert made.lint() == []


def test_session_tags_can_be_switched_off() -> None:
    made = workload(disableSessionTags=True, iam={"policyArns": [MANAGED]})
    assert made.resource("workloads", "AWS::EKS::PodIdentityAssociation")["DisableSessionTags"] is True
    assert "RequestTag" not in json.dumps(role(made, "workloads", "OrdersApiWorkloadRole"))


def test_a_service_account_is_created_where_asked() -> None:
    account = {"iam": {"roleArn": ROLE.format("api")}, "labels": {"team": "a"}, "annotations": {"example.com/b": "c"}}
    made = workload(create=True, **account)
    text = made.files["kubernetes/base/service-accounts/serviceaccount.yaml"].decode()
    assert all(one in text for one in ("name: api", "namespace: orders", "team: a", "example.com/b: c"))
    assert not [one for one in workload(iam={"roleArn": ROLE.format("api")}).files if one.startswith("kubernetes/")]


def test_without_service_accounts_there_is_no_stack_for_them() -> None:
    assert not [one for one in compiled().files if "workloads" in one]


def test_a_role_has_the_boundary_that_it_is_given_or_that_of_all() -> None:
    own, all_ = ("arn:aws:iam::111122223333:policy/own", "arn:aws:iam::111122223333:policy/all")
    accounts = [
        {"name": "api", "namespace": "orders", "iam": {"policyArns": [MANAGED], "permissionsBoundary": own}},
        {"name": "web", "namespace": "orders", "iam": {"policyArns": [MANAGED]}},
    ]
    made = compiled(serviceAccounts=accounts, cloudformation={"permissionsBoundary": all_})
    roles = made.resources("workloads", "AWS::IAM::Role")
    assert roles["OrdersApiWorkloadRole"]["PermissionsBoundary"] == own
    assert roles["OrdersWebWorkloadRole"]["PermissionsBoundary"] == all_


KNOWN = next(one for one in reference.fields() if one.path == "serviceAccounts[].iam.wellKnownPolicies").node["items"][
    "enum"
]


@pytest.mark.parametrize("name", KNOWN)
def test_a_well_known_policy_gives_permissions_and_lints(name: str) -> None:
    made = workload(iam={"wellKnownPolicies": [name]})
    properties = role(made, "workloads", "OrdersApiWorkloadRole")
    assert made.lint() == []
    assert bool(policies(properties)) != bool(properties.get("ManagedPolicyArns"))
    for statement in policies(properties).get(name, []):
        assert not any("*" in action for action in statement["Action"])
        assert statement["Resource"] != ["*"] or statement.get("Sid") or statement.get("Condition")


def test_all_well_known_policies_fit_into_one_role() -> None:
    """IAM counts 10,240 characters for the inline policies of a role (IAM User Guide, IAM and AWS STS quotas)."""
    properties = role(workload(iam={"wellKnownPolicies": KNOWN}), "workloads", "OrdersApiWorkloadRole")
    written = json.dumps([one["PolicyDocument"] for one in properties["Policies"]], separators=(",", ":"))
    substituted = written.replace('{"Fn::Sub":', "").replace("${AWS::Partition}", "aws-us-gov")
    assert len(substituted) < 10_240


# Add-ons


def test_an_add_on_that_the_catalogue_does_not_know() -> None:
    addon = {"source": "eks", "version": "v1.0.0-eksbuild.1", "namespace": "cost", "preserveOnDelete": True}
    addon |= {"serviceAccount": "analyzer", "iam": {"permissions": READ}, "values": {"a": 1}, "tags": {"team": "a"}}
    made = compiled(addons={"kubecost_kubecost": addon})
    properties = made.resources("addons", "AWS::EKS::Addon")["KubecostKubecostAddOn"]
    assert made.lint() == []
    assert properties["AddonName"] == "kubecost_kubecost"
    assert properties["NamespaceConfig"] == {"Namespace": "cost"}
    assert properties["PreserveOnDelete"] is True
    assert {"Key": "team", "Value": "a"} in properties["Tags"]
    assert properties["PodIdentityAssociations"] == [
        {"ServiceAccount": "analyzer", "RoleArn": {"Fn::GetAtt": ["KubecostKubecostRole", "Arn"]}}
    ]
    tags = trusted(role(made, "addons", "KubecostKubecostRole"))["Condition"]["StringEquals"]
    assert tags["aws:RequestTag/kubernetes-namespace"] == "cost"


def test_where_only_eks_knows_the_namespace_the_role_does_not_ask_for_it() -> None:
    made = compiled(
        addons={"teleport": {"source": "eks", "serviceAccount": "collector", "iam": {"policyArns": [MANAGED]}}}
    )
    tags = trusted(role(made, "addons", "TeleportRole"))["Condition"]["StringEquals"]
    assert "aws:RequestTag/kubernetes-namespace" not in tags
    assert tags["aws:RequestTag/kubernetes-service-account"] == "collector"


def test_a_misspelt_add_on_is_not_taken_for_one_that_eks_has() -> None:
    assert compiled(addons={"metrics-servr": {}}).errors == ["BPC954"]
    assert compiled(addons={"vpc_cni": {}}).errors == ["BPC954"]


def test_an_add_ons_role_gets_what_the_blueprint_adds() -> None:
    made = compiled(
        addons={"aws-ebs-csi-driver": {"iam": {"policyArns": [MANAGED], "permissions": READ, "roleName": "ebs"}}}
    )
    properties = role(made, "addons", "AwsEbsCsiDriverRole")
    assert made.lint() == []
    assert properties["RoleName"] == "ebs"
    assert properties["ManagedPolicyArns"][1:] == [MANAGED] and len(properties["ManagedPolicyArns"]) == 2
    assert list(policies(properties)) == ["blueprint"]


def test_a_policy_that_two_ask_for_is_attached_once() -> None:
    twice = {"iam": {"wellKnownPolicies": ["ebs-csi-controller"]}}
    made = compiled(addons={"aws-ebs-csi-driver": twice})
    assert made.lint() == []
    assert len(role(made, "addons", "AwsEbsCsiDriverRole")["ManagedPolicyArns"]) == 1


def test_an_add_on_that_needs_no_role_gets_one_with_permissions() -> None:
    made = compiled(addons={"cert-manager": {"iam": {"wellKnownPolicies": ["cert-manager"]}}})
    [association] = made.resources("addons", "AWS::EKS::Addon")["CertManagerAddOn"]["PodIdentityAssociations"]
    assert association["ServiceAccount"] == "cert-manager"
    assert "route53:GetChange" in json.dumps(role(made, "addons", "CertManagerRole"))
    assert "CertManagerRole" not in compiled(addons={"cert-manager": {}}).template("addons")["Resources"]


def test_an_association_takes_the_place_of_the_role_that_bpc_makes() -> None:
    given = {"serviceAccount": "efs-csi-controller-sa", "iam": {"roleArn": ROLE.format("efs")}}
    made = compiled(addons={"aws-efs-csi-driver": {"podIdentityAssociations": [given]}})
    assert "AwsEfsCsiDriverRole" not in made.template("addons")["Resources"]
    [association] = made.resources("addons", "AWS::EKS::Addon")["AwsEfsCsiDriverAddOn"]["PodIdentityAssociations"]
    assert association == {"ServiceAccount": "efs-csi-controller-sa", "RoleArn": ROLE.format("efs")}


def test_other_service_accounts_of_an_add_on_have_roles_beside_its_own() -> None:
    wanted = {"serviceAccount": "efs-csi-node-sa", "iam": {"policyArns": [MANAGED]}}
    made = compiled(addons={"aws-efs-csi-driver": {"podIdentityAssociations": [wanted]}})
    found = made.resources("addons", "AWS::EKS::Addon")["AwsEfsCsiDriverAddOn"]["PodIdentityAssociations"]
    assert [one["ServiceAccount"] for one in found] == ["efs-csi-controller-sa", "efs-csi-node-sa"]
    assert role(made, "addons", "AwsEfsCsiDriverEfsCsiNodeSaRole")["ManagedPolicyArns"] == [MANAGED]
    assert made.lint() == []


ASSOCIATION = {"serviceAccount": "collector", "iam": {"wellKnownPolicies": ["cert-manager"], "permissions": SEND}}
OTHERS = {"serviceAccount": "other", "policyArns": [MANAGED], "permissions": READ}
BELOW = "addons.<name>.podIdentityAssociations[]."


@pytest.mark.parametrize(
    "field",
    [one for one in reference.fields() if re.fullmatch(rf"{re.escape(BELOW)}(iam\.)?(?!iam$)\w+", one.path)],
    ids=lambda it: it.path,
)
def test_every_field_of_an_association_changes_the_template(field: reference.Field) -> None:
    *inside, key = field.path.removeprefix(BELOW).split(".")
    before = {"teleport": {"source": "eks", "podIdentityAssociations": [copy.deepcopy(ASSOCIATION)]}}
    after = copy.deepcopy(before)
    changed: dict[str, Any] = after["teleport"]["podIdentityAssociations"][0]  # type: ignore[assignment]
    changed = changed["iam"] if inside else changed
    changed[key] = OTHERS.get(key, field.node["examples"][0])
    if key == "roleArn":
        changed.pop("wellKnownPolicies"), changed.pop("permissions")
    if key == "wellKnownPolicies":
        changed[key] = ["external-dns"]
    old, new = compiled(addons=before), compiled(addons=after)
    assert (old.errors, new.errors) == ([], [])
    assert old.files != new.files


# IRSA

ENVIRONMENTS = {"prod": {"account": "111122223333"}}
IRSA = {"identity": "irsa"}


def tokens(properties: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one statement of a trust policy that is text, and what is substituted in it."""
    text, values = properties["AssumeRolePolicyDocument"]["Fn::Sub"]
    [statement] = json.loads(text)["Statement"]
    return statement, values


def test_irsa_makes_the_issuer_known_to_iam() -> None:
    made = compiled(cluster=IRSA)
    provider = made.resource("cluster", "AWS::IAM::OIDCProvider")
    assert provider["Url"] == {"Fn::GetAtt": ["Cluster", "OpenIdConnectIssuerUrl"]}
    assert provider["ClientIdList"] == ["sts.amazonaws.com"]
    assert "ThumbprintList" not in provider
    assert "EksPodIdentityAgentAddOn" not in made.template("cluster")["Resources"]
    assert "AWS::IAM::OIDCProvider" not in json.dumps(compiled().template("cluster"))
    assert made.lint() == []


def test_irsa_asks_for_the_service_account_in_the_clusters_own_stack() -> None:
    made = compiled(cluster=IRSA)
    statement, values = tokens(role(made, "cluster", "VpcCniRole"))
    addon = made.resources("cluster", "AWS::EKS::Addon")["VpcCniAddOn"]
    assert addon["ServiceAccountRoleArn"] == {"Fn::GetAtt": ["VpcCniRole", "Arn"]}
    assert "PodIdentityAssociations" not in addon
    assert statement["Principal"] == {"Federated": "${Provider}"}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "${Issuer}:aud": "sts.amazonaws.com",
            "${Issuer}:sub": "system:serviceaccount:kube-system:aws-node",
        }
    }
    assert values["Provider"] == {"Ref": "OidcProvider"}
    assert values["Issuer"] == made.template("cluster")["Outputs"]["OidcIssuer"]["Value"]


def test_irsa_imports_the_issuer_in_other_stacks() -> None:
    made = compiled(
        cluster=IRSA, serviceAccounts=[{"name": "api", "namespace": "orders", "iam": {"policyArns": [MANAGED]}}]
    )
    statement, values = tokens(role(made, "workloads", "OrdersApiWorkloadRole"))
    assert statement["Condition"]["StringEquals"]["${Issuer}:sub"] == "system:serviceaccount:orders:api"
    exported = {
        one["Export"]["Name"]["Fn::Sub"] for one in made.template("cluster")["Outputs"].values() if "Export" in one
    }
    for one in values.values():
        assert one["Fn::ImportValue"]["Fn::Sub"].replace("${ClusterStack}", "${AWS::StackName}") in exported
    assert made.resources("workloads", "AWS::EKS::PodIdentityAssociation") == {}
    assert "OrdersApiRoleArn" in made.template("workloads")["Outputs"]
    assert "orders/api` | `OrdersApiRoleArn`" in made.files["README.md"].decode()
    assert made.lint() == []


def test_irsa_in_one_template() -> None:
    made = compiled(
        cluster=IRSA,
        cloudformation={"layout": "single"},
        serviceAccounts=[{"name": "api", "namespace": "orders", "iam": {"policyArns": [MANAGED]}}],
        addons={"aws-ebs-csi-driver": {}},
    )
    assert made.errors == [] and made.lint() == []
    [template] = [
        json.loads(text)
        for path, text in made.files.items()
        if "deployer" not in path and path.endswith(".json") and "cloudformation" in path
    ]
    _, values = tokens(template["Resources"]["OrdersApiWorkloadRole"]["Properties"])
    assert values["Provider"] == {"Ref": "OidcProvider"}


def test_a_pattern_takes_more_service_accounts_than_one() -> None:
    made = workload(identity="irsa", subjectPattern="system:serviceaccount:orders:*", iam={"policyArns": [MANAGED]})
    statement, _ = tokens(role(made, "workloads", "OrdersApiWorkloadRole"))
    assert statement["Condition"]["StringLike"] == {"${Issuer}:sub": "system:serviceaccount:orders:*"}
    assert statement["Condition"]["StringEquals"] == {"${Issuer}:aud": "sts.amazonaws.com"}
    assert made.lint() == []


def test_an_unlisted_add_on_of_an_unknown_namespace_is_known_by_its_service_account() -> None:
    made = compiled(
        cluster=IRSA,
        addons={"teleport": {"source": "eks", "serviceAccount": "collector", "iam": {"policyArns": [MANAGED]}}},
    )
    statement, _ = tokens(role(made, "addons", "TeleportRole"))
    assert statement["Condition"]["StringLike"] == {"${Issuer}:sub": "system:serviceaccount:*:collector"}
    assert made.resources("addons", "AWS::EKS::Addon")["TeleportAddOn"]["ServiceAccountRoleArn"]


def test_a_given_role_is_bound_to_an_add_on_once_iam_knows_the_issuer() -> None:
    made = compiled(cluster=IRSA, addons={"vpc-cni": {"iam": {"roleArn": ROLE.format("cni")}}})
    resource = made.template("cluster")["Resources"]["VpcCniAddOn"]
    assert resource["DependsOn"] == "OidcProvider"
    assert resource["Properties"]["ServiceAccountRoleArn"] == ROLE.format("cni")
    assert "VpcCniRole" not in made.template("cluster")["Resources"]
    assert made.lint() == []


def manifest(made: Compiled, component: str) -> str:
    return made.files[f"kubernetes/base/{component}/serviceaccount.yaml"].decode()


def test_a_manifest_names_the_role_that_the_template_makes() -> None:
    made = compiled(
        cluster=IRSA,
        environments=ENVIRONMENTS,
        addons={"cluster-autoscaler": {}},
        serviceAccounts=[{"name": "api", "namespace": "orders", "create": True, "iam": {"policyArns": [MANAGED]}}],
    )
    for component, stack, title in (
        ("cluster-autoscaler", "addons", "ClusterAutoscalerRole"),
        ("service-accounts", "workloads", "OrdersApiWorkloadRole"),
    ):
        resource = made.template(stack, "prod")["Resources"][title]["Properties"]
        assert f"role-arn: {ROLE.format(resource['RoleName'])}\n" in manifest(made, component)
    assert made.lint() == []


def test_a_manifest_of_a_region_in_china_is_of_its_partition() -> None:
    made = compiled(
        metadata={"name": "shop", "region": "cn-north-1"},
        cluster=IRSA,
        environments=ENVIRONMENTS,
        serviceAccounts=[
            {"name": "api", "namespace": "orders", "create": True, "iam": {"wellKnownPolicies": ["image-builder"]}}
        ],
    )
    assert "arn:aws-cn:iam::111122223333:role/shop-cn-north-1-orders-api" in manifest(made, "service-accounts")


def test_without_an_account_no_manifest_names_a_role() -> None:
    assert compiled(cluster=IRSA, addons={"cluster-autoscaler": {}}).errors == ["BPC792"]


# Where Pod Identity cannot work

PROFILE = [{"name": "batch", "selectors": [{"namespace": "batch-*"}]}]


@pytest.mark.parametrize(
    ("account", "more", "irsa"),
    [
        ({}, {}, False),
        ({"os": "windows"}, {}, True),
        ({}, {"cluster": IRSA}, True),
        ({"identity": "pod-identity"}, {"cluster": IRSA, "addons": {"eks-pod-identity-agent": {}}}, False),
        ({"namespace": "batch-night"}, {"fargateProfiles": PROFILE}, True),
        ({}, {"fargateProfiles": PROFILE}, False),
        ({}, {"fargateProfiles": [{"name": "a", "selectors": [{"namespace": "orders", "labels": {"a": "b"}}]}]}, False),
        ({}, {"fargateProfiles": [{"name": "a", "selectors": [{"namespace": "*"}]}], "nodeGroups": []}, True),
    ],
)
def test_pods_on_fargate_and_windows_get_irsa_by_themselves(account: Any, more: Any, irsa: bool) -> None:
    accounts = [{"name": "api", "namespace": "orders", "iam": {"policyArns": [MANAGED]}} | account]
    made = compiled(serviceAccounts=accounts, **more)
    assert made.errors == []
    assert bool(made.resources("cluster", "AWS::IAM::OIDCProvider")) == (irsa or more.get("cluster") == IRSA)
    assert bool(made.resources("workloads", "AWS::EKS::PodIdentityAssociation")) != irsa


def test_a_profile_takes_no_pods_that_are_on_every_node() -> None:
    """The VPC CNI's pods with the role are a DaemonSet's, the EBS driver's a Deployment's."""
    profiles = [{"name": "system", "selectors": [{"namespace": "kube-system"}]}]
    associations = [{"serviceAccount": "aws-node", "iam": {"roleArn": "arn:aws:iam::111122223333:role/cni"}}]
    made = compiled(fargateProfiles=profiles, addons={"vpc-cni": {"podIdentityAssociations": associations}})
    assert made.errors == []
    made = compiled(fargateProfiles=profiles, addons={"aws-ebs-csi-driver": {}})
    trust = {
        title: json.dumps(role["AssumeRolePolicyDocument"])
        for stack in ("cluster", "addons")
        for title, role in made.resources(stack, "AWS::IAM::Role").items()
    }
    assert "pods.eks.amazonaws.com" in trust["VpcCniRole"]
    assert "AssumeRoleWithWebIdentity" in trust["AwsEbsCsiDriverRole"]


def test_an_add_on_on_fargate_gets_irsa_and_needs_no_agent() -> None:
    profile = [{"name": "all", "selectors": [{"namespace": "kube-system"}, {"namespace": "external-dns"}]}]
    made = compiled(nodeGroups=[], fargateProfiles=profile, addons={"external-dns": {"zones": ["Z1"]}})
    assert made.errors == [] and made.lint() == []
    assert made.resources("addons", "AWS::EKS::Addon")["ExternalDnsAddOn"]["ServiceAccountRoleArn"]
    assert "EksPodIdentityAgentAddOn" not in made.template("cluster")["Resources"]


def test_a_profile_for_one_namespace_leaves_the_other_add_ons_alone() -> None:
    made = compiled(fargateProfiles=PROFILE, addons={"aws-ebs-csi-driver": {}})
    assert made.resources("addons", "AWS::EKS::Addon")["AwsEbsCsiDriverAddOn"]["PodIdentityAssociations"]
    assert "OidcProvider" not in made.template("cluster")["Resources"]


def test_a_role_is_measured_as_iam_does() -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:B", "c:D"], "Resource": "*"}]}
    counted = len(json.dumps(document, separators=(",", ":")))
    assert quotas._length({"PolicyName": "x", "PolicyDocument": document}) == counted
    filled = {"Fn::Sub": "arn:${AWS::Partition}:s3:::a"}
    assert quotas._length(filled) == len('"arn:aws:s3:::a"')
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}]}}
    assert list(quotas.roles({"Resources": {"A": role}})) == []
    full = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}] * 150}}
    assert len(list(quotas.roles({"Resources": {"A": full}}))) == 1


# Every other role


def test_every_role_is_given_made_and_named_in_the_same_words() -> None:
    def platform(**iam: Any) -> Compiled:
        def of(thing: str) -> dict[str, Any]:
            said = {"roleArn": ROLE.format(thing)} if not iam else {**iam, "roleName": thing}
            return {"iam": said}

        capabilities = {"ack": of("ack"), "kro": of("kro")}
        return compiled(
            cluster={
                **of("cluster"),
                "capabilities": capabilities,
                "remoteNetwork": {"nodes": ["10.9.0.0/16"], **of("far")},
            },
            bastion=of("host"),
            network={"flowLogs": of("logs")},
            fargateProfiles=[{"name": "web", "selectors": [{"namespace": "web"}], **of("pods")}],
            nodeGroups=[{"name": "workers", **of("nodes")}],
            addons={"cluster-autoscaler": of("scaler")},
        )

    things = {"ack", "kro", "cluster", "far", "host", "logs", "pods", "nodes", "scaler"}
    given, made = platform(), platform(permissions=READ, policyArns=[MANAGED])
    assert (given.errors, made.errors, given.lint(), made.lint()) == ([], [], [], [])
    stacks = ("network", "bastion", "cluster", "nodes", "addons")
    whole = json.dumps([given.template(stack) for stack in stacks])
    assert {one for one in things if ROLE.format(one) in whole or f'"Roles": ["{one}"]' in whole} == things
    roles = [one for stack in stacks for one in made.resources(stack, "AWS::IAM::Role").values()]
    named = {one["RoleName"]: one for one in roles if "RoleName" in one}
    assert set(named) == things
    for one in named.values():
        assert MANAGED in one["ManagedPolicyArns"] and {"blueprint", "Nodes", "ack", "kro"} & set(policies(one))
