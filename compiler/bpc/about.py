"""Everything about an add-on in words and plain data, read from its own facts; for `bpc addons`."""

from __future__ import annotations

from typing import Any

from bpc import catalogue, facts, schema
from bpc.addon import AddOn, Context
from bpc.unlisted import Unlisted

Told = dict[str, Any]

# A platform to ask the entry about: what it says of this one it says of any.
CLUSTER, REGION = "my-cluster", "us-east-1"


def entry(name: str) -> type[AddOn] | None:
    """The add-on of that name, or that is called so too, if the catalogue has it."""
    found = catalogue.addon(name)
    found = catalogue.addon(catalogue.called_here(name) or name) if issubclass(found, Unlisted) else found
    return None if issubclass(found, Unlisted) else found


def summary(entry: type[AddOn]) -> Told:
    """A line of the list: what each of its sources has, by the source's name."""
    return {
        "name": entry.name,
        "summary": entry.__doc__,
        "namespace": entry.namespace,
        "sources": {source: _version(entry, source) for source in entry.sources},
        "retired": entry.retired,
    }


def everything(entry: type[AddOn]) -> Told:
    """All that the catalogue knows of one, in the order in which a reader asks; what is empty does not concern it."""
    context = _context(entry)
    return {
        "name": entry.name,
        "summary": entry.__doc__,
        "retired": entry.retired,
        "beware": [*entry.beware],
        "also": [*entry.also],
        "sources": [_source(entry, source) for source in entry.sources],
        "core": entry.core,
        "marketplace": entry.marketplace,
        "engine": entry.engine,
        "engines": [*entry.engines],
        "rendersAnew": entry.random,
        "namespace": entry.namespace,
        "podSecurity": entry.pod_security,
        "serviceAccount": entry.service_account or "",
        "byToken": entry.by_token,
        "managedPolicies": [*entry.managed(context)],
        "permissions": _statements(entry, context),
        "resources": {str(one.title): str(one.resource_type) for one in entry.resources(context)},
        "requires": [*entry.requires],
        "conflicts": [*entry.conflicts, *entry.instead_of],
        "runsOn": _places(entry),
        "kubernetes": _kubernetes(entry),
        "partitions": [*entry.partitions],
        "endpoints": [*entry.called(context.options)],
        "onlyByEndpoint": entry.only_by_endpoint,
        "needsInternet": entry.needs_internet,
        "registry": entry.registry,
        "images": _images(entry, context),
        "toldImages": [*entry.told_images],
        "customResources": [*entry.crds],
        "watches": [*entry.watches],
        "webhooks": entry.webhooks,
        "waitsFor": [*entry.waits_for],
        "settles": entry.settles,
        "patience": entry.patience,
        "disks": entry.disks,
        "host": dict(entry.host),
        "readsMetadata": entry.reads_metadata,
        "defaultIngress": entry.default_ingress,
        "nodeTags": dict(entry.node_tags),
        "subnetTag": entry.subnet_tag,
        "leaves": [*filter(None, entry.leaves)],
        "takenUp": entry.taken_up,
        "options": [_option(entry, name) for name in entry.options],
        "example": example(entry),
    }


def example(entry: type[AddOn]) -> Told:
    """The least that a blueprint has to say for it to be there, with what it requires."""
    addons: Told = {}
    for name in (*entry.requires, entry.name):
        one = catalogue.addon(name)
        if name == entry.name or not one.core:
            addons[name] = {key: _first(one, key) for key in one.required}
    engine: Told = (
        {"engine": "flux" if "flux" in entry.engines else entry.engines[0]} if entry.sources == ("chart",) else {}
    )
    endpoints = [*entry.called(_context(entry).options)] if entry.only_by_endpoint else []
    network: Told = {"network": {"endpoints": endpoints}} if endpoints else {}
    account: Told = {"environments": {"default": {"account": "111122223333"}}} if entry.by_token else {}
    return network | ({"gitops": engine} if engine else {}) | {"addons": addons} | account


def _context(entry: type[AddOn]) -> Context:
    """A platform in which it has its defaults, and examples for what it requires."""
    properties = entry.schema()["properties"]
    options = {key: schema.resolved(one)["default"] for key, one in properties.items() if "default" in one}
    options |= {key: _first(entry, key) for key in entry.required}
    return Context(
        cluster=CLUSTER,
        region=REGION,
        partition="aws",
        version=facts.default_version(),
        options=options,
        has_nodes=True,
        has_internet=True,
        nodes=3,
        others=frozenset(entry.requires),
        metadata_groups=("workers",) if entry.reads_metadata else (),
        namespace=entry.namespace,
        vpc_name=f"{CLUSTER}-VPC",
    )


def _first(entry: type[AddOn], option: str) -> Any:
    return schema.resolved(entry.schema()["properties"][option])["examples"][0]


def _source(entry: type[AddOn], source: str) -> Told:
    told: Told = {"source": source}
    if source == "eks":
        return told | {"name": entry.eks_name or entry.name}
    if source == "chart":
        charts = [{"repository": one.repository, "name": one.name, "version": one.version} for one in entry.charts]
        return told | {"charts": charts}
    return told | {"version": _version(entry, source)}


def _version(entry: type[AddOn], source: str) -> str:
    """What the catalogue has; EKS has versions of its own, of which each Kubernetes version has a default."""
    if source == "chart":
        return entry.charts[-1].version
    if source == "manifests":
        return (_pulled(entry, _context(entry)) or [""])[0].rpartition(":")[2]
    return ""


def _images(entry: type[AddOn], context: Context) -> list[str]:
    return sorted({*entry.images, *_pulled(entry, context)})


def _pulled(entry: type[AddOn], context: Context) -> list[str]:
    """The images in the manifests of our own."""
    pods = [one.get("spec", {}).get("template", {}).get("spec", {}) for one in entry.manifests(context)]
    return [container["image"] for pod in pods for container in pod.get("containers", ())]


def _statements(entry: type[AddOn], context: Context) -> list[Told]:
    from bpc.kit import iam

    return iam.plain(entry.policy(context))


def _places(entry: type[AddOn]) -> Told:
    alone = "no: it runs on every node" if entry.daemonset else "yes, with a profile that selects its pods"
    alone = "no: there it has no EBS volumes" if entry.disks else alone
    alone = "no: it has no instance metadata service" if entry.reads_metadata else alone
    built_in = "built in: for the nodes of node groups beside it" if entry.in_auto_mode else "yes"
    built_in = (
        "on the nodes of node groups beside it: its own keep their metadata" if entry.reads_metadata else built_in
    )
    told: Told = {"fargate": alone, "autoMode": built_in, "architectures": [*entry.architectures]}
    return told | {"accelerator": entry.accelerator, "windows": _windows(entry)}


def _windows(entry: type[AddOn]) -> str:
    if entry.role_on_windows:
        return "yes, and its pods there have its role by IRSA"
    return "yes" if entry.on_windows else "no: its pods keep to nodes with Linux"


def _kubernetes(entry: type[AddOn]) -> Told:
    oldest, newest = entry.kubernetes
    why = "" if oldest or newest else entry.no_range
    if entry.sources == ("eks",):
        why = "EKS has a version of it for each version of Kubernetes"
    return {"oldest": oldest, "newestTested": newest, "why": why}


def _option(entry: type[AddOn], name: str) -> Told:
    from bpc.reference import Field

    field = Field(name, schema.resolved(entry.schema()["properties"][name]))
    told = {"name": name, "description": str(field.node.get("description", "")), "type": field.kind}
    return told | {
        "default": field.default,
        "required": name in entry.required,
        "ofManifests": name in entry.of_manifests,
    }
