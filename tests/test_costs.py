"""Prices that somebody has written down, each with its day and source, and the sums that are made of them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bpc import facts
from bpc.costs import domains, manifests, resources
from bpc.costs.bill import bill
from bpc.costs.line import HOURS, Line, steady, total
from bpc.facts import prices
from bpc.output.stacks import Stacks
from bpc.report.costs import costs
from parts.pages import SPECS, blueprint, finished, of_spec, words

EAST = {"name": "shop", "region": "us-east-1"}


def made(**sections: Any) -> Stacks:
    (stacks,) = finished(blueprint(**{"metadata": EAST} | sections))
    return stacks


def line(stacks: Stacks, start: str) -> Line:
    (found,) = [one for one in bill(stacks) if one.what.startswith(start)]
    return found


def test_every_price_has_a_day_and_a_source() -> None:
    rows = [*prices.everything()]
    today = date.fromisoformat(facts.entry("prices.json", "asOf", 1))
    assert len(rows) > 5000
    for one in rows:
        assert one.usd > 0 and one.unit in {"hour", "month", "GB", "GB-month"}
        assert date(2023, 1, 1) < date.fromisoformat(one.date) <= today
        assert len(one.source) > 20 and "//" not in one.source
        assert one.region == prices.EVERYWHERE or facts.region(one.region)
    assert max(Counter((one.item, one.region) for one in rows).values()) == 1


def test_what_no_row_says_has_no_price() -> None:
    assert prices.price("nat gateway", "us-gov-west-1") is None
    assert prices.price("cluster", "cn-north-1") is None, "* is not for other partitions"
    assert prices.price("cluster", "eu-north-1") is not None
    assert prices.price("gold", "us-east-1") is None
    assert prices.instance("m7g.large", "sa-east-1") is None
    assert prices.instance("m7g.enormous", "us-east-1") is None


@pytest.mark.parametrize(
    ("kind", "region", "usd"),
    [
        ("m7g.large", "us-east-1", "0.0816"),
        ("m7g.large", "ap-northeast-2", "0.1003"),
        ("m7g.xlarge", "ap-northeast-1", "0.2108"),
        ("t3.medium", "ap-northeast-2", "0.052"),
    ],
)
def test_instances_cost_what_a_second_source_says(kind: str, region: str, usd: str) -> None:
    """By those who read the AWS price list in September 2026."""
    found = prices.instance(kind, region)
    assert found and found.usd == Decimal(usd)


def test_the_sum_by_hand() -> None:
    nodes = [{"name": "web", "instanceTypes": ["m7g.large"], "scaling": {"min": 2, "desired": 3, "max": 10}}]
    stacks = made(nodeGroups=nodes, bastion={"instanceType": "t4g.small"})
    months = {one.what.partition(":")[0]: one.months for one in bill(stacks) if one.months}

    def of(name: str) -> tuple[str, ...]:
        return tuple(map(str, months.pop(name) or ()))

    assert of("nodes of web") == ("119.14", "178.70", "595.68"), "0.0816 x 730, two, three and ten times"
    assert of("volumes of web") == ("8.00", "12.00", "40.00"), "50 GiB at 0.08"
    assert of("control plane") == ("73.00",) * 3
    assert of("NAT gateways") == ("32.85",) * 3
    assert of("public IPv4 addresses") == ("3.65",) * 3, "that of the NAT gateway"
    assert of("bastion") == ("12.26",) * 3, "0.0168 x 730 is 12.264"
    assert of("volume of the bastion") == ("1.60",) * 3
    assert of("KMS keys") == ("1.00",) * 3
    assert months == {}
    assert total(bill(stacks)) == (Decimal("251.50"), Decimal("315.06"), Decimal("760.04"))
    assert "About $315.06 a month to begin with (from $251.50 with the fewest nodes to $760.04" in words(costs(stacks))


def test_a_line_of_several_types_is_a_range() -> None:
    types = ["m7g.large", "m6g.large", "m7g.xlarge"]
    found = line(
        made(nodeGroups=[{"name": "web", "instanceTypes": types, "scaling": {"min": 1, "max": 2}}]), "nodes of"
    )
    assert found.months == (Decimal("56.21"), Decimal("59.57"), Decimal("238.27"))
    assert "$0.077 to $0.1632 an hour" in words(costs(made(nodeGroups=[{"name": "web", "instanceTypes": types}])))


MIXED = {"onDemandBaseCapacity": 0, "onDemandPercentageAboveBaseCapacity": 50}


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ({"capacity": "spot"}, "Spot: the price changes"),
        ({"ami": "Windows2022Core", "instanceTypes": ["m6i.large"]}, "Windows has prices of its own"),
        ({"instanceTypes": ["m7i.metal-24xl"]}, "no price of m7i.metal-24xl in eu-west-1"),
        (
            {"type": "self-managed", "instanceTypes": ["m6i.large", "m5.large"], "mixedInstances": MIXED},
            "in part Spot",
        ),
    ],
)
def test_nodes_without_a_price_say_why(group: dict[str, Any], why: str) -> None:
    addons = {"aws-node-termination-handler": {}} if "mixedInstances" in group else {}
    groups = [{"name": "system"}, {"name": "web", **group}]
    stacks = made(metadata=EAST | {"region": "eu-west-1"}, nodeGroups=groups, addons=addons)
    found = line(stacks, "nodes of web")
    assert found.months is None and found.why.startswith(why)
    assert "Not in it, for want of a price: " in words(costs(stacks))


def test_gp3_beyond_what_is_free() -> None:
    disk = {"size": 100, "iops": 4000, "throughput": 225}
    found = bill(made(nodeGroups=[{"name": "web", "scaling": {"min": 2, "max": 2}, "disk": disk}]))
    months = {one.what: one.months for one in found}
    assert (months["volumes of web: iops beyond what is free"] or [0])[0] == Decimal("10.00"), "1,000 x 2 x 0.005"
    assert (months["volumes of web: throughput beyond what is free"] or [0])[0] == Decimal("8.00"), "100 x 2 x 0.04"


def test_the_control_plane() -> None:
    plain = made(cluster={"version": "1.36", "upgradePolicy": "extended"})
    later = line(plain, "extended support")
    assert later.counts is None and later.why == "from 2027-08-02 on" and later.price
    assert not [one for one in bill(made(cluster={"upgradePolicy": "standard"})) if one.what.startswith("extended")]
    old = [one for one in facts.kubernetes() if facts.support(one) == "extended"][-1]
    assert (
        line(made(cluster={"version": old, "upgradePolicy": "extended"}), "extended support").months
        == (Decimal("365.00"),) * 3
    )
    tier = line(made(cluster={"controlPlaneTier": "tier-xl"}), "control plane of")
    assert tier.months == (Decimal("1204.50"),) * 3


def test_endpoints_cost_in_each_zone() -> None:
    stacks = made(network={"topology": "private", "endpoints": ["private-cluster"]})
    templates = stacks.templates.values()
    ends = [
        one["Properties"]
        for made in templates
        for one in made["Resources"].values()
        if one["Type"].endswith("VPCEndpoint")
    ]
    faces = [one for one in ends if one["VpcEndpointType"] == "Interface"]
    found = line(stacks, "interface endpoints")
    assert faces and len(faces) < len(ends), "that of S3 costs nothing"
    assert found.counts == (3 * len(faces),) * 3 and found.why.endswith(f"endpoints: {len(faces)}")


def test_domains_of_opensearch() -> None:
    cluster = {"InstanceType": "r6g.large.search", "InstanceCount": 3}
    masters = {"DedicatedMasterEnabled": True, "DedicatedMasterType": "m6g.large.search", "DedicatedMasterCount": 3}
    disk = {"EBSEnabled": True, "VolumeSize": 100, "VolumeType": "gp2"}
    one = {"ClusterConfig": {**cluster, **masters}, "EBSOptions": disk}
    found = [
        (one.what, one.months and str(one.months[0])) for one in domains.lines([(domains.DOMAIN, one)], "us-east-1")
    ]
    assert found == [
        ("OpenSearch data nodes: r6g.large.search", "365.73"),
        ("OpenSearch dedicated masters: m6g.large.search", "280.32"),
        ("OpenSearch volumes: 100 GiB of gp2", "40.50"),
    ]
    plain = [*domains.lines([(domains.DOMAIN, {"ClusterConfig": cluster})], "sa-east-1")]
    assert [(one.counts, one.why) for one in plain] == [((3, 3, 3), "no price for sa-east-1")]


def test_what_nobody_has_looked_up_is_told() -> None:
    stacks = made()
    more = {"Board": {"Type": "AWS::QuickSight::Dashboard"}, "Role": {"Type": "AWS::IAM::Role", "Properties": {}}}
    lines = bill(stacks.replace(templates={**stacks.templates, "x": {"Resources": more}}))
    assert [one.what for one in lines if one.why == resources.UNKNOWN] == ["AWS::QuickSight::Dashboard (1)"]
    assert not [one for one in bill(stacks) if one.why == resources.UNKNOWN]


def test_somebody_has_looked_up_every_resource_of_the_examples() -> None:
    goldens = SPECS.parent / "tests" / "goldens" / "logical-ids.txt"
    kinds = {line.split()[-1] for line in goldens.read_text(encoding="utf-8").splitlines()}
    known = {*resources.BY_USE, *resources.BY_MONTH, *(f"AWS::{name}" for name in resources.FREE)}
    assert len(kinds) > 60 and kinds <= known, kinds - known


def test_what_pods_ask_for_is_not_counted() -> None:
    mode = [one for one in bill(made(cluster={"autoMode": {}})) if "Auto Mode" in one.what]
    assert {one.counts for one in mode} == {None} and {bool(one.price) for one in mode} == {True, False}
    profile = [{"name": "web", "selectors": [{"namespace": "web"}]}]
    found = [one for one in bill(made(fargateProfiles=profile)) if one.what.startswith("Fargate")]
    assert [str(one.price and one.price.usd) for one in found] == ["0.04048", "0.004445"]
    assert not any(one.is_added for one in found)


def test_what_manifests_ask_for() -> None:
    def object_of(kind: str, name: str, spec: Any, **notes: str) -> Any:
        return {"kind": kind, "metadata": {"name": name, "annotations": notes}, "spec": spec}

    alb, group = {"ingressClassName": "alb"}, {manifests.GROUP: "shared"}
    objects = [
        object_of("Ingress", "a", alb),
        object_of("Ingress", "b", alb, **group),
        object_of("Ingress", "c", alb, **group),
        object_of("Ingress", "d", {"ingressClassName": "nginx"}),
        object_of("Service", "e", {"type": "LoadBalancer"}),
        object_of("Service", "f", {"type": "ClusterIP"}),
    ]
    assert len({*filter(None, map(manifests.balancer, objects))}) == 3
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    fast = object_of("StorageClass", "fast", None, **default) | {"provisioner": "ebs.csi.aws.com"}
    other = object_of("StorageClass", "shared", None) | {"provisioner": "efs.csi.aws.com"}
    ten, tera = ({"resources": {"requests": {"storage": one}}} for one in ("10Gi", "1Ti"))
    volumes = [fast, other, object_of("PersistentVolumeClaim", "a", ten)]
    volumes.append(object_of("PersistentVolumeClaim", "b", {"storageClassName": "shared", **tera}))
    volumes.append(object_of("StatefulSet", "c", {"replicas": 3, "volumeClaimTemplates": [{"spec": tera}]}))
    (found,) = manifests.volumes(volumes, "ap-northeast-2")
    assert found.counts == (10 + 3 * 1024,) * 3 and found.months == (Decimal("281.08"),) * 3, "3,082 at 0.0912"
    shop = of_spec("apps")[-1]
    names = [one.what for one in bill(shop)]
    assert "load balancers" in names and any(one.startswith("volumes of pods: gp3") for one in names)


def test_a_region_without_prices_says_so() -> None:
    stacks = made(metadata={"name": "shop", "region": "cn-north-1"})
    assert not any(one.price for one in bill(stacks))
    assert "There is no price for anything here in cn-north-1." in words(costs(stacks))


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_nothing_that_costs_is_forgotten(path: Any) -> None:
    for stacks in of_spec(path.stem):
        whole = words(costs(stacks))
        amounts = [one.months[1] for one in bill(stacks) if one.months]
        assert f" ${sum(amounts):,.2f} a month to begin with" in whole
        assert all(one.why for one in bill(stacks) if not one.price), "what has no price says why"


def test_amounts_are_rounded_as_they_are_shown() -> None:
    third = prices.Price("x", "us-east-1", "month", Decimal("0.335"), "2026-01-01", "")
    lines = [steady("a", third, 1), steady("b", third, 1), Line("c", third), Line("d", None, (9, 9, 9))]
    assert total(lines) == (Decimal("0.68"),) * 3
    assert round(365 * 24 / 12) == HOURS
    assert re.fullmatch(r"[\d.]+", str(total([])[0]))
