"""What a comparison finds, in the words of CloudFormation's change sets.

CloudFormation API Reference, ResourceChange and ResourceChangeDetail: Action, Replacement, PolicyAction, Scope,
RequiresRecreation, ChangeSource, CausingEntity.
"""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Diagnostic
from bpc.kit.record import Record

ADD, MODIFY, REMOVE = "Add", "Modify", "Remove"
# The replacement of a resource; UNKNOWN for a type whose schema is not known.
REPLACED, MAYBE, IN_PLACE, UNKNOWN = "True", "Conditional", "False", "Unknown"
# What a changed property asks for.
ALWAYS, CONDITIONALLY, NEVER = "Always", "Conditionally", "Never"
DIRECT, PARAMETER, RESOURCE, ATTRIBUTE = (
    "DirectModification",
    "ParameterReference",
    "ResourceReference",
    "ResourceAttribute",
)
ABSENT = object()  # the value of a property that one side does not have
Path = tuple[str, ...]
Key = tuple[str, str]  # a stack's short name and a logical ID


class Detail(Record):
    """A property that changes, and why."""

    path: Path
    recreation: str
    source: str = DIRECT
    cause: str = ""
    before: Any = ABSENT
    after: Any = ABSENT


class Change(Record):
    """A resource that changes.

    A stack set names the environment that it deploys, and what becomes of the resources there in a few words.
    """

    stack: str
    title: str
    type: str
    action: str
    replacement: str = ""
    policy: str = ""
    scope: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    renamed: str = ""
    environment: str = ""
    inside: str = ""
    findings: tuple[Diagnostic, ...] = ()

    @property
    def key(self) -> Key:
        return self.stack, self.title


class Parameter(Record):
    """A parameter that comes, goes or gets another default."""

    stack: str
    title: str
    action: str
    before: Any = ABSENT
    after: Any = ABSENT


class Object(Record):
    """A Kubernetes object that changes; `fixed` are changed fields that the API server does not let change."""

    action: str
    kind: str
    namespace: str
    name: str
    paths: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


class Changes(Record):
    """All that is different in one environment."""

    resources: tuple[Change, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    objects: tuple[Object, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*self.findings, *(found for one in self.resources for found in one.findings))


class Difference(Record):
    """Two sides, and what is different in each environment and in the administrator's template of stack sets."""

    old: str
    new: str
    environments: dict[str, Changes]
    administration: Changes = Changes()

    @property
    def parts(self) -> dict[str, Changes]:
        """Everything that is different; what is the administrator's has no environment's name."""
        return ({"": self.administration} if self.administration != Changes() else {}) | self.environments
