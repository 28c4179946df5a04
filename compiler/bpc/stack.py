"""The contract of a CloudFormation stack. One file or one folder in `stacks/` is one stack."""

from __future__ import annotations

from typing import ClassVar

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan


class Stack:
    """What one lifecycle of the platform needs, in one template; the subclass's docstring is its description."""

    name: ClassVar[str]
    number: ClassVar[int]

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        """Whether the blueprint asks for this stack."""
        return True

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        """Put the stack's resources on the sheet."""
        raise NotImplementedError
