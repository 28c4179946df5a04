"""Names that are an interface: logical IDs and stack names derive from the blueprint's own names, for ever."""

from __future__ import annotations


def logical_id(*parts: str) -> str:
    """One CloudFormation logical ID from words: `logical_id("spot-workers", "NodeGroup")` is SpotWorkersNodeGroup."""
    words = "".join(letter if letter.isalnum() else " " for letter in " ".join(parts)).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def stack_name(platform: str, stack: str) -> str:
    """What the README tells the user to call a stack."""
    return f"{platform}-{stack}"


def stack_set_name(platform: str, environment: str) -> str:
    """What the stack set of an environment is called in the administrator's account."""
    return f"{platform}-{environment}"


def access_entry_id(principal: str) -> str:
    """AdminRole111122223333AccessEntry: a role's name is unique in its account alone."""
    account, _, path = principal.split(":", 4)[4].partition(":")
    kind, _, name = path.partition("/")
    return logical_id(name.rpartition("/")[2], kind, account, "AccessEntry")


def security_rule_id(owner: str, name: str, direction: str) -> str:
    """ClusterMetricsIngressRule: a rule of the cluster's security group, or of that of a group of nodes."""
    return logical_id(owner, name, direction, "Rule")


def object_name(text: str) -> str:
    """A text as the name of an object (Kubernetes documentation, Object Names and IDs)."""
    words = "".join(one if one.isalnum() else " " for one in text.lower()).split()
    return "-".join(words)[:63].rstrip("-")
