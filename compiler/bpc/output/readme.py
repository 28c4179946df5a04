"""The README of an output folder: what to deploy, in which order, and how to take it down again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc import deployer
from bpc.diagnostics import Diagnostic
from bpc.kit.naming import logical_id
from bpc.output import handing_over, upkeep, using
from bpc.output.described import Place, Row, described
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

if TYPE_CHECKING:
    from bpc.model import StackSets
    from bpc.stacks.pipeline.delivery.shapes import Delivery


SEVERAL = "Create the stacks one after the other, each when the one before is `CREATE_COMPLETE`"


class Readme(Writer):
    """Gathers what the README says, one environment after the other."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.described: Place | None = None
        self.rows: list[str] = []
        self.overlays: list[str] = []
        self.unknown: dict[str, str] = {}
        self.asking: dict[str, str] = {}
        self.consents: dict[str, tuple[Row, ...]] = {}
        self.wanted: list[str] = []
        self.format = ""
        self.workloads = ""
        self.teams = ""
        self.manifests: dict[str, str] = {}
        self.way = ""
        self.images = ""
        self.alarms = ""
        self.threats: dict[str, str] = {}
        self.pipeline = ""
        self.delivery: Delivery | None = None

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        place = described(stacks)
        # The place with the most to say is described in full; of a fleet's others, a row each is all that is kept.
        if self.described is None or _fullness(place) > _fullness(self.described):
            self.described = place
        self.unknown |= {kind: stacks.name(one) for kind, one in deployer.unknown(stacks.templates).items()}
        if asked := dict.fromkeys(name for row in place.stacks for name in row.asked):
            self.asking[place.environment] = ", ".join(f"`{name}`" for name in asked)
        self.consents[place.environment] = place.stacks
        self.format = self.format or place.format
        if place.sets:
            names = (name for row in place.stacks for name in row.asked if name not in place.sets.parameters)
            self.wanted += [logical_id(place.environment, name) for name in names]
        if stacks.manifests:
            self.overlays.append(place.environment)
        if stacks.manifests or (stacks.plan.blueprint.gitops and stacks.plan.blueprint.gitops.repository):
            self._apply(stacks, self.described is place)
        if self.described is place:
            self._sections(stacks)
        if stacks.plan.blueprint.observability and stacks.plan.blueprint.observability.finds:
            from bpc.output import threats

            threats.add(self.threats, stacks, self.described is place)
        if stacks.plan.blueprint.cloudformation.pipeline:
            from bpc.output import delivery

            self.delivery = delivery.and_also(self.delivery, self.name, stacks, [])
        what = f"`{stacks.stack_set}`" if place.sets else ", ".join(stacks.templates)
        everywhere = place.sets.organizational_unit_ids if place.sets and place.sets.everywhere else ()
        where = f"every one of {', '.join(everywhere)}" if everywhere else place.account or ""
        cells = (place.environment, where, place.region, place.name, what)
        self.rows.append(f"| {' | '.join(cells)} | {'yes' if place.protected else 'no'} |")
        return []

    def _sections(self, stacks: Stacks) -> None:
        """What is said of the described environment alone."""
        if stacks.plan.service_accounts:
            from bpc.output import workloads

            self.workloads = workloads.said(stacks)
        if stacks.plan.blueprint.teams:
            from bpc.output.teams import told

            self.teams = told.said(stacks.plan)
        if stacks.plan.blueprint.images:
            from bpc.output import pulling

            self.images = pulling.said(stacks)
        if stacks.plan.blueprint.observability:
            from bpc.output import watching

            self.alarms = watching.said(stacks)
        if stacks.plan.blueprint.pipeline:
            from bpc.output import shipping

            self.pipeline = shipping.said(stacks)

    def _apply(self, stacks: Stacks, described: bool) -> None:
        """How the manifests get into the cluster: of the described environment, and of one that has another way."""
        from bpc.output import applying

        way = applying.way(stacks)
        if described or way not in self.manifests:
            self.manifests[way] = applying.said(stacks)
        if described:
            self.way = way

    def finish(self) -> None:
        place = self.described
        assert place, "an environment was added before"
        before, after = self._administered(place.sets, place) if place.sets else self._by_hand(place)
        parts = [
            f"<!-- {self.header} -->",
            f"# {self.name}",
            _what(bool(self.overlays)),
            *before,
            using.said(place),
            place.auto_mode,
            self.teams,
            self.workloads,
            self.images,
            *(self.manifests[way] for way in sorted(self.manifests, key=lambda way: way != self.way)),
            _beforehand(place.beforehand) if place.beforehand else "",
            place.classes,
            self.alarms,
            *self.threats.values(),
            self.pipeline,
            *after,
        ]
        self.write("README.md", ("\n\n".join(one for one in parts if one) + "\n").encode())

    def _by_hand(self, place: Place) -> tuple[list[str], list[str]]:
        """How to deploy, and how to go on."""
        before = [
            _deploy(place),
            _failed(place) if place.protected else "",
            self._others(place) if len(self.rows) > 1 else "",
            handing_over.git_sync(place.synced, place.environment) if place.synced else "",
            handing_over.permissions(place.name, place.environment, self.unknown),
        ]
        updated, removed = upkeep.update(place), ""
        if self.delivery:
            from bpc.output import delivered

            before.append(delivered.said(self.delivery, place.format, place.protected))
            updated, removed = delivered.update(self.delivery, place.sizes), delivered.remove(self.delivery)
        return before, [updated, upkeep.remove(place), removed, upkeep.stays(place), upkeep.logs(place)]

    def _others(self, place: Place) -> str:
        """All environments in a table, and what is different where it is not the described one."""
        usual = {_base(row): row.capability for row in place.stacks}
        said = []
        for name in self.consents:
            other: dict[str, list[str]] = {}
            for row in self.consents[name]:
                if row.capability != usual.get(_base(row), ""):
                    other.setdefault(row.capability, []).append(f"`{row.stack}`")
            said += [_consent(name, stacks, capability) for capability, stacks in other.items()]
            if name in self.asking and name != place.environment:
                said.append(f"`{name}` asks for {self.asking[name]}.")
        return _table(self.rows, place.environment, said)

    def _administered(self, sets: StackSets, place: Place) -> tuple[list[str], list[str]]:
        """The same where stack sets do it."""
        from bpc.output import administration

        it = administration.Described(self.name, sets, self.format, place.region, tuple(self.wanted))
        before = [
            administration.deploy(it, self.rows, place.protected),
            administration.permissions(it),
            "" if sets.by_organization else handing_over.uncovered(self.unknown),
        ]
        after = [administration.update(it, place.sizes), administration.remove(it, place.protected)]
        return before, [*after, upkeep.stays(place), upkeep.logs(place)]


