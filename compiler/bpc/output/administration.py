"""What the README says of an output that stack sets deploy, in place of a command for each stack."""

from __future__ import annotations

from collections.abc import Sequence

from bpc.kit.record import Record
from bpc.model import StackSets

ADMINISTRATION, EXECUTION = "AWSCloudFormationStackSetAdministrationRole", "AWSCloudFormationStackSetExecutionRole"


class Described(Record):
    """What is said of the template: the blueprint's name, the settings, where it is, and what it asks for."""

    name: str
    settings: StackSets
    format: str
    region: str
    asked: tuple[str, ...]

    @property
    def file(self) -> str:
        return f"cloudformation/stack-sets.{self.format}"

    @property
    def stack(self) -> str:
        """The name of the administrator's stack."""
        return f"{self.name}-stack-sets"


def deploy(it: Described, rows: Sequence[str], protected: bool) -> str:
    """How to make every environment's stack from one account (CloudFormation User Guide, StackSets concepts)."""
    parts = [
        f"## Deploy\n\n`{it.file}` is for one account, the administrator's. The stack that you create from it there "
        "makes a stack set for each environment, and the stack set makes that environment's stack in its account and "
        f"Region. {_order(it.settings)}",
        "| environment | account | region | cluster | stack set | protected |\n|---|---|---|---|---|---|\n"
        + "\n".join(rows),
        _permissions(it.settings),
        "Upload the templates to a bucket that whoever creates the stack may read. The name that each one gets there "
        "says what is in it, so a new version lies beside the old one:\n\n```sh\n"
        f"{_upload(it)}\n```",
        "Then create the stack, in the Region that you like. In the console: *Create stack*, *Upload a template file*. "
        f"On the command line:\n\n```sh\n{_create(it, protected)}\n```",
    ]
    return "\n\n".join([*parts, *([_failed()] if protected else [])])


def _order(settings: StackSets) -> str:
    if not settings.waves:
        return "All of them are made at once."
    waves = "; then ".join(", ".join(f"`{one}`" for one in wave) for wave in settings.waves)
    return f"Their order is: {waves}. When one fails, those after it are left as they are."


def _permissions(settings: StackSets) -> str:
    if not settings.by_organization:
        made = settings.administration_role_arn or ADMINISTRATION
        return (
            "StackSets needs two roles before that (CloudFormation User Guide, *Grant self-managed permissions*): "
            f"`{made}` in the administrator's account, and in each account of the table "
            f"`{settings.execution_role_name or EXECUTION}`, which trusts it. Whoever creates the stack needs "
            "`cloudformation:*` on stack sets, and `iam:PassRole` on the first of them."
        )
    whose = (
        "a delegated administrator's"
        if settings.call_as == "delegated-admin"
        else "the organization's management account"
    )
    return (
        f"The administrator's account is {whose}. Trusted access of StackSets has to be activated in the organization "
        "before that (CloudFormation User Guide, *Activate trusted access for stack sets with Organizations*), and no "
        "account of the table is the management account: there, service-managed stack sets deploy nothing."
    )


def _upload(it: Described) -> str:
    return (
        f"for file in cloudformation/*/10-*; do\n"
        '  name="$(basename "$(dirname "$file")")-$(sha256sum "$file" | cut -c 1-16).${file##*.}"\n'
        f'  aws s3 cp "$file" "{_bucket(it)}/$name"\n'
        "done"
    )


def _bucket(it: Described) -> str:
    """Where the URL says that the bucket is; where nothing does, a placeholder."""
    if not it.settings.templates_url:
        return f"s3://YOUR_BUCKET/{it.name}"
    host, _, folder = it.settings.templates_url.removeprefix("https://").partition("/")
    bucket, at, _ = host.partition(".s3")
    path = "/".join(one for one in (bucket if at else "", folder) if one)
    return f"s3://{path}"


def _suffix(it: Described) -> str:
    """What the names of hosts end with, where the Region is."""
    from bpc import facts
    from bpc.facts import partitions

    known = facts.region(it.region)
    return partitions.suffixes(known.partition if known else "aws").usual


def _create(it: Described, protected: bool) -> str:
    given = (
        []
        if it.settings.templates_url
        else [f"TemplatesUrl=https://YOUR_BUCKET.s3.{it.region}.{_suffix(it)}/{it.name}"]
    )
    given += [f"{name}=YOUR_{name.upper()}" for name in it.asked]
    lines = [
        f"aws cloudformation deploy --region {it.region} --stack-name {it.stack}",
        f"--template-file {it.file}",
        *(["--disable-rollback"] if protected else []),
        *(["--parameter-overrides " + " ".join(given)] if given else []),
    ]
    return " \\\n  ".join(lines)


def _failed() -> str:
    return (
        "StackSets has no `--disable-rollback` for the stacks that it makes: when a stack with a protected cluster "
        "cannot be completed, its roll-back stops at the cluster, and you take the protection off and delete the stack "
        "in its own account. So for the first time it is easier with `cluster.deletionProtection: false`; switch the "
        "protection on when the cluster is there."
    )


def permissions(it: Described) -> str:
    """What the role that StackSets assumes in an account may do; with an organization, that is not ours to say."""
    if it.settings.by_organization:
        return ""
    role = it.settings.execution_role_name or EXECUTION
    return (
        "## What StackSets may do\n\n"
        "`cloudformation/*/deployer-policy*.json` hold the least permissions with which each environment's stack can "
        "be created, updated and deleted, in as many IAM policies as IAM's limit of 6,144 characters asks for. Attach "
        f"those of an environment to `{role}` in its account, beside what StackSets itself needs there: "
        "`cloudformation:*` on `StackSet-*`, `s3:GetObject` on the bucket, and `sns:*` if notices are sent. When "
        "something leaves the blueprint, update the stacks first and the policies after."
    )


def update(it: Described, sizes: Sequence[str]) -> str:
    left = ", ".join(f'{name}: ""' for name in sizes)
    handed = (
        " Once the nodes are there, hand their number over to whatever scales them: with "
        f"`cloudformation.stackSets.parameters: {{{left}}}` no update touches it any more."
        if sizes
        else ""
    )
    return (
        "## Update\n\nChange the blueprint, compile, review the diff, upload the templates again, and update the stack "
        f"`{it.stack}` with the new `{it.file}`. A stack set whose template has not changed is left alone. Leave the "
        f"old templates in the bucket: a roll-back needs them.{handed}"
    )


def remove(it: Described, protected: bool) -> str:
    first = (
        "A stack set with a protected cluster is kept, and its stack with it, when its environment leaves the "
        "blueprint or the administrator's stack is deleted. To let it go, set `cluster.deletionProtection: false` "
        "first, compile, upload and update. "
        if protected
        else "When an environment leaves the blueprint, the next update deletes its stack set and all that is in it. "
    )
    return (
        f"## Take it down\n\n{first}Delete the load balancers and volumes that workloads made, then the stack of the "
        "administrator:\n\n```sh\n"
        f"aws cloudformation delete-stack --region {it.region} --stack-name {it.stack}\n"
        f"aws cloudformation wait stack-delete-complete --region {it.region} --stack-name {it.stack}\n```"
    )
