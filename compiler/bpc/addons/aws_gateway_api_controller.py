"""The AWS Gateway API Controller for Amazon VPC Lattice, as a chart.

Sources: AWS Gateway API Controller v2.1, Deploy, Environment variables, Pod readiness gates and its IAM policy; its
chart v2.1.3, as Helm renders it; Service Authorization Reference, Amazon VPC Lattice; Amazon VPC Lattice User Guide,
Control traffic using security groups (the managed prefix list that it sends from).

The VPC and the account are known to no manifest, and the controller looks neither up: it asks the instance metadata
service. So it keeps to the node groups whose launch template lets pods do that. The webhook's certificate would be
another one at each rendering; cert-manager issues it instead. What it makes says whose it is by a tag, and it changes
only what says so; access logs are more than that, and `iam.permissions` gives what their destination needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

NAME = "aws-gateway-api-controller"
HOME = "aws-application-networking-system"
ACCOUNT = "gateway-api-controller"
REGISTRY = "public.ecr.aws/aws-application-networking-k8s"
CLASS = "amazon-vpc-lattice"
CERTIFICATE = "webhook-cert"


class AwsGatewayApiController(AddOn):
    """Makes Amazon VPC Lattice services for Gateways and routes, across clusters, VPCs and accounts."""

    name = NAME
    namespace = HOME
    service_account = ACCOUNT
    sources = ("chart",)
    charts = (Chart(f"oci://{REGISTRY}", "aws-gateway-controller-chart", "v2.1.3", ACCOUNT),)
    registry = "public.ecr.aws"
    images = (f"{REGISTRY}/aws-gateway-controller:v2.1.3",)
    crds = (
        "accesslogpolicies.application-networking.k8s.aws",
        "iamauthpolicies.application-networking.k8s.aws",
        "serviceexports.application-networking.k8s.aws",
        "serviceimports.application-networking.k8s.aws",
        "servicenetworks.application-networking.k8s.aws",
        "targetgrouppolicies.application-networking.k8s.aws",
        "vpcassociationpolicies.application-networking.k8s.aws",
    )
    watches = (
        "gatewayclasses.gateway.networking.k8s.io",
        "gateways.gateway.networking.k8s.io",
        "grpcroutes.gateway.networking.k8s.io",
        "httproutes.gateway.networking.k8s.io",
        "tlsroutes.gateway.networking.k8s.io",
    )
    reads_metadata = True
    opens_cluster = True
    webhooks = True
    waits_for = ("Deployment/gateway-api-controller-aws-gateway-controller-chart",)
    pod_security = "restricted"
    no_range = "its documentation and its chart name no version"
    requires = ("cert-manager", "eks-pod-identity-agent")
    endpoints = ("acm", "ec2", "vpc-lattice")
    partitions = ("aws", "aws-us-gov")
    leaves = (
        "VPC Lattice services and target groups",
        "kubectl delete httproutes,grpcroutes,tlsroutes,gateways,serviceexports.application-networking.k8s.aws "
        "--all --all-namespaces",
    )
    required = ("prefixListIds",)
    options: ClassVar[Mapping[str, Any]] = {
        "prefixListIds": {
            "description": "The managed prefix lists that VPC Lattice sends from, which the cluster's security group "
            "lets in: com.amazonaws.REGION.vpc-lattice, and com.amazonaws.REGION.ipv6.vpc-lattice in an IPv6 cluster. "
            "`aws ec2 describe-managed-prefix-lists` tells their ids, other ones in each Region.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^pl-[0-9a-f]{8,17}$"},
            "examples": [["pl-0123456789abcdef0"], ["pl-0123456789abcdef0", "pl-0123456789abcdef1"]],
            "x-cloudformation": "AWS::EC2::SecurityGroupIngress.SourcePrefixListId",
        },
        "defaultServiceNetwork": {
            "description": "A service network that the controller makes where it is not there, with the cluster's VPC "
            "in it. Left out, Gateways name networks that are there.",
            "type": "string",
            "pattern": "^(?!servicenetwork-|sn-)[a-z0-9](-?[a-z0-9]){2,62}$",
            "x-default": "none",
            "examples": ["shop"],
            "x-cloudformation": "none: defaultServiceNetwork of the Helm chart",
        },
        "gatewayClass": {
            "description": f"Whether the GatewayClass {CLASS} is made, which Gateways of VPC Lattice name.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "none: the GatewayClass",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import lattice

        return lattice.of_cluster(context.cluster)

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        return [_ingress(one) for one in context.options["prefixListIds"]]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        network = context.options.get("defaultServiceNetwork")
        return {
            "awsRegion": context.region,
            "clusterName": context.cluster,
            "serviceAccount": cls.account(context),
            "deployment": {"affinity": _near(context.metadata_groups)},
            "webhookTLS": {"certManager": {"enabled": True, "certificateName": CERTIFICATE}},
            # VPC Lattice tells and changes tags itself; the other service is on the internet alone, and its
            # permissions know no resource.
            "disableTaggingServiceApi": True,
            **({"defaultServiceNetwork": network} if network else {}),
        }

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        return _certificate(context.namespace or HOME) + (_class() if context.options["gatewayClass"] else [])


def _ingress(prefix_list: str) -> AWSObject:
    """Any port, for pods choose theirs; TCP is all that VPC Lattice speaks to targets."""
    from troposphere import ec2

    return ec2.SecurityGroupIngress(
        f"P{prefix_list.replace('-', '')[1:]}ToCluster",
        GroupId="",
        IpProtocol="tcp",
        FromPort=0,
        ToPort=65535,
        SourcePrefixListId=prefix_list,
        Description="Amazon VPC Lattice to the pods of its services",
    )


def _near(groups: Sequence[str]) -> dict[str, Any]:
    """To the nodes whose metadata pods can read."""
    here = {"key": "eks.amazonaws.com/nodegroup", "operator": "In", "values": list(groups)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [here]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def _certificate(namespace: str) -> list[Manifest]:
    service = f"webhook-service.{namespace}.svc"
    spec = {
        "secretName": CERTIFICATE,
        "dnsNames": [service, f"{service}.cluster.local"],
        "issuerRef": {"kind": "Issuer", "name": CERTIFICATE},
    }
    named = {"name": CERTIFICATE, "namespace": namespace}
    issuer = {"apiVersion": "cert-manager.io/v1", "kind": "Issuer", "metadata": {**named}, "spec": {"selfSigned": {}}}
    return [issuer, {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {**named}, "spec": spec}]


def _class() -> list[Manifest]:
    spec = {"controllerName": "application-networking.k8s.aws/gateway-api-controller"}
    api = "gateway.networking.k8s.io/v1"
    return [{"apiVersion": api, "kind": "GatewayClass", "metadata": {"name": CLASS}, "spec": spec}]
