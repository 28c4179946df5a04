"""GuardDuty: one detector for an account in a Region, and no setting that does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, GuardDuty

UNUSED = rule(
    "BPC680",
    "guard-duty-setting-unused",
    why="A detector that exists has its settings already, and GuardDuty has agents in clusters for Runtime Monitoring "
    "alone.",
    cure="Take the setting away, or have the detector made here with RUNTIME_MONITORING among its features.",
)
TWO_DETECTORS = rule(
    "BPC681",
    "two-detectors",
    why="GuardDuty has one detector for an account in a Region, and making a second one fails (Amazon GuardDuty API "
    "Reference, CreateDetector).",
    cure="Say `observability: {guardDuty: {detector: existing}}` in all environments of the place but one.",
)
UNHEARD = rule(
    "BPC682",
    "findings-told-to-nobody",
    why="With a detector that exists there is nothing to make but what tells of its findings.",
    cure="Say whom in `observability.notify`.",
)
OF_DETECTORS = ("features", "eksAddonManagement", "findingPublishingFrequency")


def _settings(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    values = (wanted.features, wanted.eks_addon_management, wanted.finding_publishing_frequency)
    for key, value in zip(OF_DETECTORS, values, strict=True):
        if value is not None and not wanted.is_made:
            yield UNUSED.at((*wanted.at, key), f"{key} is for a detector that is made here", key=True)
    if wanted.eks_addon_management and wanted.is_made and not wanted.watches_runtime:
        message = "GuardDuty brings agents into clusters for RUNTIME_MONITORING alone"
        yield UNUSED.at((*wanted.at, "eksAddonManagement"), message, "add RUNTIME_MONITORING to features", key=True)


def _heard(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    assert blueprint.observability
    if not wanted.is_made and not blueprint.observability.notify:
        yield UNHEARD.at(wanted.at, "nobody is told of what GuardDuty finds", key=True)


def across(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    """Whether an earlier environment makes the detector of the same place; `seen` is added to."""
    wanted, here = _wanted(blueprint), blueprint.environment
    place = ("detector", blueprint.account, blueprint.metadata.region)
    if not wanted.is_made or not blueprint.account or (other := seen.setdefault(place, here)) == here:
        return []
    message = (
        f"{here} and {other} would make the detector of account {blueprint.account} in {blueprint.metadata.region}"
    )
    return [TWO_DETECTORS.at(wanted.at, message, f"say `detector: existing` in {here}", key=True)]


def _wanted(blueprint: Blueprint) -> GuardDuty:
    assert blueprint.observability and blueprint.observability.guard_duty, "the topic is for those who say guardDuty"
    return blueprint.observability.guard_duty


CHECKS = (_settings, _heard)
