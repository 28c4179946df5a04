"""eksctl's two lists of node groups in one: machines, their disks, their way in, and what they may do.

What eksctl takes where nothing is said: Amazon Linux 2023, m5.large, 80 GiB of gp3, two nodes, public subnets,
IMDSv2 with a hop limit of 2, Session Manager, and no node repair (pkg/apis/eksctl.io/v1alpha5/defaults.go).
"""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl import groups, machines
from bpc.importing.eksctl.carry import Source
from bpc.importing.eksctl.network import is_private, subnet_ids

DEFAULT_NODES = 2
POLICIES = {
    "albIngress": "aws-load-balancer-controller",
    "autoScaler": "auto-scaler",
    "awsLoadBalancerController": "aws-load-balancer-controller",
    "certManager": "cert-manager",
    "cloudWatch": "cloud-watch",
    "ebs": "ebs-csi-controller",
    "efs": "efs-csi-controller",
    "externalDNS": "external-dns",
    "imageBuilder": "image-builder",
    "xRay": "x-ray",
}
ENDED = ("appMesh", "appMeshPreview")
# The policies that every node role of the templates has, so that they are not attached twice.
ALWAYS = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly")
SSM = "AmazonSSMManagedInstanceCore"


def convert(it: Source) -> None:
    places = [(key, place) for key in ("nodeGroups", "managedNodeGroups") for place in range(len(it.get(key) or []))]
    if not places:
        it.draft.put(("nodeGroups",), [])
    for slot, at in enumerate(places):
        path: Path = ("nodeGroups", slot)
        it.carry(at, (slot,))
        if at[0] == "nodeGroups":
            groups.self_managed(it, at, path)
        else:
            groups.managed(it, at, path)
        machines.convert(it, at, path)
        _scaling(it, at, path)
        _subnets(it, at, path)
        _shell(it, at, path)
        _access(it, at, path)
        _role(it, at, path)
        _names(it, at, path)


def _scaling(it: Source, at: Path, path: Path) -> None:
    """eksctl's documentation, "Nodegroups": what is not said follows from the desired number, and that is 2."""
    least, desired = it.get(*at, "minSize"), it.get(*at, "desiredCapacity")
    low = least if least is not None else desired if desired is not None else DEFAULT_NODES
    if least is None:
        it.draft.put((*path, "scaling", "min"), low)
    if it.get(*at, "maxSize") is None:
        it.draft.put((*path, "scaling", "max"), max(1, desired if desired is not None else low))


def _subnets(it: Source, at: Path, path: Path) -> None:
    where: Path = (*path, "subnets")
    given = it.get(*at, "subnets")
    if given:
        named = subnet_ids(it)
        it.draft.put(where, [named.get(str(name), name) for name in given], spelled((*at, "subnets")))
        if it.get(*at, "privateNetworking"):
            it.draft.carried.add(spelled((*at, "privateNetworking")))
        return
    wanted = it.get(*at, "privateNetworking")
    private = bool(wanted or is_private(it))
    source = spelled((*at, "privateNetworking")) if wanted is not None else ""
    it.draft.put(where, "private" if private else "public", source)


def _shell(it: Source, at: Path, path: Path) -> None:
    """SSH: a key pair that EC2 has, and the security groups that may connect."""
    ssh = it.get(*at, "ssh") or {}
    key, groups = ssh.get("publicKeyName"), ssh.get("sourceSecurityGroupIds")
    given = key or ssh.get("publicKey") or ssh.get("publicKeyPath")
    allowed = ssh.get("allow") if ssh.get("allow") is not None else bool(given)
    source, where = (*at, "ssh"), (*path, "ssh")
    why = ""
    if key and not allowed:
        why = "without ssh.allow, no inbound rule uses the key"
    elif key and not groups:
        why = "eksctl opens port 22 to a whole network; name who may connect in ssh.sourceSecurityGroupIds"
    elif key:
        it.draft.put((*where, "keyName"), key, spelled((*source, "publicKeyName")))
        it.draft.put((*where, "sourceSecurityGroupIds"), groups, spelled((*source, "sourceSecurityGroupIds")))
        it.draft.carried.add(spelled((*source, "allow")))
    elif groups:
        it.draft.lose(where, spelled((*source, "sourceSecurityGroupIds")), groups, "there is no ssh.publicKeyName")
    elif allowed and not given:
        said = "it means the key in ~/.ssh/id_rsa.pub; import that key pair once and name it in ssh.keyName"
        it.draft.lose(where, spelled((*source, "allow")), "", said)
    if why:
        it.draft.lose(where, spelled(source), key, why)


def _access(it: Source, at: Path, path: Path) -> None:
    ssh = it.get(*at, "ssh") or {}
    source: Path = (*at, "ssh")
    arns = it.get(*at, "iam", "attachPolicyARNs")
    sessions = ssh.get("enableSsm") is not False and (not arns or any(str(one).endswith(SSM) for one in arns))
    given_role = it.get(*at, "iam", "instanceRoleARN") or it.get(*at, "iam", "instanceProfileARN")
    if given_role and "enableSsm" in ssh:
        why = "the role is given, and has the policies that it has"
        it.draft.lose((*path, "ssm"), spelled((*source, "enableSsm")), ssh["enableSsm"], why)
    elif not given_role:
        it.draft.put((*path, "ssm"), sessions, spelled((*source, "enableSsm")) if "enableSsm" in ssh else "")
    groups = [
        (one, spelled((*at, "securityGroups", "attachIDs"))) for one in it.get(*at, "securityGroups", "attachIDs") or []
    ]
    if at[0] == "nodeGroups" and it.get("vpc", "sharedNodeSecurityGroup"):
        groups.append((it.get("vpc", "sharedNodeSecurityGroup"), "vpc.sharedNodeSecurityGroup"))
    it.gather((*path, "securityGroupIds"), groups)


def _role(it: Source, at: Path, path: Path) -> None:
    source: Path = (*at, "iam")
    arns = it.get(*source, "attachPolicyARNs") or []
    beside = [one for one in arns if not str(one).endswith((*ALWAYS, SSM))]
    if beside:
        it.draft.put((*path, "iam", "policyArns"), beside, spelled((*source, "attachPolicyARNs")))
    elif arns:
        it.draft.carried.add(spelled((*source, "attachPolicyARNs")))
    if it.get(*source, "attachPolicy"):
        it.permissions((*path, "iam"), it.get(*source, "attachPolicy"), spelled((*source, "attachPolicy")))
    wanted = it.get(*source, "withAddonPolicies") or {}
    known = [
        (POLICIES.get(key, key), spelled((*source, "withAddonPolicies", key)))
        for key, one in wanted.items()
        if one and key not in ENDED
    ]
    it.gather((*path, "iam", "wellKnownPolicies"), known)


def _names(it: Source, at: Path, path: Path) -> None:
    prefix, name = it.get(*at, "instancePrefix"), it.get(*at, "instanceName")
    if prefix or name:
        whole = name or f"{it.get('metadata', 'name')}-{it.get(*at, 'name')}-Node"
        source: Any = spelled((*at, "instanceName" if name else "instancePrefix"))
        if it.draft.put((*path, "nodeName"), f"{prefix}-{whole}" if prefix else whole, source) and prefix:
            it.draft.carried.add(spelled((*at, "instancePrefix")))
