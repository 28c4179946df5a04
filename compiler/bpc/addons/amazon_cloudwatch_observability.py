"""Amazon CloudWatch Observability. Sources: Amazon CloudWatch User Guide, Install the CloudWatch agent with the Amazon
CloudWatch Observability EKS add-on (permissions, configuration values, Windows); its chart 6.4.0, as Helm renders it.

The agents on Linux and Windows and Fluent Bit all run as the service account `cloudwatch-agent`. Where there are
Windows nodes, that one has its role by IRSA, because Pod Identity has no agent for Windows. The chart is no source
here: it makes new certificates whenever it is rendered. The log groups are there before the agents are, which would
make them without a retention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context
from bpc.kit import container_insights

if TYPE_CHECKING:
    from troposphere import AWSObject

TRACES = "AWSXrayWriteOnlyAccess"


class AmazonCloudwatchObservability(AddOn):
    """Sends metrics of the cluster (Container Insights) and the logs of its containers to CloudWatch."""

    name = "amazon-cloudwatch-observability"
    namespace = "amazon-cloudwatch"
    service_account = "cloudwatch-agent"
    daemonset = True
    role_on_nodes = True
    role_on_windows = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2", "logs", "monitoring")
    # Both would write the same metrics and logs, and be billed for it twice.
    conflicts = ("cloudwatch-agent", "fluent-bit")
    crds = (
        "amazoncloudwatchagents.cloudwatch.aws.amazon.com",
        "dcgmexporters.cloudwatch.aws.amazon.com",
        "instrumentations.cloudwatch.aws.amazon.com",
        "neuronmonitors.cloudwatch.aws.amazon.com",
    )
    webhooks = True
    waits_for = ("Deployment/amazon-cloudwatch-observability-controller-manager",)
    pod_security = "privileged"
    kubernetes = ("1.23", "")
    managed_policies = ("CloudWatchAgentServerPolicy", TRACES)
    options: ClassVar[Mapping[str, Any]] = {
        "containerLogs": {
            "description": "false: Fluent Bit is left out, and with it the logs of containers and nodes.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "AWS::EKS::Addon.ConfigurationValues",
        },
        "applicationSignals": {
            "description": "true: it takes traces and metrics of applications too, for Application Signals, and sends "
            "them to CloudWatch and X-Ray.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "AWS::EKS::Addon.ConfigurationValues",
        },
        **container_insights.OPTIONS,
    }

    @classmethod
    def conflicting(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return cls.conflicts if options["containerLogs"] else ("cloudwatch-agent",)

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        logs = ("application", "dataplane", "host") if context.options["containerLogs"] else ()
        kinds = (*logs, "performance")
        return [container_insights.log_group(context.cluster, kind, context.options) for kind in kinds]

    @classmethod
    def managed(cls, context: Context) -> Sequence[str]:
        return [one for one in cls.managed_policies if one != TRACES or context.options["applicationSignals"]]

    @classmethod
    def called(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return (*cls.endpoints, "xray") if options["applicationSignals"] else cls.endpoints

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        """Saying nothing would turn everything on; a configuration of the agent stands for all of it."""
        collected: dict[str, Any] = {"kubernetes": {"enhanced_container_insights": True}}
        config: dict[str, Any] = {"logs": {"metrics_collected": collected}}
        if context.options["applicationSignals"]:
            collected["application_signals"] = {}
            config["traces"] = {"traces_collected": {"application_signals": {}}}
        logs = {} if context.options["containerLogs"] else {"containerLogs": {"enabled": False}}
        return {"agent": {"config": config}} | logs
