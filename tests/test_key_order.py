"""The order in which somebody writes the keys of a blueprint says nothing, so it changes nothing that is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted(ROOT.glob("specs/*.yaml"))


def turned(value: Any) -> Any:
    """The same with the keys of every mapping the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


def files(blueprint: Any) -> dict[str, bytes]:
    made = Memory()
    result = pipeline.compile_blueprint(json.dumps(blueprint).encode(), "one.yaml", lambda _: made)
    assert not result.failed, result.diagnostics
    return dict(made)


def queue(name: str) -> dict[str, Any]:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Metadata": {"b": {"d": 1, "c": 2}, "a": []},
        "Properties": {"QueueName": name, "KmsMasterKeyId": "alias/aws/sqs", "Tags": [{"Value": "b", "Key": "a"}]},
    }


PERMISSION = {
    "actions": ["s3:GetObject"],
    "resources": ["arn:aws:s3:::mine/*"],
    "conditions": {
        "StringLike": {"s3:prefix": "a", "aws:PrincipalArn": "b*"},
        "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalAccount": "111122223333"},
    },
}
BASE: dict[str, Any] = {
    "apiVersion": "bpc/v1",
    "kind": "Blueprint",
    "metadata": {"name": "shop", "region": "eu-west-1", "tags": {"z": "1", "a": "2"}},
    "nodeGroups": [{"name": "workers", "labels": {"z": "1", "a": "2"}, "tags": {"z": "1", "a": "2"}}],
}
PARAMETERS = {"WorkersMinSize": 1, "WorkersMaxSize": 5}
RICH: dict[str, dict[str, Any]] = {
    "added resources": {
        "overrides": {
            "resources": {"network": {"Other": queue("c")}, "cluster": {"Two": queue("b"), "One": queue("a")}}
        }
    },
    "a patch": {
        "overrides": {
            "cloudformation": [
                {
                    "stack": "cluster",
                    "patch": [
                        {
                            "op": "add",
                            "path": "/Resources/ClusterRole/Metadata",
                            "value": {"b": {"d": 1, "c": 2}, "a": 1},
                        }
                    ],
                }
            ]
        }
    },
    "the parameters of stack sets": {
        "cloudformation": {"layout": "single", "stackSets": {"parameters": PARAMETERS}},
        "environments": {"two": {"account": "111122223333"}, "one": {"account": "444455556666"}},
    },
    "the parameters of Git sync": {"cloudformation": {"gitSync": {"folder": ".", "parameters": PARAMETERS}}},
    "conditions": {"serviceAccounts": [{"name": "api", "namespace": "shop", "iam": {"permissions": [PERMISSION]}}]},
    "an add-on's values": {"addons": {"vpc-cni": {"values": {"z": {"b": 1, "a": 2}, "env": {"WARM_IP_TARGET": "2"}}}}},
}


@pytest.mark.parametrize("what", RICH)
def test_free_mappings(what: str) -> None:
    blueprint = BASE | RICH[what]
    assert list(turned(blueprint)) != list(blueprint)
    assert files(turned(blueprint)) == files(blueprint)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_examples(spec: Path) -> None:
    blueprint = json.loads(json.dumps(yaml.safe_load(spec.read_text(encoding="utf-8"))))
    assert files(turned(blueprint)) == files(blueprint)
