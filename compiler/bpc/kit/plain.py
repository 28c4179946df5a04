"""Templates of troposphere as plain data, in one walk.

troposphere's own `to_dict` walks what is inside again for each object round it, four times for what is deep inside.
Objects that know a `to_dict` of their own, as those of awacs do, are asked for it.
"""

from __future__ import annotations

from typing import Any

from troposphere import AWSHelperFn, BaseAWSObject, encode_to_dict

_ATOMS = frozenset((str, bool, int, float, type(None)))


def plain(value: Any) -> Any:
    """What troposphere's `to_dict` gives; ValueError and TypeError as there, where a property is missing or wrong."""
    kind = value.__class__
    if kind in _ATOMS:
        return value
    if kind is dict:
        return {key: plain(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return [plain(one) for one in value]
    own = getattr(kind, "to_dict", None)
    if own is AWSHelperFn.to_dict:
        return plain(value.data)
    if own is BaseAWSObject.to_dict:
        return _object(value)
    return encode_to_dict(value)


def _object(value: BaseAWSObject) -> Any:
    """A resource or a property, checked as troposphere checks it."""
    if value.do_validation:
        value._validate_props()
        value.validate()
    if value.properties:
        return plain(value.resource)
    return {key: plain(one) for key, one in value.resource.items() if key != "Properties"}
