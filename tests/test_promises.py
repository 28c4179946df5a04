"""What every output promises (docs/design.md, section 1): each promise is a test over all of the committed `out/`.

None has an exception list, and beside each stands a test that shows that it can fail.
"""

from __future__ import annotations

import json
import posixpath
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache as once
from pathlib import Path
from typing import Any

import pytest

from bpc import environments, pipeline, schema, source, verify
from bpc.verify import Finding, Output, Template, inventory, manifests, permissions, promises, secrets, templates
from parts import cache, kubectl
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "goldens" / "logical-ids.txt"
OUTPUTS = {output.name: output for output in verify.outputs(str(ROOT / "out"))}
ENVIRONMENTS = [(name, one) for name, output in OUTPUTS.items() for one in output.environments]
TEMPLATES = [(name, file) for name, output in OUTPUTS.items() for file in output.template_files()]
OVERLAYS = [(name, one) for name, output in OUTPUTS.items() for one in output.overlays()]

each_output = pytest.mark.parametrize("name", OUTPUTS)
each_template = pytest.mark.parametrize(("name", "file"), TEMPLATES, ids=["-".join(one) for one in TEMPLATES])
each_environment = pytest.mark.parametrize(
    ("name", "environment"), ENVIRONMENTS, ids=["-".join(one) for one in ENVIRONMENTS]
)
each_overlay = pytest.mark.parametrize(("name", "environment"), OVERLAYS, ids=["-".join(one) for one in OVERLAYS])


def spec(output: Output) -> Path:
    return ROOT / "specs" / str(output.marker["blueprint"]["file"])


@once
def parsed(name: str, file: str) -> Template:
    return verify.parse(file, OUTPUTS[name].read(file).decode())


def doctored(resources: dict[str, Any], file: str = "cloudformation/default/10-network.yaml", **more: Any) -> Template:
    return verify.parse(file, json.dumps({"Resources": resources, **more}))


def codes(findings: Iterator[Finding]) -> list[str]:
    return [one.diagnostic.rule.code for one in findings]


def test_every_example_is_compiled() -> None:
    assert {spec(output).name for output in OUTPUTS.values()} == {path.name for path in ROOT.glob("specs/*.yaml")}
    assert len(ENVIRONMENTS) > len(OUTPUTS) >= 6, "one example has several environments"


# 1. Every resource type starts with AWS::, and nothing brings code along.


@each_template
def test_1_plain_cloudformation(name: str, file: str) -> None:
    assert list(promises.plain(parsed(name, file))) == []


@pytest.mark.parametrize(
    "template",
    [
        doctored({"A": {"Type": "Custom::Thing"}}),
        doctored({"A": {"Type": "AWS::CloudFormation::CustomResource"}}),
        doctored({"A": {"Type": "AWS::CloudFormation::Stack"}}),
        doctored({"A": {"Type": "AWS::CloudFormation::Macro"}}),
        doctored({"A": {"Type": "AWS::Lambda::Function"}}),
        doctored({"A": {"Type": "My::Own::Thing::MODULE"}}),
        doctored({"A": {}}),
        doctored({"Fn::ForEach::Many": []}),
        doctored({"A": {"Type": "AWS::SQS::Queue", "Properties": {"Fn::Transform": {"Name": "AWS::Include"}}}}),
        doctored({}, Transform="AWS::LanguageExtensions"),
        doctored({}, Hooks={}),
    ],
)
def test_1_can_fail(template: Template) -> None:
    assert "BPC620" in codes(promises.plain(template))


# 2. No network, no credentials, no clock; the same bytes on any machine.

