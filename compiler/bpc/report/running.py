"""What runs in the cluster: add-ons, the images they pull, and what comes to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bpc import facts
from bpc.output.stacks import Stacks
from bpc.plan import images
from bpc.plan.shapes import PlannedAddOn
from bpc.report.markup import Html, Text, code, element, joined, table

SOURCES = {"eks": "EKS add-on", "manifests": "manifests of bpc", "chart": "Helm chart", "files": "manifests of yours"}
SOON = 180  # days


def addons(stacks: Stacks) -> Html:
    """Each add-on, where it comes from and what it is for."""
    rows = []
    for one in sorted(stacks.plan.addons, key=lambda one: one.entry.name):
        role = "yes" if one.has_role or one.given_role else "no"
        rows.append(
            [
                code(one.entry.name),
                (one.entry.__doc__ or "").strip().replace("`", ""),
                SOURCES[one.source],
                _version(one),
                role,
            ]
        )
    if not rows:
        return element("p", "There are none.")
    return table("Add-ons", ("Add-on", "What it does", "Comes as", "Version", "AWS role"), rows)


def _version(one: PlannedAddOn) -> str:
    given = one.request.options.get("version")
    if one.source == "chart" and one.entry.charts:
        return one.entry.wanted_charts(one.request.options)[-1].version
    return str(given) if given else "the default of EKS" if one.source == "eks" else "of this bpc"


def pulled(stacks: Stacks) -> Html:
    """The images that the manifests and charts name."""
    plan = stacks.plan
    rows = [[code(name), users] for name, users in sorted(_users(stacks).items())]
    parts: list[Text] = [element("p", "EKS chooses the images of its add-ons; they are not listed.")]
    if unknown := [one.entry.name for one in images.unknown(plan)]:
        parts.append(element("p", f"Of these charts nobody knows the images: {', '.join(unknown)}."))
    if mirror := images.address(plan):
        parts.append(element("p", "Nodes pull them from ", code(mirror), "."))
    if rows:
        parts.append(table("Images", ("Image", "For"), rows))
    return joined(parts)


def _users(stacks: Stacks) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in images.listed(stacks.plan):
        users = found.setdefault(str(one.known), [])
        if one.owner not in users:
            users.append(one.owner)
    return {name: ", ".join(users) for name, users in found.items()}


def ends(stacks: Stacks) -> Html:
    """What is not supported any more, or not for long."""
    note = f"As known on {facts.as_of()}, by the Kubernetes versions of the Amazon EKS user guide and the catalogue."
    rows = [*_kubernetes(stacks), *_retired(stacks)]
    return joined([element("p", note), table("What comes to its end", ("What", "When", "What then"), rows)])


def _kubernetes(stacks: Stacks) -> Iterator[list[Text]]:
    cluster = stacks.plan.blueprint.cluster
    known = facts.kubernetes().get(cluster.version)
    if known is None:
        return
    upgraded = "EKS upgrades the cluster by itself"
    then = upgraded if cluster.upgrade_policy == "standard" else "extended support begins, at a price"
    yield [f"Kubernetes {cluster.version}: standard support", _when(known.standard_until), then]
    if cluster.upgrade_policy != "standard":
        yield [f"Kubernetes {cluster.version}: extended support", _when(known.extended_until), upgraded]


def _when(day: str) -> Html:
    """A day, and whether it is near. A word says so, and not only a colour."""
    left = (date.fromisoformat(day) - date.fromisoformat(facts.as_of())).days
    if left > SOON:
        return joined([day])
    mark = "ended" if left <= 0 else f"soon: {left} days"
    return joined([day, " ", element("strong", mark, class_="soon")])


def _retired(stacks: Stacks) -> Iterator[list[Text]]:
    for one in stacks.plan.addons:
        if one.entry.retired:
            yield [f"{one.entry.name}", element("strong", "given up", class_="soon"), f"It {one.entry.retired}."]
    for group in stacks.plan.node_groups:
        ami = group.node_group.ami
        if ami in AMIS and (last := facts.node_image_versions(ami)[1]):
            yield [f"{ami} images of {group.node_group.name}", f"Kubernetes {last}", "newer versions have none"]


AMIS = ("AL2", "AL2023", "Bottlerocket")
