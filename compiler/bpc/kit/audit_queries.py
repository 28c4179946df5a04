"""Questions to the audit log of the Kubernetes API, each with what it is good for, for CloudWatch Logs Insights.

Sources: Amazon EKS User Guide, Send control plane logs to CloudWatch Logs (the audit log's streams); Amazon EKS Best
Practices Guide, Auditing and logging, and Cluster upgrades (the annotation of API versions that go); Kubernetes, API
reference of audit.k8s.io/v1 (the fields of an event); Amazon CloudWatch Logs User Guide, CloudWatch Logs Insights
language query syntax (names with other characters in backticks; # begins a comment). Access entries are changed
through the API of EKS, so AWS CloudTrail tells of them and this log does not.
"""

from __future__ import annotations

from collections.abc import Mapping

ALL = "all"
WRITES = '["create", "update", "patch", "delete", "deletecollection"]'
# What was asked for: the kind of object, the namespace and the name are in its path.
OBJECT = "verb, requestURI, responseStatus.code"
# Those that run the cluster, and write all the time.
PEOPLE = "user.username not like /^(system:(apiserver|kube-|node:|serviceaccount:kube-system:)|eks:)/"
LATEST = "| sort @timestamp desc\n| limit 200"

# By name: what it is good for, and what is asked of the lines of the audit log.
_ASKED: Mapping[str, tuple[str, str]] = {
    "access-changes": (
        "Who has changed what somebody may do: roles, bindings, and the ConfigMap aws-auth.",
        f"""| fields @timestamp, user.username, {OBJECT}
| filter verb in {WRITES}
| filter objectRef.resource in ["clusterroles", "clusterrolebindings", "roles", "rolebindings"]
    or (objectRef.namespace = "kube-system" and objectRef.name = "aws-auth")
| filter user.username != "system:serviceaccount:kube-system:clusterrole-aggregation-controller"
{LATEST}""",
    ),
    "anonymous": (
        "Requests that nobody has signed: what they want, whence, and whether they got it.",
        r"""| filter user.username = "system:anonymous" and requestURI not like /^\/(healthz|livez|readyz|version)/
| stats count(*) as requests, latest(@timestamp) as last by sourceIPs.0, verb, requestURI, responseStatus.code
| sort requests desc
| limit 100""",
    ),
    "deletions": (
        "Who has deleted what, without the controllers of the cluster itself.",
        f"""| fields @timestamp, user.username, {OBJECT}, userAgent
| filter verb in ["delete", "deletecollection"] and {PEOPLE}
{LATEST}""",
    ),
    "denied": (
        "Who was refused what: permissions that are missing, or somebody who tries doors.",
        """| filter responseStatus.code in [401, 403]
| stats count(*) as refused, latest(@timestamp) as last
    by user.username, verb, objectRef.resource, objectRef.namespace, responseStatus.code
| sort refused desc
| limit 100""",
    ),
    "deprecated-apis": (
        "Who uses API versions that a later Kubernetes version takes away, before it is upgraded.",
        """| filter `annotations.k8s.io/deprecated` = "true"
| stats count(*) as requests by objectRef.apiGroup, objectRef.apiVersion, objectRef.resource,
    `annotations.k8s.io/removed-release`, userAgent
| sort requests desc
| limit 100""",
    ),
    "exec": (
        "Who was inside a container, by exec, attach, port-forward or a debugging container.",
        f"""| fields @timestamp, user.username, sourceIPs.0, {OBJECT}
| filter objectRef.resource = "pods"
    and objectRef.subresource in ["exec", "attach", "portforward", "ephemeralcontainers"]
{LATEST}""",
    ),
    "failures": (
        "What the API failed to answer, or turned away because there was too much of it.",
        """| filter responseStatus.code >= 500 or responseStatus.code = 429
| stats count(*) as failures, latest(@timestamp) as last by responseStatus.code, verb, objectRef.resource, userAgent
| sort failures desc
| limit 100""",
    ),
    "iam-changes": (
        "What people and roles of IAM have changed, by the ARN behind the name.",
        f"""| fields @timestamp, user.extra.arn.0, user.username, {OBJECT}
| filter ispresent(user.extra.arn.0) and verb in {WRITES} and {PEOPLE}
{LATEST}""",
    ),
    "secrets-read": (
        "Who has read which Secrets, without the parts of the cluster that mount them.",
        f"""| filter objectRef.resource = "secrets" and verb in ["get", "list", "watch"] and {PEOPLE}
| stats count(*) as requests, latest(@timestamp) as last
    by user.username, verb, objectRef.namespace, objectRef.name, responseStatus.code
| sort requests desc
| limit 100""",
    ),
    "top-talkers": (
        "Who sends the most requests, where the API is slow or turns requests away.",
        """| stats count(*) as requests by userAgent, user.username, verb
| sort requests desc
| limit 50""",
    ),
}
NAMES = tuple(_ASKED)


def reason(name: str) -> str:
    """What a query is good for."""
    return _ASKED[name][0]


def query(name: str) -> str:
    """The whole query, with its reason for whoever opens it in the console."""
    said, asked = _ASKED[name]
    return f'# {said}\nfilter @logStream like "kube-apiserver-audit"\n{asked}\n'