SEALED = """
import datetime, os, sys, time

shift = int(os.environ["SHIFT"])
now, now_ns = time.time, time.time_ns
time.time = lambda: now() + shift
time.time_ns = lambda: now_ns() + shift * 10**9


class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    utcnow = today = now


datetime.datetime = Shifted


def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")):
        raise RuntimeError(f"sealed: {event}")
    if event == "open" and ".aws" in str(arguments[0]):
        raise RuntimeError(f"sealed: {arguments[0]}")


sys.addaudithook(watch)
"""
PLACES = [
    {"SHIFT": "-900000000", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"SHIFT": "2000000000", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4711"},
]


def sealed(arguments: list[str], place: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Python in an empty environment, in another time and place, with no way out of the process."""
    (folder / "sealed").mkdir(exist_ok=True)
    (folder / "sealed" / "sitecustomize.py").write_text(SEALED, encoding="utf-8")
    environment = {**place, "HOME": "/nowhere", "PYTHONPATH": str(folder / "sealed")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def tree(folder: str | Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


@each_output
@pytest.mark.parametrize("place", PLACES, ids=["long-ago", "far-ahead"])
def test_2_same_bytes_anywhere(name: str, place: dict[str, str], tmp_path: Path) -> None:
    output = OUTPUTS[name]
    run = sealed(["-m", "bpc", "compile", str(spec(output)), "-o", "out"], place, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    made, committed = tree(tmp_path / "out" / name), tree(output.folder)
    assert [path for path in sorted({*made, *committed}) if made.get(path) != committed.get(path)] == []


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; open(os.path.expanduser('~/.aws/credentials'))",
    ],
)
def test_2_nothing_gets_out(code: str, tmp_path: Path) -> None:
    assert "RuntimeError: sealed:" in sealed(["-c", code], PLACES[0], tmp_path).stderr


@pytest.mark.parametrize(
    "code",
    [
        "import time; print(int(time.time()) // 10**8)",
        "import datetime; print(datetime.datetime.now().year)",
        "import time; print(time.tzname)",
        "print(list({'a', 'b', 'c', 'd', 'e', 'f'}))",
    ],
)
def test_2_the_places_differ(code: str, tmp_path: Path) -> None:
    said = {sealed(["-c", code], place, tmp_path).stdout for place in PLACES}
    assert len(said) == 2
    assert "" not in said


# 3. cfn-lint finds nothing, not even an informational note, in the template's own region.


@pytest.fixture(autouse=True)
def lint_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.folder("xdg")))


@each_template
def test_3_cfn_lint(name: str, file: str) -> None:
    output = OUTPUTS[name]
    region = output.environments[file.split("/")[1]]["region"]
    ((_, found),) = templates.check([templates.Job(output.folder, file, region)])
    assert [f"{one.diagnostic.span} {one.diagnostic.message}" for one in found] == []


@pytest.mark.parametrize(
    ("template", "region", "code"),
    [
        ({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}, "eu-west-1", "I3013"),
        ({"Resources": {"A": {"Type": "AWS::EC2::VPC", "Properties": {"Cidr": "x"}}}}, "eu-west-1", "E3002"),
        ({"Resources": {"A": {"Type": "AWS::AppRunner::Service"}}}, "us-gov-east-1", "E3006"),
        ({"Resources": {}, "Parameters": {"A": {"Type": "String"}}}, "eu-west-1", "W2001"),
    ],
)
def test_3_can_fail(template: dict[str, Any], region: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(template))
    ((_, found),) = templates.check([templates.Job(str(tmp_path), "t.json", region)])
    assert code in {one.diagnostic.message.partition(":")[0] for one in found}


# 4. CloudFormation's quotas, and bpc says so before CloudFormation does.


@each_template
def test_4_quotas(name: str, file: str) -> None:
    assert list(promises.quotas(parsed(name, file))) == []


QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (doctored({f"A{number}": QUEUE for number in range(501)}), "BPC621"),
        (doctored({"A": QUEUE}, Parameters={f"A{number}": {} for number in range(201)}), "BPC621"),
        (doctored({"A": QUEUE}, Outputs={f"A{number}": {} for number in range(201)}), "BPC621"),
        (doctored({"A": QUEUE}, Mappings={f"A{number}": {} for number in range(201)}), "BPC621"),
        (doctored({"A": QUEUE}, Description="x" * 1_000_000), "BPC621"),
        (doctored({"A": QUEUE}, Description="x" * 51_200), "BPC622"),
    ],
)
def test_4_can_fail(template: Template, code: str) -> None:
    assert codes(promises.quotas(template)) == [code]


@pytest.mark.parametrize(
    ("path", "value"),
    [("Mappings", {f"A{number}": {"a": {"b": 1}} for number in range(201)}), ("Metadata", {"a": "x" * 1_000_000})],
)
def test_4_bpc_says_so_first(path: str, value: object) -> None:
    patch = {"stack": "network", "patch": [{"op": "add", "path": f"/{path}", "value": value}]}
    blueprint = minimal() | {"overrides": {"cloudformation": [patch]}}
    result, _ = compiled(blueprint)
    assert [one.rule.code for one in result.diagnostics] == ["BPC425"]


# 5. Every import has an export, in a stack that is deployed before it. Deleting in reverse order works.


@each_environment
def test_5_stacks_fit_together(name: str, environment: str) -> None:
    output = OUTPUTS[name]
    stacks = output.templates(environment)
    assert [one.number for one in stacks] == sorted({one.number for one in stacks})
    assert list(promises.linked(output.name, stacks)) == []


STACKS = [name for name, one in OUTPUTS.items() if len(one.environments) == 1 and len(one.templates()) > 1]


@pytest.mark.parametrize("name", STACKS)
def test_5_no_stack_can_be_left_out_or_moved(name: str) -> None:
    stacks = OUTPUTS[name].templates()
    assert "BPC623" in codes(promises.linked(name, stacks[1:]))
    assert "BPC623" in codes(promises.linked(name, stacks[::-1]))
    assert "BPC624" in codes(promises.linked(name, [stacks[0], *stacks]))
    assert "BPC623" in codes(promises.linked("another", [stacks[0], *OUTPUTS["minimal"].templates()[1:]]))


@pytest.mark.parametrize("value", [{"Ref": "Unknown"}, {"Fn::Sub": "${Queue.Arn}"}, {"Fn::GetAtt": ["Queue", "Arn"]}])
def test_5_a_name_must_be_known(value: object) -> None:
    imports = {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::ImportValue": value}}}}
    exports = {"A": {"Value": "x", "Export": {"Name": value}}}
    assert codes(promises.linked("demo", [doctored(imports)])) == ["BPC623"]
    assert codes(promises.linked("demo", [doctored({"A": QUEUE}, Outputs=exports)])) == ["BPC623"]


# 6. Logical IDs are an interface: a renamed ID is a deleted cluster.


def logical_ids() -> list[str]:
    return [
        f"{name} {one.environment} {one.stack} {title} {resource['Type']}"
        for name, output in OUTPUTS.items()
        for one in output.templates()
        for title, resource in sorted(one.resources.items())
    ]


def test_6_logical_ids_do_not_change(update: bool) -> None:
    if update:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text("".join(f"{line}\n" for line in logical_ids()), encoding="utf-8")
    known = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert changes(known, logical_ids()) == []


def changes(known: list[str], now: list[str]) -> list[str]:
    return sorted({f"- {one}" for one in known if one not in now} | {f"+ {one}" for one in now if one not in known})


def test_6_can_fail() -> None:
    known = logical_ids()
    renamed = [one.replace(" Cluster AWS", " TheCluster AWS") for one in known]
    assert len(changes(known, renamed)) == 2 * len(ENVIRONMENTS)


def test_6_order_has_no_say() -> None:
    """IDs come from names: groups in another order, and one more, leave the others as they are."""
    groups = [{"name": name, "instanceTypes": ["m7g.large"]} for name in ("system", "web", "batch")]
    before, after, more = (
        identities(minimal() | {"nodeGroups": some})
        for some in (groups, groups[::-1], [{"name": "added", "instanceTypes": ["m7g.large"]}, *groups])
    )
    assert before == after
    assert before.items() <= more.items()
    assert len(more) > len(before)


def identities(blueprint: dict[str, Any]) -> dict[str, str]:
    """Every logical ID, and the name that the blueprint gives it where it does."""
    result, files = compiled(blueprint)
    assert not result.failed, result.diagnostics
    read = [verify.parse(file, content.decode()) for file, content in files.items() if verify.TEMPLATE.fullmatch(file)]
    return {
        f"{one.stack}/{title}": f"{resource['Type']} {resource.get('Properties', {}).get('NodegroupName')}"
        for one in read
        for title, resource in one.resources.items()
    }


def minimal() -> dict[str, Any]:
    return {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "demo", "region": "eu-west-1"}}


def compiled(blueprint: dict[str, Any]) -> tuple[pipeline.Result, dict[str, bytes]]:
    memory = Memory()
    result = pipeline.compile_blueprint(json.dumps(blueprint).encode(), "demo.yaml", lambda _: memory)
    return result, memory


# 7. Every overlay builds, and what it builds fits the cluster's Kubernetes version.


@each_overlay
def test_7_overlays(name: str, environment: str) -> None:
    output = OUTPUTS[name]
    assert list(manifests.check(output, environment, kubectl.kubectl())) == []
    assert manifests.build(kubectl.kubectl(), f"{output.folder}/kubernetes/overlays/{environment}")


@pytest.mark.parametrize(
    ("version", "change", "code"),
    [
        ("1.36", {"kind": "Deploiment"}, "BPC631"),
        ("1.36", {"apiVersion": "apps/v1beta2"}, "BPC631"),
        ("1.36", {"spec": {"replicas": "3"}}, "BPC632"),
        ("1.36", {"spec": {"replica": 3}}, "BPC632"),
        ("1.30", {"apiVersion": "networking.k8s.io/v1", "kind": "IPAddress"}, "BPC631"),
    ],
)
def test_7_can_fail(version: str, change: dict[str, Any], code: str) -> None:
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
    fine = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": pod}
    assert codes(manifests.fits("x", {**fine, "spec": spec}, version)) == []
    broken = {**fine, **change, "spec": spec | change.get("spec", {})}
    assert codes(manifests.fits("x", broken, version)) == [code]


@each_output
def test_7_kustomizations_have_nothing_from_elsewhere(name: str) -> None:
    output = OUTPUTS[name]
    for file in output.manifest_files():
        if file.endswith("/kustomization.yaml"):
            assert remote(file, text(output, file), output.files) == []


def remote(file: str, content: str, known: Sequence[str]) -> list[str]:
    """What a kustomization refers to that is no file and no folder of the output."""
    (said,) = verify.documents(content)
    referred = [one for key in ("resources", "components", "bases", "crds") for one in said.get(key, [])]
    referred += [one["path"] for one in said.get("patches", []) if "path" in one] + list(said.get("helmCharts", []))
    folders = {path.rpartition("/")[0] for path in known}
    places = {one: posixpath.normpath(f"{posixpath.dirname(file)}/{one}") for one in map(str, referred)}
    return [one for one, place in places.items() if place not in known and place not in folders]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("resources: [../../base/a, own.yaml]", 0),
        ("resources: [https://github.com/example/a?ref=v1]", 1),
        ("resources: [github.com/example/a]", 1),
        ("components: [../../../elsewhere]", 1),
        ("patches: [{path: gone.yaml}, {patch: a}]", 1),
    ],
)
def test_7_something_from_elsewhere_is_found(content: str, found: int) -> None:
    known = ["kubernetes/overlays/dev/own.yaml", "kubernetes/base/a/kustomization.yaml"]
    assert len(remote("kubernetes/overlays/dev/kustomization.yaml", content, known)) == found


def test_7_an_overlay_can_fail(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [missing.yaml]\n")
    with pytest.raises(manifests.OverlayError, match=r"missing\.yaml"):
        manifests.build(kubectl.kubectl(), str(tmp_path))


# 8. Manifests carry nothing that is known only after deployment.


@each_output
def test_8_manifests_are_the_same_for_every_account(name: str) -> None:
    output = OUTPUTS[name]
    known, mirrors = output.roles(), output.mirrors()
    found = [
        one
        for file in output.manifest_files()
        for one in secrets.deployed_values(file, text(output, file), known, mirrors)
    ]
    assert found == []


@each_output
def test_8_a_role_in_a_manifest_is_one_of_the_blueprints(name: str) -> None:
    """With IRSA: the account is an environment's, and the role a template's, by the name that it is given there."""
    output = OUTPUTS[name]
    written = spec(output).read_text(encoding="utf-8")
    made = {
        one["Properties"]["RoleName"]
        for template in output.templates()
        for one in template.resources.values()
        if "RoleName" in one.get("Properties", {})
    }
    for arn in output.roles():
        account, _, role = arn.split(":", 4)[4].partition(":role/")
        assert f'account: "{account}"' in written
        assert role in made or arn in written
    assert bool(output.roles()) == any("role-arn" in text(output, file) for file in output.manifest_files())


@each_output
def test_8_a_registry_in_a_manifest_is_the_blueprints(name: str) -> None:
    """The account of the cache is an environment's, and a mirror is what the blueprint says."""
    output = OUTPUTS[name]
    written = spec(output).read_text(encoding="utf-8")
    for mirror in output.mirrors():
        assert f'account: "{mirror[:12]}"' in written or f"mirror: {mirror}" in written
    assert bool(output.mirrors()) == any(".dkr.ecr." in text(output, file) for file in output.manifest_files())


MIRROR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"{MIRROR}/registry.k8s.io/pause:3.10", 0),
        (f"{MIRROR}s/registry.k8s.io/pause:3.10", 1),
        (MIRROR.replace("1111", "4444") + "/registry.k8s.io/pause:3.10", 1),
        (MIRROR.replace("eu-west-1", "eu-west-2") + "/registry.k8s.io/pause:3.10", 1),
    ],
)
def test_8_no_other_registry_is_taken_for_the_mirror(value: str, found: int) -> None:
    assert codes(secrets.deployed_values("x", f"image: {value}\n", (), [MIRROR])) == ["BPC628"] * found


