"""GuardDuty and the scanning of images: one of each for an account in a Region, and no setting that does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Rule, rule
from bpc.model import Blueprint, GuardDuty, ImageScanning

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
    why="With a detector or a registry that is left as it is, there is nothing to make but what tells of findings.",
    cure="Say whom in `observability.notify`.",
)
NO_SUCH_SCAN = rule(
    "BPC685",
    "image-scanning-setting-unused",
    why="A registry that is left as it is has its settings already, and basic scans happen when an image is pushed "
    "(Amazon ECR User Guide, Scan images for software vulnerabilities).",
    cure="Take `scanFrequency` away, or use `scanType: ENHANCED`.",
)
ONE_REGISTRY = rule(
    "BPC686",
    "two-image-scannings",
    why="An account has one registry in a Region, which is scanned in one way. The environment that is deployed last "
    "would change it for the others, and the one that is deleted first would reset it.",
    cure="Say `observability: {imageScanning: {registry: existing}}` in all environments of the place but one.",
)
OF_DETECTORS = ("features", "eksAddonManagement", "findingPublishingFrequency")


def _detectors(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint).get("guardDuty")
    if not isinstance(wanted, GuardDuty):
        return
    values = (wanted.features, wanted.eks_addon_management, wanted.finding_publishing_frequency)
    for key, value in zip(OF_DETECTORS, values, strict=True):
        if value is not None and not wanted.is_made:
            yield UNUSED.at((*wanted.at, key), f"{key} is for a detector that is made here", key=True)
    if wanted.eks_addon_management and wanted.is_made and not wanted.watches_runtime:
        message = "GuardDuty brings agents into clusters for RUNTIME_MONITORING alone"
        yield UNUSED.at((*wanted.at, "eksAddonManagement"), message, "add RUNTIME_MONITORING to features", key=True)


def _registries(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint).get("imageScanning")
    if not isinstance(wanted, ImageScanning) or not wanted.scan_frequency:
        return
    at = (*wanted.at, "scanFrequency")
    if not wanted.is_made:
        yield NO_SUCH_SCAN.at(at, "scanFrequency is for a registry that is configured here", key=True)
    elif not wanted.is_enhanced and wanted.scan_frequency == "CONTINUOUS_SCAN":
        yield NO_SUCH_SCAN.at(at, "BASIC scans no image a second time", "add `scanType: ENHANCED`")


def _heard(blueprint: Blueprint) -> Iterator[Diagnostic]:
    assert blueprint.observability
    for key, wanted in _wanted(blueprint).items():
        if not wanted.is_made and not blueprint.observability.notify:
            yield UNHEARD.at(wanted.at, f"nobody is told of what {NAMES[key][2]} finds", key=True)


def across(seen: dict[Any, str], blueprint: Blueprint) -> list[Diagnostic]:
    """Whether an earlier environment makes what there is once in the same place; `seen` is added to."""
    here, account, region = blueprint.environment, blueprint.account, blueprint.metadata.region
    found = []
    for key, wanted in _wanted(blueprint).items():
        complaint, setting, _, what = NAMES[key]
        if not wanted.is_made or not account:
            continue
        if (other := seen.setdefault((key, account, region), here)) != here:
            message = f"{here} and {other} would {what} of account {account} in {region}"
            found.append(complaint.at(wanted.at, message, f"say `{setting}: existing` in {here}", key=True))
    return found


# The rule against two of them, the setting, who finds something, and what is done once.
NAMES: Mapping[str, tuple[Rule, str, str, str]] = {
    "guardDuty": (TWO_DETECTORS, "detector", "GuardDuty", "make the detector"),
    "imageScanning": (ONE_REGISTRY, "registry", "Amazon ECR", "configure the registry"),
}


def _wanted(blueprint: Blueprint) -> dict[str, GuardDuty | ImageScanning]:
    """Those that the blueprint asks for."""
    said = blueprint.observability
    assert said, "the topic is for those who say observability"
    both = {"guardDuty": said.guard_duty, "imageScanning": said.image_scanning}
    return {key: value for key, value in both.items() if value}


CHECKS = (_detectors, _registries, _heard)
