"""Permissions for services that a network with VPC endpoints alone does not lead to."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.model.network import PRIVATE_CLUSTER
from bpc.plan import calls
from bpc.plan.calls import Call
from bpc.plan.shapes import Plan

UNKNOWN = rule(
    "BPC910",
    "endpoint-of-service-unknown",
    why="Without internet, a permission is of use where an endpoint leads to its service. This one is for a service "
    "with several endpoints, or with none that bpc knows (AWS PrivateLink Guide, AWS services that integrate).",
    cure="Add the endpoints that are called to `network.endpoints`, beside private-cluster.",
    severity="warning",
)
NO_WAY = rule(
    "BPC911",
    "service-without-endpoint",
    why="Without internet, a permission is of use where an endpoint leads to its service. This service has none in "
    "the Region (AWS PrivateLink Guide, AWS services that integrate; `compiler/bpc/facts/endpoints.json`).",
    cure="Let what needs the service run elsewhere, or give the network another way out.",
    severity="warning",
)


def _calls(plan: Plan) -> Iterator[Diagnostic]:
    unknown, missing = set[str](), set[str]()
    for call in calls.made(plan):
        if call.endpoints is None and call.service not in unknown and not _listed(call.service, plan):
            unknown.add(call.service)
            yield _unknown(call)
        for one in call.endpoints or ():
            if one not in missing and not facts.has_endpoint(one, plan.region):
                missing.add(one)
                yield NO_WAY.at(call.at, f"{one} has no VPC endpoint in {plan.region}", "let it run elsewhere")


def _unknown(call: Call) -> Diagnostic:
    if "*" in call.service:
        return UNKNOWN.at(call.at, "any service may be meant", f"add those that are called, beside {PRIVATE_CLUSTER}")
    said = f"bpc does not know which VPC endpoint leads to {call.service}"
    return UNKNOWN.at(call.at, said, f"add it to network.endpoints, beside {PRIVATE_CLUSTER}")


def _listed(service: str, plan: Plan) -> bool:
    """Whether the blueprint itself lists an endpoint with the service's name: bedrock-runtime for bedrock."""
    return any(one.replace(".", "-").split("-")[0] == service for one in plan.blueprint.network.endpoints)


OBSTACLES = (_calls,)
