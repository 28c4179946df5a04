"""What a reviewer asks about rights, with what the templates answer: nothing here is wrong by itself.

Sources: Service Authorization Reference (which actions manage permissions, and which take no resource); IAM User
Guide, IAM JSON policy elements reference; Amazon EKS User Guide, Access policy permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from bpc.facts import permissions
from bpc.kit import statements as iam
from bpc.kit.record import Record
from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, items, joined, table
from bpc.report.values import listed, said, shortened

ENDPOINT = "AWS::EC2::VPCEndpoint"  # its policy grants nothing: it narrows what goes through
ADMINISTRATION = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")
# Actions of the access level "Permissions management", and those by which rights are handed on.
MANAGING = """
    *:put*policy *:set*policy *:delete*policy *:attach*policy *:detach*policy *:add*permission* *:remove*permission*
    iam:add* iam:create*policy* iam:createaccesskey iam:createloginprofile iam:createrole iam:createuser iam:passrole
    iam:put* iam:update*policy kms:creategrant eks:associateaccesspolicy eks:createaccessentry eks:updateaccessentry
    ec2:*permission* ec2:modifyimageattribute ec2:modifysnapshotattribute
    ram:* s3:put*acl sts:assumerole sts:assumerolewith*
""".split()
READING = ("describe", "list", "get", "batchget", "lookup", "view")


class Finding(Record):
    """Something to ask about: what it is, where it is, what is said there, and what answers it."""

    kind: str
    where: str
    what: Html
    answer: str


Asked = Callable[[dict[str, Any]], str]


def findings(stacks: Stacks) -> Html:
    """The table; whatever is said in several places of the templates is in it once."""
    told: dict[tuple[str, Html, str], list[Text]] = {}
    for one in sorted(found(stacks), key=lambda one: KINDS.index(one.kind)):
        told.setdefault((one.kind, one.what, one.answer), []).append(code(one.where))
    if not told:
        return element("p", "The templates give nobody rights.")
    note = (
        "What a reviewer asks about. The templates answer it by a condition, by the name of a statement (Sid), or by "
        "what the service takes."
    )
    rows = [[kind, items(where), what, answer] for (kind, what, answer), where in told.items()]
    return joined([element("p", note), table("Findings", ("What", "Where", "Said", "Answer"), rows)])


def found(stacks: Stacks) -> Iterator[Finding]:
    """Every finding of an environment."""
    for template in stacks.templates.values():
        for title, one in template["Resources"].items():
            properties = one.get("Properties", {})
            if one["Type"] == "AWS::EKS::AccessEntry":
                yield from _administrators(title, properties)
            if iam.makes_administrators(properties):
                yield Finding(OPEN, title, code("AdministratorAccess"), "the blueprint asks for it")
            yield from _maintained(title, properties)
            if one["Type"] != ENDPOINT:
                yield from _said(title, properties, stacks.plan.blueprint.account)


def _said(title: str, properties: Any, account: str | None) -> Iterator[Finding]:
    for _, statement in iam.statements(properties):
        if statement.get("Effect") != "Allow":
            continue
        if "Principal" in statement:
            yield from _trusted(title, statement, account)
        # In the policy of a resource, every resource is that one.
        for kind, asked in ASKED[:2] if "Principal" in statement else ASKED:
            if what := asked(statement):
                yield Finding(kind, title, code(what), _answer(statement))
                break


def _answer(statement: dict[str, Any]) -> str:
    """What stands in the statement beside what it allows."""
    tests = [test for test in statement.get("Condition", {}).values() if isinstance(test, dict)]
    keys = sorted({str(key) for test in tests for key in test})
    name = str(statement.get("Sid", ""))
    said_of = [f"Sid: {name}"] if name else []
    resources = [said(one) for one in listed(statement.get("Resource"))]
    if resources and resources != ["*"]:
        said_of.append(f"on {shortened(resources)} alone")
    return "; ".join([*said_of, *([f"under a condition on {', '.join(keys)}"] if keys else [])]) or "none"


def _actions(statement: dict[str, Any]) -> list[str]:
    return [said(one) for one in listed(statement.get("Action"))]


def _open(statement: dict[str, Any]) -> str:
    if iam.allows_all(statement) or iam.lets_anybody_in(statement):
        return shortened(_actions(statement)) or "all but some actions"
    return ""


def _managing(statement: dict[str, Any]) -> str:
    """The actions that give rights."""
    return shortened([one for one in _actions(statement) if any(fnmatchcase(one.lower(), rule) for rule in MANAGING)])


def _whole(statement: dict[str, Any]) -> str:
    return shortened([one for one in _actions(statement) if one.endswith(":*")])


def _changing(statement: dict[str, Any]) -> str:
    """What could name a resource, changes something, and may be done to every resource."""
    if "*" not in listed(statement.get("Resource")):
        return ""
    return shortened([one for one in _actions(statement) if not _reads(one) and one not in permissions.anywhere()])


def _reading(statement: dict[str, Any]) -> str:
    return shortened(_actions(statement)) if "*" in listed(statement.get("Resource")) else ""


def _reads(action: str) -> bool:
    return action.partition(":")[2].lower().startswith(READING)


def _trusted(title: str, statement: dict[str, Any], account: str | None) -> Iterator[Finding]:
    """Whoever is let in that is not of this account."""
    principal = statement["Principal"]
    for kind, names in principal.items() if isinstance(principal, dict) else [("AWS", principal)]:
        for name in map(said, listed(names)):
            own = "${AWS::AccountId}" in name or bool(account and f":{account}:" in name)
            if not (kind == "AWS" and own):
                yield Finding(TRUSTED[kind], title, code("anybody" if name == "*" else name), _answer(statement))


def _maintained(title: str, properties: dict[str, Any]) -> Iterator[Finding]:
    """Policies of AWS's own, whose statements are in no template."""
    for arn in map(said, listed(properties.get("ManagedPolicyArns"))):
        _, found, name = arn.partition(":iam::aws:policy/")
        if found and name != "AdministratorAccess":
            yield Finding(MAINTAINED, title, code(name), "AWS says what it allows, and may change it")