def text(output: Output, file: str) -> str:
    return output.read(file).decode()


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:sqs:eu-west-1:111122223333:queue",
        "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
        "eks.amazonaws.com/role-arn: x",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "subnet-0123456789abcdef0",
        "vpc-0a1b2c3d",
    ],
)
def test_8_can_fail(value: str) -> None:
    assert "BPC628" in codes(secrets.deployed_values("x", f"a: {value}\n"))


ARN = "arn:aws:iam::111122223333:role/a"


@pytest.mark.parametrize(
    ("value", "found"),
    [(ARN, 0), (f"{ARN}b", 3), (ARN.replace("1111", "4444"), 3), (ARN.replace("aws", "aws-cn"), 3)],
)
def test_8_no_other_role_is_taken_for_the_blueprints(value: str, found: int) -> None:
    manifest = f"a:\n  eks.amazonaws.com/role-arn: {value}\n"
    assert codes(secrets.deployed_values("x", manifest, [ARN])) == ["BPC628"] * found


@pytest.mark.parametrize("value", ["registry.k8s.io/a/b:v1.36.1", "123456789012", "k8s.io/cluster-autoscaler/demo"])
def test_8_knows_what_is_harmless(value: str) -> None:
    assert codes(secrets.deployed_values("x", f"a: {value}\n")) == []


