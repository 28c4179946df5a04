"""What the README says of the time after the deployment: how to update, how to take it down, what stays behind."""

from __future__ import annotations

from bpc.output import kept
from bpc.output.described import Place


def update(place: Place) -> str:
    """How a change of the blueprint gets into the stacks."""
    sizes = (
        " Once the nodes are there, hand their number over to whatever scales them: with "
        f"`--parameter-overrides {' '.join(f'{name}=' for name in place.sizes)}` no update touches it any more."
        if place.sizes
        else ""
    )
    return (
        "## Update\n\nChange the blueprint, compile, review the diff, and update the stacks in the same order; what "
        "goes away goes in the opposite order. Look at the change set first: a resource that says "
        "*Replacement: True* is made anew.\n\nA stack keeps the values that its parameters have. When the diff changes "
        "the `Default` of a parameter, give the new value with the update: in the console's form, or with "
        f"`--parameter-overrides Name=value`.{sizes}"
    )


def remove(place: Place) -> str:
    """How everything goes again, in the opposite order."""
    first = (
        "The cluster is protected: set `cluster.deletionProtection: false`, compile, and update the cluster's stack "
        "first. "
        if place.protected
        else ""
    )
    commands = "\n".join(
        f"aws cloudformation {what} --region {place.region} --stack-name {row.stack}"
        for row in reversed(place.stacks)
        for what in ("delete-stack", "wait stack-delete-complete")
    )
    return (
        "## Take it down\n\n"
        f"{first}{_leaves(place)}Delete the load balancers and volumes that workloads made, then the stacks in "
        "reverse order:"
        f"\n\n```sh\n{commands}\n```"
    )


def stays(place: Place) -> str:
    """What is there when the stacks have gone."""
    return kept.said(place.kept, place.region, place.network)


def _leaves(place: Place) -> str:
    """What add-ons have made, which nobody else would take away."""
    return "".join(f"Let {what} go: `{command}`. " for what, command in place.leaves)


def logs(place: Place) -> str:
    """The log group that EKS may bring back."""
    group = f"/aws/eks/{place.name}/cluster"
    return (
        "EKS may write its last log lines after the log group is gone, and so bring it back; before you create the "
        "cluster again, look whether it is there:\n\n```sh\n"
        f"aws logs delete-log-group --region {place.region} --log-group-name {group}\n```"
    )
