"""Every add-on keeps the catalogue's rules; its permissions are narrow; its manifests are valid and hardened."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
from jsonschema import Draft202012Validator

from bpc import addon_fields, catalogue, contribution, facts, schema
from bpc.addon import AddOn, Context, Manifest
from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.model import AddOnRequest
from bpc.plan.shapes import PlannedAddOn
from parts import lint

ENTRIES = catalogue.addons()
NAMES = {entry.name for entry in ENTRIES}
BUILT = [entry for entry in ENTRIES if "manifests" in entry.sources]
AGENT = "eks-pod-identity-agent"
# The kinds of workloads, and what the pods of each are kept for.
PRIORITIES = {"Deployment": "system-cluster-critical", "DaemonSet": "system-node-critical", "StatefulSet": None}
Entry = type[AddOn]
each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
each_built = pytest.mark.parametrize("entry", BUILT, ids=lambda entry: entry.name)


def context(entry: Entry, version: str = "", has_internet: bool = True, nodes: int = 3, **options: Any) -> Context:
    """A platform in which an add-on has its defaults, and examples for what it requires."""
    properties = entry.schema()["properties"]
    filled = {key: one["default"] for key, one in properties.items() if "default" in one}
    filled |= {key: properties[key]["examples"][0] for key in entry.required}
    version = version or facts.default_version()
    return Context("shop", "eu-central-1", "aws", version, filled | options, nodes > 0, has_internet, nodes)


# The catalogue


@each
def test_the_module_is_called_like_the_add_on(entry: Entry) -> None:
    assert entry.__module__ == f"bpc.addons.{entry.name.replace('-', '_')}"
    assert catalogue.addon(entry.name) is entry


@each
def test_it_says_what_it_is_in_one_sentence(entry: Entry) -> None:
    summary = entry.__doc__ or ""
    assert summary == summary.strip() and "\n" not in summary and summary.endswith(".")


@each
def test_it_has_no_state_and_no_facts_that_nobody_reads(entry: Entry) -> None:
    own = {name: one for name, one in vars(entry).items() if not name.startswith("__")}
    assert set(own) <= set(vars(AddOn)) | set(AddOn.__annotations__)
    assert "__init__" not in vars(entry)
    for name, one in own.items():
        assert isinstance(one, classmethod if callable(getattr(entry, name)) else str | bool | tuple | dict), name


@each
def test_its_options_are_documented_and_have_a_value(entry: Entry) -> None:
    shape = entry.schema()
    Draft202012Validator.check_schema(shape)
    assert set(entry.required) <= set(entry.options)
    shared = addon_fields.EKS | addon_fields.ROLE
    for name, own in shape["properties"].items():
        option = schema.resolved(own)
        assert option["description"].endswith("."), name
        assert "x-cloudformation" in option or "properties" in option["items"], name
        assert "default" in option or "x-default" in option or name in entry.required or name in shared, name
        for example in [*option.get("examples", []), *([option["default"]] if "default" in option else [])]:
            schema.accept(copy.deepcopy(example), option)


@each
def test_what_it_requires_exists(entry: Entry) -> None:
    assert set(entry.requires) <= NAMES - {entry.name}
    assert set(entry.sources) <= {"eks", "manifests", "chart"} and entry.sources
    assert ("chart" in entry.sources) == bool(entry.charts)


@each
def test_permissions_come_by_the_agent(entry: Entry) -> None:
    permitted = entry.has_permissions()
    assert (AGENT in entry.requires) == (permitted and not entry.by_token)
    assert entry.service_account is not None or not permitted
    assert permitted or not (entry.managed_policies or entry.policy(context(entry)))


@each
def test_manifests_come_from_the_registry_that_it_names(entry: Entry) -> None:
    images = [image for manifest in entry.manifests(context(entry)) for image in images_of(manifest)]
    assert bool(images) == ("manifests" in entry.sources)
    assert bool(entry.registry) == (entry.sources != ("eks",))
    for image in images:
        assert image.startswith(f"{entry.registry}/")
        assert re.fullmatch(r"v?\d+\.\d+(\.\d+[a-z0-9]*)+", image.rpartition(":")[2]), "an image is pinned"


@each
def test_asking_twice_gives_the_same_and_shares_nothing(entry: Entry) -> None:
    asked = context(entry)
    charts = [partial(entry.chart_values, chart=chart.name) for chart in entry.charts]
    for answer in (entry.manifests, entry.values, entry.custom_resources, *charts):
        first = answer(asked)
        kept = copy.deepcopy(first)
        spoil(first)
        assert answer(asked) == kept
    shared = [id(part) for part in parts_of(list(entry.manifests(asked)))]
    assert len(shared) == len(set(shared))


def test_the_core_add_ons_are_those_that_every_node_needs() -> None:
    core = {entry.name for entry in ENTRIES if entry.core}
    early = {entry.name for entry in ENTRIES if entry.before_nodes}
    assert core == {"coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"}
    assert early == core - {"coredns"}


def test_reading_the_catalogue_does_not_load_the_template_libraries() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from bpc import catalogue; catalogue.addons_schema(); "
        "print(*{name.partition('.')[0] for name in sys.modules} & {'troposphere', 'awacs', 'yaml', 'jsonschema'})"
    )
    folder = str(Path(catalogue.__file__).parent.parent)
    run = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


# Permissions


def weak(statement: dict[str, Any]) -> str:
    """What is wrong with a statement, or nothing."""
    if statement["Effect"] == "Deny":
        return ""
    actions, resources = statement["Action"], [json.dumps(one) for one in statement["Resource"]]
    if any("*" in action for action in actions):
        return "an action with a wildcard"
    reads = all(re.match(r"[a-z0-9-]+:(Describe|Get|List)", action) for action in actions)
    if '"*"' in resources and not reads:
        return "a change to everything"
    if any(re.search(r"[:/]\*", one) for one in resources) and not reads and "Condition" not in statement:
        return "a change to a group of resources without a condition"
    return ""


@each
def test_its_permissions_are_narrow(entry: Entry) -> None:
    for statement in statements(entry, context(entry)):
        assert not weak(statement), statement


@each
def test_a_private_network_leads_to_what_it_may_call(entry: Entry) -> None:
    if entry.needs_internet:
        return
    asked = context(entry, has_internet=False)
    allowed = [action for one in statements(entry, asked) for action in one["Action"]]
    called = {action: facts.endpoints_called(action) for action in allowed}
    assert None not in called.values()
    assert {one for found in called.values() for one in found or ()} <= {*entry.endpoints}


@pytest.mark.parametrize(
    ("action", "resource"),
    [("sqs:*", "arn:aws:sqs:a:b:c"), ("sqs:SendMessage", "*"), ("sqs:SendMessage", "arn:aws:sqs:a:b:*")],
)
def test_the_rule_for_permissions_can_fail(action: str, resource: str) -> None:
    assert weak({"Effect": "Allow", "Action": [action], "Resource": [resource]})


# Manifests


def rights(manifest: Manifest) -> set[str]:
    """What the pods of a workload take of the node; whatever else is not restricted is refused."""
    pod = manifest["spec"]["template"]["spec"]
    assert pod.get("priorityClassName") == PRIORITIES[manifest["kind"]]
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["securityContext"].get("runAsNonRoot", False) == (pod["securityContext"]["runAsUser"] > 0)
    assert not {"hostPID", "hostIPC"} & set(pod)
    taken = {"hostNetwork"} & set(pod) | ({"root"} if pod["securityContext"]["runAsUser"] == 0 else set())
    for volume in pod.get("volumes", []):
        assert set(volume) - {"name"} <= {"emptyDir", "configMap", "hostPath"}
        taken |= {volume["hostPath"]["path"]} if "hostPath" in volume else set()
    for container in pod["containers"]:
        security = dict(container["securityContext"])
        taken |= set() if security.pop("readOnlyRootFilesystem", False) else {"writable"}
        assert security == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        assert ("livenessProbe" in container) == ("ports" in container)
        assert container["resources"]["requests"]["cpu"]
        assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
    return taken


@each_built
@pytest.mark.parametrize("version", facts.supported_versions())
def test_its_objects_are_valid(entry: Entry, version: str) -> None:
    for manifest in entry.manifests(context(entry, version)):
        kubernetes_validate.validate(manifest, version, strict=True)


@each_built
def test_its_objects_belong_together(entry: Entry) -> None:
    manifests = entry.manifests(context(entry))
    keys = [(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in manifests]
    assert len(keys) == len(set(keys))
    for manifest in manifests:
        assert manifest["metadata"]["labels"]["app.kubernetes.io/name"] == entry.name
        assert manifest["metadata"].get("namespace", entry.namespace) == entry.namespace
        for subject in manifest.get("subjects", []):
            assert ("ServiceAccount", subject["namespace"], subject["name"]) in keys
        if manifest["kind"] in PRIORITIES:
            assert manifest["spec"]["selector"]["matchLabels"] == manifest["spec"]["template"]["metadata"]["labels"]
            account = manifest["spec"]["template"]["spec"]["serviceAccountName"]
            assert ("ServiceAccount", entry.namespace, account) in keys
            assert entry.service_account in (None, account)


@each_built
def test_its_pods_have_no_more_rights_than_they_need(entry: Entry) -> None:
    taken = set()
    for manifest in entry.manifests(context(entry)):
        assert "*" not in json.dumps(manifest.get("rules", []))
        if manifest["kind"] in PRIORITIES:
            taken |= rights(manifest)
    assert taken == set(entry.host), "what pods take of a node is declared, and nothing else is"
    assert all(reason.endswith(".") for reason in entry.host.values())
    if entry.namespace != "kube-system":
        assert entry.pod_security == ("privileged" if entry.host else "restricted")


@pytest.mark.parametrize("name", ["cloudwatch-agent", "fluent-bit", "nvidia-device-plugin"])
def test_the_rule_for_rights_can_fail(name: str) -> None:
    [manifest] = [
        one
        for one in catalogue.addon(name).manifests(context(catalogue.addon(name)))
        if "template" in one.get("spec", {})
    ]
    manifest["spec"]["template"]["spec"]["volumes"].append({"name": "etc", "hostPath": {"path": "/etc"}})
    assert rights(manifest) == {*catalogue.addon(name).host, "/etc"}


@each_built
def test_its_manifests_hold_nothing_that_only_a_deployment_knows(entry: Entry) -> None:
    text = json.dumps(entry.manifests(context(entry)))
    assert not re.search(r"\b\d{12}\b|arn:|AWS::|https://sqs", text)


# One by one


@pytest.mark.parametrize("version", facts.supported_versions())
def test_the_autoscaler_is_of_the_clusters_minor(version: str) -> None:
    entry = catalogue.addon("cluster-autoscaler")
    [image] = [one for manifest in entry.manifests(context(entry, version)) for one in images_of(manifest)]
    assert image.partition(":")[2].startswith(f"v{version}.")


def test_the_autoscaler_finds_the_groups_that_it_may_change() -> None:
    entry = catalogue.addon("cluster-autoscaler")
    flags = container(entry, context(entry, expander="most-pods", scaleDownUnneededMinutes=3))["args"]
    tags = "k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/shop"
    assert {
        f"--node-group-auto-discovery=asg:tag={tags}",
        "--expander=most-pods",
        "--scale-down-unneeded-time=3m",
    } <= set(flags)
    [change] = [one for one in statements(entry, context(entry)) if "autoscaling:SetDesiredCapacity" in one["Action"]]
    owned = {"aws:ResourceTag/k8s.io/cluster-autoscaler/shop": "owned"}
    assert change["Condition"] == {"StringEquals": owned}


def test_the_autoscaler_asks_for_no_price_list_without_internet() -> None:
    entry = catalogue.addon("cluster-autoscaler")
    flag = "--aws-use-static-instance-list=true"
    assert flag in container(entry, context(entry, has_internet=False))["args"]
    assert flag not in container(entry, context(entry))["args"]


def test_metrics_server_grows_with_the_cluster_and_trusts_the_clusters_authority() -> None:
    entry = catalogue.addon("metrics-server")
    small, large = (container(entry, context(entry, nodes=nodes)) for nodes in (100, 350))
    assert small["resources"]["requests"] == {"cpu": "100m", "memory": "200Mi"}
    assert large["resources"]["requests"] == {"cpu": "350m", "memory": "700Mi"}
    assert not [flag for flag in small["args"] if "insecure" in flag or "10250" in flag]


def test_metrics_server_serves_the_api_that_it_registers() -> None:
    manifests = {
        one["kind"]: one
        for one in catalogue.addon("metrics-server").manifests(context(catalogue.addon("metrics-server")))
    }
    service, spec = manifests["Service"], manifests["Deployment"]["spec"]
    assert manifests["APIService"]["spec"]["service"]["name"] == service["metadata"]["name"]
    assert service["spec"]["selector"] == spec["template"]["metadata"]["labels"]
    assert manifests["PodDisruptionBudget"]["spec"]["maxUnavailable"] < spec["replicas"]


def test_coredns_goes_to_fargate_only_where_there_are_no_nodes() -> None:
    entry = catalogue.addon("coredns")
    assert entry.values(context(entry)) == {}
    assert entry.values(context(entry, nodes=0)) == {"computeType": "Fargate"}


def test_external_dns_changes_only_the_zones_that_it_is_given() -> None:
    entry = catalogue.addon("external-dns")
    [change, records, zones] = statements(entry, context(entry, zones=["Z1", "Z2"]))
    assert [one["Fn::Sub"].rpartition("/")[2] for one in change["Resource"]] == ["Z1", "Z2"]
    assert {one["Action"][0].partition(":")[2] for one in (records, zones)} == {
        "ListResourceRecordSets",
        "ListHostedZones",
    }
    assert entry.values(context(entry)) == {"txtOwnerId": "shop"}


# What has the log groups that another one has too.
OVER = {"cloudwatch-agent", "fluent-bit"}
HANDLER = catalogue.addon("aws-node-termination-handler")


def test_the_termination_handler_reads_the_queue_that_the_rules_write_to() -> None:
    template = handler_template()["Resources"]
    queue = template["NodeTerminationHandlerQueue"]["Properties"]
    settings = {one["name"]: one.get("value") for one in container(HANDLER, context(HANDLER))["env"]}
    assert settings["QUEUE_URL"] == queue["QueueName"]
    assert settings["AWS_REGION"] == "eu-central-1"
    assert settings["MANAGED_TAG"] in HANDLER.node_tags
    rules = [name for name, one in template.items() if name.startswith("Node") and one["Type"] == "AWS::Events::Rule"]
    assert len(rules) == 3
    [send, deny] = template["NodeTerminationHandlerQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert send["Condition"]["ArnEquals"]["aws:SourceArn"] == [{"Fn::GetAtt": [rule, "Arn"]} for rule in rules]
    assert deny["Effect"] == "Deny"


def test_the_queues_name_fits_the_longest_name_of_a_cluster(root: Path) -> None:
    metadata = json.loads((root / "schemas" / "metadata.json").read_text(encoding="utf-8"))
    longest = metadata["properties"]["name"]["maxLength"]
    [queue, *_] = HANDLER.resources(context(HANDLER).replace(cluster="x" * longest))
    assert len(queue.QueueName) <= 80


def test_the_termination_handler_has_a_rule_for_what_it_is_told_and_nothing_more() -> None:
    asked = context(HANDLER, events=["scheduled-change"])
    assert [one.title for one in HANDLER.resources(asked)] == [
        "NodeTerminationHandlerQueue",
        "NodeTerminationHandlerQueuePolicy",
        "NodeTerminationHandlerScheduledChangeRule",
    ]
    assert "autoscaling:CompleteLifecycleAction" not in json.dumps(statements(HANDLER, asked))
    whole = context(HANDLER, events=["instance-termination"])
    assert "autoscaling:CompleteLifecycleAction" in json.dumps(statements(HANDLER, whole))


@pytest.mark.parametrize("region", ["eu-central-1", "cn-north-1", "us-gov-west-1"])
def test_cfn_lint_finds_nothing(region: str, tmp_path: Path) -> None:
    file = tmp_path / "addons.json"
    file.write_text(json.dumps(handler_template()), encoding="utf-8")
    assert lint.lint(file, region) == []


def handler_template() -> dict[str, Any]:
    """The AWS side of the termination handler, with its role and tags, and the roles of all others beside it."""
    sheet = Sheet("shop", "addons", "for a test", {"team": "platform"})
    plan: Any = SimpleNamespace(
        name="shop", blueprint=SimpleNamespace(cloudformation=SimpleNamespace(permissions_boundary=None))
    )
    for entry in ENTRIES:
        request = AddOnRequest(("addons", entry.name), entry.name, True, {})
        if entry.name not in OVER:
            contribution.contribute(PlannedAddOn(entry, request, "manifests", context(entry)), plan, sheet, "shop")
    return sheet.finished()


def statements(entry: Entry, asked: Context) -> list[dict[str, Any]]:
    """The statements as CloudFormation reads them."""
    role = iam.role(
        "Role", iam.trusts("x.amazonaws.com"), boundary=None, tags=[], statements=entry.policy(asked), policy_name="p"
    )
    policies = role.to_dict()["Properties"].get("Policies", [])
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def container(entry: Entry, asked: Context) -> dict[str, Any]:
    """The one container of an add-on's one Deployment."""
    [found] = [
        one
        for manifest in entry.manifests(asked)
        if manifest["kind"] == "Deployment"
        for one in manifest["spec"]["template"]["spec"]["containers"]
    ]
    return dict(found)


def images_of(manifest: Manifest) -> list[str]:
    """The images in a workload."""
    pod = manifest.get("spec", {}).get("template", {}).get("spec", {})
    return [one["image"] for one in pod.get("containers", [])]


def parts_of(node: Any) -> Iterator[Any]:
    """Every mapping and list inside, and the node itself."""
    if isinstance(node, dict | list):
        yield node
        for part in node.values() if isinstance(node, dict) else node:
            yield from parts_of(part)


def spoil(node: Any) -> None:
    """Change everything that can be changed inside."""
    for part in list(parts_of(node)):
        part.clear()