# 9. No output holds a secret, and no IAM statement allows * on *.


@each_output
def test_9_no_secrets(name: str) -> None:
    output = OUTPUTS[name]
    assert [one for file in output.files for one in secrets.secrets(file, text(output, file))] == []
    assert [one for template in output.templates() for one in secrets.sensitive_values(template)] == []
    assert [one for file in output.manifest_files() for one in secrets.secret_objects(file, text(output, file))] == []


@each_template
def test_9_no_open_statement(name: str, file: str) -> None:
    assert list(permissions.open_statements(parsed(name, file))) == []


@each_template
def test_9_every_star_has_a_reason(name: str, file: str) -> None:
    assert list(permissions.unexplained_stars(parsed(name, file))) == []


def test_9_statements_are_found() -> None:
    """A check that sees no statements would find nothing wrong with them."""
    kinds = {kind for name, file in TEMPLATES for _, kind, _ in permissions.statements(parsed(name, file))}
    assert {"AWS::IAM::Role", "AWS::KMS::Key", "AWS::SQS::QueuePolicy"} <= kinds


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"  # as long as a secret access key


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "QQQQ2222" * 2,
        "ASIA" + "QQQQ2222" * 2,
        "-----BEGIN PRIVATE" + " KEY-----",
        "-----BEGIN OPENSSH PRIVATE" + " KEY-----",
        f"aws_secret_access_key = {LETTERS}",
        f'"SecretAccessKey": "{LETTERS}"',
        "ghp_" + LETTERS[:36],
    ],
)
def test_9_a_secret_is_found(value: str) -> None:
    assert codes(secrets.secrets("x", f"# {value}\n")) == ["BPC627"]


