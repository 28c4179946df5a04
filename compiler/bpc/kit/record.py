"""Frozen values with named fields, for the many small types of a compiler that lives a tenth of a second.

`typing.NamedTuple` compiles code for every class it makes and `dataclasses` several times as much; fifty classes of
one or the other are a tenth of a compile. A type checker sees ordinary dataclasses here.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """Fields are the class's annotations, in their order; a default stands in the class body."""

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._fields = (*cls._fields, *cls.__annotations__)

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self.__dict__
        fields.update(zip(self._fields, values, strict=False))
        fields.update(named)
        given = len(values) + len(named)
        if given != len(self._fields) or len(fields) != given or not named.keys() <= set(self._fields):
            self._complete(given)

    def _complete(self, given: int) -> None:
        """Fill in defaults, or say what is wrong with the call."""
        known = self._fields
        fields = {name: getattr(type(self), name) for name in known if hasattr(type(self), name)} | self.__dict__
        if set(fields) != set(known) or given > len(known):
            raise TypeError(f"{type(self).__name__} takes {', '.join(known)}")
        self.__dict__.update((name, fields[name]) for name in known)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be set")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        return type(self)(**{**self.__dict__, **changes})
