"""The AWS App Mesh controller, as a chart, for who knows that App Mesh has ended.

Sources: AWS App Mesh User Guide, end of support (30 September 2026: after it neither the console nor App Mesh resources
can be reached); App Mesh controller for Kubernetes 1.13, IAM policy; its chart 1.13.3, as Helm renders it, and its
README (Kubernetes 1.14). It is here so that a platform of before can still be described. VPC Lattice and Istio take its
place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement

NAME = "appmesh-controller"
REGISTRY = "840364872350.dkr.ecr.us-west-2.amazonaws.com"
KINDS = ("GatewayRoute", "Mesh", "Route", "VirtualGateway", "VirtualNode", "VirtualRouter", "VirtualService")
LISTS = ("GatewayRoutes", "Meshes", "Routes", "VirtualGateways", "VirtualNodes", "VirtualRouters", "VirtualServices")


class AppmeshController(AddOn):
    """Made AWS App Mesh resources for Kubernetes objects, until App Mesh ended on 30 September 2026."""

    name = NAME
    namespace = "appmesh-system"
    service_account = NAME
    sources = ("chart",)
    charts = (Chart("https://aws.github.io/eks-charts", NAME, "1.13.3"),)
    node_selectors = ("nodeSelector",)
    registry = REGISTRY
    images = (
        f"{REGISTRY}/amazon/appmesh-controller:v1.13.3",
        f"{REGISTRY}/aws-appmesh-envoy:v1.29.12.3-prod",
        f"{REGISTRY}/aws-appmesh-proxy-route-manager:v7-prod",
    )
    # Of the pods that it gives a proxy.
    told_images = images[1:]
    crds = (
        "backendgroups.appmesh.k8s.aws",
        "gatewayroutes.appmesh.k8s.aws",
        "meshes.appmesh.k8s.aws",
        "virtualgateways.appmesh.k8s.aws",
        "virtualnodes.appmesh.k8s.aws",
        "virtualrouters.appmesh.k8s.aws",
        "virtualservices.appmesh.k8s.aws",
    )
    webhooks = True
    waits_for = ("Deployment/appmesh-controller",)
    pod_security = "baseline"
    kubernetes = ("1.14", "")
    requires = ("cert-manager", "eks-pod-identity-agent")
    needs_internet = True
    conflicts = ("istio",)
    retired = "has nothing to control: AWS ended App Mesh on 30 September 2026; take VPC Lattice or Istio"
    partitions = ("aws",)
    required = ("despiteItsEnd",)
    options: ClassVar[Mapping[str, Any]] = {
        "despiteItsEnd": {
            "description": "true says that you know: AWS ended App Mesh on 30 September 2026, and its resources cannot "
            "be reached any more. Without that bpc does not install the controller.",
            "type": "boolean",
            "examples": [True],
            "x-cloudformation": "none: whether the add-on is there",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from troposphere import Ref

        from bpc.kit import iam

        here = iam.when_equal({"aws:RequestedRegion": Ref("AWS::Region")})
        changed = [f"appmesh:{verb}{kind}" for verb in ("Create", "Delete", "Update") for kind in KINDS]
        read = [f"appmesh:Describe{kind}" for kind in KINDS]
        meshes = [iam.arn("appmesh:mesh/*")]
        return [
            iam.allow(*changed, *read, on=meshes, where=here, sid="MeshesCarryNoTagOfTheCluster"),
            iam.allow(*(f"appmesh:List{kind}" for kind in LISTS), on=["*"], sid="ListsMeshes"),
            iam.allow_anywhere("acm:ListCertificates"),
        ]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            "region": context.region,
            "clusterName": context.cluster,
            "serviceAccount": cls.account(context),
            # By itself the chart makes a certificate anew at each rendering.
            "enableCertManager": True,
        }

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not context.options["despiteItsEnd"]:
            yield ("despiteItsEnd",), "AWS ended App Mesh on 30 September 2026: there is nothing that it could control"
