"""The templates of the pipeline that deploys the environments, and what it has no room for.

At each update CodePipeline gives every parameter that it is told nothing of its default again (CloudFormation User
Guide, CloudFormation configuration properties reference, Parameter overrides).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bpc import deployer, quotas, render
from bpc.diagnostics import Diagnostic, rule
from bpc.output import policy
from bpc.output.described import capability
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpc.model import DeliveryPipeline
    from bpc.stacks.pipeline.delivery.shapes import Delivery as Whole
    from bpc.stacks.pipeline.delivery.shapes import Environment

NO_SUCH_PARAMETER = rule(
    "BPC694",
    "delivery-parameter-without-template",
    why="CloudFormation refuses a parameter that the template does not have, and this one is in none of them.",
    cure="Look the name up in the templates' Parameters.",
)
NO_VALUE = rule(
    "BPC695",
    "delivery-asks-nobody",
    why="A pipeline asks nobody for the value of a parameter, and this one has no default.",
    cure="Say it in the blueprint where there is a field for it, or in `cloudformation.pipeline.parameters`.",
)
TOO_LONG = rule(
    "BPC696",
    "delivery-too-long",
    why="A pipeline has room for 50 stages of 50 actions, and for 500 actions in all (AWS CodePipeline User Guide, "
    "Quotas in AWS CodePipeline). Each stack takes two actions, or three where its change set is approved of.",
    cure="Say `cloudformation.layout: single`, or divide the environments into several blueprints.",
)
TOO_WIDE = rule(
    "BPC697",
    "delivery-wave-too-wide",
    why="A stage has room for 50 actions (AWS CodePipeline User Guide, Quotas in AWS CodePipeline), and the "
    "environments of a wave go side by side.",
    cure="Make several waves of it.",
)
TOO_MANY_POLICIES = rule(
    "BPC698",
    "delivery-policies",
    why="What CloudFormation may do is as many managed policies as their size asks for, and a role has room for ten "
    "(IAM User Guide, IAM and AWS STS quotas).",
    cure="Divide the platform into several blueprints, or deploy it by hand.",
)
TOO_MANY_VALUES = rule(
    "BPC699",
    "delivery-parameters-too-long",
    why="CodePipeline takes the values of a stack's parameters as 1,000 characters of JSON (CloudFormation User Guide, "
    "CloudFormation configuration properties reference).",
    cure="Say the longer ones in the blueprint where there is a field for them.",
)
MOST_POLICIES = 10


class Delivery(Writer):
    """Writes cloudformation/delivery.yaml, and beside it what each environment and each further Region needs."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.whole: Whole | None = None
        self.format = "yaml"
        self.trace: dict[str, str] = {}

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        from bpc.stacks.pipeline.delivery import roles

        settings = _settings(stacks)
        found = list(_unknown(settings, stacks))
        self.format = stacks.plan.blueprint.cloudformation.format
        before, self.whole = self.whole, and_also(self.whole, self.name, stacks, found)
        here = self.whole.environments[-1]
        policies = policy.cut(deployer.statements(stacks.plan, stacks.templates))
        if len(policies) > MOST_POLICIES:
            message = f"{here.name} needs {len(policies)} policies; a role takes {MOST_POLICIES}"
            found.append(TOO_MANY_POLICIES.at(settings.at, message, key=True))
        found += _room(before or self.whole.replace(environments=()), self.whole)
        template = roles.template(self.whole.replace(tags=stacks.plan.blueprint.metadata.tags), here, policies)
        found += [quotas.QUOTA.at(settings.at, message, key=True) for message in quotas.beyond(template)]
        self._write(f"-roles-{here.name}", template)
        return found

    def finish(self) -> None:
        from bpc.stacks.pipeline.delivery import store, template

        assert self.whole, "an environment was added before"
        for region in self.whole.regions:
            self._write(f"-artifacts-{region}", store.template(self.whole, region))
        self._write("", template.template(self.whole))

    def _write(self, which: str, template: dict[str, Any]) -> None:
        assert self.whole
        self.trace |= dict.fromkeys(template["Resources"], ".".join(map(str, self.whole.settings.at)))
        text = render.template_yaml if self.format == "yaml" else render.template_json
        self.write(f"cloudformation/delivery{which}.{self.format}", text(template, self.header))

    @property
    def about(self) -> dict[str, Any]:
        return {"delivery": dict(sorted(self.trace.items()))}


