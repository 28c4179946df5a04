"""`bpc addons`: the list has every add-on, a page has every fact of the contract, and the examples compile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpc import about, catalogue
from bpc.addon import AddOn, Chart
from bpc.cli import addon_page, main
from bpc.cli.exits import BAD_USAGE, OK
from parts.compiling import compiled

ENTRIES = catalogue.addons()
each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
# How bpc builds it is nobody's question; the registry is said by the images.
INNER = {
    "before_nodes",
    "cluster_kinds",
    "node_selectors",
    "opens_cluster",
    "places_pods",
    "registry",
    "role_on_nodes",
}
Says = pytest.CaptureFixture[str]


def test_the_list_has_every_add_on_by_name(capsys: Says) -> None:
    assert main(["addons"]) == OK
    text = capsys.readouterr().out
    rows = [line.split()[0] for line in text.splitlines()[1:-4] if not line.startswith(" ")]
    assert rows == [entry.name for entry in ENTRIES] == sorted(rows)
    assert max(map(len, text.splitlines())) <= addon_page.WIDTH
    assert all((entry.__doc__ or "").split()[0] in text for entry in ENTRIES)


def test_machines_get_the_same(capsys: Says) -> None:
    main(["addons", "--format", "json"])
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["addons"]}
    assert {*listed} == {entry.name for entry in ENTRIES}
    assert listed["keda"]["sources"] == {"chart": catalogue.addon("keda").charts[-1].version}
    main(["addons", "--format", "json", "show", "keda"])
    before = json.loads(capsys.readouterr().out)
    main(["addons", "show", "keda", "--format", "json"])
    assert json.loads(capsys.readouterr().out) == before
    assert before["sources"][0]["charts"][0]["repository"] == "https://kedacore.github.io/charts"


@each
def test_a_page_says_what_it_is_and_where_it_comes_from(entry: type[AddOn], capsys: Says) -> None:
    assert main(["addons", "show", entry.name]) == OK
    text = capsys.readouterr().out
    assert text.startswith(f"{entry.name}\n\n  {(entry.__doc__ or '').split()[0]} ")
    assert all(f"{source}: " in text for source in entry.sources)
    wide = [line for line in text.splitlines() if len(line) > addon_page.WIDTH]
    assert all(len(line.split()) <= 2 for line in wide), "a line is longer than its longest word"
    assert "{'" not in text and "['" not in text
    for option in entry.options:
        assert f"{option} (" in text


@each
def test_its_example_compiles(entry: type[AddOn]) -> None:
    machines = {"instanceTypes": ["g5.xlarge"], "variant": "nvidia"} if getattr(entry, "accelerator", "") else {}
    if getattr(entry, "reads_metadata", False):
        machines["metadataOptions"] = {"httpPutResponseHopLimit": 2}
    group = {"name": "workers", "scaling": {"min": 1, "desired": 3, "max": 3}} | machines
    made = compiled(nodeGroups=[group], **about.example(entry))
    assert made.errors == []


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "probe": "probe"}
    if isinstance(value, tuple):
        return ("9.8", "9.9") if len(value) == 2 and not value[0] else (*value, "probe")[1:] or ("probe",)
    return "probe"


@pytest.mark.parametrize("fact", sorted({*AddOn.__annotations__} - INNER - {"options", "required"}))
def test_every_fact_of_the_contract_is_told(fact: str) -> None:
    known = catalogue.addon("cluster-autoscaler")
    plain: dict[str, Any] = {"__doc__": known.__doc__, "charts": (Chart("https://c", "c", "1"),)}
    if fact == "no_range":
        plain["kubernetes"] = ("", "")
    if fact in ("charts", "eks_name"):
        plain["sources"] = ("chart",) if fact == "charts" else ("eks",)
    changed = {
        "charts": plain["charts"] * 2,
        "sources": ("chart",),
        "of_manifests": ("expander",),
        "leaves": ("x", "y"),
    }.get(fact, other(getattr(known, fact)))
    pages = [about.everything(type("Probe", (known,), facts)) for facts in (plain, {**plain, fact: changed})]
    first, second = (list(addon_page.lines(one)) for one in pages)
    assert first != second


def test_permissions_read_as_sentences() -> None:
    text = "\n".join(addon_page.lines(about.everything(catalogue.addon("aws-node-termination-handler"))))
    assert "sqs: DeleteMessage, ReceiveMessage on NodeTerminationHandlerQueue.Arn\n" in text
    assert "ec2: DescribeInstances on * (TheseActionsTakeNoResource)\n" in text
    assert "NodeTerminationHandlerQueue: AWS::SQS::Queue\n" in text


@pytest.mark.parametrize(
    ("name", "hint"),
    [("kedda", "did you mean keda?"), ("External-DNS", "did you mean external-dns?"), ("qqq", "`bpc addons` lists")],
)
def test_a_misspelt_name_gets_a_hint(name: str, hint: str, capsys: Says) -> None:
    assert main(["addons", "show", name]) == BAD_USAGE
    said = capsys.readouterr()
    assert said.out == "" and f"no add-on called {name}; {hint}" in said.err


def test_a_field_is_explained(capsys: Says) -> None:
    """As `kubectl explain` goes down by dots; the page says where."""
    assert main(["addons", "show", "karpenter.nodePools.limits"]) == OK
    said = capsys.readouterr().out
    main(["explain", "addons.karpenter.nodePools.limits"])
    assert said == capsys.readouterr().out and said.startswith("addons.karpenter.nodePools[].limits\n")
    main(["addons", "show", "karpenter"])
    assert "`bpc explain addons.karpenter` has every field." in capsys.readouterr().out
    assert main(["addons", "show", "karpenter.nodePool"]) == BAD_USAGE
    assert "did you mean addons.karpenter.nodePools?" in capsys.readouterr().err


def test_the_shell_completes_names(capsys: Says) -> None:
    main(["completion", "bash"])
    assert " external-dns " in capsys.readouterr().out


@pytest.mark.parametrize("entry", catalogue.addons(), ids=lambda entry: entry.name)
def test_an_add_on_has_a_range_of_kubernetes_or_says_why_not(entry: type[AddOn]) -> None:
    told = about.everything(entry)["kubernetes"]
    assert any(entry.kubernetes) != bool(entry.no_range) or entry.sources == ("eks",)
    assert any(told.values())
    assert "no bounds\n" not in "\n".join(addon_page.lines(about.everything(entry)))
