"""Whatever is put into a blueprint, it compiles to output that keeps the promises, or it is refused with a place."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bpc import pipeline
from bpc.diagnostics import errors
from bpc.verify import POLICY, TEMPLATE, parse
from parts.memory import Memory
from strategies import SPECS, anything, mutated


def compiled(raw: bytes) -> tuple[Memory, pipeline.Result]:
    output = Memory()
    return output, pipeline.compile_blueprint(raw, "drawn.yaml", lambda _: output)


def checked(raw: bytes) -> None:
    """A traceback fails the test by itself."""
    output, result = compiled(raw)
    for one in result.diagnostics:
        assert one.span, one
        assert one.span.line >= 1
    if errors(result.diagnostics):
        return
    assert "README.md" in output
    for path, content in output.items():
        text = content.decode()
        assert "made by bpc" in text or POLICY.fullmatch(path)
        if TEMPLATE.fullmatch(path):
            template = json.loads(text) if path.endswith(".json") else parse(path, text).data
            assert all(one["Type"].startswith("AWS::") for one in template["Resources"].values())
        elif path.startswith("kubernetes/"):
            assert all(one["kind"] for one in yaml.safe_load_all(text))


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_mutated_example_compiles_or_is_refused(data: Any) -> None:
    checked(json.dumps(data).encode())


@given(st.sampled_from(SPECS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_mutated_text_compiles_or_is_refused(spec: Any, data: st.DataObject) -> None:
    """The text itself: lines dropped, doubled, indented, cut off in the middle."""
    lines = spec.read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "indent", "cut", "insert"])):
            case "drop" if len(lines) > 1:
                del lines[number]
            case "double":
                lines.insert(number, lines[number])
            case "indent":
                lines[number] = f"  {lines[number]}"
            case "cut":
                lines[number] = lines[number][: data.draw(st.integers(0, len(lines[number])))]
            case _:
                lines.insert(number, data.draw(st.text(max_size=12)))
    checked("\n".join(lines).encode("utf-8", "surrogatepass"))


POINTERS = """
/Resources /Resources/Cluster /Resources/Cluster/Properties /Resources/New /Resources/ClusterRole/Type
/Resources/Cluster/DependsOn /Outputs /Outputs/ClusterName /Parameters /Parameters/New /Metadata /New
/Resources/Cluster/Properties/Name /Resources/Cluster/Properties/Name/0 /Description/0
""".split()
AWKWARD: list[Any] = [{"Ref": "X"}, {"Fn::Sub": {}}, {"Fn::Sub": []}, {"Fn::GetAtt": []}, {"Fn::ImportValue": 1}]
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": st.sampled_from(POINTERS)},
    optional={"from": st.sampled_from(POINTERS), "value": anything | st.sampled_from(AWKWARD)},
)


@given(st.lists(operations, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_patch_applies_or_is_refused(patch: list[dict[str, Any]]) -> None:
    blueprint = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "patched", "region": "eu-west-1"},
        "overrides": {"cloudformation": [{"stack": "cluster", "patch": patch}]},
    }
    checked(json.dumps(blueprint).encode())
