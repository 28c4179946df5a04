"""Kubernetes objects in files: read as Kubernetes reads them, and nothing in them harms who reads."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from bpc.beside import Beside
from bpc.vendored import lock, namespaces, objects
from bpc.vendored.lock import Lock
from bpc.vendoring import hooks

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=", "="),
        ("<<", "<<"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("1:30", "1:30"),
        ("1e+06", 1000000),
        ("1e3", 1000),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1_000", 1000),
        ("0644", 420),
        ("0o644", 420),
        ("0x1F", 31),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("09", "09"),
        ("123456789012", 123456789012),
        ("yes", True),
        ("off", False),
        ("y", "y"),
        ("~", None),
        ("", None),
        ("null", None),
        ("'1'", "1"),
        ("v1.30", "v1.30"),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
        (".", "."),
        ("-", "-"),
    ],
)
def test_scalars_mean_what_they_mean_to_kubernetes(text: str, value: Any) -> None:
    shown = f"'{text}'" if text in ("-",) else text
    ((_, made),) = objects.objects(f"{HEAD}data:\n  a: {shown}\n")
    assert made["data"]["a"] == value
    assert type(made["data"]["a"]) is type(value)


def test_a_label_with_nothing_is_empty() -> None:
    ((_, made),) = objects.objects("apiVersion: v1\nkind: A\nmetadata: {name: a, labels: {b: , c: d}, annotations: }\n")
    assert made["metadata"] == {"name": "a", "labels": {"b": "", "c": "d"}, "annotations": None}


def test_keys_are_text() -> None:
    ((_, made),) = objects.objects(f"{HEAD}data: {{8080: a, true: b, 2024-01-01: c, =: d}}\n")
    assert made["data"] == {"8080": "a", "true": "b", "2024-01-01": "c", "=": "d"}


def test_aliases_and_merges_are_written_out() -> None:
    ((_, made),) = objects.objects(f"{HEAD}one: &a {{x: 1}}\ntwo: *a\nthree: {{<<: *a, y: 2}}\n")
    assert (made["two"], made["three"]) == ({"x": 1}, {"x": 1, "y": 2})


def test_lists_hold_objects_of_their_own() -> None:
    item = "- {apiVersion: v1, kind: Secret, metadata: {name: a}}"
    text = f"apiVersion: v1\nkind: List\nitems:\n{item}\n---\n# nothing\n---\n"
    assert [(line, one["kind"]) for line, one in objects.objects(f"{text}{HEAD}")] == [(1, "Secret"), (8, "ConfigMap")]


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefg", "bcdefgh", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{below}'] * 9)}]}}\n"
    for below, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("one\n", 1, "is no Kubernetes object, which is a mapping"),
        (f"{HEAD}---\n- a\n", 5, "is no Kubernetes object, which is a mapping"),
        ("kind: A\nmetadata: {name: a}\n", 1, "it lacks apiVersion"),
        ("apiVersion: v1\nkind: A\nmetadata: {}\n", 1, "it lacks metadata.name"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: 7}\n", 1, "it lacks metadata.name"),
        ("apiVersion: v1\nkind: ../../up\nmetadata: {name: a}\n", 1, "'../../up' is no kind of Kubernetes"),
        ("apiVersion: v1/v2/v3\nkind: A\nmetadata: {name: a}\n", 1, "is no apiVersion of Kubernetes"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: 7}\n", 1, "metadata.namespace is no text"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a, labels: [a]}\n", 1, "metadata.labels takes text"),
        (
            "apiVersion: v1\nkind: A\nmetadata: {name: a, annotations: {a: true}}\n",
            1,
            "metadata.annotations takes text",
        ),
        ("apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n", 1, "spec.names.kind"),
        ("apiVersion: v1\nkind: Job\nmetadata: {name: a}\nspec: 7\n", 1, "a Job has a spec"),
        (f"{HEAD}a: [\n", 5, "did not find expected node content"),
        (f"{HEAD}a: .inf\n", 1, "infinite number"),
        (f"{HEAD}a: !!binary YQ==\n", 1, "a value of a kind that Kubernetes has not: bytes"),
        (f"{HEAD}a: !Ref b\n", 4, "could not determine a constructor"),
        (f"{HEAD}? [a]\n: b\n", 4, "a key has to be text"),
        (f"{HEAD}a: *b\n", 4, "found undefined alias"),
        (f"{HEAD}a: &a [*a]\n", 4, "its aliases stand for too much"),
        (HEAD + LAUGHS, 5, "its aliases stand for too much"),
        (HEAD + MERGES, 5, "its aliases stand for too much"),
        (HEAD + "a: " + "[" * 100_000, 4, "it has more than 128 levels"),
        (f"{HEAD}a: \x00\n", 0, "control characters are not allowed"),
    ],
)
def test_what_is_no_object(text: str, line: int, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(objects.Unreadable) as error:
        list(objects.objects(text))
    assert said in str(error.value)
    assert error.value.line == line
    assert time.monotonic() - started < 5


def test_files_are_read_once_and_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/a.yaml").write_text("a")
    (tmp_path / "secret").write_text("secret")
    os.symlink(tmp_path / "secret", tmp_path / "here/link")
    beside = Beside.of(str(tmp_path / "here/blueprint.yaml"))
    assert [beside.read("a.yaml"), beside.read("a.yaml")] == [b"a", b"a"]
    for path in ("../secret", "link", str(tmp_path / "secret")):
        with pytest.raises(PermissionError):
            beside.read(path)
    with pytest.raises(FileNotFoundError):
        beside.read("gone")
    assert beside.seen[0] == str(tmp_path / "here/a.yaml") and beside.seen[-1] == str(tmp_path / "here/gone")
    assert beside.seen.count(beside.seen[0]) == 1
    with pytest.raises(FileNotFoundError):
        Beside(None).read("a.yaml")


@pytest.mark.parametrize(
    ("kind", "wide"),
    [("Deployment", False), ("ClusterRole", True), ("ClusterIssuer", True), ("Issuer", False), ("NodePool", True)],
)
def test_what_belongs_to_a_namespace(kind: str, wide: bool) -> None:
    one = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}}
    (made,) = namespaces.placed([one], "shop")
    assert ("namespace" not in made["metadata"]) == wide
    assert namespaces.placed([one], "") == [one]


@pytest.mark.parametrize(("scope", "wide"), [("Cluster", True), ("Namespaced", False)])
def test_a_definition_says_what_its_kind_belongs_to(scope: str, wide: bool) -> None:
    spec = {"names": {"kind": "Thing"}, "scope": scope}
    crd = {"kind": "CustomResourceDefinition", "metadata": {"name": "a"}, "spec": spec}
    _, made = namespaces.placed([crd, {"kind": "Thing", "metadata": {"name": "a"}}], "shop")
    assert ("namespace" not in made["metadata"]) == wide


@pytest.mark.parametrize(
    ("phases", "kept"),
    [
        ("pre-install", True),
        ("post-install,post-upgrade", True),
        ("pre-upgrade", False),
        ("post-upgrade, post-rollback", False),
        ("pre-delete", False),
        ("post-delete", False),
        ("test", False),
        ("test-success", False),
        ("crd-install", True),
        ("what-nobody-knows", False),
    ],
)
def test_which_hooks_stay(phases: str, kept: bool) -> None:
    notes = {hooks.HOOK: phases, hooks.WEIGHT: "none"}
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": notes}}
    made = hooks.settled([one], "argocd")
    assert bool(made.objects) == kept
    assert made.said["ConfigMap/a"].startswith("kept as" if kept else "dropped: ")
    assert all(
        "annotations" not in still["metadata"] or hooks.HOOK not in still["metadata"]["annotations"]
        for still in made.objects
    )


def test_a_lock_reads_what_it_writes() -> None:
    entry = dict.fromkeys(lock.WORDS, "") | {"files": "dev/a"}
    made = Lock({"a 1": {"sha256": "0"}}, {"dev": {"a": {"a": entry}}}, {"dev/a": {"sha256": {}, "hooks": {}}})
    assert lock.parse(lock.text(made)) == made
    assert (lock.name("specs/blueprint.yaml"), lock.name("shop.yml")) == ("blueprint.lock", "shop.lock")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"format": 1, "charts": [], "renders": {}, "files": {}}',
        b'{"format": 1, "charts": {}, "renders": {"a": {"b": {"c": {"files": "gone"}}}}, "files": {}}',
        b'{"format": 1, "charts": {}, "renders": {}, "files": {"a": {"sha256": {"b": 1}, "hooks": {}}}}',
        b'{"format": 2, "charts": {}, "renders": {}, "files": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_lock(text: bytes) -> None:
    with pytest.raises(lock.Broken):
        lock.parse(text)
