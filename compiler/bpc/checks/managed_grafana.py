"""Managed Grafana: people can sign in, and what it is to read is there."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, ManagedGrafana

SIGN_IN = rule(
    "BPC665",
    "grafana-sign-in",
    why="With SAML nobody signs in before the workspace knows the identity provider; without it, what is said of the "
    "provider does nothing.",
    cure="Say both, `saml` in authentication and the provider in `saml`, or neither.",
)
NO_SOURCE = rule(
    "BPC666",
    "grafana-without-prometheus",
    why="The role of Grafana reads the platform's own workspace of Prometheus, and no others.",
    cure="Add `prometheus: {}` to observability, or leave prometheus out of dataSources.",
)
NOT_INSIDE = rule(
    "BPC667",
    "grafana-outside-the-vpc",
    why="Grafana has its network interfaces in two private subnets at least, and in Seoul none (Amazon Managed Grafana "
    "API Reference, VpcConfiguration).",
    cure="Leave inVpc out, or have private subnets in two zones.",
)
SEOUL = "ap-northeast-2"


def _sign_in(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    if "saml" in wanted.authentication and not wanted.saml:
        at = (*wanted.at, "authentication", wanted.authentication.index("saml"))
        yield SIGN_IN.at(at, "the identity provider is not named", "name it in `saml`")
    if wanted.saml and "saml" not in wanted.authentication:
        yield SIGN_IN.at((*wanted.at, "saml"), "nobody signs in by SAML", key=True)


def _sources(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    there = blueprint.observability and blueprint.observability.prometheus
    if "prometheus" in wanted.data_sources and not there:
        at = (*wanted.at, "dataSources", wanted.data_sources.index("prometheus"))
        yield NO_SOURCE.at(at, "there is no workspace of Prometheus to read")


def _inside(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted, network = _wanted(blueprint), blueprint.network
    if not wanted.in_vpc:
        return
    at = (*wanted.at, "inVpc")
    if blueprint.metadata.region == SEOUL:
        yield NOT_INSIDE.at(at, f"Grafana does not reach into VPCs in {SEOUL}")
    if "private" not in network.kinds:
        yield NOT_INSIDE.at(at, "the network has no private subnets")


def _wanted(blueprint: Blueprint) -> ManagedGrafana:
    assert blueprint.observability and blueprint.observability.grafana
    return blueprint.observability.grafana


CHECKS = (_sign_in, _sources, _inside)
