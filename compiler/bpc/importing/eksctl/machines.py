"""What the nodes of a group are: image, instance types, volumes, and what they do before they join."""

from __future__ import annotations

import re
from typing import Any

from bpc import facts
from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source
from bpc.importing.eksctl.cluster import age

DEFAULT_TYPE, DEFAULT_SIZE = "m5.large", 80
FAMILIES = {"AmazonLinux2023": "AL2023", "AmazonLinux2": "AL2"}
WINDOWS = re.compile(r"WindowsServer(\d+)(Full|Core)Container")
# eksctl finds these images by itself, as EKS does.
FOUND = ("auto", "auto-ssm", "static")
UNITS = {"": 1024, "gb": 1024, "gib": 1024, "mb": 1, "mib": 1}
MAKERS = {"arm64": ["amazon-web-services"], "x86_64": ["intel", "amd"], "amd64": ["intel", "amd"]}


def convert(it: Source, at: Path, path: Path) -> None:
    _image(it, at, path)
    _types(it, at, path)
    _selector(it, at, path)
    _disks(it, at, path)
    _metadata(it, at, path)
    _taints(it, at, path)
    _kubelet(it, at, path)
    commands = it.get(*at, "preBootstrapCommands")
    if commands:
        script = "\n".join(str(one).rstrip("\n") for one in commands) + "\n"
        it.draft.put((*path, "userData"), script, spelled((*at, "preBootstrapCommands")))


def _image(it: Source, at: Path, path: Path) -> None:
    family, image = it.get(*at, "amiFamily"), it.get(*at, "ami")
    key: Path = (*path, "amiParameter" if str(image).startswith("/") else "amiId")
    ended = family == "AmazonLinux2" and _too_new(it)
    own = bool(image) and image not in FOUND and not ended
    own = own and it.draft.put(key, image, spelled((*at, "ami")))
    if family == "AmazonLinux2" and not own:
        said = "Amazon Linux 2 has ended; Amazon Linux 2023 takes its place"
        it.draft.lose((*path, "ami"), spelled((*at, "amiFamily")), family, said)
        if image and image not in FOUND:
            said = (
                "an image of Amazon Linux 2 has no kubelet for the cluster's Kubernetes version; EKS's image is taken"
            )
            it.draft.lose((*path, "ami"), spelled((*at, "ami")), image, said)
    elif family:
        windows = WINDOWS.fullmatch(family)
        ours = f"Windows{windows[1]}{windows[2]}" if windows else FAMILIES.get(family, family)
        it.draft.put((*path, "ami"), ours, spelled((*at, "amiFamily")))
    command = it.get(*at, "overrideBootstrapCommand")
    where: Path = (*path, "bootstrapCommand")
    if command and own:
        it.draft.put(where, command, spelled((*at, "overrideBootstrapCommand")))
    elif command:
        why = "only an image of yours needs it: others know how to join"
        it.draft.lose(where, spelled((*at, "overrideBootstrapCommand")), command, why)


def _too_new(it: Source) -> bool:
    """Whether Amazon Linux 2 had ended before the cluster's version began (Amazon EKS User Guide, EKS AL2 AMI FAQs)."""
    _, last = facts.node_image_versions("AL2")
    return age(it.draft.get("cluster", "version") or facts.default_version()) > age(last)


def _types(it: Source, at: Path, path: Path) -> None:
    where: Path = (*path, "instanceTypes")
    several: Path = (*at, "instancesDistribution", "instanceTypes")
    one: Path = (*at, "instanceType")
    if it.get(*several):
        it.draft.put(where, it.get(*several), spelled(several))
        if it.get(*one):
            it.draft.lose(where, spelled(one), it.get(*one), "instancesDistribution.instanceTypes takes its place")
    elif it.get(*at, "instanceType") and it.get(*at, "instanceType") != "mixed":
        it.draft.put(where, [it.get(*at, "instanceType")], spelled((*at, "instanceType")))
    elif not it.get(*at, "instanceTypes") and not it.get(*at, "launchTemplate") and not it.get(*at, "instanceSelector"):
        it.draft.put(where, [DEFAULT_TYPE])


def _selector(it: Source, at: Path, path: Path) -> None:
    """eksctl asks EC2 for matching types when it runs; attribute-based selection says the same to EC2 itself."""
    where, source = (*path, "instanceRequirements"), (*at, "instanceSelector")
    wanted: dict[str, Any] = it.get(*source) or {}
    for key, value in wanted.items():
        for ours, given in _requirement(key, value):
            it.draft.put((*where, *ours), given, spelled((*source, key)))
    if wanted and it.draft.get(*where):
        for key in ("vcpus", "memoryMiB"):  # EC2 insists on both
            if not it.draft.get(*where, key):
                it.draft.put((*where, key, "min"), 1)


