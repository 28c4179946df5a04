"""What the README says of the pipeline that deploys the environments: how to set it up, and what it does then."""

from __future__ import annotations

from bpc.model.delivery import CHANGE_SETS, ONCE
from bpc.output import shipping
from bpc.stacks.pipeline.delivery.shapes import Delivery, Environment

NAMED = "CAPABILITY_NAMED_IAM"
Row = tuple[str, str, str, str, str]  # account, Region, stack, file, capability


def said(it: Delivery, form: str, protected: bool) -> str:
    """All of it."""
    settings = it.settings
    folder = f"{settings.output}/{it.name}"
    parts = [
        "## Let a pipeline deploy",
        shipping.starts(settings.source),
        f"The pipeline `{it.base}` compiles `{settings.path}` with `--check`, and stops when `{folder}` is not "
        "what comes out: so compile before you push. Then it makes a change set for each stack, and executes it. "
        f"{_order(it)}",
        _set_up(it, form),
        "It runs for the first time as soon as it is there, and makes the stacks that are not. "
        + (
            "CodePipeline has no `--disable-rollback`, so create those with a protected cluster by hand, as above; "
            "the pipeline goes on with them.\n\n"
            if protected
            else "\n\n"
        )
        + "The pipeline cannot change itself, nor its roles: when one of these templates has changed, or what "
        "`deployer-policy*.json` say, an administrator updates its stack, before the push.",
    ]
    return "\n\n".join(parts)


def update(it: Delivery, sizes: tuple[str, ...]) -> str:
    """In place of what is to be done by hand."""
    left = ", ".join(f'{name}: ""' for name in sizes)
    handed = (
        " Once the nodes are there, hand their number over to whatever scales them: with "
        f"`cloudformation.pipeline.parameters: {{{left}}}` no update touches it any more."
        if sizes
        else ""
    )
    return (
        "## Update\n\nChange the blueprint, compile, review the diff, and push. A resource that says *Replacement: "
        "True* in its change set is made anew.\n\nThe pipeline goes through the stacks in their order and deletes "
        "none. So what one of them exports no more, and a later one still imports, stops it: then update the later one "
        "by hand, and let the pipeline try the stage again. Delete by hand the stacks that have left the blueprint."
        "\n\nEach update sets parameters to their defaults, but for those in `cloudformation.pipeline.parameters`."
        f"{handed}"
    )


def remove(it: Delivery) -> str:
    """What goes before the environments' stacks, and what after them."""
    return (
        f"Delete the stack `{it.base}-pipeline` before all of them, or the next push brings them back; and those of "
        "the roles after them, for CloudFormation deletes a stack with the role that it was made with. The buckets "
        f"`{it.base}-*` and the pipeline's log group stay until you delete them."
    )


def _order(it: Delivery) -> str:
    known = {one.name: one for one in it.environments}
    waves = [[known[name] for name in wave if name in known] for wave in it.settings.waves or [sorted(known)]]
    order = "; then ".join(", ".join(map(_place, wave)) for wave in waves if wave)
    return f"Their order is: {order}. When one fails, those after it are left as they are."


def _place(one: Environment) -> str:
    told = {
        ONCE: " (once somebody has approved)",
        CHANGE_SETS: " (each change set once somebody has approved of it)",
    }
    return f"`{one.name}`{told.get(one.approval, '')}"


def _set_up(it: Delivery, form: str) -> str:
    rows = list(_rows(it, form))
    table = [
        f"| {index} | {account} | {region} | `{stack}` | `{file}` | {f'`{consent}`' if consent else 'none'} |"
        for index, (account, region, stack, file, consent) in enumerate(rows, 1)
    ]
    head = "| | account | region | stack name | template | capability |\n|---|---|---|---|---|---|\n"
    commands = "\n".join(_command(it, row) for row in rows)
    return (
        "An administrator sets it up once, in this order and with the credentials of each account:\n\n"
        f"{head}" + "\n".join(table) + f"\n\n```sh\n{commands}\n```"
    )


def _rows(it: Delivery, form: str) -> list[Row]:
    own = it.account or ""
    rows = [
        (own, region, f"{it.base}-artifacts", f"cloudformation/delivery-artifacts-{region}.{form}", "")
        for region in it.regions
    ]
    for one in it.environments:
        file = f"cloudformation/delivery-roles-{one.name}.{form}"
        rows.append((one.account or "", one.region, f"{it.base}-roles-{one.name}", file, NAMED))
    return [*rows, (own, it.settings.region, f"{it.base}-pipeline", f"cloudformation/delivery.{form}", NAMED)]


def _command(it: Delivery, row: Row) -> str:
    _, region, stack, file, consent = row
    lines = [
        f"aws cloudformation deploy --region {region} --stack-name {stack}",
        f"--template-file {file}",
        *([f"--capabilities {consent}"] if consent else []),
    ]
    if stack.endswith("-pipeline") and it.others and it.regions:
        given = " ".join(f'{it.parameter(one)}="$(key {one})"' for one in it.regions)
        lines.append(f"--parameter-overrides {given}")
        return "\n".join([_key(it), " \\\n  ".join(lines)])
    return " \\\n  ".join(lines)


def _key(it: Delivery) -> str:
    """What asks for the key of a further Region."""
    return (
        "key() {\n"
        f'  aws cloudformation describe-stacks --region "$1" --stack-name {it.base}-artifacts \\\n'
        "    --query \"Stacks[0].Outputs[?OutputKey=='ArtifactKeyArn'].OutputValue\" --output text\n"
        "}"
    )
