"""What does not fit together in Karpenter's NodePools and EC2NodeClasses: the API server or Karpenter would refuse it.

Source: Karpenter v1.14, the rules (CEL) of its custom resource definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]


def found(options: Mapping[str, Any], discovery: str) -> Found:
    """Every such place below the add-on."""
    pools, classes = options["nodePools"], options["nodeClasses"]
    yield from twice("nodePools", pools)
    yield from twice("nodeClasses", classes)
    names = {one["name"] for one in classes}
    for place, pool in enumerate(pools):
        at = ("nodePools", place)
        if pool.get("nodeClass", classes[0]["name"]) not in names:
            yield (*at, "nodeClass"), f"there is no {pool['nodeClass']} in nodeClasses"
        yield from requirements((*at, "requirements"), pool.get("requirements", ()))
        yield from budgets((*at, "disruption", "budgets"), pool.get("disruption", {}).get("budgets", ()))
    for place, one in enumerate(classes):
        at = ("nodeClasses", place)
        yield from _images(at, one)
        if not discovery and "subnetSelectorTerms" not in one:
            yield at, f"{one['name']} has to say its subnetSelectorTerms: bpc puts no tags on subnets of others"
        if sum(bool(each.get("rootVolume")) for each in one.get("blockDeviceMappings", ())) > 1:
            yield (*at, "blockDeviceMappings"), "only one volume can be the rootVolume"


def twice(key: str, said: Sequence[Mapping[str, Any]]) -> Found:
    """Objects of one name."""
    names = [one["name"] for one in said]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield (key, place, "name"), f"{name} is there twice"


def requirements(at: Path, said: Sequence[Mapping[str, Any]]) -> Found:
    """Operators and values that do not go together."""
    for place, one in enumerate(said):
        count, operator = len(one.get("values", ())), one["operator"]
        if operator in ("In", "NotIn") and not count:
            yield (*at, place), f"{operator} needs values"
        if operator in ("Exists", "DoesNotExist") and count:
            yield (*at, place), f"{operator} takes no values"
        if operator in ("Gt", "Lt", "Gte", "Lte") and (count != 1 or not one["values"][0].isdigit()):
            yield (*at, place), f"{operator} takes one whole number"
        if operator == "In" and one.get("minValues", 0) > count:
            yield (*at, place), f"there are fewer values than minValues, {one['minValues']}"


def budgets(at: Path, said: Sequence[Mapping[str, Any]]) -> Found:
    """Half of a time."""
    for place, one in enumerate(said):
        if ("schedule" in one) != ("duration" in one):
            yield (*at, place), "schedule and duration belong together"


def _images(at: Path, said: Mapping[str, Any]) -> Found:
    terms = said.get("amiSelectorTerms", ())
    here = (*at, "amiSelectorTerms")
    aliased = [one for one in terms if "alias" in one]
    if aliased and (len(terms) > 1 or len(aliased[0]) > 1):
        yield here, "an alias stands alone"
    if terms and not aliased and "amiFamily" not in said:
        yield at, f"{said['name']} has to say its amiFamily: no alias does"
    if any("ssmParameter" in one and len(one) > 1 for one in terms):
        yield here, "an ssmParameter stands with nothing else"
    if any("owner" in one and "name" not in one and "tags" not in one for one in terms):
        yield here, "an owner has many images: say a name or tags too"
    if (family := _aliased(aliased)) and said.get("amiFamily", family) not in (family, "Custom"):
        yield (*at, "amiFamily"), f"{aliased[0]['alias']} is {family}"


def _aliased(terms: Sequence[Mapping[str, Any]]) -> str:
    return {"al2023": "AL2023", "bottlerocket": "Bottlerocket"}[terms[0]["alias"].partition("@")[0]] if terms else ""