@pytest.mark.parametrize(
    "template",
    [
        doctored({"A": QUEUE}, Parameters={"DatabasePassword": {"Type": "String"}}),
        doctored({"A": QUEUE}, Parameters={"WebhookSecret": {"Type": "String", "NoEcho": True, "Default": "x"}}),
        doctored({"A": {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "x"}}}),
        doctored({"A": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}}}),
    ],
)
def test_9_a_written_password_is_found(template: Template) -> None:
    assert codes(secrets.sensitive_values(template)) == ["BPC627"]


def test_9_a_hidden_password_is_fine() -> None:
    parameters = {"DatabasePassword": {"Type": "String", "NoEcho": True}, "SecretsKeyArn": {"Type": "String"}}
    assert codes(secrets.sensitive_values(doctored({"A": QUEUE}, Parameters=parameters))) == []


def test_9_a_secret_object_is_found() -> None:
    one = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"a": "Yg=="}}
    assert codes(secrets.secret_objects("x", json.dumps(one))) == ["BPC627"]


def policy(statement: dict[str, Any], kind: str = "AWS::IAM::ManagedPolicy") -> Template:
    return doctored({"A": {"Type": kind, "Properties": {"PolicyDocument": {"Statement": [statement]}}}})


ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "BecauseWeCan"}


