"""What the blueprint may say of Karpenter's NodePools, in Karpenter's own words.

Source: Karpenter v1.14, Concepts: NodePools and Disruption; its custom resource definitions.
"""

from __future__ import annotations

from bpc.kit import karpenter_shapes as shapes
from bpc.kit.karpenter_shapes import Fields

# What a NodePool has where the blueprint says nothing: newer machines of the usual kinds, and an end to its growth.
LIMITS = {"cpu": "100"}
REQUIREMENTS = [
    {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]},
    {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
    {"key": "karpenter.k8s.aws/instance-category", "operator": "In", "values": ["c", "m", "r"]},
    {"key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["4"]},
]


def _taints(where: str, description: str) -> Fields:
    properties = {
        "key": shapes.said(where, "The taint's key.", type="string", pattern=shapes.KEY, examples=["dedicated"]),
        "value": shapes.said(
            where, "The taint's value.", type="string", pattern="^[A-Za-z0-9._-]{0,63}$", examples=["batch"]
        ),
        "effect": shapes.said(where, "What it does to pods.", enum=["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    }
    example = [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]
    return shapes.array(where, description, shapes.object(properties, "key", "effect"), examples=[example])


def _requirements() -> Fields:
    where = "NodePool.spec.template.spec.requirements"
    values = {"type": "string", "pattern": "^[A-Za-z0-9._-]{0,63}$"}
    many = "The fewest different values that there have to be among the machines."
    properties = {
        "key": shapes.said(
            where, "A label that the nodes have.", type="string", pattern=shapes.KEY, examples=["kubernetes.io/arch"]
        ),
        "operator": shapes.said(
            where,
            "How the label is compared with the values.",
            enum=["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"],
        ),
        "values": shapes.array(where, "What it is compared with.", values, examples=[["arm64"]]),
        "minValues": shapes.said(where, many, type="integer", minimum=1, maximum=50, examples=[3]),
    }
    said = (
        "Which machines it may start, in place of bpc's usual ones: amd64, on demand, of the categories c, m and r, "
        "and of the fifth generation or later."
    )
    example = [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}]
    return shapes.array(where, said, shapes.object(properties, "key", "operator"), maxItems=100, examples=[example])


def _disruption() -> Fields:
    where = "NodePool.spec.disruption"
    reasons = {"enum": ["Drifted", "Empty", "Underutilized"]}
    schedule = "When the budget begins to hold, as cron has it, in UTC; with a duration."
    budget = {
        "nodes": shapes.said(
            where,
            "How many nodes may go at once.",
            type="string",
            pattern="^((100|[0-9]{1,2})%|[0-9]+)$",
            examples=["20%"],
        ),
        "schedule": shapes.said(
            where, schedule, type="string", pattern="^(@[a-z]+|([^ ]+ ){4}[^ ]+)$", examples=["0 9 * * mon-fri"]
        ),
        "duration": shapes.said(
            where, "How long it holds.", type="string", pattern="^([0-9]+h)?([0-9]+m)?$", minLength=2, examples=["8h"]
        ),
        "reasons": shapes.array(
            where, "What it holds for; otherwise for everything.", reasons, uniqueItems=True, examples=[["Drifted"]]
        ),
    }
    policies = ["WhenEmptyOrUnderutilized", "WhenEmpty", "Balanced"]
    after = "How long a node must be so before."
    properties = {
        "consolidationPolicy": shapes.said(
            where, "Which nodes may go to save money.", enum=policies, default=policies[0]
        ),
        "consolidateAfter": shapes.said(
            where, after, type="string", pattern=shapes.OR_NEVER, default="1m", examples=["5m"]
        ),
        "budgets": shapes.array(
            where,
            "How fast nodes may go.",
            shapes.object(budget, "nodes"),
            minItems=1,
            maxItems=50,
            examples=[[{"nodes": "20%"}]],
        ),
    }
    return shapes.object(properties, description="Which nodes it takes away, and how fast.", default={})


def _node_pool() -> Fields:
    spec, template = "NodePool.spec", "NodePool.spec.template.spec"
    life = "How old a node may become; then a new one takes its place."
    grace = "How long pods have at most before a node goes, whatever their own settings say."
    weight = "Of two NodePools that would do, the heavier is taken."
    quantity = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"}
    resources = {"type": "object", "additionalProperties": quantity}
    class_name = "The one of nodeClasses that says how its nodes are made. Left out, the first."
    return shapes.object(
        {
            "name": shapes.said(
                "NodePool.metadata.name", "Its name.", type="string", pattern=shapes.NAME, examples=["batch"]
            ),
            "nodeClass": shapes.said(
                f"{template}.nodeClassRef", class_name, type="string", pattern=shapes.NAME, examples=["default"]
            ),
            "requirements": _requirements(),
            "limits": shapes.said(
                f"{spec}.limits",
                "How much it may grow, all of its nodes together.",
                **resources,
                default=LIMITS,
                examples=[{"cpu": "400", "memory": "1600Gi"}],
            ),
            "labels": shapes.said(
                "NodePool.spec.template.metadata.labels",
                "Labels of its nodes.",
                **shapes.texts(),
                default={},
                examples=[{"tier": "batch"}],
            ),
            "taints": _taints(f"{template}.taints", "Taints of its nodes."),
            "startupTaints": _taints(f"{template}.startupTaints", "Taints that are gone when a node is ready."),
            "expireAfter": shapes.said(
                f"{template}.expireAfter",
                life,
                type="string",
                pattern=shapes.OR_NEVER,
                default="720h",
                examples=["168h"],
            ),
            "terminationGracePeriod": shapes.said(
                f"{template}.terminationGracePeriod", grace, type="string", pattern=shapes.DURATION, examples=["48h"]
            ),
            "weight": shapes.said(f"{spec}.weight", weight, type="integer", minimum=1, maximum=100, examples=[10]),
            "disruption": _disruption(),
        },
        "name",
    )


def node_pools() -> Fields:
    """`addons.karpenter.nodePools`."""
    said = "What nodes there may be, and how many. An empty list for who makes them otherwise."
    return shapes.array(
        "NodePool objects", said, _node_pool(), default=[{"name": "default"}], examples=[[{"name": "batch"}]]
    )
