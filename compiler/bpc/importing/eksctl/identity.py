"""eksctl's `iam` and `fargateProfiles`: who may do what."""

from __future__ import annotations

from typing import Any

from bpc import source
from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source
from bpc.importing.eksctl.network import subnet_ids
from bpc.importing.settle import remove

GRANTS = ("roleArn", "policyArns", "permissions", "wellKnownPolicies")
UNMADE = (
    "their annotations hold the account, which a ClusterConfig does not say, so they are not in the manifests; "
    "import with --account, or take the annotations from the outputs of the stack"
)
WELL_KNOWN = {
    "autoScaler": "auto-scaler",
    "awsLoadBalancerController": "aws-load-balancer-controller",
    "certManager": "cert-manager",
    "ebsCSIController": "ebs-csi-controller",
    "efsCSIController": "efs-csi-controller",
    "externalDNS": "external-dns",
    "imageBuilder": "image-builder",
}


def convert(it: Source) -> None:
    it.carry(("iam", "serviceRoleARN"))
    _cluster_role(it)
    if it.get("iam", "withOIDC"):
        it.draft.put(("cluster", "identity"), "irsa", "iam.withOIDC")
    for place in range(len(it.get("iam", "serviceAccounts") or [])):
        _account(it, ("iam", "serviceAccounts", place), "irsa")
    for place in range(len(it.get("iam", "podIdentityAssociations") or [])):
        _account(it, ("iam", "podIdentityAssociations", place), "pod-identity")
    _roleless(it)
    _fargate(it)


def _cluster_role(it: Source) -> None:
    """What the role of the control plane is given, where the template makes it."""
    for key in ("vpcResourceControllerPolicy", "serviceRolePermissionsBoundary"):
        if _given_role(it) and it.get("iam", key) is not None:
            path = ("cluster", "iam", "roleArn")
            it.draft.lose(path, f"iam.{key}", it.get("iam", key), "the role is given, and is what it is")
        else:
            it.carry(("iam", key))
    # On unless it is turned off; local clusters on Outposts have a role of another kind.
    if it.get("iam", "vpcResourceControllerPolicy") is None and not it.get("outpost") and not _given_role(it):
        it.draft.put(("cluster", "vpcResourceController"), True)


def _given_role(it: Source) -> Any:
    return it.get("iam", "serviceRoleARN")


def _account(it: Source, at: Path, identity: str) -> None:
    slot = len(it.draft.get("serviceAccounts") or [])
    path: Path = ("serviceAccounts", slot)
    it.carry(at, (slot,))
    if identity != (it.draft.get("cluster", "identity") or "pod-identity"):
        it.draft.put((*path, "identity"), identity)
    if identity == "irsa":
        said = spelled((*at, "roleOnly")) if it.get(*at, "roleOnly") is not None else ""
        it.draft.put((*path, "create"), not it.get(*at, "roleOnly"), said)
    if it.get(*at, "policy") and identity == "pod-identity":
        _session(it, (*at, "policy"), path)
    if identity == "irsa" and not it.draft.get(*path, "namespace"):
        it.draft.put((*path, "namespace"), "default")
    policies(it, at, path, "attachPolicy" if identity == "irsa" else "permissionPolicy")


def _roleless(it: Source) -> None:
    """Service accounts whose role could not be carried over: nothing is left to make for them."""
    for slot in reversed(range(len(it.draft.get("serviceAccounts") or []))):
        one = it.draft.get("serviceAccounts", slot)
        lost = any(note.path == ("serviceAccounts", slot, "iam", "roleArn") for note in it.draft.notes)
        if lost and not (one.get("targetRoleArn") or any((one.get("iam") or {}).get(key) for key in GRANTS)):
            remove(it.draft, ("serviceAccounts", slot), "because without its role there is nothing to make")
    if it.draft.get("serviceAccounts") == []:
        del it.draft.data["serviceAccounts"]


def bare_accounts(it: Source) -> None:
    """With IRSA a ServiceAccount says the role's ARN, and only who knows the account can write it."""
    if it.draft.get("environments", "default", "account"):
        return
    accounts = it.draft.get("serviceAccounts") or []
    made = [(slot, one) for slot, one in enumerate(accounts) if one.get("create")]
    for slot, one in made:
        one["create"] = False
        for key in ("labels", "annotations"):
            if one.get(key):
                why = "it is for the ServiceAccount, which the manifests do not hold"
                it.draft.lose(("serviceAccounts", slot, key), f"{key} of {one['name']}", one.pop(key), why)
    if made:
        it.draft.remark(("serviceAccounts", made[0][0], "create"), "the ServiceAccounts", UNMADE)


def _session(it: Source, at: Path, path: Path) -> None:
    """A session policy: an IAM document, as JSON in a string."""
    document = source.parse(str(it.get(*at)).encode())[0]
    it.permissions(path, document.data if document else it.get(*at), spelled(at), "sessionPolicy")


def policies(it: Source, at: Path, path: Path, inline: str) -> None:
    """An inline policy and the policies that eksctl knows by name."""
    if it.get(*at, inline):
        it.permissions((*path, "iam"), it.get(*at, inline), spelled((*at, inline)))
    wanted = it.get(*at, "wellKnownPolicies") or {}
    known = [(WELL_KNOWN[key], spelled((*at, "wellKnownPolicies", key))) for key, one in wanted.items() if one]
    it.gather((*path, "iam", "wellKnownPolicies"), known)


def _fargate(it: Source) -> None:
    named = subnet_ids(it)
    profiles = it.get("fargateProfiles") or []
    for place, one in enumerate(profiles):
        at: Path = ("fargateProfiles", place)
        it.carry(at, (place,))
        if one.get("subnets"):
            ids = [named.get(str(name), name) for name in one["subnets"]]
            it.draft.put((*at, "subnets"), ids, spelled((*at, "subnets")))
    role, boundary = "fargatePodExecutionRoleARN", "fargatePodExecutionRolePermissionsBoundary"
    bare = [place for place, one in enumerate(profiles) if not one.get("podExecutionRoleARN")]
    _for_profiles(it, role, "roleArn", bare)
    _for_profiles(it, boundary, "permissionsBoundary", [] if it.get("iam", role) else bare)


def _for_profiles(it: Source, key: str, ours: str, places: list[int]) -> None:
    """What eksctl says once for the role of all profiles, and the language with each of them."""
    given = it.get("iam", key)
    if not given:
        return
    for place in places:
        it.draft.put(("fargateProfiles", place, "iam", ours), given, f"iam.{key}")
    if not places:
        why = "there is no Fargate profile that has no role of its own"
        it.draft.lose(("fargateProfiles",), f"iam.{key}", given, why)
