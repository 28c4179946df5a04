"""`bpc init`: every profile compiles, lints clean, and says the truth; it asks on a terminal and nowhere else."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import facts, pipeline, starting
from bpc.cli import exits, main
from bpc.starting import Answers
from parts.compiling import Compiled
from parts.memory import Memory

PROFILES = ("auto-mode", "fargate", "fleet", "gpu", "private", "production", "study")
REGION = "eu-west-1"
ADMIN = "arn:aws:iam::111122223333:role/Admin"
CREATOR = "Whoever creates the cluster's stack is its administrator"
Templates = dict[str, dict[str, Any]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my platform"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return folder


def text_of(profile: str, admin: str = "", region: str = REGION) -> str:
    return starting.text(Answers(profile, "shop", region, admin), "blueprint.schema.json")


def compiled(text: str) -> tuple[Compiled, list[str]]:
    """What a blueprint compiles to as JSON, and everything that is said of it, warnings too."""
    files = Memory()
    result = pipeline.compile_blueprint(
        f"{text}\ncloudformation: {{format: json}}\n".encode(), "blueprint.yaml", lambda _: files
    )
    codes = [one.rule.code for one in result.diagnostics if one.rule.severity == "error"]
    return Compiled(files, codes), [f"{one.rule.code} {one.message}" for one in result.diagnostics]


def test_the_profiles_are_those() -> None:
    assert tuple(starting.profiles()) == PROFILES
    assert all(what.endswith(".") and len(what) < 120 for what in starting.profiles().values())


@pytest.mark.parametrize("admin", ["", ADMIN], ids=["nobody", "admin"])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_compiles_and_nothing_is_found_in_it(profile: str, admin: str) -> None:
    made, said = compiled(text_of(profile, admin))
    assert said == []
    assert made.lint(REGION) == []
    text = text_of(profile, admin)
    assert (f"  access:\n    - principal: {ADMIN}\n" in text) == bool(admin)
    assert text.startswith("# yaml-language-server: $schema=blueprint.schema.json\n#\n# ")


@pytest.mark.parametrize("region", ["us-east-1", "ap-northeast-2", "us-gov-west-1", "cn-north-1", "eu-south-2"])
@pytest.mark.parametrize("profile", PROFILES)
def test_elsewhere_it_compiles_or_the_compiler_says_why_not(profile: str, region: str) -> None:
    made, said = compiled(text_of(profile, region=region))
    assert bool(made.errors) == any("error" not in one and one for one in said if one.split()[0] in made.errors)
    if region in ("us-east-1", "ap-northeast-2"):
        assert said == []


# What stands in it is true


def settings(text: str) -> list[str]:
    """The blueprint again for each setting that is commented out, with that one in place."""
    lines = text.split("\n")
    found = []
    index = 0
    while index < len(lines):
        if not re.match(r" *#[^ ]", lines[index]) or "$schema" in lines[index]:
            index += 1
            continue
        end = index + 1
        while end < len(lines) and re.match(r" *#  ", lines[end]):
            end += 1
        freed = [re.sub(r"^( *)#", r"\1", one) for one in lines[index:end]]
        key = freed[0].split(":")[0]
        others = [one for one in [*lines[:index], *lines[end:]] if not one.startswith(f"{key}:")]
        place = index - sum(one.startswith(f"{key}:") for one in lines[:index])
        found.append("\n".join([*others[:place], *freed, *others[place:]]))
        index = end
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_each_setting_that_is_commented_out_works(profile: str) -> None:
    text = text_of(profile)
    every = settings(text)
    assert len(every) >= 1
    for one in every:
        assert yaml.safe_load(one) != yaml.safe_load(text)
        made, said = compiled(one)
        # The addresses and accounts are made up, which is a warning.
        assert {code.split()[0] for code in said} <= {"BPC347"}, said
        assert made.files


def cluster(made: Compiled) -> dict[str, Any]:
    return made.resource("cluster", "AWS::EKS::Cluster")


def scaling(made: Compiled) -> list[dict[str, Any]]:
    """The sizes that the console offers, by node group."""
    template = made.template("nodes")
    return [
        {key: template["Parameters"][one["ScalingConfig"][key]["Ref"]]["Default"] for key in ("MinSize", "MaxSize")}
        for one in made.resources("nodes", "AWS::EKS::Nodegroup").values()
    ]


def addons(made: Compiled) -> set[str]:
    stacks = [one for one in ("cluster", "addons") if any(f"-{one}.json" in path for path in made.files)]
    return {one["AddonName"] for stack in stacks for one in made.resources(stack, "AWS::EKS::Addon").values()}


def count(made: Compiled, stack: str, kind: str, environment: str = "default") -> int:
    return sum(one["Type"] == kind for one in made.template(stack, environment)["Resources"].values())


# What a comment says, and what is so when it is true.
CLAIMS: list[tuple[str, str, Callable[[Compiled], bool]]] = [
    ("study", "two zones", lambda made: count(made, "network", "AWS::EC2::Subnet") == 4),
    ("study", "two nodes", lambda made: [one["MinSize"] for one in scaling(made)] == [2]),
    ("study", "nobody pays for a NAT gateway", lambda made: not count(made, "network", "AWS::EC2::NatGateway")),
    (
        "study",
        "Nodes have public addresses",
        lambda made: any(
            one.get("MapPublicIpOnLaunch") for one in made.resources("network", "AWS::EC2::Subnet").values()
        ),
    ),
    ("study", "keeps you from deleting it", lambda made: not cluster(made).get("DeletionProtection")),
    (
        "study",
        "no key, and no port that is open",
        lambda made: (
            "KeyName" not in made.resource("bastion", "AWS::EC2::Instance")
            and not made.resource("bastion", "AWS::EC2::SecurityGroup").get("SecurityGroupIngress")
        ),
    ),
    ("study", "volumes for pods", lambda made: "aws-ebs-csi-driver" in addons(made)),
    ("production", "three zones", lambda made: count(made, "network", "AWS::EC2::Subnet") == 6),
    ("production", "a NAT gateway in each", lambda made: count(made, "network", "AWS::EC2::NatGateway") == 3),
    (
        "production",
        "logs that are kept",
        lambda made: len(cluster(made)["Logging"]["ClusterLogging"]["EnabledTypes"]) == 5,
    ),
    (
        "production",
        "it reads, and changes nothing",
        lambda made: "cluster-access-policy/AmazonEKSViewPolicy" in str(made.template("cluster")),
    ),
    ("production", "a KMS key of the cluster's own", lambda made: count(made, "cluster", "AWS::KMS::Key") == 1),
    (
        "production",
        "replaces them",
        lambda made: all(
            one["NodeRepairConfig"]["Enabled"] for one in made.resources("nodes", "AWS::EKS::Nodegroup").values()
        ),
    ),
    ("production", "encrypted, as all disks are", lambda made: _encrypted(made)),
    (
        "private",
        "no internet gateway, no NAT gateway",
        lambda made: (
            not count(made, "network", "AWS::EC2::InternetGateway")
            and not count(made, "network", "AWS::EC2::NatGateway")
        ),
    ),
    ("private", "AWS is reached by VPC endpoints", lambda made: count(made, "network", "AWS::EC2::VPCEndpoint") > 5),
    ("private", "EKS add-ons", lambda made: not any(path.startswith("kubernetes/") for path in made.files)),
    (
        "private",
        "ami: Bottlerocket",
        lambda made: made.resource("nodes", "AWS::EKS::Nodegroup")["AmiType"].startswith("BOTTLEROCKET"),
    ),
    ("fargate", "without nodes", lambda made: not any("AWS::EKS::Nodegroup" in _text(made, one) for one in made.files)),
    ("fargate", "by a NAT gateway", lambda made: count(made, "network", "AWS::EC2::NatGateway") == 1),
    ("auto-mode", "There are no node groups", lambda made: not any("-nodes." in path for path in made.files)),
    (
        "auto-mode",
        "Two pools of nodes that EKS brings along",
        lambda made: len(cluster(made)["ComputeConfig"]["NodePools"]) == 2,
    ),
    ("gpu", "there while a pod asks for one", lambda made: 0 in [one["MinSize"] for one in scaling(made)]),
    (
        "gpu",
        "with the driver in the image",
        lambda made: any(
            one["AmiType"] == "AL2023_x86_64_NVIDIA" for one in made.resources("nodes", "AWS::EKS::Nodegroup").values()
        ),
    ),
    ("gpu", "tells Kubernetes of the GPUs", lambda made: any("nvidia-device-plugin" in path for path in made.files)),
    (
        "fleet",
        "Each becomes a folder of templates and an overlay",
        lambda made: all(
            any(path.startswith(f"{folder}/{name}/") for path in made.files)
            for folder in ("cloudformation", "kubernetes/overlays")
            for name in ("dev", "prod")
        ),
    ),
    (
        "fleet",
        "Merged into the group of that name",
        lambda made: (
            count(made, "nodes", "AWS::EKS::Nodegroup", "dev")
            == count(made, "nodes", "AWS::EKS::Nodegroup", "prod")
            == 1
        ),
    ),
    *(
        (
            name,
            CREATOR,
            lambda made: cluster(made)["AccessConfig"]["BootstrapClusterCreatorAdminPermissions"],
        )
        for name in PROFILES
        if name != "fleet"
    ),
    *(
        (
            name,
            "answers inside the VPC alone",
            lambda made: (
                cluster(made)["ResourcesVpcConfig"]["EndpointPublicAccess"] is False
                and cluster(made)["ResourcesVpcConfig"]["EndpointPrivateAccess"] is True
            ),
        )
        for name in ("study", "production", "auto-mode")
    ),
]


def _text(made: Compiled, path: str) -> str:
    return made.files[path].decode()


def _encrypted(made: Compiled) -> bool:
    [storage] = [_text(made, path) for path in made.files if path.endswith("storage/storageclass.yaml")]
    disks = [
        one["LaunchTemplateData"]["BlockDeviceMappings"]
        for one in made.resources("nodes", "AWS::EC2::LaunchTemplate").values()
    ]
    return "encrypted: 'true'" in storage and all(one["Ebs"]["Encrypted"] for some in disks for one in some)


@pytest.mark.parametrize(("profile", "claim", "holds"), CLAIMS, ids=[f"{one}: {claim}" for one, claim, _ in CLAIMS])
def test_what_a_comment_says_is_so(profile: str, claim: str, holds: Callable[[Compiled], bool]) -> None:
    text = text_of(profile)
    assert claim in text
    made, _ = compiled(text)
    assert holds(made)


# The command


def test_it_writes_a_blueprint_and_its_schema(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--region", REGION]) == exits.OK
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("blueprint.yaml and blueprint.schema.json: written\nnext: ")
    assert re.search(r"^  name: my-platform {13}# of the cluster", (here / "blueprint.yaml").read_text(), re.MULTILINE)
    assert f"\n  region: {REGION}\n" in (here / "blueprint.yaml").read_text()
    assert facts.default_version() in (here / "blueprint.yaml").read_text()
    assert main(["schema"]) == exits.OK
    assert (here / "blueprint.schema.json").read_text() == capsys.readouterr().out
    assert sorted(path.name for path in here.iterdir()) == ["blueprint.schema.json", "blueprint.yaml"]
    assert main(["compile", "blueprint.yaml"]) == exits.OK


def test_it_never_overwrites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "blueprint.yaml").write_text("mine")
    (here / "blueprint.schema.json").write_text("mine")
    assert main(["init", "--region", REGION]) == exits.BAD_USAGE
    assert capsys.readouterr().err == "bpc: blueprint.yaml is there already; --force overwrites it\n"
    assert main(["init", "other.yaml", "--region", REGION]) == exits.OK
    assert capsys.readouterr().out.startswith("other.yaml: written\n")
    assert {(here / name).read_text() for name in ("blueprint.yaml", "blueprint.schema.json")} == {"mine"}
    assert main(["init", "--region", REGION, "--force", "--profile", "study"]) == exits.OK
    assert "to learn EKS with" in (here / "blueprint.yaml").read_text()
    assert (here / "blueprint.schema.json").read_text().startswith("{")
    assert main(["init", "third.yaml", "--no-schema", "--region", REGION]) == exits.OK
    assert sorted(path.name for path in here.iterdir()) == [
        "blueprint.schema.json",
        "blueprint.yaml",
        "other.yaml",
        "third.yaml",
    ]


def test_the_region_may_come_from_the_environment(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert main(["init"]) == exits.OK
    assert "region: eu-central-1" in (here / "blueprint.yaml").read_text()


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        ([], 2, "bpc: say where it is to be, with --region or AWS_REGION\n"),
        (["--region", "eu-west-11"], 2, "bpc: EKS has no Region called eu-west-11; did you mean eu-west-1?\n"),
        (["--region", REGION, "--name", "1a"], 2, "beginning with a letter, 60 at most; not '1a'\n"),
        (["--region", REGION, "--admin", "me"], 2, "bpc: me is no ARN of an IAM role or user, such as arn:aws:iam::"),
        (["--region", REGION, "--profile", "big"], 2, "invalid choice: 'big'"),
        (["no/such/folder.yaml", "--region", REGION], 2, "bpc: cannot write no/such/folder.yaml: No such file"),
        (["--region", "us-gov-west-1", "--profile", "fargate"], 1, "the profile fargate cannot be in us-gov-west-1"),
    ],
)
def test_what_it_refuses(argv: list[str], code: int, said: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", *argv]) == code
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_without_a_terminal_it_asks_nothing(here: Path) -> None:
    command = [sys.executable, "-m", "bpc", "init", "--region", REGION]
    run = subprocess.run(command, cwd=here, input="study\n", capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert "A cluster that people depend on" in (here / "blueprint.yaml").read_text()


def typed(here: Path, answers: list[str], *argv: str) -> tuple[int, str]:
    """The command on a terminal, where somebody answers each question."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "bpc", "init", *argv],
        cwd=here,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that ^C reaches it
    )
    os.close(theirs)
    shown, waiting, again = "", list(answers), 3
    while True:
        ready, _, _ = select.select([ours], [], [], 5 if "^C" in shown else 30)
        if not ready and "^C" in shown and again:
            # Python may be between a prompt and the wait for an answer to it: whoever sits there presses once more.
            again -= 1
            os.write(ours, b"\x03")
            continue
        assert ready, shown
        try:
            new = os.read(ours, 10_000).decode()
        except OSError:  # what a terminal says whose other end is gone
            break
        if not new:
            break
        shown += new
        if waiting and re.search(r"(^|\n)\w+( \[[^\]]*\])?: $", shown):
            os.write(ours, waiting.pop(0).encode())
            shown += "|"
    os.close(ours)
    return child.wait(timeout=30), shown.replace("\r\n", "\n")


