"""What the README says of the pipeline: what has to be there before it runs, and how images get into manifests."""

from __future__ import annotations

from bpc.model import Pipeline, Source
from bpc.output.stacks import Stacks


def said(stacks: Stacks) -> str:
    """What somebody has to do, and what the pipeline does then."""
    wanted = stacks.plan.blueprint.pipeline
    assert wanted
    parts = [starts(wanted.source), _images(wanted, stacks)]
    other = wanted.elsewhere
    of = f" of `{other.repository or other.code_commit}`" if other else ""
    if wanted.deploy and wanted.commits:
        branch = (other or wanted.source).branch
        parts.append(
            f"Then it commits them to `{wanted.deploy.path}` of the branch `{branch}`{of}, which has to "
            "let it push. Nothing in the cluster changes before somebody applies the overlay."
        )
    elif wanted.deploy:
        namespaces = ", ".join(f"`{one}`" for one in sorted(wanted.deploy.namespaces or ()))
        parts.append(
            f"Then it applies `{wanted.deploy.path}`{of} and waits until the pods run. It may edit {namespaces} and no "
            "more: the namespaces have to be there, and the overlay must hold nothing but what is in them."
        )
    if wanted.approval:
        name = stacks.plan.name
        parts.append(f"Before that, somebody approves, in the console of AWS CodePipeline: the pipeline is `{name}`.")
    return "\n\n".join(["## Pipeline", *parts])


def starts(source: Source) -> str:
    """What starts a pipeline, and what that takes."""
    if source.code_commit:
        start = f"A push to `{source.branch}` of `{source.code_commit}` in AWS CodeCommit starts it."
        return f"{start} The repository has to be there."
    return (
        f"A push to `{source.branch}` of `{source.repository}` starts it. The connection has to be "
        "`AVAILABLE`: a new one waits until somebody has confirmed it in the console (*Settings*, *Connections*)."
    )


def _images(wanted: Pipeline, stacks: Stacks) -> str:
    rows = [f"| `{one.name}` | `{one.path}` | {', '.join(one.platforms)} |" for one in wanted.images]
    told = "Manifests say the image by its name alone, as in `image: " + wanted.images[0].name + "`; kustomize puts "
    table = "\n".join(["| image | built from | for |", "|---|---|---|", *rows])
    where = f"It builds each image whose folder has changed, and pushes it to `{stacks.plan.name}/` in Amazon ECR:"
    known = f"{told}the repository and the tag in its place."
    return f"{where}\n\n{table}\n\n{known}" if wanted.deploy else f"{where}\n\n{table}"
