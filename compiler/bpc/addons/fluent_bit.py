"""Fluent Bit, as manifests that fill the three log groups of Container Insights or three indices of the platform's own
search domain, or as the EKS community add-on.

Sources: Amazon CloudWatch User Guide, Set up Fluent Bit as a DaemonSet to send logs to CloudWatch Logs (what goes to
application, dataplane and host); Fluent Bit manual 4, inputs tail and systemd, filters kubernetes, record_modifier and
modify, outputs cloudwatch_logs and opensearch; aws/aws-for-fluent-bit (image, where its configuration is, Pod Identity
since 2.32.5); Amazon EKS User Guide, Community add-ons.

Amazon Linux 2023 and Bottlerocket write no /var/log/messages: what nodes say is in their journal. Nothing here asks the
instance metadata service, which launch templates keep from pods. Where the add-on comes from EKS, its `values` say what
it sends where, so there are neither log groups nor permissions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context, Manifest
from bpc.kit import container_insights, k8s, search, workloads

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

NAME = "fluent-bit"
IMAGE = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.8"
GROUPS = ("application", "dataplane", "host")
STATE = "/var/fluent-bit/state"
LOGS = "/var/log/containers"
# The containers that make a node work.
DATAPLANE = f"{LOGS}/aws-node*, {LOGS}/kube-proxy*"
PORT = 2020
TO_LOGS, TO_SEARCH = "cloudwatch_logs", "opensearch"
OUTPUTS: Mapping[str, Any] = {
    "outputs": {
        "description": "Where logs go: to log groups of Amazon CloudWatch Logs, to indices of the domain in "
        "`observability.openSearch`, or to both. An index has a day's logs of one kind: application-2026.11.21.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"enum": [TO_LOGS, TO_SEARCH]},
        "default": [TO_LOGS],
        "examples": [[TO_LOGS, TO_SEARCH]],
        "x-cloudformation": "manifest ConfigMap.data.fluent-bit.conf, OUTPUT",
    }
}
MATCHES: Mapping[str, Mapping[str, str]] = {
    "application": {"Match": "application.*"},
    "dataplane": {"Match_Regex": r"^(dataplane\..*|journal\.(kubelet|containerd)\.service)$"},
    "host": {"Match_Regex": r"^journal\.(?!(kubelet|containerd)\.service$)"},
}
# The stream of a log group. For the host, one for each unit would be one for each session and container.
STREAMS: Mapping[str, Mapping[str, str]] = {
    "application": {"log_stream_prefix": "${HOST_NAME}-"},
    "dataplane": {"log_stream_prefix": "${HOST_NAME}-"},
    "host": {"log_stream_name": "${HOST_NAME}"},
}


class FluentBit(AddOn):
    """Sends what containers and nodes say to CloudWatch Logs."""

    name = NAME
    namespace = NAME
    service_account = NAME
    sources = ("manifests", "eks")
    registry = "public.ecr.aws"
    daemonset = True
    role_on_nodes = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("logs",)
    waits_for = ("DaemonSet/fluent-bit",)
    pod_security = "privileged"
    no_range = "its makers name no version, and the interfaces that it reads are as old as the catalogue goes"
    host: ClassVar[Mapping[str, str]] = {
        "root": "The logs of containers and the journal belong to root, and others may not read them.",
        "/etc/machine-id": "The journal is found by it.",
        "/run/log/journal": "The journal, where the node does not keep it.",
        STATE: "How far it has read, and what is not yet sent, must outlive the pod.",
        "/var/log": "What it reads: the logs of containers, and the journal.",
    }
    options: ClassVar[Mapping[str, Any]] = {**container_insights.OPTIONS, **OUTPUTS}
    of_manifests = ("retentionDays", "keyArn", "outputs")

    @classmethod
    def has_permissions(cls, source: str = "") -> bool:
        return source != "eks"

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        if cls.chosen_source(context.options) == "eks":
            return ()
        groups = [container_insights.writes(GROUPS)] if TO_LOGS in context.options["outputs"] else []
        return groups + ([search.writes(context.search_domain)] if context.search_domain else [])

    @classmethod
    def indices(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return GROUPS if cls.chosen_source(options) != "eks" and TO_SEARCH in options["outputs"] else ()

    @classmethod
    def called(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return cls.endpoints if TO_LOGS in options["outputs"] else ()

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if context.options["keyArn"] and TO_LOGS not in context.options["outputs"]:
            yield ("keyArn",), "keyArn is for log groups, and the outputs name none"

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        if cls.chosen_source(context.options) == "eks" or TO_LOGS not in context.options["outputs"]:
            return ()
        return [container_insights.log_group(context.cluster, kind, context.options) for kind in GROUPS]

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        files = {"fluent-bit.conf": _configuration(context)}
        return [
            k8s.service_account(NAME, NAME),
            # To name the pod, its labels and its node beside each line.
            k8s.cluster_role(NAME, NAME, [k8s.rule("get", "pods")]),
            k8s.cluster_role_binding(NAME, NAME, NAME, NAME),
            k8s.config_map(NAME, NAME, NAME, files),
            workloads.agent(NAME, NAME, _container(context), config=files),
        ]


def _container(context: Context) -> k8s.Container:
    to_search = [search.address(NAME)] if TO_SEARCH in context.options["outputs"] else []
    return k8s.Container(
        image=IMAGE,
        user=0,
        port=PORT,
        port_name="http",
        cpu="100m",
        memory="256Mi",
        liveness=k8s.Probe("/"),
        env=[k8s.field("HOST_NAME", "spec.nodeName"), *to_search],
        mounts=[
            k8s.Mount("config", "/fluent-bit/etc", config=NAME),
            k8s.Mount("state", STATE, host=STATE, kind="DirectoryOrCreate", writable=True),
            k8s.Mount("logs", "/var/log", host="/var/log", kind="Directory"),
            k8s.Mount("journal", "/run/log/journal", host="/run/log/journal", kind="DirectoryOrCreate"),
            k8s.Mount("machine-id", "/etc/machine-id", host="/etc/machine-id", kind="File"),
        ],
        scratch="/tmp",
    )


def _configuration(context: Context) -> str:
    """What Fluent Bit reads, filters and sends, in the order in which it does."""
    sections = [
        _service("::" if context.ip_family == "ipv6" else "0.0.0.0"),
        _tail("application.*", f"{LOGS}/*.log", "application", 50) | {"Exclude_Path": DATAPLANE},
        _tail("dataplane.*", DATAPLANE, "dataplane", 5),
        _journal(),
        _metadata(),
        {"": "FILTER", "Name": "record_modifier", "Match": "journal.*"}
        | {f"Allowlist_key{' ' * place}": key for place, key in enumerate(("message", "syslog_identifier"))}
        | {"Allowlist_key  ": "systemd_unit", "Allowlist_key   ": "priority"},
    ]
    to = context.options["outputs"]
    if TO_SEARCH in to:
        sections.append({"": "FILTER", "Name": "record_modifier", "Match": "*", "Record": "node ${HOST_NAME}"})
    if TO_LOGS in to:
        sections += [_log_group(context, kind) for kind in GROUPS]
    if TO_SEARCH in to:
        sections += [_index(context, kind) for kind in GROUPS]
    return "\n".join(map(_text, sections))


def _service(address: str) -> dict[str, str]:
    return {
        "": "SERVICE",
        "Flush": "5",
        "Grace": "30",
        "Log_Level": "info",
        "HTTP_Server": "On",
        "HTTP_Listen": address,
        "HTTP_Port": str(PORT),
        "storage.path": f"{STATE}/storage",
        "storage.backlog.mem_limit": "5M",
    }


def _tail(tag: str, path: str, name: str, megabytes: int) -> dict[str, str]:
    return {
        "": "INPUT",
        "Name": "tail",
        "Tag": tag,
        "Path": path,
        "multiline.parser": "cri",
        "DB": f"{STATE}/{name}.db",
        "Mem_Buf_Limit": f"{megabytes}MB",
        "Skip_Long_Lines": "On",
        "Refresh_Interval": "10",
        "Rotate_Wait": "30",
        "storage.type": "filesystem",
    }


def _journal() -> dict[str, str]:
    """All of the journal; a record's tag ends in its unit."""
    return {
        "": "INPUT",
        "Name": "systemd",
        "Tag": "journal.*",
        "DB": f"{STATE}/journal.db",
        "Read_From_Tail": "On",
        "Lowercase": "On",
        "Strip_Underscores": "On",
        "storage.type": "filesystem",
    }


