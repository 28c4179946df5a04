"""Who may do what: in the cluster by access entries, and in the account by roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import BREAK, Html, Text, code, element, items, joined, table
from bpc.report.values import listed, said, shortened

POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
Resource = tuple[str, str, dict[str, Any]]


def _all(stacks: Stacks, *kinds: str) -> Iterator[Resource]:
    """Stack, logical ID and properties of every resource of some types."""
    for stack, template in stacks.templates.items():
        for title, one in template["Resources"].items():
            if one["Type"] in kinds:
                yield stacks.name(stack), title, one.get("Properties", {})


def cluster(stacks: Stacks) -> Html:
    """Who is let into the cluster."""
    rows = [_entry(one) for _, _, one in _all(stacks, "AWS::EKS::AccessEntry")]
    parts: list[Text] = []
    if stacks.plan.blueprint.cluster.bootstrap_cluster_creator_admin_permissions:
        parts.append(element("p", "Whoever creates the cluster's stack is an administrator of the cluster."))
    if rows:
        columns = ("Principal", "Type", "Kubernetes user and groups", "EKS access policies")
        parts.append(table("Access entries", columns, rows))
    return joined(parts or [element("p", "The blueprint lets nobody in.")])


def _entry(one: dict[str, Any]) -> list[Text]:
    user = [f"user {said(one['Username'])}"] if "Username" in one else []
    groups = [f"group {said(group)}" for group in listed(one.get("KubernetesGroups"))]
    return [
        code(said(one.get("PrincipalArn"))),
        said(one.get("Type", "STANDARD")),
        items([*user, *groups]) or "none",
        items([_policy(policy) for policy in listed(one.get("AccessPolicies"))]) or "none",
    ]


def _policy(one: dict[str, Any]) -> str:
    name = said(one["PolicyArn"]).rpartition("/")[2]
    scope = one["AccessScope"]
    where = ", ".join(map(said, listed(scope.get("Namespaces"))))
    return f"{name} in {where}" if where else f"{name} in the whole cluster"


def roles(stacks: Stacks) -> Html:
    """Every role that is made, who may take it, and what it may do."""
    more: dict[str, list[Text]] = {}
    for _, title, one in _all(stacks, *POLICIES):
        for role in listed(one.get("Roles", one.get("RoleName"))):
            for statement in listed(one["PolicyDocument"]["Statement"]):
                more.setdefault(said(role), []).append(_statement(statement, title))
    rows = []
    for stack, title, one in _all(stacks, "AWS::IAM::Role"):
        said_of = [*_managed(one), *_inline(one), *more.get(f"${{{title}}}", ())]
        who = [*_who(one["AssumeRolePolicyDocument"])]
        rows.append([joined([code(title), BREAK, stack]), items(who), items(said_of) or "nothing"])
    if not rows:
        return element("p", "No role is made.")
    return table("Roles", ("Role and stack", "Who takes it", "What it may do"), rows)


def _who(document: dict[str, Any]) -> Iterator[str]:
    for statement in listed(document["Statement"]):
        principal = statement.get("Principal", {})
        for kind, names in principal.items() if isinstance(principal, dict) else [("", principal)]:
            for name in listed(names):
                yield said(name) if kind in ("Service", "") else f"{kind} {said(name)}"
        account = _account(statement.get("Condition", {}))
        if account:
            yield f"for the service account {account}"


def _account(condition: dict[str, Any]) -> str:
    """The one service account whose pods get the role, where the trust says it (EKS Pod Identity, or IRSA)."""
    if not isinstance(condition, dict):
        return ""
    values = {key: said(one) for test in condition.values() if isinstance(test, dict) for key, one in test.items()}
    tag = "aws:RequestTag/kubernetes-"
    space, name = values.get(f"{tag}namespace"), values.get(f"{tag}service-account")
    return f"{space}/{name}" if space and name else name or ""


def _managed(one: dict[str, Any]) -> Iterator[Text]:
    for arn in listed(one.get("ManagedPolicyArns")):
        yield joined(["policy ", code(said(arn).rpartition(":policy/")[2] or said(arn))])
    if "PermissionsBoundary" in one:
        yield joined(["never more than ", code(said(one["PermissionsBoundary"]))])


def _inline(one: dict[str, Any]) -> Iterator[Text]:
    for policy in listed(one.get("Policies")):
        for statement in listed(policy["PolicyDocument"]["Statement"]):
            yield _statement(statement, said(policy.get("PolicyName", "")))


def _statement(one: dict[str, Any], policy: str) -> Html:
    """A statement in short; what it allows everywhere without a condition is called so."""
    actions = [said(action) for action in listed(one.get("Action", one.get("NotAction")))]
    resources = [said(resource) for resource in listed(one.get("Resource", one.get("NotResource")))]
    all_but = "all but " if "NotAction" in one else ""
    where = "everything but " if "NotResource" in one else ""
    where += "every resource" if resources == ["*"] and not where else shortened(resources)
    tests = [test for test in one.get("Condition", {}).values() if isinstance(test, dict)]
    conditions = ", ".join(sorted({str(key) for test in tests for key in test}))
    parts: list[Text] = [element("strong", str(one.get("Sid") or policy or one["Effect"]))]
    parts += [
        ": ",
        "" if one["Effect"] == "Allow" else "never ",
        all_but,
        code(shortened(actions)),
        " on ",
        code(where),
    ]
    if conditions:
        parts.append(f", under a condition on {conditions}")
    return joined(parts)