def _base(row: Row) -> str:
    """The name of a stack's file, which is the same wherever there is such a stack."""
    return row.file.rpartition("/")[2]


def _consent(environment: str, stacks: list[str], capability: str) -> str:
    what = f"`{capability}`" if capability else "no capability"
    return f"In `{environment}`, {' and '.join(stacks)} {'takes' if len(stacks) == 1 else 'take'} {what}."


def _fullness(place: Place) -> tuple[int, bool]:
    return len(place.stacks), place.protected


def _what(manifests: bool) -> str:
    kinds, tools = "plain CloudFormation", "the AWS console or the AWS CLI"
    if manifests:
        kinds, tools = f"{kinds} and plain Kubernetes YAML", f"{tools}, and `kubectl` or a GitOps engine"
    return f"Everything here is {kinds}. To deploy it, you need {tools}, and no bpc. The commands run from this folder."


def _deploy(place: Place) -> str:
    where = f" in account {place.account}" if place.account else ""
    lines = [
        "## Deploy",
        "",
        f"{SEVERAL if len(place.stacks) > 1 else 'Create the stack'}"
        f" (here for `{place.environment}`: {place.region}{where}).",
        "",
        "| | stack name | template | capability |",
        "|---|---|---|---|",
    ]
    for index, row in enumerate(place.stacks, 1):
        capability = f"`{row.capability}`" if row.capability else "none"
        lines.append(f"| {index} | `{row.stack}` | `{row.file}` | {capability} |")
    lines += [
        "",
        "In the console: *Create stack*, *Upload a template file*, the stack name as above. On the command line:",
        "",
        "```sh",
    ]
    for row in place.stacks:
        lines += _command(place, row)
    return "\n".join([*lines, "```"])


def _command(place: Place, row: Row) -> list[str]:
    lines = [
        f"aws cloudformation deploy --region {place.region} --stack-name {row.stack}",
        f"--template-file {row.file}",
        *([f"--capabilities {row.capability}"] if row.capability else []),
        *(["--disable-rollback"] if place.protected and row.stack == place.cluster else []),
        *(
            ["--parameter-overrides " + " ".join(f"{name}=YOUR_{name.upper()}" for name in row.asked)]
            if row.asked
            else []
        ),
    ]
    return [" \\\n  ".join(lines)]


def _failed(place: Place) -> str:
    return (
        "The cluster is protected, so a roll-back of its stack could not delete it; that is why the stack is created "
        "with `--disable-rollback` (in the console: *Preserve successfully provisioned resources*). If it fails, mend "
        "the cause and run the command again. To give up instead, take the protection off first: "
        f"`aws eks update-cluster-config --region {place.region} --name {place.name} --no-deletion-protection`."
    )


def _table(rows: list[str], described: str, different: list[str]) -> str:
    lines = [
        f"This is what `{described}` needs. The others work the same way, each with the stacks that it has, from "
        "`cloudformation/` and its name:",
        "",
        "| environment | account | region | cluster | stacks | protected |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *rows, *(["", *different] if different else [])])


def _beforehand(commands: tuple[str, ...]) -> str:
    return (
        "## Passwords\n\nNo password is in these files. Add-ons wait for Secrets that you make, once their namespaces "
        "are there:\n\n```sh\n" + "\n".join(commands) + "\n```"
    )
