"""The bastion host, from blueprint to bash: the script of its first boot runs here, in a directory."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sysconfig
import tarfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from bpc import build, facts, plan, schema
from bpc.checks.bastion import MOST_USER_DATA
from bpc.kit import first_boot
from bpc.kit.first_boot import Host
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stacks.bastion import Bastion
from bpc.stacks.bastion.host import first_boot_script

TOOLS: tuple[str, ...] = tuple(schema.bundle()["$defs"]["bastion"]["properties"]["tools"]["items"]["enum"])
# Amazon EC2 User Guide, Run commands when you launch an EC2 instance with user data input.
MOST_BYTES = 16_384


def host(**changes: Any) -> Host:
    usual = Host(
        cluster="myeks",
        region="ap-northeast-2",
        os="al2023",
        architecture="amd64",
        timezone="Asia/Seoul",
        tools=(),
        kubectl=facts.kubernetes()[facts.default_version()].kubectl,
        user_data="",
        facts=facts.tools(),
    )
    return usual.replace(**changes)


ALL_HOSTS = [
    host(os=os, architecture=architecture, tools=tools)
    for os in ("al2023", "al2")
    for architecture in ("amd64", "arm64")
    for tools in ((), TOOLS, *((tool,) for tool in TOOLS))
]


# --- what the script is -------------------------------------------------------------------------------------


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    files = []
    for number, one in enumerate(ALL_HOSTS):
        for name, text in (("script", first_boot.script(one)), ("profile", first_boot.profile(one))):
            file = tmp_path / f"{number}-{name}"
            # A profile does not name its shell, and kube-ps1, which reads the variables, is not here.
            head = "# shellcheck shell=bash disable=SC1091,SC2034\n" if name == "profile" else ""
            file.write_text(head + text, encoding="utf-8")
            files.append(file)
    shellcheck = Path(sysconfig.get_path("scripts"), "shellcheck")
    found = subprocess.run([shellcheck, "--format=gcc", *files], capture_output=True, text=True)
    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


@pytest.mark.parametrize("one", ALL_HOSTS[:2])
def test_shellcheck_would_say_it(one: Host, tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text(first_boot.script(one.replace(user_data="rm -rf $unset/*")), encoding="utf-8")
    shellcheck = Path(sysconfig.get_path("scripts"), "shellcheck")
    assert "SC2115" in subprocess.run([shellcheck, file], capture_output=True, text=True).stdout


def test_bash_can_read_it() -> None:
    for one in ALL_HOSTS:
        read = subprocess.run(["bash", "-n"], input=first_boot.script(one), capture_output=True, text=True)
        assert (read.stderr, read.returncode) == ("", 0)


def test_every_tool_is_installed_or_said_to_be_missing() -> None:
    for one in ALL_HOSTS:
        text = first_boot.script(one)
        for tool in one.tools:
            assert f"\nattempt {tool} " in text or f"# {tool} is not here: " in text


def test_everything_downloaded_is_checked_or_said_not_to_be() -> None:
    for one in ALL_HOSTS:
        lines = first_boot.script(one).splitlines()
        for line, after in pairwise(lines):
            if line.startswith("  fetch "):
                file = line.split()[-1]
                checked = re.fullmatch(rf"  verify {re.escape(file)} [0-9a-f]{{64}}", after)
                assert checked or after.startswith("  # The publisher gives no checksum")


def test_only_what_has_no_known_digest_goes_unchecked() -> None:
    unchecked = {
        (one.architecture, name)
        for one in ALL_HOSTS
        for name in re.findall(r"install_(\w+)\(\) \{\n  fetch .*\n  # The publisher", first_boot.script(one))
    }
    assert unchecked == {("amd64", "yh"), ("arm64", "aws_cli")}


@pytest.mark.parametrize("version", facts.supported_versions())
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_kubectl_is_that_of_the_cluster(version: str, architecture: str) -> None:
    kubectl = facts.kubernetes()[version].kubectl
    text = first_boot.script(host(tools=("kubectl",), kubectl=kubectl, architecture=architecture))
    assert f"/v{version}." in text
    assert f"/bin/linux/{architecture}/kubectl kubectl\n" in text
    assert re.search(r"verify kubectl [0-9a-f]{64}\n", text)


def test_it_fits_with_the_longest_user_data() -> None:
    longest = MOST_USER_DATA
    name = "x" * schema.bundle()["$defs"]["metadata"]["properties"]["name"]["maxLength"]
    for one in ALL_HOSTS:
        text = first_boot.script(one.replace(cluster=name, user_data="x" * longest))
        assert len(text.encode()) <= MOST_BYTES


def test_the_order_of_the_tools_does_not_matter() -> None:
    assert first_boot.script(host(tools=TOOLS[::-1])) == first_boot.script(host(tools=TOOLS))


@pytest.mark.parametrize("name", ["x", "x" * 60, "x" * 57 + "-yz"])
def test_the_hostname_is_one_label(name: str) -> None:
    assert re.fullmatch(r"x[a-z-]{0,61}[a-z]", host(cluster=name).name)


# --- what the script does -----------------------------------------------------------------------------------

# What the script may call here: nothing that would change this machine or reach the internet.
HARMLESS = ("bash", "cat", "chmod", "gzip", "install", "mktemp", "rm", "sha256sum", "tar", "tee", "touch")
CURL = """\
#!/bin/bash
# Stands for the internet: takes what is asked for from the directory `published`.
while [[ $# -gt 1 ]]; do
  [[ $1 == --output ]] && file=$2
  shift
done
cat "$PUBLISHED/${1##*/}" >"$file"
"""


class Boot:
    """A first boot under a directory that stands for the root directory."""

    def __init__(self, top: Path) -> None:
        self.top = top
        for name in ("etc/profile.d", "etc/bash_completion.d", "usr/local/bin", "usr/local/share", "var/log"):
            (top / name).mkdir(parents=True)
        for name in ("root", "bin", "tmp", "published"):
            (top / name).mkdir()
        for command in HARMLESS:
            found = which(command)
            assert found, f"this machine has no {command}"
            (top / "bin" / command).symlink_to(found)
        curl = top / "bin" / "curl"
        curl.write_text(CURL, encoding="utf-8")
        curl.chmod(0o755)

    def publish(self, helm: str) -> str:
        """Publish an archive with this program as helm; what comes back is its digest."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            entry = tarfile.TarInfo("linux-amd64/helm")
            entry.size = len(helm)
            tar.addfile(entry, io.BytesIO(helm.encode()))
        url = str(facts.tools()["helm"]["url"])
        archive = url.rpartition("/")[2].format(version=facts.tools()["helm"]["version"], arch="amd64")
        (self.top / "published" / archive).write_bytes(buffer.getvalue())
        return hashlib.sha256(buffer.getvalue()).hexdigest()

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        for path in ("/root", "/etc/", "/usr/local/", "/opt/", "/var/log/"):
            text = re.sub(rf"(?<![\w}}.]){path}", f"{self.top}{path}", text)
        environment = {
            "PATH": f"{self.top}/bin",
            "PUBLISHED": f"{self.top}/published",
            "TMPDIR": f"{self.top}/tmp",
        }
        return subprocess.run(
            [self.top / "bin" / "bash", "-c", text],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def log(self) -> str:
        return (self.top / "var/log/first-boot.log").read_text(encoding="utf-8")


@pytest.fixture
def boot(tmp_path: Path) -> Boot:
    return Boot(tmp_path)


def fact(digest: str) -> Mapping[str, Any]:
    """The facts of helm, with this digest."""
    return {"helm": {**facts.tools()["helm"], "sha256": {"amd64": digest}}}


def test_a_tool_is_downloaded_checked_and_installed(boot: Boot) -> None:
    digest = boot.publish("echo I am helm")
    boot.run(first_boot.script(host(tools=("helm",), facts=fact(digest))))
    said = subprocess.run(["bash", boot.top / "usr/local/bin/helm"], capture_output=True, text=True).stdout
    assert said == "I am helm\n"
    assert "helm" not in boot.log.splitlines()[-1]


def test_a_download_that_is_not_what_was_pinned_is_not_installed(boot: Boot) -> None:
    boot.publish("echo I am something else")
    ended = boot.run(first_boot.script(host(tools=("helm",), facts=fact("0" * 64))))
    assert not (boot.top / "usr/local/bin/helm").exists()
    assert "helm.tar.gz: FAILED" in boot.log
    assert boot.log.splitlines()[-1].endswith(" helm")
    assert ended.returncode == 1


def test_a_step_that_fails_stops_no_other(boot: Boot) -> None:
    """Here nothing can be installed at all, save helm, whose turn is in the middle."""
    known = {**facts.tools(), **fact(boot.publish("echo"))}
    ended = boot.run(first_boot.script(host(tools=TOOLS, facts=known, user_data="touch /root/mine")))
    last = boot.log.splitlines()[-1]
    assert last.startswith("first boot: failed: hostname timezone bash-completion git ")
    assert set(last.split()[3:]) == {"hostname", "timezone", "bash-completion", "unzip", *TOOLS} - {"helm"}
    assert (boot.top / "usr/local/bin/helm").exists()
    assert (boot.top / "root/mine").exists()
    assert ended.returncode == 1
    assert list((boot.top / "tmp").iterdir()) == []


def test_it_can_be_run_again(boot: Boot) -> None:
    text = first_boot.script(host(tools=("helm",), facts=fact(boot.publish("echo"))))
    boot.run(text)
    profile = (boot.top / "etc/profile.d/bastion.sh").read_text(encoding="utf-8")
    boot.run(text)
    assert (boot.top / "etc/profile.d/bastion.sh").read_text(encoding="utf-8") == profile
    assert "helm" not in boot.log.splitlines()[-1]


# Lines as a user may write them: braces, an unset variable, a failing command, a heredoc, no end of line.
AWKWARD = """\
echo "home is ${HOME}, name is ${CLUSTER_NAME:-unset}, $undefined."
false
list=(1 2 3); echo "last is ${list[-1]}, ${#list[@]} of them"
cat <<EOT
$(echo inside) `echo ticks` \\$HOME
EOT
echo 'fertig: ✓'"""


def test_user_data_reaches_bash_unchanged(boot: Boot) -> None:
    text = first_boot.script(host(user_data=AWKWARD))
    assert text.endswith(f"\n{AWKWARD}\n")
    alone = subprocess.run(
        ["bash", "-c", AWKWARD], env={"HOME": f"{boot.top}/root"}, capture_output=True, text=True
    ).stdout
    assert f"home is {boot.top}/root, name is unset, ." in alone
    boot.run(text)
    after = boot.log.partition("first boot: timezone\n")[2].splitlines(keepends=True)
    assert "".join(after[1:-1]) == alone


def test_user_data_that_exits_does_not_hide_what_failed(boot: Boot) -> None:
    ended = boot.run(first_boot.script(host(user_data="exit 0\n")))
    assert boot.log.endswith("first boot: failed: hostname timezone\n")
    assert ended.returncode == 1


# --- what a login finds ------------------------------------------------------------------------------------


def login(text: str, command: str) -> str:
    """What `command` says in a shell that has read the profile."""
    done = subprocess.run(
        ["bash", "--norc", "-c", f"PS1='$ '\n{text}\n{command}"],
        env={"HOME": "/home/ec2-user", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ('echo "$CLUSTER_NAME in $AWS_DEFAULT_REGION"', "myeks in ap-northeast-2\n"),
        ('echo "${AWS_PAGER-unset}"', "\n"),
        ("alias vi", "alias vi='vim'\n"),
        ("alias k", "alias k='kubectl'\n"),
        ("complete -p aws | tr -d \\'", "complete -C aws_completer aws\n"),
        ('echo "$PATH"', "/usr/bin:/bin:/opt/krew/bin:/home/ec2-user/.krew/bin\n"),
    ],
)
def test_a_login_finds(command: str, said: str) -> None:
    assert login(first_boot.profile(host(tools=TOOLS)), command) == said


@pytest.mark.parametrize(
    ("context", "shown"),
    [
        ("arn:aws:eks:ap-northeast-2:111122223333:cluster/myeks", "myeks"),
        ("me@myeks.ap-northeast-2.eksctl.io", "me@myeks"),
        ("myeks", "myeks"),
    ],
)
def test_the_prompt_shortens_the_cluster(context: str, shown: str, tmp_path: Path) -> None:
    kube_ps1 = tmp_path / "kube-ps1.sh"
    kube_ps1.touch()
    text = first_boot.profile(host(tools=("kube-ps1",)))
    text = text.replace("/usr/local/share/kube-ps1.sh", str(kube_ps1))
    assert login(text, f'"$KUBE_PS1_CLUSTER_FUNCTION" {context}') == f"{shown}\n"


def test_without_kube_ps1_the_prompt_stays_as_it_is() -> None:
    assert login(first_boot.profile(host(tools=TOOLS)), 'echo "$PS1"') == "$ \n"


# --- what the stack is -------------------------------------------------------------------------------------


Given = Mapping[str, Any]


def planned(network: Given, bastion: Given, **sections: Any) -> Plan:
    """The plan of a blueprint with this network and this bastion host."""
    metadata = {"name": "myeks", "region": "ap-northeast-2"}
    written = {"metadata": metadata, "network": network, "bastion": bastion} | sections
    filled = schema.accept({"apiVersion": "bpc/v1", "kind": "Blueprint"} | written)
    blueprint = build.blueprint(filled, written, "default", None).replace(addons=())
    made, _ = plan.make(blueprint, lambda name: pytest.fail(f"nothing asks for {name}"))
    return made


def template(made: Plan) -> dict[str, Any]:
    sheet = Sheet("myeks", "bastion", "a host", {"team": "platform"})
    Bastion.fill(made, sheet)
    assert set(sheet.origins) == set(sheet.template.resources)
    return sheet.finished()


SSH = {"access": "ssh", "keyName": "my-key", "allowedCidrs": ["203.0.113.7/32"]}
SSM = {"access": "ssm"}


@pytest.mark.parametrize(
    ("topology", "nat", "bastion", "subnet", "public"),
    [
        ("public-private", "single", SSM, "PrivateSubnet1", False),
        ("public-private", "per-zone", SSM, "PrivateSubnet1", False),
        ("public-private", "none", SSM, "PublicSubnet1", True),
        ("public", "none", SSM, "PublicSubnet1", True),
        ("private", "none", SSM, "PrivateSubnet1", False),
        ("public-private", "single", SSH, "PublicSubnet1", True),
        ("public", "none", SSH, "PublicSubnet1", True),
        ("private", "none", SSH, "PrivateSubnet1", False),
    ],
)
def test_where_the_host_lives(topology: str, nat: str, bastion: Given, subnet: str, public: bool) -> None:
    made = template(planned({"topology": topology, "nat": nat}, bastion))
    (interface,) = made["Resources"]["BastionHost"]["Properties"]["NetworkInterfaces"]
    assert interface["SubnetId"] == {"Fn::ImportValue": {"Fn::Sub": f"${{NetworkStack}}-{subnet}Id"}}
    assert interface["AssociatePublicIpAddress"] is public
    connect = made["Outputs"]["Connect"]["Value"]["Fn::Sub"]
    address = "PublicIp" if public else "PrivateIp"
    assert (f"BastionHost.{address}" in connect) == (bastion is SSH)


def test_session_manager_opens_no_door() -> None:
    made = template(planned({}, SSM))
    assert "SecurityGroupIngress" not in made["Resources"]["BastionSecurityGroup"]["Properties"]
    assert "KeyName" not in made["Parameters"]
    (policy,) = made["Resources"]["BastionRole"]["Properties"]["ManagedPolicyArns"]
    assert policy["Fn::Sub"].endswith("/AmazonSSMManagedInstanceCore")


def test_ssh_has_a_rule_for_each_range() -> None:
    ranges = ["203.0.113.7/32", "198.51.100.0/24"]
    made = template(planned({}, SSH | {"allowedCidrs": ranges}))
    rules = made["Resources"]["BastionSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    names = [rule["CidrIp"]["Ref"] for rule in rules]
    assert names == ["SgIngressSshCidr1", "SgIngressSshCidr2"]
    assert [made["Parameters"][name]["Default"] for name in names] == ranges
    assert "ManagedPolicyArns" not in made["Resources"]["BastionRole"]["Properties"]


def test_one_range_has_the_name_of_the_study() -> None:
    made = template(planned({}, SSH))
    assert made["Parameters"]["SgIngressSshCidr"]["Default"] == "203.0.113.7/32"
    assert made["Parameters"]["KeyName"]["Default"] == "my-key"
    asked = template(planned({}, {key: SSH[key] for key in ("access", "allowedCidrs")}))
    assert "Default" not in asked["Parameters"]["KeyName"]


@pytest.mark.parametrize(
    ("os", "instance_type", "image"),
    [
        ("al2023", "t3.medium", "al2023-ami-kernel-default-x86_64"),
        ("al2023", "t4g.medium", "al2023-ami-kernel-default-arm64"),
        ("al2", "t3.medium", "amzn2-ami-hvm-x86_64-gp2"),
        ("al2", "t4g.medium", "amzn2-ami-hvm-arm64-gp2"),
    ],
)
def test_the_image_fits_the_machine(os: str, instance_type: str, image: str) -> None:
    made = template(planned({}, {"os": os, "instanceType": instance_type, "tools": ["kubectl"]}))
    (allowed,) = made["Parameters"]["LatestAmiId"]["AllowedValues"]
    assert allowed == made["Parameters"]["LatestAmiId"]["Default"]
    assert allowed == f"/aws/service/ami-amazon-linux-latest/{image}"
    arch = "arm64" if instance_type.startswith("t4g") else "amd64"
    assert f"/{arch}/kubectl" in made["Resources"]["BastionHost"]["Properties"]["UserData"]["Fn::Base64"]


def test_the_default_instance_type_is_always_offered() -> None:
    offered = {"instanceType": "t3.medium", "instanceTypes": ["t3.small", "t3.micro"]}
    parameter = template(planned({}, offered))["Parameters"]["InstanceType"]
    assert parameter["AllowedValues"] == ["t3.medium", "t3.small", "t3.micro"]
    assert "AllowedValues" not in template(planned({}, {}))["Parameters"]["InstanceType"]


def test_the_template_holds_the_script_and_no_substitution() -> None:
    made = planned({}, {"userData": 'echo "${HOME}"\n', "tools": ["helm"]})
    assert made.blueprint.bastion
    user_data = template(made)["Resources"]["BastionHost"]["Properties"]["UserData"]
    assert user_data == {"Fn::Base64": first_boot_script(made.blueprint.bastion, made)}
    assert user_data["Fn::Base64"].endswith('\necho "${HOME}"\n')


def test_what_looks_like_a_substitution_is_text_all_the_same() -> None:
    made = planned({}, {"userData": 'echo "${HOME} ${AWS::Region} ${InstanceType}"\n'})
    assert made.blueprint.bastion
    user_data = template(made)["Resources"]["BastionHost"]["Properties"]["UserData"]["Fn::Base64"]
    between, parts = user_data["Fn::Join"]
    assert not any("${" in part for part in parts)
    assert between.join(parts) == first_boot_script(made.blueprint.bastion, made)


def test_the_role_can_describe_its_own_cluster_alone() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    made = template(planned({}, {}, cloudformation={"permissionsBoundary": boundary}))
    role = made["Resources"]["BastionRole"]["Properties"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["eks:DescribeCluster"]
    assert statement["Resource"][0]["Fn::Sub"].endswith(":cluster/myeks")
    assert role["PermissionsBoundary"] == boundary


def test_the_fixed_address_and_the_disk() -> None:
    made = template(planned({}, SSH | {"privateIp": "192.168.1.100"}))
    properties = made["Resources"]["BastionHost"]["Properties"]
    assert properties["NetworkInterfaces"][0]["PrivateIpAddress"] == "192.168.1.100"
    assert properties["MetadataOptions"]["HttpTokens"] == "required"
    (disk,) = properties["BlockDeviceMappings"]
    assert disk == {
        "DeviceName": "/dev/xvda",
        "Ebs": {"VolumeType": "gp3", "VolumeSize": 20, "DeleteOnTermination": True, "Encrypted": True},
    }