def _requirement(key: str, value: Any) -> list[tuple[tuple[str, ...], Any]]:
    if key == "vCPUs":
        return [(("vcpus", "min"), value), (("vcpus", "max"), value)]
    if key == "memory":
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", str(value))
        size = int(float(found[1]) * UNITS.get(found[2].lower(), 1024)) if found else value
        return [(("memoryMiB", "min"), size), (("memoryMiB", "max"), size)]
    if key in ("gpus", "neuron_devices"):
        limits: list[tuple[tuple[str, ...], Any]] = [(("acceleratorCount", "max"), value)]
        if not value:
            return limits
        kind = "gpu" if key == "gpus" else "inference"
        return [(("acceleratorCount", "min"), value), *limits, (("acceleratorTypes",), [kind])]
    if key == "cpuArchitecture":
        return [(("cpuManufacturers",), MAKERS.get(str(value), [value]))]
    # Ours takes EC2's wildcards, eksctl's is a regular expression; most of them are a list of prefixes.
    words = [re.sub(r"\\?\.(\*|\+)?", _wildcard, one).strip("^$()") for one in str(value).split("|")]
    return [(("allowed",) if key == "allow" else ("excluded",), words)]


def _wildcard(found: re.Match[str]) -> str:
    """`.*` matches anything; a dot alone is the one before the size, as in m7g.large."""
    return "*" if found[1] else "."


def _disks(it: Source, at: Path, path: Path) -> None:
    if it.get(*at, "volumeSize") is None and not it.get(*at, "launchTemplate"):
        it.draft.put((*path, "disk", "size"), DEFAULT_SIZE)
    _key(it, (*at, "volumeKmsKeyID"), (*path, "disk", "keyArn"))
    for place, one in enumerate(it.get(*at, "additionalVolumes") or []):
        below, where = (*at, "additionalVolumes", place), (*path, "volumes", place)
        if one.get("volumeSize") is None and not one.get("snapshotID"):
            it.draft.put((*where, "size"), DEFAULT_SIZE)
        _key(it, (*below, "volumeKmsKeyID"), (*where, "keyArn"))


def _key(it: Source, at: Path, where: Path) -> None:
    key = it.get(*at)
    if key and not str(key).startswith("arn:") and not it.draft.takes(where, key):
        it.draft.lose(where, spelled(at), key, "an id says nothing of the account; write the key's ARN")
    elif key:
        it.draft.put(where, key, spelled(at))


def _metadata(it: Source, at: Path, path: Path) -> None:
    """IMDS (Amazon EC2 User Guide, "Configure the Instance Metadata Service options")."""
    where: Path = (*path, "metadataOptions")
    blocked, version = it.get(*at, "disablePodIMDS"), it.get(*at, "disableIMDSv1")
    tokens = "optional" if version is False and not blocked else "required"
    for key, value, field, said in (
        ("httpTokens", tokens, "disableIMDSv1", version),
        ("httpPutResponseHopLimit", 1 if blocked else 2, "disablePodIMDS", blocked),
    ):
        it.draft.put((*where, key), value, spelled((*at, field)) if said is not None else "")


def _taints(it: Source, at: Path, path: Path) -> None:
    """Taints as eksctl also takes them: `key: value:effect`."""
    given = it.get(*at, "taints")
    for place, (key, text) in enumerate(given.items() if isinstance(given, dict) else ()):
        value, _, effect = str(text).rpartition(":")
        one = {"key": key, "value": value, "effect": effect}
        source = spelled((*at, "taints", str(key)))
        for name in ("key", "effect", *(("value",) if value else ())):
            it.draft.put((*path, "taints", place, name), one[name], source)


def _kubelet(it: Source, at: Path, path: Path) -> None:
    """Settings of the kubelet, of which the language has two elsewhere; the group's own fields count before them."""
    given, source = it.get(*at, "kubeletExtraConfig"), spelled((*at, "kubeletExtraConfig"))
    if not isinstance(given, dict):
        return
    left = dict(given)
    for theirs, own, ours in (("maxPods", "maxPodsPerNode", "maxPods"), ("clusterDNS", "clusterDNS", "clusterDns")):
        value = left.get(theirs)
        if it.get(*at, own) is None and value is not None and it.draft.takes((*path, ours), value):
            it.draft.put((*path, ours), left.pop(theirs), source)
    if left:
        it.draft.put((*path, "kubelet"), left, source)