@pytest.mark.parametrize(
    "template",
    [
        policy(ALLOW),
        policy(ALLOW | {"Action": ["s3:GetObject", "*"], "Resource": ["*"]}),
        policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::a"}),
        policy({"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": "*"}, "AWS::SQS::QueuePolicy"),
        policy({"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": "*"}}, "AWS::KMS::Key"),
        doctored({"A": {"Type": "AWS::SNS::Topic", "Properties": {"Policy": json.dumps({"Statement": ALLOW})}}}),
    ],
)
def test_9_an_open_statement_is_found(template: Template) -> None:
    assert "BPC625" in codes(permissions.open_statements(template))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*"}, ["BPC626"]),
        ({"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": ["arn:aws:s3:::a", "*"]}, ["BPC626"]),
        ({"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*", "Sid": "Reads"}, []),
        ({"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*", "Condition": {"Bool": {"a": "b"}}}, []),
        ({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}, []),
    ],
)  # fmt: skip
def test_9_a_star_without_a_reason_is_found(statement: dict[str, Any], found: list[str]) -> None:
    assert codes(permissions.unexplained_stars(policy(statement))) == found


# 10. Every file says where it is from, and every resource can be traced to a line of the blueprint.


@each_output
def test_10_every_file_is_signed(name: str) -> None:
    output = OUTPUTS[name]
    assert [one.diagnostic.message for one in inventory.check(output)] == []
    assert inventory.origin(output)[0] == spec(output).name


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("README.md", "# demo\n"),
        ("a.yaml", "a: b\n# demo.yaml: made by bpc 0.1.0. Do not edit; change the blueprint\n"),
        ("a.json", '{"Metadata": {}}'),
        ("a.json", "[]"),
    ],
)
def test_10_an_unsigned_file_is_found(file: str, content: str) -> None:
    assert inventory.signature(file, content.encode()) is None


@each_environment
def test_10_every_resource_has_a_line(name: str, environment: str) -> None:
    output = OUTPUTS[name]
    document, complaints = source.parse(spec(output).read_bytes())
    assert document is not None
    assert complaints == []
    place = next(one for one in environments.places(document) if one.name == environment)
    filled = schema.accept(place.document.data)
    trace = output.marker["trace"]
    for template in output.templates(environment):
        assert list(promises.traced(template, trace)) == []
        known = trace[template.stack] | trace.get(f"{environment}/{template.stack}", {})
        for title in template.resources:
            path = path_of(known[title])
            assert exists(filled, path) or worked_out(filled, path), f"{title}: {known[title]}"
            assert 1 <= place.document.locate(path).line <= len(document.lines)


@each_output
def test_10_nothing_is_traced_that_is_not_there(name: str) -> None:
    output = OUTPUTS[name]
    there = {(one.stack, title) for one in output.templates() for title in one.resources}
    traced = {(key.rpartition("/")[2], title) for key, some in output.marker["trace"].items() for title in some}
    assert traced == there


def path_of(dotted: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in dotted.split("."))


def exists(value: Any, path: tuple[str | int, ...]) -> bool:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def worked_out(filled: Any, path: tuple[str | int, ...]) -> bool:
    """A field that has no fixed default: what it is follows from others, as the schema says in words."""
    return exists(filled, path[:-1]) and "x-default" in (schema.field(path) or {})


def test_10_can_fail() -> None:
    template = doctored({"A": QUEUE, "B": QUEUE, "C": QUEUE})
    trace = {"network": {"A": "network"}, "default/network": {"B": "network.nat"}, "other/network": {"C": "network"}}
    assert codes(promises.traced(template, trace)) == ["BPC629"]
    assert not exists({"nodeGroups": [{}]}, path_of("nodeGroups.1"))
    assert not exists({"network": None}, path_of("network.nat"))
    assert not worked_out({"network": {}}, path_of("network.gnat"))
