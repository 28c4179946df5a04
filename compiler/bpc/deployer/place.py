"""Where a platform is, and how its resources are named there: ARNs as IAM policies write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.kit.naming import stack_set_name
from bpc.kit.record import Record
from bpc.plan.shapes import Plan

# CloudFormation cuts the stack's name short in a generated name that would be longer than the service allows.
SURE = 20


class Place(Record):
    """One platform in one Region; `account` is a number, or `*` where the blueprint names none.

    `name` is the platform's; its stacks' names are `stem`, or begin with it.
    """

    name: str
    partition: str
    region: str
    account: str
    stem: str

    @property
    def own(self) -> str:
        """What every name begins with that CloudFormation makes for a resource of the platform."""
        return f"{self.stem}-*" if len(self.stem) < SURE else f"{self.stem[:SURE]}*"

    @property
    def stacks(self) -> tuple[str, str]:
        """The names of its stacks."""
        return self.stem, f"{self.stem}-*"

    def arn(self, pattern: str, named: str = "") -> str:
        """`sqs:{here}:{own}` with what it stands for; `named` goes into `{}`."""
        path = pattern.format(
            named,
            account=self.account,
            here=f"{self.region}:{self.account}",
            name=self.name,
            own=self.generated(pattern),
            region=self.region,
        )
        return f"arn:{self.partition}:{path}"

    def generated(self, pattern: str) -> str:
        """What a generated name begins with; a bucket's has no capitals."""
        return self.own.lower() if pattern.startswith("s3:") else self.own

    def text(self, value: Any) -> str:
        """What a template says, with a `*` for what is known only after deployment."""
        known = {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackName": self.own,
        }
        match value:
            case str():
                return value
            case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
                return _substituted(text, known)
            case {"Fn::Join": [str(between), [*parts]]}:
                return between.join(map(self.text, parts))
            case {"Ref": str(name)}:
                return known.get(name, "*")
        return "*"


def _substituted(text: str, known: Mapping[str, str]) -> str:
    """Fn::Sub, with a `*` for what is not known; `${!` escapes a `${`."""
    head, *parts = text.split("${")
    for part in parts:
        name, _, rest = part.partition("}")
        head += "${" + part if name.startswith("!") else known.get(name, "*") + rest
    return head


def place(plan: Plan) -> Place:
    """Where the plan's stacks will be."""
    blueprint = plan.blueprint
    stem = plan.name
    if blueprint.cloudformation.stack_sets:
        stem = f"StackSet-{stack_set_name(plan.name, blueprint.environment)}"
    return Place(plan.name, plan.partition, plan.region, blueprint.account or "*", stem)
