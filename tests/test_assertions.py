"""What the console checks of parameters together, and what is kept of resources that hold data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bpc import verify
from parts.compiling import compiled

OUT = Path(__file__).resolve().parent.parent / "out"
TEMPLATES = [one for output in verify.outputs(str(OUT)) for one in output.templates()]
EXISTING = {"network": {"topology": "public", "existing": {}}, "bastion": {}}
# What is gone for good with its resource: data, or the key to it.
DATA = (
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
)


@pytest.mark.parametrize("layout", ["stacks", "single"])
def test_subnets_must_be_in_the_vpc(layout: str) -> None:
    made = compiled(cloudformation={"layout": layout}, **EXISTING)
    assert made.errors == []
    template = made.template("bastion" if layout == "stacks" else "10-shop")
    asserted = template["Rules"]["SubnetsInVpc"]["Assertions"]
    parameters = template["Parameters"]
    titles = [one["Assert"]["Fn::EachMemberIn"][0]["Fn::ValueOf"][0] for one in asserted]
    assert titles == [title for title, one in parameters.items() if "Subnet::Id" in one["Type"]]
    assert all(one["Assert"]["Fn::EachMemberIn"][1] == {"Fn::RefAll": "AWS::EC2::VPC::Id"} for one in asserted)
    assert made.lint() == []


def test_where_the_console_asks_for_no_vpc_there_is_nothing_to_check() -> None:
    assert "Rules" not in compiled(bastion={}).template("bastion")
    assert "Rules" not in compiled(**EXISTING).template("cluster")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: f"{one.data['Description'].split(':')[0]}")
def test_what_holds_data_says_what_becomes_of_it(template: verify.Template) -> None:
    for title, resource in template.resources.items():
        if resource["Type"] in DATA:
            assert "DeletionPolicy" in resource, title
            assert resource.get("UpdateReplacePolicy") == "Retain", title


def test_there_is_data() -> None:
    assert {"AWS::KMS::Key", "AWS::Logs::LogGroup"} <= {
        one["Type"] for template in TEMPLATES for one in template.resources.values()
    }


# Amazon EC2 API Reference, AuthorizeSecurityGroupIngress and IpRange; cfn-lint looks at groups alone.
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{0,255}")


def descriptions(resource: Mapping[str, Any]) -> Iterator[Any]:
    properties = resource.get("Properties", {})
    if resource["Type"].startswith("AWS::EC2::SecurityGroup"):
        yield properties.get("GroupDescription", "")
        inline = [*properties.get("SecurityGroupIngress", []), *properties.get("SecurityGroupEgress", [])]
        yield from (one.get("Description", "") for one in (properties, *inline))


def test_ec2_takes_what_rules_say_of_themselves() -> None:
    said = {one for each in TEMPLATES for resource in each.resources.values() for one in descriptions(resource)}
    assert len(said) > 5
    assert [one for one in said if not DESCRIPTION.fullmatch(one)] == []
    assert not DESCRIPTION.fullmatch("NFS from the cluster's nodes")
