"""`bpc import`: what comes out is read again as it was, complaints point at the source, and no file is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpc import pipeline, source
from bpc.cli import main
from bpc.importing import eksctl, tfvars, writer
from bpc.importing.draft import Draft
from bpc.importing.settle import fits

CASES = Path(__file__).resolve().parent / "cases" / "import"
HEAD = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, region: eu-west-1}\n"


def read(text: str) -> Any:
    document, wrong = source.parse(text.encode())
    assert document and not wrong, wrong
    return document.data


def imported(text: str) -> Draft:
    document, wrong = source.parse(text.encode())
    assert document and not wrong
    draft, wrong = eksctl.convert(document)
    assert not wrong
    return draft


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        "yes",
        "1.30",
        "a: b",
        "a #b",
        "- x",
        "one\ntwo\n",
        "one\n\n  two",
        " lead\nx\n",
        "tail \nx",
        "x\n\n",
        "{a}",
        "null",
        "",
    ]
)
values = st.recursive(
    st.booleans() | st.integers(-5, 10**9) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts.filter(bool), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(texts.filter(bool), values, min_size=1, max_size=4), texts)
def test_what_is_written_is_read_again(data: dict[str, Any], said: str) -> None:
    draft = Draft("eksctl")
    draft.data = data
    for key, value in data.items():
        draft.remark((key,), "here", said)
        draft.remark((key, "nothing"), "there", said)
        if isinstance(value, list):
            draft.remark((key, 0, "inside"), "deep", said)
    assert read(writer.text(draft, ["head"])) == data


def test_an_import_is_as_it_was(update: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = CASES / "eksctl.blueprint.yaml"
    assert main(["import", "eksctl", str(CASES / "eksctl.yaml")]) == 0
    said = capsys.readouterr()
    if update:
        expected.write_text(said.out, encoding="utf-8")
    assert said.out == expected.read_text(encoding="utf-8")
    assert main(["compile", str(expected), "-o", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("kind: Deployment\napiVersion: apps/v1\n", "1:7", "BPC530"),
        ("a: [\n", "1:4", "BPC"),
        (HEAD + "nodeGroup: []\n", "4:1", "BPC531: eksctl has no nodeGroup"),
        (HEAD + "nodeGroups:\n  - {name: a, instancetype: x}\n", "5:15", "did you mean instanceType?"),
        (HEAD + "nodeGroups: {name: a}\n", "4:13", "BPC532: nodeGroups takes a list"),
        (HEAD + "vpc: {subnets: {private: {a: {zone: a}}}}\n", "4:31", "BPC531"),
        (HEAD + "nodeGroups: [{name: a, minSize: two}]\n", "4:33", "takes a number"),
        ("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a}\n", "3:1", "BPC533"),
        (HEAD.replace("name: a,", "name: a b,"), "3:18", "BPC533: a b is nothing that metadata.name can be"),
    ],
)
def test_a_wrong_file_is_refused_at_its_place(
    text: str, place: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["import", "eksctl", str(file), "-o", str(tmp_path / "blueprint.yaml")]) == 1
    complaint = capsys.readouterr().err
    assert f"cluster.yaml:{place}: error" in complaint
    assert said in complaint
    assert not (tmp_path / "blueprint.yaml").exists()


def test_no_file_is_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "blueprint.yaml"
    kept.write_text("mine\n", encoding="utf-8")
    command = ["import", "eksctl", str(CASES / "eksctl.yaml"), "-o", str(kept)]
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert kept.read_text(encoding="utf-8") == "mine\n"
    assert main([*command, "--force"]) == 0
    assert fits(read(kept.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        ("nodeGroups: [{name: 'no name!'}, {name: b}]\n", "nodeGroups[0]"),
        ("fargateProfiles: [{name: a, selectors: [{namespace: NO}]}]\n", "fargateProfiles[0].selectors[0].namespace"),
        ("managedNodeGroups: [{name: a, labels: {ok: yes, '!': b}}]\n", "managedNodeGroups[0].labels"),
    ],
)
def test_what_does_not_fit_becomes_a_note(more: str, lost: str) -> None:
    draft = imported(HEAD + more)
    assert fits(draft.data)
    assert any(lost in note.source for note in draft.notes if note.lost)


def test_text_that_looks_like_a_number_stays_text() -> None:
    draft = imported(HEAD.replace("name: a,", "name: a, version: 1.30,"))
    assert "1.30 could not be" in next(note.text for note in draft.notes if note.source == "metadata.version")


TFVARS = sorted(CASES.glob("*.tfvars"))


@pytest.mark.parametrize("file", TFVARS, ids=lambda file: file.stem)
def test_the_terraform_fixtures_import_and_compile(
    file: Path, update: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = file.with_suffix(".blueprint.yaml")
    assert main(["import", "tfvars", str(file)]) == 0
    said = capsys.readouterr()
    if update:
        expected.write_text(said.out, encoding="utf-8")
    assert said.out == expected.read_text(encoding="utf-8")
    assert main(["compile", str(expected), "-o", str(tmp_path)]) == 0


# The example's modules/kubernetes-addons, by the catalogue's names; a cluster has the EKS defaults anyway.
BY_TERRAFORM = {
    "adot",
    "amazon-cloudwatch-observability",
    "appmesh-controller",
    "aws-ebs-csi-driver",
    "aws-guardduty-agent",
    "aws-load-balancer-controller",
    "aws-node-termination-handler",
    "cert-manager",
    "chaos-mesh",
    "cluster-autoscaler",
    "karpenter",
    "keda",
    "kubecost",
    "metrics-server",
}
# Where nobody says what they need, and what cannot be together.
ASKED = {"appmesh-controller", "karpenter", "kubecost"}


@pytest.mark.parametrize(
    ("variables", "left"),
    [
        ({"use_default_vpc": False, "managed_node_groups": [{"name": "a"}]}, ASKED),
        ({"managed_node_groups": [{"name": "a"}]}, ASKED | {"aws-load-balancer-controller"}),
        (
            {"use_default_vpc": False, "fargate_profiles": [{"name": "a", "namespace": "kube-system"}]},
            BY_TERRAFORM - {"metrics-server"},
        ),
        (
            {
                "use_default_vpc": False,
                "fargate_profiles": [
                    {"name": name, "namespace": name}
                    for name in ("kube-system", "keda", "opentelemetry-operator-system")
                ],
            },
            BY_TERRAFORM - {"keda", "metrics-server"},
        ),
    ],
)
def test_every_add_on_of_the_terraform_example_is_there_or_explained(variables: dict[str, Any], left: set[str]) -> None:
    draft = tfvars.convert(variables)
    assert set(draft.data["addons"]) == BY_TERRAFORM - left
    assert {str(note.path[1]) for note in draft.notes if note.lost and note.path[0] == "addons"} == left
    charts = "keda" in draft.data["addons"]
    assert draft.data.get("gitops") == ({"engine": "argocd"} if charts else None)
    found = pipeline.compile_blueprint(writer.text(draft).encode(), "blueprint.yaml", None)
    assert not found.failed, found.diagnostics


def test_later_variable_files_win(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = tmp_path / "more.tfvars"
    more.write_text('name = "shop"\nnode_groups = null\naws_region = "eu-west-1"\n', encoding="utf-8")
    assert main(["import", "tfvars", str(CASES / "spot.tfvars"), str(more)]) == 0
    data = read(capsys.readouterr().out)
    assert data["metadata"] == {"name": "shop", "region": "eu-west-1"}
    assert [one["name"] for one in data["nodeGroups"]] == ["on-demand", "spot"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a = [1,\nb = 2\n", 1, "vars.tfvars:2:2: error BPC535"),
        ("enable_ssm = true\nnode_group = []\n", 0, "vars.tfvars:2:1: warning BPC536"),
        ('azs = "a"\n', 1, "vars.tfvars:1:1: error BPC537"),
        ('node_groups = ["a"]\n', 1, "node_groups takes a list of mappings"),
    ],
)
def test_a_wrong_variable_file_is_refused_at_its_place(
    text: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "vars.tfvars"
    file.write_text(text, encoding="utf-8")
    assert main(["import", "tfvars", str(file)]) == code
    assert said in capsys.readouterr().err


ROLE = "iam: {withOIDC: true, serviceAccounts: [{metadata: {name: b, labels: {team: x}}, ATTACHED}]}\n"
ATTACHED = ROLE.replace("ATTACHED", "attachPolicyARNs: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']")


def test_a_service_account_is_made_where_the_account_is_known() -> None:
    document, _ = source.parse((HEAD + ATTACHED).encode())
    assert document
    (known,) = eksctl.convert(document, "111122223333")[0].data["serviceAccounts"]
    assert known["create"] is True and known["labels"] == {"team": "x"}
    unknown = imported(HEAD + ATTACHED)
    (one,) = unknown.data["serviceAccounts"]
    assert one["create"] is False and "labels" not in one
    assert {note.source for note in unknown.notes} >= {"labels of b", "the ServiceAccounts"}


def test_a_service_account_goes_with_its_role() -> None:
    draft = imported(HEAD + ROLE.replace("ATTACHED", "attachRoleARN: arn:aws:iam::1:role/x"))
    assert "serviceAccounts" not in draft.data
    assert any("nothing to make" in note.text for note in draft.notes)


@pytest.mark.parametrize(("version", "kept"), [("1.32", True), ("1.34", False)])
def test_an_image_of_amazon_linux_2_goes_with_old_versions_alone(version: str, kept: bool) -> None:
    head = HEAD.replace("}\n", f', version: "{version}"}}\n')
    group = "{name: b, amiFamily: AmazonLinux2, ami: ami-0123456789abcdef0, overrideBootstrapCommand: join}"
    (one,) = imported(f"{head}managedNodeGroups: [{group}]\n").data["nodeGroups"]
    assert ({"ami", "amiId", "bootstrapCommand"} <= set(one)) is kept


def test_a_cluster_may_come_before_its_nodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, blueprint = tmp_path / "cluster.yaml", tmp_path / "blueprint.yaml"
    file.write_text(HEAD, encoding="utf-8")
    assert main(["import", "eksctl", str(file), "-o", str(blueprint)]) == 0
    assert "metrics-server is left out" in blueprint.read_text(encoding="utf-8")
    assert main(["compile", str(blueprint), "-o", str(tmp_path)]) == 0
    assert "BPC940" in capsys.readouterr().err
    templates = [one.read_text(encoding="utf-8") for one in (tmp_path / "a/cloudformation/default").glob("*.yaml")]
    names = {line.split()[-1] for text in templates for line in text.splitlines() if "AddonName:" in line}
    assert names == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}


NODES = "managedNodeGroups: [{name: a, minSize: 2}]\n"


@pytest.mark.parametrize(
    ("addon", "made"),
    [
        ("{name: adot}", {"adot": {}, "cert-manager": {}}),
        ("{name: adot, namespaceConfig: {namespace: o}}", {"adot": {"namespace": "o"}, "cert-manager": {}}),
        ("{name: kubecost_kubecost}", {"kubecost": {"subscribed": True}}),
        ("{name: fluent-bit}", {"fluent-bit": {"source": "eks"}}),
        ("{name: amazon-cloudwatch-observability}", {"amazon-cloudwatch-observability": {}}),
        ("{name: aws-guardduty-agent}", {"aws-guardduty-agent": {}}),
        ("{name: dynatrace_dynatrace-operator}", {"dynatrace_dynatrace-operator": {"source": "eks"}}),
        # What nobody says, and what EKS does not have: a note, and a blueprint that compiles.
        ("{name: external-dns, version: v0.20.0-eksbuild.2}", {}),
        ("{name: keda, tags: {a: b}}", {}),
    ],
)
def test_an_eks_add_on_of_the_catalogue_comes_with_what_it_needs(addon: str, made: dict[str, Any]) -> None:
    draft = imported(f"{HEAD}{NODES}addons: [{addon}]\n")
    assert draft.data["addons"] == made | {"metrics-server": {}}
    assert [note.source for note in draft.notes if note.lost] == ([] if made else ["addons[0]"])
    found = pipeline.compile_blueprint(writer.text(draft).encode(), "blueprint.yaml", None)
    assert not found.failed, found.diagnostics


def test_the_guardduty_agent_brings_its_endpoint_into_a_network_of_ours() -> None:
    addon = "addons: [{name: aws-guardduty-agent}]\n"
    assert imported(HEAD + NODES + addon).data["network"]["endpoints"] == ["guardduty-data"]
    theirs = "vpc: {id: vpc-0123456789abcdef0, subnets: {private: {a: {id: subnet-0123456789abcdef0}}}}\n"
    assert "endpoints" not in imported(HEAD + theirs + NODES + addon).data["network"]


def test_an_account_has_twelve_digits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "eksctl", str(CASES / "eksctl.yaml"), "--account", "1234"]) == 2
    assert "12 digits" in capsys.readouterr().err
