"""What the emitter writes reads back as what it was given, in every YAML dialect that will read it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from cfn_flip import load_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bpc import render
from bpc.source import parse

AWKWARD = [
    *[
        "",
        " ",
        "a ",
        " a",
        "no",
        "On",
        "y",
        "NULL",
        "~",
        "1",
        "1.5",
        "0x1F",
        "1:30",
        "1e3",
        "2010-09-09",
        "true",
        "False",
    ],
    *[
        "-",
        "- a",
        "--",
        "--a=b",
        "---",
        "a: b",
        "a:b",
        "a #b",
        "a#b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
    ],
    *[
        "[a]",
        "{a}",
        "a[0]",
        "'a'",
        '"a"',
        "a'b",
        "10.0.0.0/16",
        "10.0.0.1",
        "100m",
        "600Mi",
        "1.5Gi",
        "${AWS::Region}-x",
    ],
    *["../a", "./a", ".inf", "arn:aws:iam::1:role/x", "=", "<<", "?", "? a", ",", "a,b", "a:", ":a", "a: ", "a\\b"],
    *[
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "\na",
        " a\nb",
        "a\n b",
        "a \nb",
        "a\n\tb",
        "tab\there",
        "a\n\nb\n",
        "a\n#b",
        "a\n---\nb",
    ],
    *["é", "한글", "\x7f", "\u2028", "\ufeff", "\U0001f600", "a\x00b", "a\xa0b"],
]

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-9999, 9999).map(lambda n: n / 8) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,
)


def written(value: Any) -> str:
    return render.manifests([{"value": value}], "made by a test").decode()


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_survives(text: str) -> None:
    assert yaml.safe_load(written(text)) == {"value": text}
    assert yaml.safe_load(written([text, {text or "k": text}])) == {"value": [text, {text or "k": text}]}


@given(plain)
@settings(max_examples=300, deadline=None)
def test_what_is_written_reads_back(value: Any) -> None:
    assert yaml.safe_load(written(value)) == {"value": value}


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_yaml_1_2_reads_the_same_text(text: str) -> None:
    document, found = parse(written(text).encode())
    assert not found and document and document.data == {"value": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "Cluster"}, "!Ref Cluster"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "!GetAtt Role.Arn"),
        ({"Fn::Sub": "${AWS::Region}-x"}, "!Sub ${AWS::Region}-x"),
        (
            {"Fn::ImportValue": {"Fn::Sub": "${NetworkStack}-VpcId"}},
            "\n    Fn::ImportValue: !Sub ${NetworkStack}-VpcId",
        ),
        ({"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho\n"}}, "\n    Fn::Base64: !Sub |\n      #!/bin/sh\n      echo"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "!Select\n    - 0\n    - !GetAZs ''"),
    ],
)
def test_intrinsic_functions_are_short_where_yaml_allows(value: Any, text: str) -> None:
    shown = render.template_yaml({"Resources": {"Value": value}}, "x").decode()
    assert shown == f"# x\nResources:\n  Value:{'' if text[0] == chr(10) else ' '}{text}\n"
    assert json.loads(json.dumps(load_yaml(shown)))["Resources"]["Value"] == value


def test_json_says_who_made_it() -> None:
    made = json.loads(render.template_json({"Description": "d", "Resources": {}}, "made by a test"))
    assert list(made) == ["Description", "Metadata", "Resources"]
    assert made["Metadata"]["GeneratedBy"] == "made by a test"
