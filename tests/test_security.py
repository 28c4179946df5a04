"""What docs/security.md says: what is true by default is, and the scanners find nothing that is not explained there.

Each scanner is installed as bench/scanners/ pins it, into an environment of its own; .cache/ keeps it for the next run.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench" / "security.py"
DOCUMENT = ROOT / "docs" / "security.md"
Properties = dict[str, Any]


@pytest.fixture(scope="module")
def security() -> ModuleType:
    spec = importlib.util.spec_from_file_location("security", BENCH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["security"] = module
    spec.loader.exec_module(module)
    return module


# True by default


def private_api(cluster: Properties) -> bool:
    where = cluster["ResourcesVpcConfig"]
    return bool(where["EndpointPrivateAccess"] and not where["EndpointPublicAccess"])


def not_from_everywhere(group: Properties) -> bool:
    rules = group.get("SecurityGroupIngress", []) if "GroupDescription" in group else [group]
    return not {rule.get(key) for rule in rules for key in ("CidrIp", "CidrIpv6")} & {"0.0.0.0/0", "::/0"}


def encrypted_disks(machine: Properties) -> bool:
    disks = machine.get("LaunchTemplateData", machine)["BlockDeviceMappings"]
    return bool(disks) and all(disk["Ebs"]["Encrypted"] is True for disk in disks)


def tokens_only(machine: Properties) -> bool:
    options = machine.get("LaunchTemplateData", machine)["MetadataOptions"]
    return bool(options["HttpTokens"] == "required" and options["HttpPutResponseHopLimit"] == 1)


def pods_own(role: Properties) -> bool:
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        if "Federated" in statement["Principal"]:
            return of_one_namespace(statement.get("Condition", {}))
        if "pods.eks.amazonaws.com" in statement["Principal"].get("Service", []):
            named = statement.get("Condition", {}).get("StringEquals", {})
            wanted = ("eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account")
            return all(named.get(f"aws:RequestTag/{tag}") for tag in wanted)
    return True


def of_one_namespace(condition: dict[str, dict[str, str]]) -> bool:
    """IRSA: tokens for AWS STS, of service accounts of one namespace."""
    named = {**condition.get("StringLike", {}), **condition.get("StringEquals", {})}
    issued = {key.rpartition(":")[2]: value for key, value in named.items()}
    return issued.get("aud") == "sts.amazonaws.com" and bool(
        re.fullmatch(r"system:serviceaccount:[a-z0-9-]+:[a-z0-9*?.-]+", issued.get("sub", ""))
    )


def logged(cluster: Properties) -> bool:
    types = {one["Type"] for one in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    return types >= {"api", "audit", "authenticator"}


OPEN = {"CidrIp": "0.0.0.0/0"}
DISK = [{"Ebs": {"Encrypted": True}}, {"Ebs": {"Encrypted": False}}]
POD = {"AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": ["pods.eks.amazonaws.com"]}}]}}
PUBLIC = {"ResourcesVpcConfig": {"EndpointPrivateAccess": True, "EndpointPublicAccess": True}}
# What is judged, by what, where a blueprint says otherwise, and properties that it must object to.
CLAIMS: dict[str, tuple[str, Callable[[Properties], bool], set[str], Properties]] = {
    "private API": ("EKS::Cluster", private_api, set(), PUBLIC),
    "open group": (
        "EC2::SecurityGroup",
        not_from_everywhere,
        set(),
        {"GroupDescription": "", "SecurityGroupIngress": [OPEN]},
    ),
    "open rule": ("EC2::SecurityGroupIngress", not_from_everywhere, set(), {"CidrIpv6": "::/0"}),
    "no SSH to nodes": ("EKS::Nodegroup", lambda group: "RemoteAccess" not in group, set(), {"RemoteAccess": {}}),
    "no key on nodes": (
        "EC2::LaunchTemplate",
        lambda template: "KeyName" not in template["LaunchTemplateData"],
        set(),
        {"LaunchTemplateData": {"KeyName": "x"}},
    ),
    "private nodes": (
        "EKS::Nodegroup",
        lambda group: "PublicSubnet" not in json.dumps(group["Subnets"]),
        {"myeks", "tenant"},
        {"Subnets": [{"Fn::ImportValue": "x-PublicSubnet1Id"}]},
    ),
    "private nodes of one's own": (
        "AutoScaling::AutoScalingGroup",
        lambda group: "PublicSubnet" not in json.dumps(group["VPCZoneIdentifier"]),
        set(),
        {"VPCZoneIdentifier": [{"Fn::ImportValue": "x-PublicSubnet1Id"}]},
    ),
    "public addresses": (
        "EC2::Subnet",
        lambda subnet: "MapPublicIpOnLaunch" not in subnet,
        {"myeks"},
        {"MapPublicIpOnLaunch": True},
    ),
    "disks of nodes": ("EC2::LaunchTemplate", encrypted_disks, set(), {"BlockDeviceMappings": DISK}),
    "disks of hosts": ("EC2::Instance", encrypted_disks, set(), {"BlockDeviceMappings": DISK}),
    "secrets": (
        "EKS::Cluster",
        lambda cluster: cluster.get("EncryptionConfig", [{}])[0].get("Resources") == ["secrets"],
        set(),
        {},
    ),
    "key": ("KMS::Key", lambda key: key["EnableKeyRotation"] is True, set(), {"EnableKeyRotation": False}),
    "queue": (
        "SQS::Queue",
        lambda queue: bool(queue.get("SqsManagedSseEnabled") is True or queue.get("KmsMasterKeyId")),
        set(),
        {},
    ),
    "tokens on nodes": (
        "EC2::LaunchTemplate",
        tokens_only,
        {"charts"},
        {"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}},
    ),
    "tokens on hosts": (
        "EC2::Instance",
        tokens_only,
        set(),
        {"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}},
    ),
    "entries": (
        "EKS::Cluster",
        lambda cluster: cluster["AccessConfig"]["AuthenticationMode"] == "API",
        set(),
        {"AccessConfig": {"AuthenticationMode": "API_AND_CONFIG_MAP"}},
    ),
    "logs": ("EKS::Cluster", logged, set(), {"Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}]}}}),
    "retention": ("Logs::LogGroup", lambda group: "RetentionInDays" in group, set(), {}),
    "deletion": (
        "EKS::Cluster",
        lambda cluster: cluster.get("DeletionProtection") is True,
        {"dense", "fleet", "shops", "six", "tenant"},
        {"DeletionProtection": False},
    ),
    "roles of pods": ("IAM::Role", pods_own, set(), POD),
}


@pytest.fixture(scope="module")
def resources(security: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, Properties]]:
    folder = tmp_path_factory.mktemp("templates")
    assert security.prepare(ROOT / "out", folder) > 300
    return [
        (f"{path.name.split('--')[0]}/{name}", resource["Type"], resource.get("Properties", {}))
        for path in sorted(folder.iterdir())
        for name, resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].items()
    ]


@pytest.mark.parametrize("sub", ["*", "system:serviceaccount:*", "system:serviceaccount:*:web", ""])
def test_a_role_for_the_tokens_of_every_namespace_is_seen(sub: str) -> None:
    tokens = {"${Issuer}:aud": "sts.amazonaws.com"} | ({"${Issuer}:sub": sub} if sub else {})
    trusts = [{"Principal": {"Federated": "${Provider}"}, "Condition": {"StringLike": tokens}}]
    assert not pods_own({"AssumeRolePolicyDocument": {"Statement": trusts}})
    tokens["${Issuer}:sub"] = "system:serviceaccount:shop:*"
    assert pods_own({"AssumeRolePolicyDocument": {"Statement": trusts}})


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_default_is_true(claim: str, resources: list[tuple[str, str, Properties]]) -> None:
    kind, holds, otherwise, broken = CLAIMS[claim]
    judged = [(where, holds(properties)) for where, type, properties in resources if type == f"AWS::{kind}"]
    assert judged
    assert {where.split("/")[0] for where, held in judged if not held} == otherwise
    assert not holds(broken)


def test_bpc_warns_of_an_api_for_the_whole_internet(tmp_path: Path) -> None:
    data = yaml.safe_load((ROOT / "specs" / "minimal.yaml").read_text(encoding="utf-8"))
    data["cluster"] = {"endpoint": {"access": "public-and-private", "publicCidrs": ["0.0.0.0/0"]}}
    (tmp_path / "blueprint.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    command = [sys.executable, "-m", "bpc", "validate", "blueprint.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "warning BPC" in run.stdout + run.stderr
    assert "[public-endpoint-open]" in run.stdout + run.stderr


# The scanners


def scan(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH), *arguments], capture_output=True, text=True, check=False)


SEEN = {
    "checkov": "not explained: checkov:CKV_AWS_24 at minimal/Door",
    "cfripper": "not explained: cfripper:EC2SecurityGroupOpenToWorldRule at minimal/Door",
    "control-tower": "not explained: control-tower:vpc_sg_restricted_common_ports_check at minimal/Door",
}


@pytest.mark.parametrize("scanner", SEEN)
def test_every_finding_is_explained(scanner: str, tmp_path: Path) -> None:
    run = scan(scanner)
    assert run.returncode == 0, run.stdout + run.stderr
    planted = scan(scanner, "--out", str(with_an_open_door(tmp_path)))
    assert planted.returncode == 1
    assert SEEN[scanner] in planted.stdout
    assert f"explains nothing: {scanner}:" in planted.stdout


def with_an_open_door(folder: Path) -> Path:
    """The smallest example and a security group, open to a parameter whose default is everybody."""
    shutil.copytree(ROOT / "out" / "minimal", folder / "minimal")
    path = folder / "minimal" / "cloudformation" / "default" / "10-network.yaml"
    door = (
        "Resources:\n  Door:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: x\n"
        "      VpcId: !Ref EksVPC\n      SecurityGroupIngress:\n"
        "        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Anybody, Description: x}\n"
    )
    text = path.read_text(encoding="utf-8").replace("\nResources:\n", "\n" + door)
    parameter = "\nParameters:\n  Anybody:\n    Type: String\n    Default: 0.0.0.0/0\n"
    path.write_text(text.replace("\nParameters:\n", parameter), encoding="utf-8")
    return folder


def test_nothing_in_a_template_hushes_a_scanner(security: ModuleType, tmp_path: Path) -> None:
    folder = with_an_open_door(tmp_path)
    path = folder / "minimal" / "cloudformation" / "default" / "10-network.yaml"
    hidden = "Door:\n    Metadata: {checkov: {skip: [{id: CKV_AWS_24, comment: x}]}}\n    Type"
    path.write_text(path.read_text(encoding="utf-8").replace("Door:\n    Type", hidden), encoding="utf-8")
    (tmp_path / "ready").mkdir()
    assert security.prepare(folder, tmp_path / "ready")
    (ready,) = (tmp_path / "ready").glob("*network*")
    assert json.loads(ready.read_text(encoding="utf-8"))["Resources"]["Door"].keys() == {"Type", "Properties"}


# The comparison


def test_a_finding_needs_its_own_rule_and_place(security: ModuleType) -> None:
    finding = security.Finding("checkov:A", "one/Key", "one--x.json")
    compare = security.compare
    assert compare([finding], [security.Explanation("checkov:A", "*/Key")], {"checkov"}) == []
    for rule, where in (("checkov:B", "*/Key"), ("checkov:A", "two/*")):
        assert compare([finding], [security.Explanation(rule, where)], {"checkov"}) == [
            "not explained: checkov:A at one/Key (one--x.json)",
            f"explains nothing: {rule} at {where}",
        ]
    assert compare([], [security.Explanation("registry:A", "*")], {"checkov"}) == []


def test_a_row_without_a_reason_is_refused(security: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "security.md"
    path.write_text(
        "| asked | `checkov:A` `cfripper:B` | `*/Key` | It does not matter here, since |\n", encoding="utf-8"
    )
    assert [tuple(row) for row in security.explanations(path)] == [("checkov:A", "*/Key"), ("cfripper:B", "*/Key")]
    path.write_text("| asked | `checkov:A` | `*/Key` | fine |\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="no reason given"):
        security.explanations(path)


def test_of_alternatives_all_must_have_failed(security: ModuleType) -> None:
    def clause(context: str, resource: str) -> dict[str, Any]:
        return {"Clause": {"context": context, "check": {"path": f"/Resources/{resource}/Properties"}}}

    either = [clause("absent", "A"), clause("absent", "B"), clause("false", "B"), clause("false", "C")]
    assert security._resources({"Disjunctions": {"checks": either}}) == {"B"}


def test_the_page_names_what_is_pinned() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    for name, package in (
        ("checkov", "checkov"),
        ("cfripper", "cfripper"),
        ("cfn-guard", "cdklabs-cdk-validator-cfnguard"),
    ):
        pins = (ROOT / "bench" / "scanners" / f"{name}.txt").read_text(encoding="utf-8")
        version = re.search(rf"^{package}==(\S+)$", pins, re.MULTILINE)
        assert version and version[1] in page
