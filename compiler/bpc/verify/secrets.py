"""No file holds a secret, and no manifest holds what is known only after deployment.

The forms of access keys are from the IAM User Guide, IAM identifiers; those of ARNs and of registry, queue and
resource names from each service's own reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import yaml

from bpc.diagnostics import Path, Rule, Span, rule
from bpc.verify import Finding, Template, documents, mappings

SECRET = rule(
    "BPC627",
    "secret-in-output",
    why="Output is committed and read by many; a secret in it is a secret no more.",
    cure="Take the secret out of the blueprint, make it anew, and keep it where a workload reads it at run time.",
)
DEPLOYED = rule(
    "BPC628",
    "known-after-deployment",
    why="Manifests name no account and nothing that is known only after deployment, so every account shares them.",
    cure="Give permissions by Pod Identity, which needs no ARN; if no override did it, it is a mistake in bpc.",
)

SECRETS = {
    "the ID of an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a secret access key": re.compile(
        r"(?i:secret[\w.-]*)[\"']?\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
    ),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
}
AFTER_DEPLOYMENT = {
    "an ARN with an account number": re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d{12}:"),
    "a registry's account number": re.compile(r"\b\d{12}\.dkr\.ecr\."),
    "a queue's account number": re.compile(r"\bsqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/\d{12}/"),
    "the ARN of a role": re.compile(r"\barn:aws[a-z-]*:iam::|eks\.amazonaws\.com/role-arn"),
    "the ID of an AWS resource": re.compile(
        r"\b(?:vpc|subnet|sg|eni|rtb|igw|nat|lt|vpce|eipalloc)-(?:[0-9a-f]{17}|[0-9a-f]{8})\b"
    ),
}
# Parameters whose value is a secret; SecretsKeyArn or TokenAudience are names of things, no secrets.
SENSITIVE = re.compile(r"(?i)(password|passphrase|privatekey|secretkey|secretstring|apikey|authtoken|(secret|token)$)")
WRITTEN_OUT = re.compile(r"(?i)(password|secretstring)$")


def secrets(file: str, text: str) -> Iterator[Finding]:
    """Promise 9: no access key, private key or token, in any file."""
    yield from _search(SECRETS, SECRET, file, text)


def deployed_values(file: str, text: str, known: Iterable[str] = (), mirrors: Iterable[str] = ()) -> Iterator[Finding]:
    """Promise 8: no account number, role ARN or ID of a deployed resource, in any manifest.

    `known` are the ARNs of the roles that the blueprint itself says, by account and name, for IRSA; `mirrors` are the
    registries that it says images come from.
    """
    for mirror in sorted(mirrors, key=len, reverse=True):
        text = re.sub(rf"(?<![\w./-]){re.escape(mirror)}/", lambda match: " " * len(match[0]), text)
    for arn in sorted(known, key=len, reverse=True):
        said = re.compile(rf"(?:eks\.amazonaws\.com/role-arn: )?{re.escape(arn)}(?![\w+=,.@/-])")
        text = said.sub(lambda match: " " * len(match[0]), text)
    yield from _search(AFTER_DEPLOYMENT, DEPLOYED, file, text)


def sensitive_values(template: Template) -> Iterator[Finding]:
    """Promise 9: a parameter for a secret hides what is typed and has no default; no property holds a password."""
    for path, message in _sensitive(template):
        yield template.found(SECRET, path, message)


def _sensitive(template: Template) -> Iterator[tuple[Path, str]]:
    for title, parameter in template.section("Parameters").items():
        if SENSITIVE.search(title):
            if str(parameter.get("NoEcho")).lower() != "true":
                yield ("Parameters", title), f"the parameter {title} is for a secret and has no NoEcho"
            if parameter.get("Default"):
                yield ("Parameters", title), f"the parameter {title} is for a secret and has a default"
    for at, mapping in mappings(dict(template.resources), ("Resources",)):
        for key, value in mapping.items():
            if WRITTEN_OUT.search(key) and isinstance(value, str) and "{{resolve:" not in value:
                yield (*at, key), f"{key} is written out"


def secret_objects(file: str, text: str) -> Iterator[Finding]:
    """Promise 9: no Kubernetes Secret that has anything in it. A file that is no YAML is left to kustomize."""
    try:
        objects = documents(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    for one in objects:
        if one.get("kind") == "Secret" and (one.get("data") or one.get("stringData")):
            yield Finding(file, SECRET.at((), "a Kubernetes Secret has its content in it"))


def _search(patterns: dict[str, re.Pattern[str]], rule_: Rule, file: str, text: str) -> Iterator[Finding]:
    for what, pattern in patterns.items():
        for match in pattern.finditer(text):
            start = match.start("value") if "value" in pattern.groupindex else match.start()
            line = text.count("\n", 0, start) + 1
            column = start - text.rfind("\n", 0, start)
            span = Span(line, column, column + match.end() - start)
            # What is found is not said again: a log is no place for it either.
            yield Finding(file, rule_.at((), f"this is {what}", span=span))
