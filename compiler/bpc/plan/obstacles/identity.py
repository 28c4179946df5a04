"""Roles that nobody would get, and ways to them that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.plan.addons import AGENT
from bpc.plan.identity import IRSA, POD_IDENTITY, addon_on_fargate, on_fargate
from bpc.plan.shapes import Plan, PlannedAddOn

WHOSE_ROLE = rule(
    "BPC788",
    "role-for-nobody",
    why="The settings are for the role of the add-on's own service account: bpc must know which that is, the role must "
    "have permissions, and an association for the same service account would take its place.",
    cure="Add serviceAccount, and to iam one of policyArns, permissions and wellKnownPolicies, or use "
    "podIdentityAssociations alone.",
)
NO_AGENT = rule(
    "BPC789",
    "pod-identity-without-agent",
    why="Pods get these roles from the EKS Pod Identity Agent on their node (Amazon EKS User Guide, EKS Pod Identity "
    "Agent setup).",
    cure="Leave the add-on eks-pod-identity-agent in, and have a node group.",
)

ON_FARGATE = rule(
    "BPC409",
    "addon-on-fargate",
    why="EKS Pod Identity does not work on Fargate (Amazon EKS User Guide, EKS Pod Identity restrictions), and a "
    "Fargate profile takes every pod of the namespace, or there are no nodes at all.",
    cure="Use `irsa`, as bpc does where nothing is said, or a role of yours in `iam` for an add-on. Or give "
    "the profile's selector labels, so that it takes only the pods that are meant.",
)
ON_WINDOWS = rule(
    "BPC790",
    "pod-identity-on-windows",
    why="EKS Pod Identity does not work on Windows (Amazon EKS User Guide, EKS Pod Identity restrictions).",
    cure="Say `identity: irsa`, or nothing.",
)
OTHER_KIND = rule(
    "BPC791",
    "setting-of-another-identity",
    why="Target roles, session policies and session tags are EKS Pod Identity's; patterns of subjects are IRSA's.",
    cure="Choose the other `identity`, or take the setting away.",
)
NO_ACCOUNT = rule(
    "BPC792",
    "irsa-manifest-without-account",
    why="With IRSA a ServiceAccount says the ARN of its role, and a manifest can only hold what the blueprint says: "
    "the account of the environment, and a role with a name of its own.",
    cure="Say `account` in the environment. Or let the workload bring the ServiceAccount: with `create: false`, the "
    "output of the stack says what to write into its annotation.",
)
ROLE_NAME = rule(
    "BPC793",
    "role-name",
    why="A role's name is unique in its account, and has 64 characters at most (IAM User Guide, IAM and STS quotas).",
    cure="Choose another roleName.",
)
NOTHING_MADE = rule(
    "BPC794",
    "service-account-makes-nothing",
    why="With IRSA and a role that is there already, only the ServiceAccount's annotation is left to make.",
    cure="Say `create: true`, or take the service account away.",
)


def _addons(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        options, at = addon.request.options, addon.request.at
        said = [key for key in ("serviceAccount", "iam") if key in options]
        if said and (message := _missing(addon)):
            yield WHOSE_ROLE.at((*at, said[0]), f"{said[0]} does nothing: {message}", key=True)


def _missing(addon: PlannedAddOn) -> str:
    if addon.given_role and addon.source == "eks":
        return "iam.roleArn says it" if "serviceAccount" in addon.request.options else ""
    if not addon.service_account:
        return "no serviceAccount is named"
    if addon.service_account in {one.service_account for one in addon.associations}:
        return f"podIdentityAssociations has another role for {addon.service_account}"
    return "" if addon.has_role or addon.given_role else f"{addon.service_account} gets no permissions"


def _agent(plan: Plan) -> Iterator[Diagnostic]:
    # Auto Mode's own nodes have the agent built in.
    if plan.blueprint.cluster.auto_mode or any(addon.entry.name == AGENT for addon in plan.addons):
        return
    places = [one.account.at for one in plan.service_accounts if one.identity == POD_IDENTITY]
    places += [one.at for addon in plan.addons for one in addon.associations]
    places += [at for at, _ in _writers(plan)]
    for at in places:
        yield NO_AGENT.at(at, f"this role comes by {AGENT}, which is not there", f"add `{AGENT}: {{}}` to addons")


def _places(plan: Plan) -> Iterator[Diagnostic]:
    """Pod Identity by the user's own word, where it does not work."""
    for one in plan.service_accounts:
        account = one.account
        if one.identity == POD_IDENTITY and account.os == "windows":
            yield ON_WINDOWS.at((*account.at, "identity"), "these pods run on Windows", "use irsa")
        elif one.identity == POD_IDENTITY and on_fargate(plan.blueprint, account.namespace):
            yield ON_FARGATE.at(
                (*account.at, "identity"), f"the pods of {account.namespace} run on Fargate", "use irsa"
            )
    for addon in plan.addons:
        if addon.associations and addon_on_fargate(addon, plan.blueprint):
            at = (*addon.request.at, "podIdentityAssociations")
            yield ON_FARGATE.at(at, f"the pods of {addon.entry.name} run on Fargate", key=True)
    for at, namespace in _writers(plan):
        if on_fargate(plan.blueprint, namespace):
            yield ON_FARGATE.at(at, f"the pods of {namespace} run on Fargate", "write from another namespace")


