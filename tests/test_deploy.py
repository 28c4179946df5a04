"""Every example deploys: CloudFormation as moto plays it creates, updates and deletes every stack, and the real
kubectl builds every overlay into just what compiling that environment alone gives.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from bpc import pipeline, verify
from bpc.verify import Output, Template, manifests
from parts import kubectl
from parts.cloudformation import Account, Refused
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = {output.name: output for output in verify.outputs(str(ROOT / "out"))}
ENVIRONMENTS = [(name, one) for name, output in OUTPUTS.items() for one in output.environments]
OVERLAYS = [(name, one) for name, output in OUTPUTS.items() for one in output.overlays()]
KEY_PAIR = "a-key-pair"
OTHERS = "shared-network"
# As the README writes it: the stack's name, the template, the consent that it needs, and what the user has to say.
COMMAND = re.compile(
    r"aws cloudformation deploy --region \S+ --stack-name (\S+)(?: \\\n +--template-file (\S+))"
    r"(?: \\\n +--capabilities (\S+))?(?: \\\n +--(disable-rollback))?(?: \\\n +--parameter-overrides (.+))?\n"
)

each_environment = pytest.mark.parametrize(
    ("name", "environment"), ENVIRONMENTS, ids=["-".join(one) for one in ENVIRONMENTS]
)
each_overlay = pytest.mark.parametrize(("name", "environment"), OVERLAYS, ids=["-".join(one) for one in OVERLAYS])


def spec(output: Output) -> Path:
    return ROOT / "specs" / str(output.marker["blueprint"]["file"])


class Command(NamedTuple):
    """What the README says to type for one stack."""

    stack: str
    file: str
    consent: str
    keep: str
    overrides: str

    @property
    def asked(self) -> list[str]:
        """The parameters that have no default."""
        return [one.partition("=")[0] for one in self.overrides.split()]


class Step(NamedTuple):
    """One stack, as the README says to create it."""

    stack: str
    text: str
    capabilities: list[str]
    asked: dict[str, str]

    def create(self, account: Account) -> None:
        vpc, subnets = account.default_network()
        answers = {
            "AWS::EC2::KeyPair::KeyName": KEY_PAIR,
            "AWS::EC2::VPC::Id": vpc,
            "AWS::EC2::Subnet::Id": subnets[0],
            "List<AWS::EC2::Subnet::Id>": ",".join(subnets),
        }
        given = {name: answers[kind] for name, kind in self.asked.items()}
        account.create(self.stack, self.text, parameters=given, capabilities=self.capabilities)


def commands(output: Output) -> list[Command]:
    """What is said of each stack; what stack sets make, nobody types a command for."""
    found = [Command(*found) for found in COMMAND.findall(output.read("README.md").decode())]
    return [one for one in found if verify.TEMPLATE.fullmatch(one.file)]


def consents(readme: str, environment: str) -> dict[str, str]:
    """What the README says of an environment that it does not show: the stacks that take another consent."""
    said = re.findall(rf"In `{re.escape(environment)}`, (.+) takes? (?:`(\w+)`|no capability)\.", readme)
    return {stack: consent for stacks, consent in said for stack in re.findall(r"`([^`]+)`", stacks)}


def step(output: Output, template: Template) -> Step:
    """One stack of an environment: as in the one that the README shows, but for what it says of others."""
    base = template.file.split("/")[-1]
    # A stack set gives its consent itself.
    administered = [one["Properties"] for made in output.administration() for one in made.resources.values()]
    sets = [one for one in administered if "StackSetName" in one]
    own = next((one["Capabilities"][0] for one in sets if one["StackSetName"].endswith(f"-{template.environment}")), "")
    usual = next((one.consent for one in commands(output) if one.file.split("/")[-1] == base), own)
    name = output.environments[template.environment]["name"]
    stack = name if template.stack == name else f"{name}-{template.stack}"
    consent = consents(output.read("README.md").decode(), template.environment).get(stack, usual)
    asked = {key: slot["Type"] for key, slot in template.data.get("Parameters", {}).items() if "Default" not in slot}
    return Step(stack, template.text, [consent] if consent else [], asked)


def steps(name: str, environment: str) -> list[Step]:
    output = OUTPUTS[name]
    return [step(output, template) for template in output.templates(environment)]


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    """An empty account in the environment's region, with a key pair in it."""
    name, environment = request.node.callspec.params["name"], request.node.callspec.params["environment"]
    with Account(OUTPUTS[name].environments[environment]["region"]) as opened:
        opened.key_pair(KEY_PAIR)
        if names := elsewhere(name, environment):
            opened.create(OTHERS, others(names, *opened.default_network()))
        yield opened


