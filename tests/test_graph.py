"""The picture of a platform: what is in it, that nothing in it lies on something else, and its three forms."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bpc import catalogue, graph, pipeline
from bpc.cli import main
from bpc.graph import purposes
from bpc.graph.lettering import SIZE, SMALL, width, wrapped
from bpc.graph.picture import Picture
from bpc.graph.placing import Placed
from bpc.graph.scenery import Scenery, laid_out

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
GOLDENS = ROOT / "tests" / "goldens" / "graph"
FORMS = {"svg": "svg", "mermaid": "mmd", "dot": "dot"}
SVG = "{http://www.w3.org/2000/svg}"
NETWORK = {"topology": "public-private", "availabilityZones": 2}


EVERYBODY = {"access": "public", "publicCidrs": ["0.0.0.0/0"]}
BALANCERS = {"cert-manager": {}, "aws-load-balancer-controller": {"vpcTags": {"Name": "shared"}}}
FLOW = {"destination": "s3", "bucketArn": "arn:aws:s3:::logs"}
# What no example has, or has not together.
ODD: dict[str, Any] = {
    "hybrid": {
        "network": {"cidr": "10.0.0.0/16"},
        "cluster": {"endpoint": EVERYBODY, "remoteNetwork": {"nodes": ["10.200.0.0/16"], "pods": ["10.201.0.0/16"]}},
    },
    "wide": {
        "network": {"cidr": "10.0.0.0/16", "nat": "per-zone", "subnets": {"perZone": {"private": 3}}},
        "bastion": {},
        "addons": {"traefik": {}},
        "gitops": {"engine": "argocd", "repository": "https://git.example.com/a-long-organisation/a-longer-repository"},
    },
    "existing": {
        "network": {"topology": "public-private", "existing": {}},
        "cluster": {"endpoint": EVERYBODY},
        "bastion": {},
        "gitops": {"engine": "flux"},
        "addons": BALANCERS,
    },
    "both": {
        "network": {"topology": "public-private", "flowLogs": FLOW},
        "nodeGroups": [
            {"name": "outer", "subnets": "public"},
            *({"name": f"a-rather-long-name-{n}"} for n in "123456"),
        ],
        "addons": {"amazon-cloudwatch-observability": {}, "cert-manager": {}},
    },
}
EVERY = [*SPECS, *ODD]


def drawn(path: Path | str, only: str = "") -> Picture:
    data = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "shop", "region": "eu-west-1"}}
    raw = path.read_bytes() if isinstance(path, Path) else json.dumps(data | ODD[path]).encode()
    _, plans, found = pipeline.plans(raw, only)
    assert [one for one in found if one.rule.severity == "error"] == []
    return graph.picture([planned for _, planned in plans])


def sceneries(picture: Picture) -> Iterator[Scenery]:
    y = 0
    for scene in picture.scenes:
        made = laid_out(scene, y)
        yield made
        y = made.bottom


def ids(picture: Picture) -> list[str]:
    return [box.id for scene in picture.scenes for box in scene.boxes]


def overlap(one: Placed, other: Placed) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("form", FORMS)
def test_the_study_looks_as_it_should(form: str, update: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", str(ROOT / "specs" / "study.yaml"), "--format", form]) == 0
    made, golden = capsys.readouterr().out, GOLDENS / f"study.{FORMS[form]}"
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("path", EVERY, ids=lambda path: getattr(path, "stem", path))
def test_boxes_stay_in_theirs_and_off_each_other(path: Path | str) -> None:
    picture = drawn(path)
    assert len(ids(picture)) == len({*ids(picture)})
    for scenery in sceneries(picture):
        for root in scenery.boxes:
            for one in root.walk():
                for index, child in enumerate(one.boxes):
                    assert one.x < child.x and child.right < one.right, child.box.id
                    assert one.y + one.head <= child.y and child.bottom < one.bottom, child.box.id
                    assert not any(overlap(child, other) for other in one.boxes[index + 1 :]), child.box.id
        assert not any(overlap(one, other) for one, other in pairwise(scenery.boxes))


@pytest.mark.parametrize("path", EVERY, ids=lambda path: getattr(path, "stem", path))
def test_text_fits_its_box(path: Path | str) -> None:
    for scenery in sceneries(drawn(path)):
        for one in (box for root in scenery.boxes for box in root.walk()):
            room = one.width - 12
            assert all(width(line, SIZE) <= room for line in one.title), one.box.id
            assert all(width(line, SMALL) <= room for line in one.lines), one.box.id


@pytest.mark.parametrize("path", EVERY, ids=lambda path: getattr(path, "stem", path))
def test_arrows_meet_no_box_but_their_own(path: Path | str) -> None:
    picture = drawn(path)
    for scene, scenery in zip(picture.scenes, sceneries(picture), strict=True):
        solid = [box for root in scenery.boxes for box in root.walk() if not box.boxes]
        for flow, route in zip(scene.flows, scenery.routes, strict=True):
            assert scene.labels[route.number - 1] == flow.label
            for (x, y), (end_x, end_y) in pairwise(route.points):
                assert x == end_x or y == end_y
                for box in solid:
                    inside = max(x, end_x) > box.x and min(x, end_x) < box.right
                    if inside and max(y, end_y) > box.y and min(y, end_y) < box.bottom:
                        assert box.box.id in (flow.source, flow.target), (flow, box.box.id)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: getattr(path, "stem", path))
def test_arrows_do_not_lie_on_each_other(path: Path | str) -> None:
    for scenery in sceneries(drawn(path)):
        ways = [
            (number, begin, end) for number, route in enumerate(scenery.routes) for begin, end in pairwise(route.points)
        ]
        for axis in (0, 1):
            along = [
                (number, begin[axis], *sorted((begin[1 - axis], end[1 - axis])))
                for number, begin, end in ways
                if begin[axis] == end[axis]
            ]
            for index, (route, place, low, high) in enumerate(along):
                for one, other, bottom, top in along[index + 1 :]:
                    assert route == one or abs(place - other) >= 8 or high <= bottom or top <= low


def test_every_flow_has_two_ends_and_every_add_on_a_box() -> None:
    for path in SPECS:
        picture = drawn(path)
        known = {*ids(picture)}
        for scene in picture.scenes:
            assert all({one.source, one.target} <= known for one in scene.flows)
        _, plans, _ = pipeline.plans(path.read_bytes())
        for place, planned in plans:
            assert {f"{place.name}/addon-{one.entry.name}" for one in planned.addons} <= known


def test_every_add_on_of_the_catalogue_has_a_purpose() -> None:
    told = [name for names in purposes.PURPOSES.values() for name in names.split()]
    assert sorted(told) == sorted(catalogue.names())
    assert purposes.purpose("somebody-elses") == purposes.OTHER


@pytest.mark.parametrize("form", FORMS)
def test_the_same_blueprint_gives_the_same_bytes(form: str) -> None:
    _, plans, _ = pipeline.plans((ROOT / "specs" / "everything.yaml").read_bytes())
    first, second = (graph.drawn([planned for _, planned in plans], form) for _ in range(2))
    assert first == second


def test_the_svg_is_for_everybody() -> None:
    _, plans, _ = pipeline.plans((ROOT / "specs" / "fleet.yaml").read_bytes())
    text = graph.drawn([planned for _, planned in plans], "svg")
    root = ElementTree.fromstring(text)
    named = {one.get("id"): one.text for one in root if one.get("id")}
    assert root.get("role") == "img"
    said = " ".join(str(named[name]) for name in root.attrib["aria-labelledby"].split())
    assert "Architecture of fleet" in said and "prod-us in us-east-1, account 444455556666" in said
    assert "prefers-color-scheme:dark" in text
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_one_environment_alone(capsys: pytest.CaptureFixture[str]) -> None:
    spec = str(ROOT / "specs" / "fleet.yaml")
    assert main(["graph", spec, "--env", "dev", "--format", "mermaid"]) == 0
    made = capsys.readouterr().out
    assert "111122223333" in made and "444455556666" not in made
    assert main(["graph", spec, "--env", "nowhere"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "BPC305" in said.err


def test_a_wrong_blueprint_is_not_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "blueprint.yaml"
    wrong.write_text("apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: shop}\n")
    assert main(["graph", str(wrong)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and f"{wrong}:3" in said.err
    assert main(["graph", str(tmp_path / "none.yaml")]) == 2


def test_what_a_private_platform_has() -> None:
    picture = drawn(ROOT / "specs" / "private.yaml")
    (scene,) = picture.scenes
    found = {one.id.partition("/")[2]: one for one in scene.boxes}
    assert "internet-gateway" not in found and "public" not in found
    assert "ecr.api" in found["endpoints"].lines[0]
    assert found["nodes-workers"].lines[-1] == "Bottlerocket, amd64"
    flows = {(one.source.partition("/")[2], one.target.partition("/")[2]) for one in scene.flows}
    assert ("vpc", "cloudwatch") in flows and ("endpoints", "managed") in flows
    assert not any("internet" in end for flow in flows for end in flow)


def test_teams_applications_pipelines_and_alarms_are_there() -> None:
    teams = {one.id: one for scene in drawn(ROOT / "specs" / "teams.yaml").scenes for one in scene.boxes}
    assert teams["dev/team-study"].lines == ("namespaces:", "rbac-test-ns")
    apps = [one for scene in drawn(ROOT / "specs" / "apps.yaml").scenes for one in scene.boxes if "/app-" in one.id]
    assert ("yelb", ("namespace yelb",)) in [(one.title, one.lines) for one in apps]
    built = {scene.name: scene for scene in drawn(ROOT / "specs" / "pipeline.yaml").scenes}
    flows = {one.partition("/")[2] for one in (f"{flow.source}>{flow.target}" for flow in built["dev"].flows)}
    assert "git>dev/pipeline" in flows and "pipeline>dev/ecr" in flows and "pipeline>dev/git" in flows
    assert "prod/pipeline>prod/cluster" in {f"{flow.source}>{flow.target}" for flow in built["prod"].flows}
    watched = drawn(ROOT / "specs" / "observability.yaml").scenes[0]
    known = {one.title: one for one in watched.boxes}
    assert "alarms: 5" in known["Amazon CloudWatch"].lines[-1]
    assert known["Amazon SNS"].lines == ("tells 1 recipient",)
    assert ("cloudwatch", "sns") in {(one.source[-10:], one.target[-3:]) for one in watched.flows}


def test_letters_have_room() -> None:
    assert width("WWW") > width("iii")
    assert wrapped("amazon-cloudwatch-observability", 150) == ["amazon-cloudwatch-", "observability"]
    assert all(width(line) <= 50 for line in wrapped("a" * 40, 50))


def test_names_are_text_in_every_form() -> None:
    from bpc.graph.dot import dot
    from bpc.graph.mermaid import mermaid
    from bpc.graph.picture import Box, Flow, Scene
    from bpc.graph.svg import svg

    odd = 'a "b" <c> & #d'
    region = Box("r", "region", "Region", (), (Box("v", "vpc", odd), Box("m", "managed", "m"), Box("a", "addons", "a")))
    scene = Scene("", (), Box("x", "account", "x", (), (region,)), (Flow("v", "m", odd),))
    picture = Picture(odd, odd, (scene,))
    texts = [one.text for one in ElementTree.fromstring(svg(picture)).iter(f"{SVG}text")]
    assert texts.count(odd) == 2
    assert '["a #quot;b#quot; #lt;c#gt; #amp; #35;d"]' in mermaid(picture)
    assert 'label="a \\"b\\" <c> & #d"' in dot(picture)


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not here")
def test_graphviz_draws_it() -> None:
    text = (GOLDENS / "study.dot").read_text(encoding="utf-8")
    run = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert run.stderr == "" and "EKS control plane" in run.stdout
