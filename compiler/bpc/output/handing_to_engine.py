"""What the README says where a GitOps engine takes the manifests out of a repository.

Sources: Flux documentation, Installation and Kustomization; Argo CD documentation, Getting started and Resource Health;
Amazon EKS User Guide, Register target clusters; AWS CLI Command Reference, cloudformation describe-stacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.gitops_bridge import OUTPUT
from bpc.output.stacks import Stacks
from bpc.output.waves import FIRST, LAST, Part
from bpc.plan import releases

if TYPE_CHECKING:
    from bpc.model import Gitops
    from bpc.plan.shapes import PlannedAddOn


def said(stacks: Stacks, gitops: Gitops, waves: dict[str, list[Part]]) -> str:
    """The section of one environment."""
    tell = _flux(gitops) if gitops.engine == "flux" else _argocd(stacks, gitops)
    engine = "Flux" if gitops.engine == "flux" else "Argo CD"
    capabilities = stacks.plan.blueprint.cluster.capabilities
    whose = f"EKS's {engine}" if gitops.engine == "argocd" and capabilities and capabilities.argocd else engine
    environment = stacks.environment
    return "\n\n".join(
        [
            f"## Hand the manifests to {whose}",
            _where(stacks, gitops),
            *_itself(stacks, gitops, waves),
            *tell,
            f"Then say where the manifests are (here for `{environment}`):",
            f"```sh\nkubectl apply --server-side -k gitops/{environment}\n```",
            *_order(engine, gitops, waves),
        ]
    )


def _itself(stacks: Stacks, gitops: Gitops, waves: dict[str, list[Part]]) -> list[str]:
    """How the engine comes into the cluster where an add-on looks after it from then on."""
    addon = _addon(stacks, gitops)
    if not addon:
        return []
    first = f"The add-on `{addon.entry.name}` looks after the engine once it is there."
    if stacks.plan.vendors:
        return [_applied(stacks, addon, waves, first)]
    (one,) = releases.planned(addon)
    return [
        f"{first} Install it the first time by the same names, so that the add-on finds it:\n\n```sh\n"
        f"helm install {one.name} {one.chart.name} --repo {one.chart.repository} \\\n"
        f"  --version {one.chart.version} --namespace {one.namespace} --create-namespace\n```",
        "Without Helm: say `gitops.charts: vendored`, run `bpc vendor`, and compile. Then the engine is among the "
        "manifests, and this page says which of them to apply first, with `kubectl` alone.",
    ]


def _applied(stacks: Stacks, addon: PlannedAddOn, waves: dict[str, list[Part]], first: str) -> str:
    """Of the manifests, what there must be for the engine to run: its own wave, and those before."""
    folder = f"kubernetes/overlays/{stacks.environment}"
    its = [wave for wave, parts in waves.items() if any(part.addon is addon for part in parts) and wave != LAST]
    wanted = [wave for wave in waves if its and wave <= its[-1]]
    folders = [f"{folder}/{wave}" for wave in wanted] if len(waves) > 1 else [folder]
    commands = "\n".join(f"kubectl apply --server-side -k {one}" for one in folders)
    return f"{first} It is among the manifests. Apply it the first time by hand:\n\n```sh\n{commands}\n```"


def _addon(stacks: Stacks, gitops: Gitops) -> PlannedAddOn | None:
    return next((one for one in stacks.plan.addons if one.entry.engine == gitops.engine), None)


def _where(stacks: Stacks, gitops: Gitops) -> str:
    top, revision = gitops.top(stacks.plan.name), gitops.wanted_revision
    if gitops.is_artifact:
        inside = "" if top == "." else f", as `{top}` in it"
        return f"Push this folder to the OCI artifact `{gitops.repository}`, as `{revision}`{inside}."
    place = "at the top" if top == "." else f"as `{top}`"
    return f"Commit this folder to the repository `{gitops.repository}`, `{revision}`, {place}."


def _flux(gitops: Gitops) -> list[str]:
    lines = ["Flux must be in the cluster: its source, kustomize and helm controllers, of Flux 2.6 or later."]
    if gitops.secret_ref:
        lines.append(
            f"To read the repository it takes the Secret `{gitops.secret_ref.name}` in `{gitops.home}`, which is yours "
            "to make, with `flux create secret`."
        )
    return lines


def _argocd(stacks: Stacks, gitops: Gitops) -> list[str]:
    plan = stacks.plan
    stack = stacks.name("cluster" if plan.blueprint.network.existing else "network")
    query = f"Stacks[0].Outputs[?OutputKey=='{OUTPUT}'].OutputValue"
    secret = (
        f"```sh\naws cloudformation describe-stacks --region {plan.region} --stack-name {stack} \\\n"
        f'  --query "{query}" --output text | kubectl apply --server-side -f -\n```'
    )
    bridge = (
        "It has the account, the VPC and more in labels and annotations, by the names of the GitOps Bridge, for "
        "ApplicationSets of your own. Its labels `enable_…` name what this repository installs: ApplicationSets of the "
        "GitOps Bridge that install the same are not for this cluster."
    )
    capabilities = plan.blueprint.cluster.capabilities
    if capabilities and capabilities.argocd:
        return [_rights(stacks), f"Register the cluster, which EKS does not do by itself:\n\n{secret}", bridge]
    # It reads OCI artifacts that are no charts since then.
    version = "Argo CD 3.1 or later" if gitops.is_artifact else "Argo CD"
    there = f"{version} must be in the cluster, in the namespace `{gitops.home}`. Tell it what the cluster is:"
    waits = (
        "That it waits for one wave before it begins the next, it has to be told: in its ConfigMap `argocd-cm`, by "
        "`resource.customizations.health.argoproj.io_Application`, as its documentation shows (Resource Health, Argocd "
        "App). Without, it begins all of them and tries again what comes too early."
    )
    # The add-on tells it.
    return [f"{there}\n\n{secret}", bridge, *([] if _addon(stacks, gitops) else [waits])]


def _rights(stacks: Stacks) -> str:
    plan = stacks.plan
    capabilities = plan.blueprint.cluster.capabilities
    assert capabilities and capabilities.argocd, "EKS runs Argo CD"
    name, region = plan.name, plan.region
    return (
        "The role of the capability may do nothing in the cluster before somebody says so. To install controllers, "
        "definitions and cluster roles it has to be an administrator of the cluster:\n\n```sh\n"
        f"role=$(aws eks describe-capability --region {region} --cluster-name {name} \\\n"
        f"  --capability-name {capabilities.argocd.name} --query capability.roleArn --output text)\n"
        f"aws eks associate-access-policy --region {region} --cluster-name {name} \\\n"
        '  --principal-arn "$role" --access-scope type=cluster \\\n'
        f"  --policy-arn arn:{plan.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy\n```"
    )


def _order(engine: str, gitops: Gitops, waves: dict[str, list[Part]]) -> list[str]:
    rows = "\n".join(
        f"| `{wave}` | {', '.join(dict.fromkeys(part.component for part in parts))} |" for wave, parts in waves.items()
    )
    look = "kustomizations,helmreleases" if gitops.engine == "flux" else "applications"
    lines = [f"{engine} applies, in this order:\n\n| | |\n|---|---|\n{rows}"]
    if FIRST in waves:
        lines.append(
            f"What is gone from the repository is taken out of the cluster too, but for `{FIRST}`: with a definition "
            "go all objects of its kind, with a namespace all that is in it. Delete those by hand."
        )
    return [*lines, f"To look how far it is:\n\n```sh\nkubectl get {look} -n {gitops.home}\n```"]
