"""Scanned images: how the registry is scanned, and what of it people hear."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled
from parts.event_patterns import hears

EMAIL = {"email": "ops@example.com"}


def made(wanted: dict[str, Any], **more: Any) -> Compiled:
    watched = {"notify": [EMAIL], "imageScanning": wanted}
    return compiled(nodeGroups=[{"name": "workers", "instanceTypes": ["m7g.large"]}], observability=watched)


def rule(wanted: dict[str, Any]) -> dict[str, Any]:
    it = made(wanted)
    assert it.errors == []
    pattern: dict[str, Any] = it.resource("observability", "AWS::Events::Rule")["EventPattern"]
    return pattern


def finding(severity: str, repository: str = "shop/web", **more: Any) -> dict[str, Any]:
    """What Amazon Inspector says."""
    image = {"type": "AWS_ECR_CONTAINER_IMAGE", "details": {"awsEcrContainerImage": {"repositoryName": repository}}}
    detail = {"severity": severity, "status": "ACTIVE", "resources": [image]} | more
    return {"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": detail}


def scan(repository: str = "shop/web", **counts: int) -> dict[str, Any]:
    """What Amazon ECR says of a basic scan."""
    detail = {"scan-status": "COMPLETE", "repository-name": repository, "finding-severity-counts": counts}
    return {"source": "aws.ecr", "detail-type": "ECR Image Scan", "detail": detail}


@pytest.mark.parametrize(
    ("wanted", "scan_type", "frequency"),
    [
        ({}, "BASIC", "SCAN_ON_PUSH"),
        ({"scanType": "ENHANCED"}, "ENHANCED", "CONTINUOUS_SCAN"),
        ({"scanType": "ENHANCED", "scanFrequency": "SCAN_ON_PUSH"}, "ENHANCED", "SCAN_ON_PUSH"),
    ],
)
def test_the_registry_is_scanned(wanted: dict[str, Any], scan_type: str, frequency: str) -> None:
    it = made(wanted)
    registry = it.resource("observability", "AWS::ECR::RegistryScanningConfiguration")
    assert registry["ScanType"] == scan_type
    every = [{"Filter": "*", "FilterType": "WILDCARD"}]
    assert registry["Rules"] == [{"ScanFrequency": frequency, "RepositoryFilters": every}]
    assert it.lint() == []


def test_a_registry_that_is_left_as_it_is() -> None:
    it = made({"registry": "existing", "scanType": "ENHANCED"})
    assert it.resources("observability", "AWS::ECR::RegistryScanningConfiguration") == {}
    assert hears(it.resource("observability", "AWS::Events::Rule")["EventPattern"], finding("HIGH"))


def test_each_finding_of_an_enhanced_scan_is_told_from_a_severity_on() -> None:
    pattern = rule({"scanType": "ENHANCED"})
    assert [hears(pattern, finding(one)) for one in ("CRITICAL", "HIGH", "MEDIUM")] == [True, True, False]
    assert not hears(pattern, finding("HIGH", status="CLOSED"))
    assert not hears(pattern, finding("HIGH", resources=[{"type": "AWS_EC2_INSTANCE"}]))
    assert not hears(pattern, scan(HIGH=1))


def test_of_a_basic_scan_it_is_told_how_many_there_are() -> None:
    high, critical = rule({}), rule({"severity": "critical"})
    seen = [scan(HIGH=2), scan(CRITICAL=1, MEDIUM=3), scan(HIGH=0, LOW=9), scan()]
    assert [hears(high, one) for one in seen] == [True, True, False, False]
    assert [hears(critical, one) for one in seen] == [False, True, False, False]


@pytest.mark.parametrize(
    ("filters", "repository", "told"),
    [
        (["shop/*"], "shop/web", True),
        (["shop/*"], "my-shop/web", False),
        # Without a wildcard, a name that it is part of.
        (["web"], "shop/web-2", True),
        (["web", "api*"], "shop/db", False),
        (["a**b"], "axb", True),
    ],
)
def test_repositories_that_are_not_scanned_are_not_told_of(filters: list[str], repository: str, told: bool) -> None:
    basic, enhanced = (rule({"repositoryFilters": filters, "scanType": one}) for one in ("BASIC", "ENHANCED"))
    assert hears(basic, scan(repository, HIGH=1)) is told
    assert hears(enhanced, finding("HIGH", repository)) is told
    assert "**" not in str(basic)


def test_the_readme_says_that_it_is_the_whole_registry() -> None:
    text = made({"scanType": "ENHANCED", "repositoryFilters": ["shop/*"]}).files["README.md"].decode()
    assert "in place of what was set before" in text
    assert "Other repositories are not scanned" in text
    assert "is not of these stacks" in made({"registry": "existing"}).files["README.md"].decode()


def test_whoever_deploys_may_switch_amazon_inspector_on() -> None:
    text = "".join(value.decode() for path, value in made({}).files.items() if "deployer-policy" in path)
    for wanted in ("ecr:PutRegistryScanningConfiguration", "inspector2:Enable", '"inspector2.amazonaws.com"'):
        assert wanted in text