def _administrators(title: str, properties: dict[str, Any]) -> Iterator[Finding]:
    who = said(properties.get("PrincipalArn"))
    for policy in listed(properties.get("AccessPolicies")):
        name = said(policy["PolicyArn"]).rpartition("/")[2]
        spaces = ", ".join(map(said, listed(policy["AccessScope"].get("Namespaces"))))
        if name in ADMINISTRATION:
            answer = f"in {spaces} alone" if spaces else "in the whole cluster"
            yield Finding(CLUSTER, title, joined([code(who), f" by {name}"]), answer)
    for group in map(said, listed(properties.get("KubernetesGroups"))):
        if group == "system:masters":
            yield Finding(CLUSTER, title, joined([code(who), f" by {group}"]), "in the whole cluster")


OPEN, MANAGES, ACCOUNTS = "Everything, or everybody", "Manages permissions", "Another account, or anybody"
FEDERATED, CLUSTER, WHOLE = "Tokens of an identity provider", "Administers the cluster", "All actions of a service"
CHANGES, READS, SERVICES = "Changes every resource", "Reads every resource", "A service of AWS is let in"
MAINTAINED = "A policy that AWS maintains"
KINDS = (OPEN, ACCOUNTS, MANAGES, CLUSTER, WHOLE, CHANGES, FEDERATED, READS, MAINTAINED, SERVICES)
TRUSTED = {"AWS": ACCOUNTS, "CanonicalUser": ACCOUNTS, "Federated": FEDERATED, "Service": SERVICES}
ASKED: tuple[tuple[str, Asked], ...] = (
    (OPEN, _open),
    (WHOLE, _whole),
    (MANAGES, _managing),
    (CHANGES, _changing),
    (READS, _reading),
)
