"""Add-ons that are there for who says that they know what is wrong with them: Spinnaker and Cloudforet."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bpc.cli import main
from parts.compiling import Compiled, compiled

SPINNAKER = {
    "acknowledged": True,
    "bucket": "shop-pipelines-4711",
    "namespaces": ["default", "shop"],
    "redis": "rediss://redis.example.com:6379",
}
CLOUDFORET = {"acknowledged": True, "database": "mongodb.example.com", "domain": "costs.example.com"}
ASKED = {"spinnaker": SPINNAKER, "cloudforet": CLOUDFORET}


def made(name: str, engine: str = "flux", **more: Any) -> Compiled:
    return compiled(
        metadata={"name": "shop", "region": "eu-west-1"},
        addons={"aws-ebs-csi-driver": {}, name: ASKED[name] | more},
        gitops={"engine": engine},
        nodeGroups=[{"name": "workers", "instanceTypes": ["m7i.large"]}],
        storage={"classes": [{"name": "gp3", "default": True}]},
        environments={"default": {"account": "111122223333"}},
    )


def objects(it: Compiled, name: str, kind: str) -> list[dict[str, Any]]:
    texts = [text for path, text in it.files.items() if path.startswith(f"kubernetes/base/{name}/")]
    found = [one for text in texts for one in yaml.safe_load_all(text)]
    return [one for one in found if one["kind"] == kind]


def release(it: Compiled, name: str) -> dict[str, Any]:
    [found] = objects(it, name, "HelmRelease")
    spec: dict[str, Any] = found["spec"]
    return spec


@pytest.mark.parametrize("name", sorted(ASKED))
def test_nobody_gets_them_without_saying_so(name: str) -> None:
    assert made(name).errors == []
    assert made(name, acknowledged=False).errors == ["BPC981"]
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": [{"name": "workers"}]}
    without = {key: value for key, value in ASKED[name].items() if key != "acknowledged"}
    assert compiled(addons={name: without}, **sections).errors == ["BPC201"]


@pytest.mark.parametrize("name", sorted(ASKED))
def test_their_page_says_what_values_cannot_take_away(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "show", name]) == 0
    said = " ".join(capsys.readouterr().out.split())
    wanted = {"spinnaker": "Gate asks nobody who they are", "cloudforet": "into the ConfigMap shared-conf"}
    assert "beware:" in said and wanted[name] in said


def test_cloudforet_has_another_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "show", "SpaceOne"]) == 0
    assert capsys.readouterr().out.startswith("cloudforet\n")
    it = compiled(addons={"spaceone": {}}, gitops={"engine": "flux"}, nodeGroups=[{"name": "workers"}])
    assert it.errors == ["BPC954"]


def test_spinnaker_is_no_cluster_admin_and_edits_where_it_may() -> None:
    it = made("spinnaker")
    values = release(it, "spinnaker")["values"]
    assert values["rbac"] == {"create": False} and values["kubeConfig"] == {"nameSpaces": ["default", "shop"]}
    bound = objects(it, "spinnaker", "RoleBinding")
    assert [one["metadata"]["namespace"] for one in bound] == ["default", "shop"]
    assert {one["roleRef"]["name"] for one in bound} == {"edit"}
    assert not objects(it, "spinnaker", "ClusterRoleBinding")
    [account] = objects(it, "spinnaker", "ServiceAccount")
    services = values["halyard"]["additionalServiceSettings"]
    assert services["clouddriver.yml"]["kubernetes"]["serviceAccountName"] == account["metadata"]["name"]


def test_spinnaker_keeps_pipelines_in_a_bucket_by_a_role_of_its_own() -> None:
    it = made("spinnaker")
    values = release(it, "spinnaker")["values"]
    assert values["minio"] == {"enabled": False}
    assert values["s3"] == {"enabled": True, "bucket": "shop-pipelines-4711", "region": "eu-west-1"}
    # Its SDK knows no Pod Identity.
    assert not it.resources("addons", "AWS::EKS::PodIdentityAssociation").get("SpinnakerPodIdentityAssociation")
    role = it.resources("addons", "AWS::IAM::Role")["SpinnakerRole"]
    said = values["serviceAccount"]["serviceAccountAnnotations"]["eks.amazonaws.com/role-arn"]
    assert said == f"arn:aws:iam::111122223333:role/{role['RoleName']}"
    assert "system:serviceaccount:spinnaker:spinnaker" in str(role["AssumeRolePolicyDocument"])
    assert it.resources("addons", "AWS::S3::Bucket")["SpinnakerBucket"]["BucketName"] == "shop-pipelines-4711"
    kept = made("spinnaker", createBucket=False)
    assert not kept.resources("addons", "AWS::S3::Bucket")
    assert it.lint() == []


def test_the_password_of_spinnakers_redis_is_in_no_file() -> None:
    halyard = release(made("spinnaker"), "spinnaker")["values"]["halyard"]
    assert "additionalVolumes" not in halyard
    it = made("spinnaker", redisSecret="spinnaker-redis")
    halyard = release(it, "spinnaker")["values"]["halyard"]
    assert halyard["additionalVolumes"] == [{"name": "redis", "secret": {"secretName": "spinnaker-redis"}}]
    assert "/opt/redis/password" in halyard["additionalInitScript"]
    assert "create secret generic spinnaker-redis" in it.files["README.md"].decode()


def test_flux_waits_for_halyard_and_not_for_cloudforet() -> None:
    spec = release(made("spinnaker"), "spinnaker")
    assert spec["timeout"] == "30m" and "disableWait" not in spec["install"]
    spec = release(made("cloudforet"), "cloudforet")
    assert "timeout" not in spec and spec["install"]["disableWait"] and spec["upgrade"]["disableWait"]


def test_cloudforet_has_its_token_from_a_secret_that_only_flux_can_read() -> None:
    it = made("cloudforet")
    spec = release(it, "cloudforet")
    assert spec["valuesFrom"] == [{"kind": "Secret", "name": "cloudforet-values"}]
    shared = spec["values"]["global"]["shared_conf"]
    assert shared == {"DATABASES": {"default": {"host": "mongodb.example.com"}}}
    assert spec["values"]["mongodb"] == {"enabled": False}
    told = "kubectl --namespace flux-system create secret generic cloudforet-values"
    assert told in it.files["README.md"].decode()
    assert made("cloudforet", engine="argocd").errors == ["BPC992"]


def test_cloudforet_starts_plugins_in_its_own_namespace_alone() -> None:
    it = made("cloudforet")
    [role], [bound] = objects(it, "cloudforet", "Role"), objects(it, "cloudforet", "RoleBinding")
    assert role["metadata"]["namespace"] == bound["metadata"]["namespace"] == "cloudforet"
    assert {group for rule in role["rules"] for group in rule["apiGroups"]} == {"", "apps"}
    [account] = bound["subjects"]
    assert release(it, "cloudforet")["values"]["global"]["serviceAccountName"] == account["name"]
    [policy] = objects(it, "cloudforet", "NetworkPolicy")
    assert policy["spec"]["podSelector"]["matchLabels"] == {"spaceone.service": "redis"}
