"""The pipeline: what changed is built, for each platform, once; its tag reaches the overlay; nobody may do more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from parts.builds import Machine, git
from parts.compiling import Compiled, compiled
from parts.kubectl import kustomize

CONNECTION = "arn:aws:codeconnections:eu-west-1:111122223333:connection/1234abcd"
BEHIND = {"connectionArn": CONNECTION, "repository": "example/shop"}
STORED = {"codeCommit": "shop"}
COMMIT = {"path": "deploy/prod", "method": "commit"}
APPLY = {"path": "deploy/prod", "method": "apply", "namespaces": ["shop", "cart"]}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PROJECT, PIPELINE, ROLE = "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline", "AWS::IAM::Role"


def made(sections: dict[str, Any] | None = None, **wanted: Any) -> Compiled:
    usual = {"source": BEHIND, "images": [{"name": "backend"}, {"name": "web", "platforms": ["arm64"]}]}
    return compiled(**{"nodeGroups": [{"name": "workers"}], "pipeline": usual | wanted} | (sections or {}))


def projects(it: Compiled) -> dict[str, dict[str, Any]]:
    return it.resources("pipeline", PROJECT)


def actions(it: Compiled) -> dict[str, dict[str, dict[str, Any]]]:
    """By stage and by their own name."""
    stages = it.resource("pipeline", PIPELINE)["Stages"]
    return {one["Name"]: {action["Name"]: action for action in one["Actions"]} for one in stages}


def statements(it: Compiled, role: str) -> dict[str, dict[str, Any]]:
    (policy,) = it.resources("pipeline", ROLE)[role]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def variables(action: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in json.loads(action["Configuration"]["EnvironmentVariables"])}


# Images


def test_a_repository_is_private_scanned_and_keeps_its_tags() -> None:
    it = made(keepImages=7)
    found = it.resources("pipeline", "AWS::ECR::Repository")
    assert [one["RepositoryName"] for one in found.values()] == ["shop/backend", "shop/web"]
    one = found["BackendRepository"]
    assert one["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert (one["ImageTagMutability"], one["EncryptionConfiguration"]) == ("IMMUTABLE", {"EncryptionType": "AES256"})
    [rule] = json.loads(one["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert (rule["selection"]["countNumber"], rule["action"]) == (7, {"type": "expire"})
    assert "RepositoryPolicyText" not in one
    template = it.template("pipeline")["Resources"]["BackendRepository"]
    assert template["DeletionPolicy"] == template["UpdateReplacePolicy"] == "Retain"


def test_other_accounts_pull_and_do_no_more() -> None:
    one = made(pullAccounts=["444455556666"]).resources("pipeline", "AWS::ECR::Repository")["BackendRepository"]
    [statement] = one["RepositoryPolicyText"]["Statement"]
    assert statement["Principal"] == {"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::444455556666:root"}]}
    assert statement["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def test_each_platform_is_built_on_machines_of_its_own() -> None:
    it = made(computeType="BUILD_GENERAL1_LARGE")
    arm, intel, join = (projects(it)[f"{one}Project"]["Environment"] for one in ("Arm64", "Amd64", "Join"))
    assert (arm["Type"], intel["Type"]) == ("ARM_CONTAINER", "LINUX_CONTAINER")
    assert ("aarch64" in arm["Image"], "x86_64" in intel["Image"]) == (True, True)
    assert arm["ComputeType"] == intel["ComputeType"] == "BUILD_GENERAL1_LARGE"
    # Docker alone needs it, and what only asks the registry runs no Docker.
    assert (arm["PrivilegedMode"], intel["PrivilegedMode"], join["PrivilegedMode"]) == (True, True, False)
    built = actions(it)["Build"]
    assert {name: one["RunOrder"] for name, one in built.items()} == {
        "backend-amd64": 1,
        "backend-arm64": 1,
        "backend": 2,
        "web-arm64": 1,
    }
    assert variables(built["backend"])["PLATFORMS"] == "amd64 arm64"
    assert (variables(built["backend-arm64"])["SUFFIX"], "SUFFIX" in variables(built["web-arm64"])) == ("-arm64", False)


def test_one_platform_needs_nothing_to_join() -> None:
    it = made(images=[{"name": "web", "platforms": ["arm64"]}])
    assert {*projects(it)} == {"Arm64Project"}
    assert it.lint() == []


# What the machines do


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def repository(folder: Path) -> Path:
    """A clone of a repository with the source of an image, and an overlay that says `image: backend`."""
    origin, clone = folder / "origin.git", folder / "clone"
    git(folder, "init", "-q", "--bare", str(origin))
    git(folder, "clone", "-q", str(origin), str(clone))
    pod = {"containers": [{"name": "backend", "image": "backend"}]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "backend"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": pod},
        },
    }
    overlay = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["app.json"]}
    files = {
        "backend/Dockerfile": "FROM scratch\n",
        "deploy/prod/app.json": json.dumps(deployment),
        "deploy/prod/kustomization.yaml": json.dumps(overlay),
    }
    for path, text in files.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text, encoding="utf-8")
    git(clone, "checkout", "-q", "-b", "main")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Begin")
    git(clone, "push", "-q", "origin", "main")
    return clone


BACKEND = [{"name": "backend"}]


def build(it: Compiled, machine: Machine, clone: Path) -> list[str]:
    """Run every action of the stage; what is in the registry then."""
    for one in sorted(actions(it)["Build"].values(), key=lambda one: one["RunOrder"]):
        project = projects(it)[one["Configuration"]["ProjectName"]["Ref"]]
        machine.run(project, clone, CODEBUILD_RESOLVED_SOURCE_VERSION="abc", **variables(one))
    return machine.pushed.read_text(encoding="utf-8").split()


def test_a_tag_bump_reaches_the_overlay(tmp_path: Path, machine: Machine) -> None:
    it, clone = made(images=BACKEND, deploy=COMMIT), repository(tmp_path)
    amd64, arm64, both = build(it, machine, clone)
    assert (amd64, arm64) == (f"{both}-amd64", f"{both}-arm64")
    assert f"manifest create registry.example.com/{both} registry.example.com/{amd64} registry.example.com/{arm64}" in (
        machine.said.read_text(encoding="utf-8")
    )
    machine.run(projects(it)["DeployProject"], clone)
    git(clone, "checkout", "-q", "main")
    git(clone, "pull", "-q", "origin", "main")
    assert image(clone) == f"registry.example.com/{both}"
    assert git(clone, "log", "-1", "--format=%s") == f"Deploy backend=registry.example.com/{both}"


def image(clone: Path) -> str:
    """What the overlay makes the cluster run."""
    [deployment] = kustomize(clone / "deploy" / "prod")
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def test_what_has_not_changed_is_neither_built_nor_committed_again(tmp_path: Path, machine: Machine) -> None:
    it, clone = made(images=[{"name": "backend", "path": "."}], deploy=COMMIT), repository(tmp_path)
    first = build(it, machine, clone)
    machine.run(projects(it)["DeployProject"], clone)
    git(clone, "pull", "-q", "origin", "main")
    before = git(clone, "rev-parse", "origin/main")
    # The commit of the overlay is in the folder that the image is built from.
    assert build(it, machine, clone) == first
    assert "already" in machine.run(projects(it)["DeployProject"], clone)
    assert git(clone, "ls-remote", "origin", "main").split()[0] == before
    (clone / "backend" / "Dockerfile").write_text("FROM busybox\n", encoding="utf-8")
    assert len(build(it, machine, clone)) == 2 * len(first)


def test_a_commit_goes_on_top_of_what_others_have_pushed(tmp_path: Path, machine: Machine) -> None:
    it, clone = made(images=BACKEND, deploy=COMMIT), repository(tmp_path)
    git(tmp_path, "clone", "-q", "-b", "main", str(tmp_path / "origin.git"), str(tmp_path / "other"))
    git(tmp_path / "other", "commit", "-q", "--allow-empty", "-m", "Meanwhile")
    git(tmp_path / "other", "push", "-q", "origin", "main")
    machine.run(projects(it)["DeployProject"], clone)
    assert git(tmp_path / "other", "fetch", "-q", "origin") == ""
    said = git(tmp_path / "other", "log", "-2", "--format=%s", "origin/main").splitlines()
    assert (said[0].split()[0], said[1]) == ("Deploy", "Meanwhile")


ELSEWHERE = {"codeCommit": "shop-deploy", "branch": "live"}


def two_repositories(folder: Path) -> tuple[Path, Path, dict[str, str]]:
    """The source without an overlay, a clone of the repository that has it, and what CodeBuild says of both."""
    clone = repository(folder)
    git(clone, "push", "-q", "origin", "main:live")
    source = folder / "source"
    (source / "backend").mkdir(parents=True)
    (source / "backend" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return source, clone, {"CODEBUILD_SRC_DIR": str(clone), "CODEBUILD_SRC_DIR_Source": str(source)}


def test_a_tag_bump_reaches_an_overlay_in_another_repository(tmp_path: Path, machine: Machine) -> None:
    it = made(images=BACKEND, deploy=COMMIT | {"repository": ELSEWHERE})
    source, clone, said = two_repositories(tmp_path)
    *_, both = build(it, machine, source)
    (clone / "backend" / "Dockerfile").write_text("FROM busybox\n", encoding="utf-8")  # is not what was built
    git(clone, "checkout", "-q", ".")
    machine.run(projects(it)["DeployProject"], clone, **said)
    git(clone, "fetch", "-q", "origin")
    assert git(clone, "log", "-1", "--format=%s", "origin/live") == f"Deploy backend=registry.example.com/{both}"
    assert git(clone, "log", "-1", "--format=%s", "origin/main") == "Begin"
    assert "already" in machine.run(projects(it)["DeployProject"], clone, **said)


def test_an_overlay_in_another_repository_is_applied(tmp_path: Path, machine: Machine) -> None:
    it = made(images=BACKEND, deploy=APPLY | {"repository": ELSEWHERE})
    source, clone, said = two_repositories(tmp_path)
    *_, both = build(it, machine, source)
    machine.run(projects(it)["RenderProject"], clone, **said)
    assert f"image: registry.example.com/{both}" in (clone / "handed-on" / "manifests.yaml").read_text(encoding="utf-8")


def test_the_other_repository_is_fetched_and_written_to_and_starts_nothing() -> None:
    other = {"connectionArn": CONNECTION, "repository": "example/deploy", "branch": "live"}
    it = made(deploy=COMMIT | {"repository": other})
    fetched = actions(it)["Source"]
    assert {name: one["Configuration"]["OutputArtifactFormat"] for name, one in fetched.items()} == {
        "Source": "CODE_ZIP",
        "Overlays": "CODEBUILD_CLONE_REF",
    }
    assert fetched["Overlays"]["Configuration"]["DetectChanges"] == "false"
    [trigger] = it.resource("pipeline", PIPELINE)["Triggers"]
    assert trigger["GitConfiguration"]["SourceActionName"] == "Source"
    assert "FilePaths" not in trigger["GitConfiguration"]["Push"][0]
    commit = actions(it)["Deploy"]["Commit"]
    assert [one["Name"] for one in commit["InputArtifacts"]] == ["Overlays", "Source"]
    assert commit["Configuration"]["PrimarySource"] == "Overlays"
    for role, sids in {"PipelineRole": ["UseTheRepository", "UseTheOtherRepository"], "BuildRole": []}.items():
        found = statements(it, role)
        assert [one for one in found if one.startswith("UseThe")] == sids
    assert statements(it, "PipelineRole")["UseTheOtherRepository"]["Condition"]["StringNotEquals"]
    push = statements(it, "DeployRole")["UseTheRepository"]
    assert push["Condition"] == {"StringEqualsIfExists": {"codeconnections:FullRepositoryId": "example/deploy"}}
    assert it.lint() == []
    stored = made(source=STORED, deploy=COMMIT | {"repository": ELSEWHERE})
    assert "callerUserArn" not in json.dumps(stored.resource("pipeline", "AWS::Events::Rule"))
    assert statements(stored, "DeployRole")["UseTheRepository"]["Action"] == [
        "codecommit:GitPull",
        "codecommit:GitPush",
    ]
    assert stored.lint() == []


def test_what_is_applied_is_the_overlay_with_the_new_image(tmp_path: Path, machine: Machine) -> None:
    it, clone = made(images=BACKEND, deploy=APPLY), repository(tmp_path)
    *_, both = build(it, machine, clone)
    machine.run(projects(it)["RenderProject"], clone)
    assert image(clone) == f"registry.example.com/{both}"
    handed_on = clone / "handed-on"
    assert f"image: registry.example.com/{both}" in (handed_on / "manifests.yaml").read_text(encoding="utf-8")
    assert (handed_on / "kubectl").stat().st_size > 10**6


def test_programs_are_checked_before_they_run() -> None:
    for it, project in ((made(deploy=COMMIT), "DeployProject"), (made(deploy=APPLY), "RenderProject")):
        script = projects(it)[project]["Source"]["BuildSpec"]
        assert script.count("curl ") == script.count("sha256sum -c --quiet") >= 1


# Where it starts, and who approves


def test_a_commit_of_its_own_starts_nothing() -> None:
    [trigger] = made(deploy=COMMIT).resource("pipeline", PIPELINE)["Triggers"]
    [push] = trigger["GitConfiguration"]["Push"]
    assert push == {"Branches": {"Includes": ["main"]}, "FilePaths": {"Excludes": ["deploy/**"]}}
    detail = made(source=STORED, deploy=COMMIT).resource("pipeline", "AWS::Events::Rule")["EventPattern"]["detail"]
    assert detail["referenceName"] == ["main"]
    sessions = "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${DeployRole}/"
    assert detail["callerUserArn"] == [{"anything-but": {"prefix": {"Fn::Sub": sessions}}}]


def test_a_change_of_the_overlay_starts_it_where_it_applies() -> None:
    [trigger] = made(deploy=APPLY).resource("pipeline", PIPELINE)["Triggers"]
    assert trigger["GitConfiguration"]["Push"] == [{"Branches": {"Includes": ["main"]}}]
    stored = made(source=STORED, deploy=APPLY)
    assert "Triggers" not in stored.resource("pipeline", PIPELINE)
    assert "callerUserArn" not in stored.resource("pipeline", "AWS::Events::Rule")["EventPattern"]["detail"]


@pytest.mark.parametrize(
    ("overlay", "image", "apart"),
    [
        ("deploy/prod", "backend", "deploy"),
        ("deploy/prod", ".", "deploy"),
        ("backend/deploy/prod", "backend", "backend/deploy"),
        ("backend/prod", "backend", "backend/prod"),
        ("overlay", ".", "overlay"),
    ],
)
def test_overlays_beside_its_own_are_no_source(overlay: str, image: str, apart: str) -> None:
    it = made(images=[{"name": "backend", "path": image}], deploy={"path": overlay, "method": "commit"})
    [trigger] = it.resource("pipeline", PIPELINE)["Triggers"]
    assert trigger["GitConfiguration"]["Push"][0]["FilePaths"] == {"Excludes": [f"{apart}/**"]}
    assert f"-not -path './{apart}/*'" in projects(it)["Amd64Project"]["Source"]["BuildSpec"]


def test_somebody_approves_before_anything_is_deployed() -> None:
    stages = actions(made(deploy=COMMIT, approval=True))
    assert [*stages] == ["Source", "Build", "Approve", "Deploy"]
    assert "NotificationArn" not in stages["Approve"]["Approve"]["Configuration"]


def test_who_is_told_of_alarms_is_told_of_approvals() -> None:
    it = made({"observability": {"notify": [{"email": "ops@example.com"}]}}, deploy=COMMIT, approval=True)
    topic = {"Fn::ImportValue": {"Fn::Sub": "${ObservabilityStack}-AlarmTopicArn"}}
    assert actions(it)["Approve"]["Approve"]["Configuration"]["NotificationArn"] == topic
    assert statements(it, "PipelineRole")["AskForApproval"]["Resource"] == [topic]
    key = {"Fn::ImportValue": {"Fn::Sub": "${ObservabilityStack}-AlarmKeyArn"}}
    assert statements(it, "PipelineRole")["EncryptTheQuestion"]["Resource"] == [key]
    outputs = it.template("observability")["Outputs"]
    assert all("Export" in outputs[one] for one in ("AlarmTopicArn", "AlarmKeyArn"))
    assert it.lint() == []
    given = "arn:aws:sns:eu-west-1:111122223333:on-call"
    it = made({"observability": {"notify": [{"topicArn": given}]}}, deploy=COMMIT, approval=True)
    assert actions(it)["Approve"]["Approve"]["Configuration"]["NotificationArn"] == given
    assert "EncryptTheQuestion" not in statements(it, "PipelineRole")


# Who may do what


def test_whoever_builds_reads_the_source_and_whoever_commits_writes_it() -> None:
    it = made(deploy=COMMIT)
    builds, commits = (statements(it, one)["UseTheRepository"] for one in ("BuildRole", "DeployRole"))
    ours = {"codeconnections:FullRepositoryId": "example/shop"}
    assert commits["Condition"] == {"StringEqualsIfExists": ours}
    assert builds["Condition"] == commits["Condition"] | {
        "StringNotEquals": {"codeconnections:ProviderAction": "GitPush"}
    }
    stored = made(source=STORED, deploy=COMMIT)
    assert statements(stored, "BuildRole")["UseTheRepository"]["Action"] == ["codecommit:GitPull"]
    assert statements(stored, "DeployRole")["UseTheRepository"]["Action"] == [
        "codecommit:GitPull",
        "codecommit:GitPush",
    ]
    # Where nobody commits, nobody clones.
    assert "UseTheRepository" not in statements(made(deploy=APPLY), "BuildRole")


def test_a_connection_of_the_older_name_is_used_by_that_name() -> None:
    older = BEHIND | {"connectionArn": CONNECTION.replace("codeconnections", "codestar-connections")}
    found = statements(made(source=older), "PipelineRole")["UseTheRepository"]
    assert found["Action"] == ["codestar-connections:UseConnection"]
    assert "codestar-connections:FullRepositoryId" in found["Condition"]["StringEqualsIfExists"]


def test_whoever_applies_may_edit_the_namespaces_and_no_more() -> None:
    entry = made(deploy=APPLY).resource("pipeline", "AWS::EKS::AccessEntry")
    assert entry["PrincipalArn"] == {"Fn::GetAtt": ["ApplyRole", "Arn"]}
    assert "KubernetesGroups" not in entry
    [policy] = entry["AccessPolicies"]
    assert policy["PolicyArn"].endswith("/AmazonEKSEditPolicy")
    assert policy["AccessScope"] == {"Type": "namespace", "Namespaces": ["cart", "shop"]}


def test_a_private_api_is_reached_from_inside_the_vpc() -> None:
    it = made(deploy=APPLY)
    place = projects(it)["ApplyProject"]["VpcConfig"]
    assert len(place["Subnets"]) == 3
    rule = it.resource("pipeline", "AWS::EC2::SecurityGroupIngress")
    assert (rule["FromPort"], rule["ToPort"]) == (443, 443)
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["ApplySecurityGroup", "GroupId"]}
    assert "Export" in it.template("cluster")["Outputs"]["ClusterSecurityGroupId"]
    assert {one for one in projects(it) if "VpcConfig" in projects(it)[one]} == {"ApplyProject"}
    assert it.lint() == []


def test_inside_the_vpc_a_proxy_is_known_and_reached() -> None:
    proxy = {"httpsProxy": "http://proxy.example.com:3128", "httpProxy": "http://10.1.2.3:3129"}
    network: dict[str, Any] = {"cidr": "10.0.0.0/16", "proxy": proxy}
    it = made({"network": network}, deploy=APPLY)
    project = projects(it)["ApplyProject"]
    said = {one["Name"]: one["Value"] for one in project["Environment"]["EnvironmentVariables"]}
    assert (said["HTTPS_PROXY"], said["http_proxy"]) == (proxy["httpsProxy"], proxy["httpProxy"])
    assert said["no_proxy"] == said["NO_PROXY"]
    assert {"169.254.170.2", "10.0.0.0/16", ".eks.amazonaws.com"} <= {*said["NO_PROXY"].split(",")}
    assert yaml.safe_load(project["Source"]["BuildSpec"])["proxy"] == {"logs": True}
    out = it.resource("pipeline", "AWS::EC2::SecurityGroup")["SecurityGroupEgress"]
    assert [(one["FromPort"], one["CidrIp"]) for one in out] == [
        (443, "0.0.0.0/0"),
        (3128, "0.0.0.0/0"),
        (3129, "10.1.2.3/32"),
    ]
    others = [
        one["Environment"]["EnvironmentVariables"] for name, one in projects(it).items() if name != "ApplyProject"
    ]
    assert all(one["Name"] == "REGISTRY" for variables in others for one in variables)
    assert it.lint() == []
    by_endpoint = made({"network": network | {"endpoints": ["logs"]}}, deploy=APPLY)
    project = projects(by_endpoint)["ApplyProject"]
    assert "proxy" not in yaml.safe_load(project["Source"]["BuildSpec"])
    [without] = [one["Value"] for one in project["Environment"]["EnvironmentVariables"] if one["Name"] == "NO_PROXY"]
    assert "logs.eu-west-1.amazonaws.com" in without.split(",")


def test_an_open_api_is_reached_from_anywhere() -> None:
    cluster = {"endpoint": {"access": "public-and-private", "publicCidrs": ["0.0.0.0/0"]}}
    it = made({"cluster": cluster}, deploy=APPLY)
    assert "VpcConfig" not in projects(it)["ApplyProject"]
    assert "BeInTheVpc" not in statements(it, "ApplyRole")
    assert it.resources("pipeline", "AWS::EC2::SecurityGroup") == {}


def test_a_network_without_internet_gets_the_endpoints_that_applying_needs() -> None:
    def services(deploy: dict[str, Any]) -> set[str]:
        network = {"topology": "private", "endpoints": ["private-cluster"]}
        it = made({"network": network, "nodeGroups": []}, deploy=deploy)
        made_of = json.dumps([one["ServiceName"] for one in it.resources("network", "AWS::EC2::VPCEndpoint").values()])
        return {one for one in ("eks", "logs", "s3") if f'.{one}"' in made_of}

    assert services(APPLY) == {"eks", "logs", "s3"}
    assert "logs" not in services(COMMIT)


def test_every_role_stays_within_the_boundary() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    it = made({"cloudformation": {"permissionsBoundary": boundary}}, source=STORED, deploy=APPLY)
    found = it.resources("pipeline", ROLE)
    assert {*found} == {"ApplyRole", "BuildRole", "PipelineRole", "RenderRole", "SourceChangeRole"}
    assert {one["PermissionsBoundary"] for one in found.values()} == {boundary}


# Where its data lies


def test_artifacts_are_private_encrypted_and_gone_in_a_month() -> None:
    it = made()
    bucket = it.resource("pipeline", "AWS::S3::Bucket")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    [tidy] = bucket["LifecycleConfiguration"]["Rules"]
    assert (tidy["ExpirationInDays"], tidy["NoncurrentVersionExpiration"]) == (30, {"NoncurrentDays": 30})
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [denied] = it.resource("pipeline", "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_key_of_ones_own_encrypts_all_of_it() -> None:
    it = made(keyArn=KEY, deploy=APPLY, retentionDays=7)
    group = it.resource("pipeline", "AWS::Logs::LogGroup")
    assert (group["KmsKeyId"], group["RetentionInDays"]) == (KEY, 7)
    assert it.resource("pipeline", PIPELINE)["ArtifactStore"]["EncryptionKey"] == {"Type": "KMS", "Id": KEY}
    assert {one["EncryptionKey"] for one in projects(it).values()} == {KEY}
    repositories = it.resources("pipeline", "AWS::ECR::Repository").values()
    assert {one["EncryptionConfiguration"]["KmsKey"] for one in repositories} == {KEY}
    for role in ("ApplyRole", "BuildRole", "PipelineRole", "RenderRole"):
        assert statements(it, role)["UseTheKey"]["Resource"] == [KEY]
    assert it.lint() == []


def test_in_one_template_it_is_the_same_pipeline() -> None:
    it = made({"cloudformation": {"layout": "single"}}, deploy=APPLY)
    assert it.resource("shop", "AWS::EKS::AccessEntry")["ClusterName"] == {"Ref": "Cluster"}
    assert it.lint() == []
