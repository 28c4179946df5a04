"""What the README says of handing the stacks over: to somebody with the right permissions, or to Git."""

from __future__ import annotations


def permissions(name: str, environment: str, unknown: dict[str, str]) -> str:
    """How to give somebody the deployer's policies (CloudFormation User Guide, CloudFormation service role)."""
    files = f"cloudformation/{environment}/deployer-policy*.json"
    lines = [
        "## Who may deploy",
        "",
        f"`{files}` hold the least permissions with which these stacks can be created, updated and deleted, in as many "
        "IAM policies as IAM's limit of 6,144 characters asks for. An administrator makes them, in the console (*IAM*, "
        "*Policies*, *Create policy*, *JSON*) or on the command line:",
        "",
        "```sh",
        f"for file in {files}; do",
        f'  aws iam create-policy --policy-name "{name}-$(basename "$file" .json)" --policy-document "file://$file"',
        "done",
        "```",
        "",
        "Attach all of them to whoever deploys; or to a role that `cloudformation.amazonaws.com` may assume, and give "
        "its ARN with `--role-arn` (in the console: *Permissions*). Then the person needs no more than "
        "`cloudformation:*` on the stacks and `iam:PassRole` on that role. When something leaves the blueprint, update "
        "the stacks first and the policies after.",
    ]
    return "\n".join([*lines, *(["", uncovered(unknown)] if unknown else [])])


def uncovered(unknown: dict[str, str]) -> str:
    """Which resources the deployer's policies do not cover; nothing where they cover all."""
    kinds = ", ".join(f"`{kind}` (in `{stack}`)" for kind, stack in sorted(unknown.items()))
    return f"They do not cover what bpc knows no permissions for: {kinds}. Add what those need." if kinds else ""


def git_sync(folder: str, environment: str) -> str:
    """How to hand the stacks over to Git (CloudFormation User Guide, Syncing stacks with source code in Git)."""
    where = "the root of the repository" if folder == "." else f"`{folder}/` of the repository"
    prefix = "" if folder == "." else f"{folder}/"
    return (
        "## Let CloudFormation pull from Git\n\n"
        f"Commit this folder as {where} and connect the repository to CloudFormation. Then, for one stack after the "
        "other: *Create stack*, *Sync from Git*, *I am providing my own file*, with the deployment file "
        f"`{prefix}cloudformation/{environment}/deployments/` and the stack's name. From then on every commit is "
        "an update. Git sync does not know the order of the stacks: what one stack exports anew and another imports, "
        "merge one after the other."
    )