def _settings(stacks: Stacks) -> DeliveryPipeline:
    settings = stacks.plan.blueprint.cloudformation.pipeline
    assert settings, "the writer is only asked where there is something to write"
    return settings


def and_also(whole: Whole | None, name: str, stacks: Stacks, found: list[Diagnostic]) -> Whole:
    """What is known of the pipeline so far, with one more environment, as `_environment` sees it.

    The tags are those that all environments have; the boundary is that of one in the pipeline's own account.
    """
    from bpc.stacks.pipeline.delivery import shapes

    settings, blueprint = _settings(stacks), stacks.plan.blueprint
    here, tags = _environment(stacks, found), blueprint.metadata.tags
    if whole is None:
        whole = shapes.Delivery(name, settings, settings.account or blueprint.account, tags)
    return whole.replace(
        environments=(*whole.environments, here),
        tags={key: one for key, one in whole.tags.items() if tags.get(key) == one},
        boundary=whole.boundary or (None if whole.crosses(here) else here.boundary),
    )


def _environment(stacks: Stacks, found: list[Diagnostic]) -> Environment:
    """What there is to deploy; what is wrong with the values of its parameters is added to `found`."""
    from bpc.stacks.pipeline.delivery import shapes

    settings, blueprint = _settings(stacks), stacks.plan.blueprint
    deployed = []
    for stack, template in stacks.templates.items():
        given = _parameters(settings, stack, template, found)
        row = (stack, stacks.name(stack), stacks.file(stack), capability(template), given)
        deployed.append(shapes.Deployed(*row))
    boundary = blueprint.cloudformation.permissions_boundary
    place = (stacks.environment, stacks.plan.name, blueprint.account, stacks.plan.region)
    return shapes.Environment(*place, boundary, settings.approval, tuple(deployed))


def _parameters(settings: DeliveryPipeline, stack: str, template: Mapping[str, Any], found: list[Diagnostic]) -> str:
    """The values for a stack, as JSON."""
    from bpc.stacks.pipeline.delivery.waves import MOST_PARAMETERS

    at = (*settings.at, "parameters") if settings.parameters else settings.at
    slots = template.get("Parameters", {})
    for key, one in slots.items():
        if "Default" not in one and key not in settings.parameters:
            found.append(NO_VALUE.at(at, f"{key} of the {stack} template has no value", key=True))
    values = {key: _text(one) for key, one in sorted(settings.parameters.items()) if key in slots}
    given = json.dumps(values) if values else ""
    if len(given) > MOST_PARAMETERS:
        message = f"{len(given):,} characters for the {stack} stack; CodePipeline takes {MOST_PARAMETERS:,}"
        found.append(TOO_MANY_VALUES.at(at, message, key=True))
    return given


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unknown(settings: DeliveryPipeline, stacks: Stacks) -> Iterator[Diagnostic]:
    known = {key for template in stacks.templates.values() for key in template.get("Parameters", {})}
    for key in settings.parameters:
        if key not in known:
            at = (*settings.at, "parameters", key)
            yield NO_SUCH_PARAMETER.at(at, f"no template has a parameter {key}", key=True)


def _room(before: Whole, after: Whole) -> Iterator[Diagnostic]:
    """What a pipeline has no room for, told of the first environment that is too much."""
    from bpc.stacks.pipeline.delivery import waves

    at = after.settings.at
    widest, which = _widest(after)
    if widest == waves.MOST_ACTIONS + 1 and _widest(before)[0] <= waves.MOST_ACTIONS:
        message = f"more than {waves.MOST_ACTIONS} environments are in one wave{which}"
        yield TOO_WIDE.at((*at, "waves") if after.settings.waves else at, message, key=True)
    room = waves.MOST_STAGES - 2, waves.MOST_IN_ALL - 2  # the source and the check are there already
    (stages, actions), (fewer, less) = waves.counted(after), waves.counted(before)
    if (stages > room[0] or actions > room[1]) and fewer <= room[0] and less <= room[1]:
        yield TOO_LONG.at(at, f"this comes to more than {room[0]} stages or {room[1]} actions", key=True)


def _widest(whole: Whole) -> tuple[int, str]:
    """The number of environments in the widest wave."""
    here = {one.name for one in whole.environments}
    if not whole.settings.waves:
        return len(here), ""
    counts = [sum(name in here for name in wave) for wave in whole.settings.waves]
    return max(counts), f", number {counts.index(max(counts)) + 1}"
