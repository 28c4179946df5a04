"""The add-ons that the Terraform blueprint installs whatever its variables say (modules/kubernetes-addons).

Each comes with the catalogue's version and permissions. What the catalogue cannot know, or refuses for a reason, is
a note: the blueprint that comes out compiles.
"""

from __future__ import annotations

from typing import Any

from bpc import catalogue, facts
from bpc.importing.draft import Draft

# Its collector has these by IRSA there.
COLLECTOR = ("AmazonPrometheusRemoteWriteAccess", "AWSXrayWriteOnlyAccess", "CloudWatchAgentServerPolicy")
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
ENGINE = "the charts are installed by Helm, as Terraform's provider did; Flux has to be in the cluster for it"
UNREAD = ("eks_addons", "helm_addons")


def convert(draft: Draft, given: dict[str, Any], private: bool) -> None:
    left = dict(LEFT)
    if not private:
        left["aws-load-balancer-controller"] = UNTAGGED
    for name, options in INSTALLED.items():
        if not draft.get("nodeGroups") and (name in ON_NODES or catalogue.addon(name).daemonset):
            left[name] = "there is no node group for it"
        elif name not in left:
            draft.put(("addons", name), dict(options))
    draft.put(("addons", "adot", "iam", "policyArns"), _policies(str(draft.get("metadata", "region"))))
    _engine(draft)
    draft.remark(("addons",), "", "what the example installs, at the catalogue's versions; the variables choose none")
    for name, why in sorted(left.items()):
        draft.lose(("addons", name), f"the example's {name}", "", why)
    for name in UNREAD:
        if given.get(name):
            draft.lose(("addons", ""), name, given[name], "nothing in the example reads the variable")


def _engine(draft: Draft) -> None:
    if any(catalogue.addon(name).chosen_source({}) == "chart" for name in draft.get("addons")):
        draft.put(("gitops", "engine"), "flux")
        draft.remark(("gitops", "engine"), "helm_release", ENGINE)


def _policies(region: str) -> list[str]:
    known = facts.region(region)
    return [f"arn:{known.partition if known else 'aws'}:iam::aws:policy/{name}" for name in COLLECTOR]
