"""The saved queries on the audit log: there by name, on fields that an event has, and only where the log is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bpc.kit import audit_queries
from parts.compiling import Compiled, compiled

NODES = [{"name": "workers", "instanceTypes": ["m7g.large"]}]
# An event of the audit log as EKS writes it; what is in lists, by number, as Logs Insights names it.
EVENT: dict[str, Any] = {
    "requestURI": "/api/v1/namespaces/shop/pods/web/exec?command=sh",
    "verb": "create",
    "user": {"username": "kim", "extra": {"arn": {"0": "arn:aws:sts::111122223333:assumed-role/Ops/kim"}}},
    "sourceIPs": {"0": "10.0.0.1"},
    "userAgent": "kubectl/v1.35",
    "objectRef": {
        "resource": "pods",
        "namespace": "shop",
        "name": "web",
        "subresource": "exec",
        "apiGroup": "",
        "apiVersion": "v1",
    },
    "responseStatus": {"code": 101},
    "annotations": {"k8s.io/deprecated": "true", "k8s.io/removed-release": "1.37"},
}
WORDS = set("fields filter stats sort limit by as and or not in like desc count latest ispresent last".split())
WORDS |= {"requests", "refused", "failures"}


def flat(value: Any, path: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {path}
    return {one for key, below in value.items() for one in flat(below, f"{path}.{key}".strip("."))}


def made(wanted: list[str], **more: Any) -> Compiled:
    return compiled(**{"nodeGroups": NODES, "observability": {"auditQueries": wanted}} | more)


def saved(it: Compiled) -> dict[str, dict[str, Any]]:
    assert it.errors == []
    return {one["Name"]: one for one in it.resources("observability", "AWS::Logs::QueryDefinition").values()}


def test_a_query_is_there_by_its_name() -> None:
    it = made(["exec"])
    [(name, query)] = saved(it).items()
    assert name == "shop/audit/exec"
    assert query["QueryString"] == audit_queries.query("exec")
    assert query["LogGroupNames"] == [{"Fn::ImportValue": {"Fn::Sub": "${ClusterStack}-ClusterLogGroup"}}]
    assert "ClusterLogGroup" in it.template("cluster")["Outputs"]
    assert it.lint() == []


def test_all_of_them_are_there_by_one_word() -> None:
    assert set(saved(made(["all"]))) == {f"shop/audit/{name}" for name in audit_queries.NAMES}


def test_one_of_ones_own_may_not_have_the_same_name() -> None:
    own = {"name": "audit-exec", "logs": ["cluster"], "query": "limit 1"}
    it = made([], observability={"auditQueries": ["exec"], "queries": [own]})
    assert it.errors == ["BPC986"]


@pytest.mark.parametrize("name", audit_queries.NAMES)
def test_a_query_asks_for_fields_that_an_event_has(name: str) -> None:
    said, whole = audit_queries.reason(name), audit_queries.query(name)
    assert whole.startswith(f"# {said}\n")
    asked = re.sub(r'#.*|"[^"]*"|/\^.*?/(?= |\n|$)', "", whole)
    quoted = set(re.findall(r"`([^`]+)`", asked))
    names = {one for one in re.findall(r"[@A-Za-z][\w.@]*", re.sub(r"`[^`]+`", "", asked)) if one not in WORDS}
    assert names | quoted <= flat(EVENT) | {"@timestamp", "@logStream"}
    # A table that nobody reads to its end.
    assert re.search(r"\| limit \d+\n$", whole)


@pytest.mark.parametrize("name", audit_queries.NAMES)
def test_commands_of_a_query_begin_with_a_bar(name: str) -> None:
    first, *lines = audit_queries.query(name).splitlines()[1:]
    assert first.startswith("filter @logStream like")
    assert all(line.startswith(("| ", "    ")) for line in lines)


def test_the_readme_says_where_they_are() -> None:
    text = made(["denied"]).files["README.md"].decode()
    assert "`shop/audit`" in text
    assert audit_queries.reason("denied") in text