def elsewhere(name: str, environment: str) -> list[str]:
    """The exports of somebody else's stack that an environment imports."""
    found = (one for template in OUTPUTS[name].templates(environment) for _, one in verify.mappings(template.data))
    names = {one["Fn::ImportValue"] for one in found if isinstance(one.get("Fn::ImportValue"), str)}
    return sorted(names)


def others(names: list[str], vpc: str, subnets: list[str]) -> str:
    """A stack with these exports, of the default VPC and of its subnets one after the other."""
    ids = iter(subnets)
    outputs = {
        f"Export{index}": {"Value": vpc if one.endswith("VpcId") else next(ids), "Export": {"Name": one}}
        for index, one in enumerate(names)
    }
    handle = {"Type": "AWS::EC2::InternetGateway"}
    return json.dumps({"Resources": {"Gateway": handle}, "Outputs": outputs})


@each_environment
def test_created_updated_deleted(name: str, environment: str, account: Account) -> None:
    stacks = steps(name, environment)
    for one in stacks:
        one.create(account)
    made = {one.stack: account.resources(one.stack) for one in stacks}
    changed = {one.stack: one for one in variant(name, environment)}
    for one, template in zip(stacks, OUTPUTS[name].templates(environment), strict=True):
        new = changed[template.stack]
        assert new.text != one.text, "the variant changes every stack"
        assert account.update(one.stack, new.text, capabilities=one.capabilities) == [], "nothing is made anew"
    for one in reversed(stacks):
        account.delete(one.stack)
    assert sorted(account.exports()) == elsewhere(name, environment)
    # Nothing else that is left has a name of its own: the same platform can be created once more.
    account.let_buckets_go()
    account.let_repositories_go()
    account.let_domains_go()
    for one in stacks:
        one.create(account)
    again = {one.stack: account.resources(one.stack) for one in stacks}
    assert [len(some) for some in again.values()] == [len(some) for some in made.values()]


@pytest.mark.parametrize(("name", "environment"), [("myeks", "default")])
def test_a_protected_cluster_is_not_deleted(name: str, environment: str, account: Account) -> None:
    stacks = steps(name, environment)
    for one in stacks:
        one.create(account)
    cluster = next(index for index, one in enumerate(stacks) if one.stack.endswith("-cluster"))
    for one in reversed(stacks[cluster + 1 :]):
        account.delete(one.stack)
    with pytest.raises(Refused, match="deletion protection"):
        account.delete(stacks[cluster].stack)


@pytest.mark.parametrize(("name", "environment"), ENVIRONMENTS[:1])
def test_the_order_matters(name: str, environment: str, account: Account) -> None:
    first, second, *_ = steps(name, environment)
    with pytest.raises(Refused, match="no export named"):
        second.create(account)
    first.create(account)
    second.create(account)
    with pytest.raises(Refused, match="in use by"):
        account.delete(first.stack)