def _writers(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Who writes to a workspace of Prometheus: the place, and the namespace."""
    watched = plan.blueprint.observability
    if watched and watched.prometheus:
        for number, one in enumerate(watched.prometheus.remote_write):
            yield (*watched.prometheus.at, "remoteWrite", number), one["namespace"]


def _kinds(plan: Plan) -> Iterator[Diagnostic]:
    for one in plan.service_accounts:
        account = one.account
        tied: dict[str, object] = {"subjectPattern": account.subject_pattern}
        if one.identity == IRSA:
            tied = {
                "targetRoleArn": account.target_role_arn,
                "sessionPolicy": account.session_policy,
                "disableSessionTags": account.disable_session_tags,
            }
        for key, value in tied.items():
            if value:
                yield OTHER_KIND.at((*account.at, key), f"with {one.identity} there is no {key}", key=True)
        if account.subject_pattern and account.role_arn:
            yield OTHER_KIND.at((*account.at, "subjectPattern"), "iam.roleArn has a trust policy of its own", key=True)
        if not one.makes and not account.create:
            yield NOTHING_MADE.at(account.at, "nothing is left to make here", "say `create: true`")


def _manifests(plan: Plan) -> Iterator[Diagnostic]:
    for one in plan.service_accounts:
        if one.identity == IRSA and one.account.create and not one.annotation:
            yield NO_ACCOUNT.at((*one.account.at, "create"), "the account of the role is not known", "say the account")
    for addon in plan.addons:
        if addon.role_name and not addon.role_arn:
            yield NO_ACCOUNT.at(addon.request.at, f"the account of {addon.entry.name}'s role is not known", key=True)


def _role_names(plan: Plan) -> Iterator[Diagnostic]:
    named = [(one.account.at, one.role_name) for one in plan.service_accounts]
    named += [(one.request.at, one.role_name or _given(one)) for one in plan.addons]
    named += [(one.at, one.iam.role_name) for addon in plan.addons for one in addon.associations if one.iam]
    seen = set()
    for at, name in named:
        if name and (name in seen or len(name) > 64):
            said = "is another role's" if name in seen else f"has {len(name)} characters, and 64 are the most"
            yield ROLE_NAME.at(at, f"the name {name} {said}", "say another roleName")
        seen.add(name)


def _given(addon: PlannedAddOn) -> str | None:
    return addon.iam.role_name if addon.iam else None


OBSTACLES = (_addons, _agent, _places, _kinds, _manifests, _role_names)
