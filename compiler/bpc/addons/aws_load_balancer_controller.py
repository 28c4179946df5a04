"""The AWS Load Balancer Controller, as a chart.

Sources: AWS Load Balancer Controller v3.5, Installation, Controller configurations and Subnet auto discovery; its chart
3.5.0; Amazon EKS User Guide, Deploy private clusters with limited internet access.

Pods cannot ask the instance metadata service for the VPC: launch templates here keep it from them, and Fargate has
none. The VPC's id is no word of a manifest either, so the controller looks the VPC up by its tags. The webhook's
certificate would be another one at each rendering; cert-manager issues it instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement

NAME = "aws-load-balancer-controller"


class AwsLoadBalancerController(AddOn):
    """Makes Application and Network Load Balancers for Ingresses, Gateways and Services."""

    name = NAME
    in_auto_mode = True
    default_ingress = "ingressClassConfig.default"
    service_account = NAME
    sources = ("chart",)
    charts = (Chart("https://aws.github.io/eks-charts", NAME, "3.5.0"),)
    node_selectors = ("nodeSelector",)
    registry = "public.ecr.aws"
    images = ("public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0",)
    crds = (
        "albtargetcontrolconfigs.elbv2.k8s.aws",
        "globalaccelerators.aga.k8s.aws",
        "ingressclassparams.elbv2.k8s.aws",
        "listenerruleconfigurations.gateway.k8s.aws",
        "loadbalancerconfigurations.gateway.k8s.aws",
        "targetgroupbindings.elbv2.k8s.aws",
        "targetgroupconfigurations.gateway.k8s.aws",
    )
    webhooks = True
    waits_for = ("Deployment/aws-load-balancer-controller",)
    pod_security = "baseline"
    kubernetes = ("1.22", "")
    requires = ("cert-manager", "eks-pod-identity-agent")
    endpoints = ("acm", "ec2", "elasticloadbalancing")
    options: ClassVar[Mapping[str, Any]] = {
        "targetType": {
            "description": "What load balancers send to where nothing else is said: ip is the pods themselves, on "
            "Fargate too; instance is a port of the nodes.",
            "enum": ["ip", "instance"],
            "default": "ip",
            "x-cloudformation": "none: defaultTargetType of the Helm chart",
        },
        "defaultIngressClass": {
            "description": "true: Ingresses that name no class are this controller's.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "none: ingressClassConfig.default of the Helm chart",
        },
        "integrations": {
            "description": "What else Ingresses may name: Cognito user pools, Shield Advanced protections, web ACLs of "
            "WAF. Each is a permission more.",
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": ["cognito", "shield", "wafv2"]},
            "default": [],
            "examples": [["wafv2"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "vpcTags": {
            "description": "The tags that the controller finds the VPC by, of those in the Region exactly this one. "
            "Needed where the VPC is not bpc's.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "maxLength": 256},
            "x-default": "the Name of the platform's VPC",
            "examples": [{"Name": "shared"}],
            "x-cloudformation": "AWS::IAM::Role.Policies, and vpcTags of the Helm chart",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import iam, load_balancing

        here = {f"aws:ResourceTag/{key}": value for key, value in _vpc(context).items()}
        made = [iam.allow("ec2:CreateSecurityGroup", on=[iam.arn("ec2:vpc/*")], where=iam.when_equal(here))]
        vpc = made if here else []
        return load_balancing.of_cluster(context.cluster, vpc, context.options["integrations"])

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        wanted = context.options["integrations"]
        return {
            "clusterName": context.cluster,
            "region": context.region,
            "vpcTags": _vpc(context),
            "serviceAccount": cls.account(context),
            "enableCertManager": True,
            # Its webhook would stand in the way of every Service of the cluster, to take over those of the type
            # LoadBalancer; those that want this controller say so by their loadBalancerClass.
            "enableServiceMutatorWebhook": False,
            "defaultTargetType": context.options["targetType"],
            "ingressClassConfig": {"default": context.options["defaultIngressClass"]},
            "enableShield": "shield" in wanted,
            "enableWaf": False,
            "enableWafv2": "wafv2" in wanted,
        }

    @classmethod
    def lacks(cls, context: Context) -> Mapping[str, str]:
        return {} if _vpc(context) else {"vpcTags": "the VPC is not bpc's, and this is what it is found by"}

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        for place, one in enumerate(context.options["integrations"]):
            if one != "wafv2" and not context.has_internet:
                yield ("integrations", place), f"nothing leads to {one} from a private network"


def _vpc(context: Context) -> dict[str, str]:
    """The tags of the VPC."""
    own = {"Name": context.vpc_name} if context.vpc_name else {}
    return dict(context.options.get("vpcTags", own))
