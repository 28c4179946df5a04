"""What `bpc addons show` says of an add-on: a label and what belongs to it, in lines that fit a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from bpc import render
from bpc.addon import AddOn

Rows = dict[str, list[str]]
WIDTH = 100
LABEL = 20
# The part of an ARN that says no more than that it is in this account and Region.
HERE = re.compile(r"arn:\$\{AWS::Partition\}:[a-z0-9-]+:(\$\{AWS::Region\})?:(\$\{AWS::AccountId\}|aws)?:")


def lines(one: dict[str, Any]) -> Iterator[str]:
    """The page."""
    yield from (one["name"], "", *wrapped(one["summary"], "  ", "  "), "")
    for label, said in _rows(one):
        for line in said:
            yield from wrapped(line, f"  {label:<{LABEL}}", " " * (LABEL + (4 if len(said) > 1 else 2)))
            label = ""
    yield from ("", *wrapped(f"`bpc explain addons.{one['name']}` has every field.", "  ", "  "), "", "  example:")
    yield from _indented(render.manifests([one["example"]], "").decode())


def _rows(one: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What there is to say, and its label; what does not concern the add-on is left out."""
    rows = _origin(one) | _permissions(one) | _places(one) | _objects(one)
    rows["options"] = [_option(option) for option in one["options"]]
    yield from ((f"{label}:", [*filter(None, lines)]) for label, lines in rows.items() if any(lines))


def _origin(one: dict[str, Any]) -> Rows:
    security = f" (Pod Security: {one['podSecurity']})" if one["podSecurity"] else ""
    beware = {
        f"{one['name']} {one['retired']}": one["retired"],
        "sold in the AWS Marketplace: the account has to subscribe to it": one["marketplace"],
        f"renders anew each time: {one['rendersAnew']}": one["rendersAnew"],
    }
    return {
        "also called": [", ".join(one["also"])],
        "beware": [text for text, holds in beware.items() if holds] + one["beware"],
        "sources": [line for source in one["sources"] for line in _source(source)],
        "core": ["there unless `enabled: false`"] if one["core"] else [],
        "engine": [f"it is `gitops.engine: {one['engine']}` itself"] if one["engine"] else [],
        "installed by": [", ".join(one["engines"])] if one["engines"] != [*AddOn.engines] else [],
        "namespace": [one["namespace"] + security],
    }


def _permissions(one: dict[str, Any]) -> Rows:
    return {
        "service account": [one["serviceAccount"] + (" (by IRSA alone)" if one["byToken"] else "")],
        "managed policies": one["managedPolicies"],
        "may": [_statement(statement) for statement in one["permissions"]],
        "AWS resources": [f"{title}: {kind}" for title, kind in one["resources"].items()],
    }


def _places(one: dict[str, Any]) -> Rows:
    where, versions = one["runsOn"], one["kubernetes"]
    alone = " (there has to be one: the service answers by it alone)" if one["onlyByEndpoint"] else ""
    return {
        "requires": [", ".join(one["requires"])],
        "not beside": [", ".join(one["conflicts"])],
        "Fargate": [where["fargate"]],
        "EKS Auto Mode": [where["autoMode"]],
        "Windows": [where["windows"]],
        "architectures": [", ".join(where["architectures"])],
        "accelerator": [where["accelerator"]],
        "takes of the node": [f"{what}: {why}" for what, why in one["host"].items()],
        "instance metadata": ["read by its pods: httpPutResponseHopLimit 2 at a managed node group"]
        if one["readsMetadata"]
        else [],
        "Kubernetes": [_range(versions["oldest"], versions["newestTested"], versions["why"])],
        "partitions": [", ".join(one["partitions"])] if one["partitions"] != [*AddOn.partitions] else [],
        "endpoints": [", ".join(one["endpoints"]) + alone] if one["endpoints"] or alone else [],
        "internet": ["needed: it calls what has no VPC endpoint"] if one["needsInternet"] else [],
        "tag of subnets": [one["subnetTag"]],
        "tags of nodes": [f"{key}: {value}".rstrip(": ") for key, value in one["nodeTags"].items()],
    }


def _objects(one: dict[str, Any]) -> Rows:
    return {
        "images": one["images"] or [one["registry"]],
        "named by settings": one["toldImages"],
        "disks": ["EBS volumes, by persistent volume claims"] if one["disks"] else [],
        "custom resources": one["customResources"],
        "watches": [f"{', '.join(one['watches'])}: others' that have to be there"] if one["watches"] else [],
        "default class": [f"for Ingresses, by its value {one['defaultIngress']}"] if one["defaultIngress"] else [],
        "webhooks": ["yes: the API server refuses objects while it is away"] if one["webhooks"] else [],
        "wait for": one["waitsFor"]
        + (["no engine waits: some of its pods want more of you first"] if not one["settles"] else [])
        + ([f"a Job of its chart, for up to {one['patience']}"] if one["patience"] else []),
        "before the end": [": ".join(one["leaves"])],
        "after the end": [one["takenUp"]],
    }


def _source(source: dict[str, Any]) -> Iterator[str]:
    if source["source"] == "eks":
        yield f"eks: {source['name']}, in the version that EKS gives the cluster"
    elif source["source"] == "manifests":
        yield f"manifests: plain objects by bpc, {source['version']}".rstrip(", ")
    for chart in source.get("charts", ()):
        yield f"chart: {chart['name']} {chart['version']} of {chart['repository']}"


def _statement(statement: dict[str, Any]) -> str:
    """One statement of a policy as a sentence."""
    resources = ", ".join(_plain(one) for one in statement["Resource"])
    when = " and ".join(
        f"{key} {operator} {_plain(value)}"
        for operator, tests in statement.get("Condition", {}).items()
        for key, value in tests.items()
    )
    name = f" ({statement['Sid']})" if "Sid" in statement else ""
    denied = "never " if statement["Effect"] == "Deny" else ""
    return f"{denied}{_actions(statement['Action'])} on {resources}{name}" + (f" if {when}" if when else "")


def _actions(names: list[str]) -> str:
    """Actions, with their service said once."""
    services: dict[str, list[str]] = {}
    for name in names:
        service, _, action = name.partition(":")
        services.setdefault(service, []).append(action)
    return "; ".join(f"{service}: {', '.join(actions)}" for service, actions in services.items())


def _plain(value: Any) -> str:
    """A value of a template as people write it."""
    if isinstance(value, dict):
        ((function, inner),) = value.items()
        return ".".join(inner) if function == "Fn::GetAtt" else _plain(inner)
    return " or ".join(map(_plain, value)) if isinstance(value, list) else HERE.sub("", str(value))


def _range(oldest: str, newest: str, why: str) -> str:
    since, tried = f"{oldest} or later" if oldest else "", f"tested up to {newest}" if newest else ""
    bounds = ", ".join(filter(None, (since, tried))) or "no bounds"
    return f"{bounds}: {why}" if why else bounds


def _option(option: dict[str, Any]) -> str:
    default = "required" if option["required"] else f"default {option['default'] or 'none'}"
    narrow = "; with `source: manifests`" if option["ofManifests"] else ""
    return f"{option['name']} ({option['type']}; {default}{narrow}): {option['description']}"


def wrapped(text: str, first: str, later: str) -> list[str]:
    """Lines, in which a name is never broken."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _indented(text: str) -> Iterator[str]:
    yield from (f"    {line}" for line in text.splitlines())
