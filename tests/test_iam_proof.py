"""Every statement that bpc writes holds against the Service Authorization Reference, and every policy fits into IAM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bpc import about, catalogue, verify
from bpc.addon import AddOn
from bpc.kit import statements as iam
from parts.statements import complaints

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = verify.outputs(str(ROOT / "out"))
# Policies of identities; those of resources name a resource that everybody knows.
OF_IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


def permissions(template: verify.Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """The statements of roles and managed policies, with where they stand; not those of who may assume a role."""
    for title, resource in template.resources.items():
        if resource["Type"] in OF_IDENTITIES:
            given = {key: one for key, one in resource["Properties"].items() if key != "AssumeRolePolicyDocument"}
            yield from ((f"{template.file} {title}", one) for _, one in iam.statements(given))


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda one: one.name)
def test_the_statements_of_the_examples_hold(output: verify.Output) -> None:
    wrong = {
        f"{where}: {text}"
        for template in output.templates()
        for where, statement in permissions(template)
        for text in complaints(statement)
    }
    assert sorted(wrong) == []


@pytest.mark.parametrize("entry", catalogue.addons(), ids=lambda entry: entry.name)
def test_the_statements_of_the_catalogue_hold(entry: type[AddOn]) -> None:
    assert [text for one in about.everything(entry)["permissions"] for text in complaints(one)] == []


def size(document: Any) -> int:
    """As IAM counts: white space is free, and names are as long as they may become."""
    return len("".join(json.dumps(document).replace("${AWS::AccountId}", "1" * 12).split()))


def test_policies_fit_into_iam() -> None:
    """IAM User Guide, IAM and AWS STS quotas: by default 2,048 characters of trust, 10,240 inline, 6,144 managed."""
    found = 0
    for template in (one for output in OUTPUTS for one in output.templates()):
        for title, resource in template.resources.items():
            if resource["Type"] not in OF_IDENTITIES:
                continue
            found += 1
            given = resource["Properties"]
            assert size(given.get("AssumeRolePolicyDocument", {})) <= 2048, (template.file, title)
            assert sum(size(one["PolicyDocument"]) for one in given.get("Policies", ())) <= 10240, title
            assert len(given.get("ManagedPolicyArns", ())) <= 10, title
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                assert size(given["PolicyDocument"]) <= 6144, title
    assert found > 50


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"Action": ["sqs:Recieve"], "Resource": ["*"]}, "no action"),
        ({"Action": ["sqs:SendMessage"], "Resource": ["arn:aws:ec2:eu-west-1:1:vpc/x"]}, "takes none"),
        ({"Action": ["ec2:DescribeVpcs"], "Resource": ["arn:aws:ec2:eu-west-1:1:vpc/x"]}, "takes no resource"),
        (
            {"Action": ["ec2:DeleteVpc"], "Resource": ["arn:aws:ec2:*:*:vpc/*", "arn:aws:sqs:*:*:q"]},
            "nothing here takes arn:aws:sqs",
        ),
        ({"Action": ["ec2:DeleteVpc"], "Resource": ["*"], "Sid": "TheseActionsTakeNoResource"}, "takes a resource"),
        (
            {
                "Action": ["ec2:DescribeVpcs"],
                "Resource": ["*"],
                "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}},
            },
            "knows no aws:ResourceTag/a",
        ),
    ],
)
def test_the_proof_can_fail(wrong: dict[str, Any], why: str) -> None:
    assert any(why in text for text in complaints({"Effect": "Allow"} | wrong))
