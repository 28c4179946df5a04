"""What finished templates hold that the permissions of their deployer depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.deployer.place import Place
from bpc.kit import statements as iam
from bpc.kit.record import Record

Templates = Mapping[str, Mapping[str, Any]]

# The property that gives a resource another name than a generated one, and its ARN with that name.
NAMED = {
    "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingGroupName", "autoscaling:{here}:*:autoScalingGroupName/{}"),
    "AWS::Events::Rule": ("Name", "events:{here}:rule/{}"),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", "iam::{account}:instance-profile/{}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "iam::{account}:policy/{}"),
    "AWS::IAM::Role": ("RoleName", "iam::{account}:role/{}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:{here}:log-group:{}"),
    "AWS::OpenSearchService::Domain": ("DomainName", "es:{here}:domain/{}"),
    "AWS::S3::Bucket": ("BucketName", "s3:::{}"),
    "AWS::SNS::Topic": ("TopicName", "sns:{here}:{}"),
    "AWS::SQS::Queue": ("QueueName", "sqs:{here}:{}"),
    "AWS::SSM::Document": ("Name", "ssm:{here}:document/{}"),
    "AWS::SSM::Parameter": ("Name", "ssm:{here}:parameter/{}"),
}
ROLE, KEY = ":role/", ":key/"
# These name a role that nobody is given: it is let into the cluster or a domain, or lives in another account.
NOT_GIVEN = ("MasterUserARN", "PrincipalArn", "TargetRoleArn")


class Survey(Record):
    """Types; the ARNs of what has a name of its own, by type; and everything that IAM has a condition for."""

    types: frozenset[str]
    named: Mapping[str, frozenset[str]]
    attached: frozenset[str]
    trusted: frozenset[str]
    roles: frozenset[str]
    keys: frozenset[str]
    keys_named: bool
    buckets: frozenset[str]
    computes: bool
    parameters: frozenset[str]


def survey(place: Place, templates: Templates) -> Survey:
    """A look at every resource and every parameter."""
    resources = [one for template in templates.values() for one in template["Resources"].values()]
    parts = [one for template in templates.values() for one in template.get("Parameters", {}).values()]
    literals: list[tuple[str, str]] = []
    for one in resources:
        _literals(one.get("Properties"), "", literals)
    return Survey(
        types=frozenset(str(one.get("Type")) for one in resources),
        named=_named(place, resources),
        attached=frozenset(_attached(place, resources)),
        trusted=frozenset(_trusted(resources)),
        roles=frozenset(one for key, one in literals if ROLE in one and key not in NOT_GIVEN),
        keys=frozenset(one for _, one in literals if one.split(":")[2:3] == ["kms"] and KEY in one),
        keys_named=all(_is_named(place, one) for one in resources if one.get("Type") == "AWS::KMS::Key"),
        buckets=frozenset(one.partition("/")[0] for key, one in literals if key == "LogDestination" and ":s3:" in one),
        computes=any("ComputeConfig" in one.get("Properties", {}) for one in resources),
        parameters=frozenset(str(one.get("Type")) for one in parts),
    )


def _named(place: Place, resources: list[Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in resources:
        key, pattern = NAMED.get(one.get("Type"), ("", ""))
        if key:
            properties = one.get("Properties", {})
            path = place.text(properties.get("Path", "/")).strip("/") if ":iam:" in f":{pattern}" else ""
            name = place.text(properties[key]) if key in properties else place.generated(pattern)
            full = f"{path}/{name}" if path else name.removeprefix("/") if ":parameter/" in pattern else name
            found.setdefault(one["Type"], set()).add(place.arn(pattern, full))
    return {kind: frozenset(arns) for kind, arns in found.items()}


def _is_named(place: Place, resource: Any) -> bool:
    """Whether a resource carries the platform's name, as all do that bpc writes."""
    tags = iam.listed(resource.get("Properties", {}).get("Tags", []))
    names = [one.get("Value") for one in tags if isinstance(one, dict) and one.get("Key") == "Name"]
    return any(str(name).startswith(f"{place.name}-") for name in names)


def _attached(place: Place, resources: list[Any]) -> Iterator[str]:
    """The managed policies that roles get; one of the platform's own where the template does not say which."""
    for one in resources:
        if one.get("Type") == "AWS::IAM::Role":
            for policy in iam.listed(one.get("Properties", {}).get("ManagedPolicyArns", [])):
                said = place.text(policy)
                yield said if said.startswith("arn:") else place.arn("iam::{account}:policy/{own}")


def _trusted(resources: list[Any]) -> Iterator[str]:
    """The services that may assume the roles."""
    for one in resources:
        if one.get("Type") == "AWS::IAM::Role":
            trust = one.get("Properties", {}).get("AssumeRolePolicyDocument")
            for _, statement in iam.statements(trust):
                principal = statement.get("Principal")
                services = principal.get("Service", []) if isinstance(principal, dict) else []
                yield from (str(service) for service in iam.listed(services))


def _literals(value: Any, key: str, found: list[tuple[str, str]]) -> None:
    """Every ARN that stands in a resource as it is, with the property that holds it; policies do not count."""
    if isinstance(value, str):
        if value.startswith("arn:"):
            found.append((key, value))
    elif isinstance(value, list):
        for one in value:
            _literals(one, key, found)
    elif isinstance(value, dict) and "Statement" not in value:
        for inner, one in value.items():
            _literals(one, inner if not inner.startswith("Fn::") else key, found)
