"""Imports that wait until somebody uses the module, by the standard library's own LazyLoader; one that is passed over;
and regular expressions of others that wait for their first use.

`import troposphere` imports all of its AWS SAM module, with the seven services that this one imports, for a single
name in an annotation. A template of ours has no Transform, so nobody ever asks for more.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any


class _Finder:
    """Finds what PathFinder finds, and has the module's code wait for its first attribute."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in self.names else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


class _PassedOver(ModuleType):
    """Has the names that are asked for while it stands in; who imports the module later gets the real one."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(name)
        for one in names:
            setattr(self, one, type(one, (), {"__module__": name}))


@contextmanager
def passing_over(module: str, *names: str) -> Iterator[None]:
    """Within the block, `from module import name` imports nothing; a name that is not among `names` is an error."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = _PassedOver(module, names)
    try:
        yield
    finally:
        del sys.modules[module]


@contextmanager
def imports(*names: str) -> Iterator[None]:
    """Within the block, importing one of `names` costs nothing until the module is used."""
    finder = _Finder(frozenset(names))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Pattern:
    """A regular expression that is compiled when it is first asked for anything, and then is like any other."""

    def __init__(self, *asked: Any) -> None:
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(re.compile(*self._asked), name)
        return found


class _Patterns(ModuleType):
    """The module `re`, but for that."""

    compile = _Pattern

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


@contextmanager
def patterns() -> Iterator[None]:
    """Within the block, a module that is imported for the first time compiles no regular expression before using it."""
    sys.modules["re"] = _Patterns("re")
    try:
        yield
    finally:
        sys.modules["re"] = re
