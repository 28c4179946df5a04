"""The two sets of entries that are found by walking a folder: add-ons and stacks. One file or folder, one entry."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from bpc.addon import AddOn

if TYPE_CHECKING:
    from bpc.stack import Stack

Entry = TypeVar("Entry")


@cache
def addon(name: str) -> type[AddOn]:
    """One add-on, without importing the others; one that no file here is about is an EKS add-on by its name."""
    module = f"bpc.addons.{name.replace('-', '_')}"
    try:
        found = _entry(module, AddOn)
        if found.name == name:
            return found
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
    from bpc import unlisted

    return unlisted.entry(name, names(), called_here)


def names() -> list[str]:
    """The names of all add-ons."""
    return [module.replace("_", "-") for module in _modules("addons")]


def addons() -> list[type[AddOn]]:
    """Every add-on, by name."""
    return [addon(name) for name in names()]


def called_here(name: str) -> str:
    """What the catalogue calls an add-on that has another name too; empty where nothing has this one."""
    return next((entry.name for entry in addons() if name.lower() in entry.also), "")


@cache
def stacks() -> tuple[type[Stack], ...]:
    """Every stack, in the order in which they are deployed."""
    from bpc.kit import deferred

    # Half of what `import troposphere` costs: cfn_flip is for its to_yaml(), inspect for an error message of awacs.
    with deferred.imports("cfn_flip", "inspect"), deferred.passing_over("troposphere.serverless", "Globals"):
        from bpc.stack import Stack

        found = [_entry(f"bpc.stacks.{module}", Stack) for module in _modules("stacks")]
    return tuple(sorted(found, key=lambda stack: stack.number))


def addons_schema() -> dict[str, Any]:
    """The `addons` section of the language, put together from the entries."""
    from bpc.unlisted import Unlisted

    entries = addons()
    return {
        "description": "What runs in the cluster beside the workloads. What an item of "
        "podIdentityAssociations holds is the same for all of them, and told with `<name>`.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9][a-z0-9_-]{0,99}$"},
        "additionalProperties": Unlisted.schema(),
        "default": {},
        "properties": {entry.name: entry.schema() | ({"default": {}} if entry.core else {}) for entry in entries},
    }


def _modules(package: str) -> list[str]:
    """The modules and packages in a folder; a folder that holds no `__init__.py` is only what git has left of one."""
    folder = os.path.join(os.path.dirname(__file__), package)
    entries = [name for name in os.listdir(folder) if name[0] not in "_."]
    packages = [name for name in entries if os.path.exists(os.path.join(folder, name, "__init__.py"))]
    return sorted(packages + [name.removesuffix(".py") for name in entries if name.endswith(".py")])


def _entry(module: str, kind: type[Entry]) -> type[Entry]:
    members = vars(import_module(module)).values()
    found = [one for one in members if isinstance(one, type) and issubclass(one, kind) and one.__module__ == module]
    if len(found) != 1:
        raise TypeError(f"{module} must hold exactly one {kind.__name__}, not {len(found)}")
    return found[0]
