"""The add-ons that the Terraform blueprint installs whatever its variables say (modules/kubernetes-addons).

Each comes with the catalogue's version and permissions. What the catalogue cannot know, or refuses for a reason, is
a note: the blueprint that comes out compiles.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from bpc import catalogue
from bpc.addon import AddOn
from bpc.importing.draft import Draft

# In the order in which the example waits for them. Its metrics agent may write traces too.
INSTALLED: dict[str, dict[str, Any]] = {
    "aws-ebs-csi-driver": {},
    "cert-manager": {},
    "metrics-server": {},
    "adot": {},
    "amazon-cloudwatch-observability": {"applicationSignals": True},
    "aws-guardduty-agent": {},
    "aws-load-balancer-controller": {},
    "aws-node-termination-handler": {},
    "cluster-autoscaler": {},
    "keda": {},
    "chaos-mesh": {},
}
# Beside those whose pods are on every node.
ON_NODES = ("aws-load-balancer-controller", "aws-node-termination-handler", "cluster-autoscaler")
LEFT = {
    "appmesh-controller": "AWS ended App Mesh on 30 September 2026; `despiteItsEnd: true` installs it all the same",
    "karpenter": "the example gives it nothing to start nodes by, and cluster-autoscaler, which does the same for "
    "node groups, cannot be beside it",
    "kubecost": "say `subscribed: true` once the account has subscribed to it in the AWS Marketplace",
}
UNTAGGED = "tag the default VPC, and say so in `vpcTags`: the controller finds the VPC by that"
COLLECTORS = "they are for collectors, of which the example has none; `iam.policyArns` takes them"
ENGINE = "Argo CD installs the charts in place of Terraform's provider, and has to be in the cluster for it"
UNREAD = ("eks_addons", "helm_addons")


def convert(draft: Draft, given: dict[str, Any], private: bool) -> None:
    left = dict(LEFT)
    if not private:
        left["aws-load-balancer-controller"] = UNTAGGED
    for name, options in INSTALLED.items():
        why = left.get(name) or _homeless(draft, catalogue.addon(name))
        if why:
            left[name] = why
        else:
            draft.put(("addons", name), dict(options))
    if "adot" not in left:
        draft.remark(("addons", "adot"), "policy_arns", COLLECTORS)
    _engine(draft)
    draft.remark(("addons",), "", "what the example installs, at the catalogue's versions; the variables choose none")
    for name, why in sorted(left.items()):
        draft.lose(("addons", name), f"the example's {name}", "", why)
    for name in UNREAD:
        if given.get(name):
            draft.lose(("addons", ""), name, given[name], "nothing in the example reads the variable")


def _homeless(draft: Draft, entry: type[AddOn]) -> str:
    """Why its pods would wait for ever: there is only Fargate, and that does not take them."""
    if draft.get("nodeGroups"):
        return ""
    if entry.name in ON_NODES or entry.daemonset:
        return "there is no node group for it"
    profiles = draft.get("fargateProfiles") or []
    taken = [draft.get("fargateProfiles", place, "selectors", 0, "namespace") for place in range(len(profiles))]
    if profiles and not any(fnmatchcase(entry.namespace, str(one)) for one in taken):
        return f"there is no node group for it, and no Fargate profile takes the namespace {entry.namespace}"
    lacking = [one for one in entry.requires if not catalogue.addon(one).core and draft.get("addons", one) is None]
    return f"it needs {lacking[0]}" if lacking else ""


def _engine(draft: Draft) -> None:
    if any(catalogue.addon(name).chosen_source({}) == "chart" for name in draft.get("addons") or ()):
        draft.put(("gitops", "engine"), "argocd")
        draft.remark(("gitops", "engine"), "helm_release", ENGINE)