@pytest.mark.parametrize("name", [name for name, output in OUTPUTS.items() if commands(output)])
def test_the_readme_says_so(name: str) -> None:
    """Every template of an environment, in order, with the consent and the parameters that it needs; and back again."""
    output = OUTPUTS[name]
    said = commands(output)
    stacks = output.templates(said[0].file.split("/")[1])
    assert [one.file for one in said] == [one.file for one in stacks]
    for one, template in zip(said, stacks, strict=True):
        iam = [it for it in template.resources.values() if it["Type"].startswith("AWS::IAM::")]
        named = any({"InstanceProfileName", "RoleName"} & {*it.get("Properties", {})} for it in iam)
        assert one.consent == ("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM" if iam else "")
        clusters = [made for made in template.resources.values() if made["Type"] == "AWS::EKS::Cluster"]
        protected = any(made["Properties"]["DeletionProtection"] for made in clusters)
        assert one.keep == ("disable-rollback" if protected else ""), "a protected cluster cannot be rolled back"
        parameters = template.data.get("Parameters", {})
        assert one.asked == [key for key, slot in parameters.items() if "Default" not in slot]
    readme = output.read("README.md").decode()
    assert readme.count("cloudformation deploy ") == len(COMMAND.findall(readme)), "each is one that the tests read"
    deleted = re.findall(r"delete-stack --region \S+ --stack-name (\S+)\n", readme)
    assert deleted == [one.stack for one in reversed(said)]


def variant(name: str, environment: str) -> list[Template]:
    """The blueprint after a working day: another tag, larger groups, longer logs, one more add-on, no protection."""
    data = yaml.safe_load(spec(OUTPUTS[name]).read_text(encoding="utf-8"))
    data["metadata"].setdefault("tags", {})["cost-center"] = "4711"
    for group in data.get("nodeGroups", []):
        group.setdefault("scaling", {"min": 1})["max"] = 40
    data.setdefault("cluster", {}).setdefault("logging", {})["retentionDays"] = 731
    # As the README says to do before the platform is taken down.
    data["cluster"]["deletionProtection"] = False
    addons = data.setdefault("addons", {})
    addons["snapshot-controller"] = {"enabled": "snapshot-controller" not in addons}
    data.get("storage", {}).pop("snapshotClasses", None)  # they need it
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "variant.yaml", lambda _: files, environment)
    assert not result.failed, result.diagnostics
    read = [verify.parse(file, content.decode()) for file, content in files.items() if verify.TEMPLATE.fullmatch(file)]
    return sorted(read, key=lambda one: one.number)


@each_overlay
def test_an_overlay_is_the_environment_alone(name: str, environment: str, tmp_path: Path) -> None:
    output = OUTPUTS[name]
    command = [sys.executable, "-m", "bpc", "compile", str(spec(output)), "-o", str(tmp_path), "--env", environment]
    subprocess.run(command, check=True, capture_output=True)
    together = kubectl.kustomize(f"{output.folder}/kubernetes/overlays/{environment}")
    alone = kubectl.kustomize(tmp_path / name / "kubernetes" / "overlays" / environment)
    assert together
    assert objects(together) == objects(alone)


def objects(built: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in built)


@each_overlay
def test_every_object_fits_its_kubernetes_version(name: str, environment: str) -> None:
    output = OUTPUTS[name]
    version = output.environments[environment]["kubernetes"]
    built = kubectl.kustomize(f"{output.folder}/kubernetes/overlays/{environment}")
    assert [found for one in built for found in manifests.fits("overlay", one, version)] == []
    identities = [
        (one["apiVersion"], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in built
    ]
    assert len(set(identities)) == len(identities)


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [lambda one: one["spec"].update(replicas=7), lambda one: one["metadata"].pop("labels"), lambda one: one.clear()],
)
def test_overlays_can_differ(change: Change) -> None:
    """The comparison sees a changed, a removed and a missing part."""
    one = {"kind": "Deployment", "metadata": {"name": "a", "labels": {"a": "b"}}, "spec": {"replicas": 1}}
    other = json.loads(json.dumps(one))
    assert objects([one, {"kind": "Other"}]) == objects([{"kind": "Other"}, other])
    change(other)
    assert objects([one]) != objects([other])