def _metadata() -> dict[str, str]:
    return {
        "": "FILTER",
        "Name": "kubernetes",
        "Match": "application.*",
        "Kube_Tag_Prefix": "application.var.log.containers.",
        "Merge_Log": "On",
        "Merge_Log_Key": "log_processed",
        "Annotations": "Off",
        "Buffer_Size": "0",
    }


def _log_group(context: Context, kind: str) -> dict[str, str]:
    return {
        "": "OUTPUT",
        "Name": TO_LOGS,
        **MATCHES[kind],
        "region": context.region,
        "log_group_name": container_insights.name(context.cluster, kind),
        **STREAMS[kind],
        "auto_create_group": "Off",
        "Retry_Limit": "10",
        "storage.total_limit_size": "256M",
    }


def _index(context: Context, kind: str) -> dict[str, str]:
    """A document knows its node by the filter before, and its file or unit by its tag."""
    return {
        "": "OUTPUT",
        "Name": TO_SEARCH,
        **MATCHES[kind],
        "Host": f"${{{search.HOST}}}",
        "Port": "443",
        "tls": "On",
        "AWS_Auth": "On",
        "AWS_Region": context.region,
        "Logstash_Format": "On",
        "Logstash_Prefix": kind,
        "Include_Tag_Key": "On",
        "Tag_Key": "tag",
        # OpenSearch 2 and later have no types.
        "Suppress_Type_Name": "On",
        # app and app.kubernetes.io/name are both labels, and cannot both be fields.
        "Replace_Dots": "On",
        # What is sent again is not there twice.
        "Generate_ID": "On",
        "Trace_Error": "On",
        "Retry_Limit": "10",
        "storage.total_limit_size": "256M",
    }


def _text(section: Mapping[str, str]) -> str:
    """A section as Fluent Bit's classic format has it; a key that comes again is told apart by blanks behind it."""
    lines = [f"    {key.rstrip()} {value}\n" for key, value in section.items() if key]
    return f"[{section['']}]\n" + "".join(lines)