def test_on_a_terminal_it_asks(here: Path) -> None:
    code, shown = typed(here, ["7\n", "\n", "eu-west\n", "eu-west-1\n", "me\n", f"{ADMIN}\n"])
    assert code == exits.OK, shown
    assert "profile [production]: " in shown and "name [my-platform]: " in shown
    assert "EKS has no Region called eu-west; did you mean eu-west-" in shown
    assert "me is no ARN of an IAM role or user" in shown
    assert (here / "blueprint.yaml").read_text() == starting.text(
        Answers("study", "my-platform", "eu-west-1", ADMIN), "blueprint.schema.json"
    )


def test_what_an_option_says_is_not_asked(here: Path) -> None:
    code, shown = typed(here, ["\n"], "--profile", "fargate", "--region", REGION, "--name", "pods")
    assert code == exits.OK, shown
    assert "profile" not in shown.partition("admin: ")[0]
    assert "name: pods" in (here / "blueprint.yaml").read_text()


@pytest.mark.parametrize(("key", "code"), [("\x04", exits.BAD_USAGE), ("\x03", exits.INTERRUPTED)], ids=["^D", "^C"])
def test_it_can_be_left(key: str, code: int, here: Path) -> None:
    ended, shown = typed(here, ["study\n", key])
    assert "Traceback" not in shown
    assert ended in (code, -2)
    assert list(here.iterdir()) == []
