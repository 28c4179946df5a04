"""`bpc vendor` with real Helm and charts of our own: what it writes, and that nothing is lost when it cannot."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import catalogue
from bpc.addon import Chart
from bpc.cli import main
from bpc.publish import folders
from parts import charts, kubectl, vendoring
from parts.charts import files, packed
from parts.vendoring import WEB, World


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return charts.certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def world(
    tmp_path: Path,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    with vendoring.world(tmp_path, certificate, monkeypatch, capsys) as made:
        yield made


# What it does when all is well


def test_a_chart_becomes_objects_that_a_compile_takes(world: World) -> None:
    code, said = world.vendor()
    assert code == 0, said
    assert f"{world.repository.url}/web 1.2.3: new, SHA-256 {hashlib.sha256(WEB).hexdigest()}" in said
    found = world.objects()
    assert found["Deployment/web"]["spec"]["template"]["spec"]["containers"][0]["args"][1] == "--limit=1e+06"
    assert found["ConfigMap/web"]["data"] == {"since": "2024-01-01", "ratio": "1:30", "script": "one\n--- two\n"}
    assert found["Service/cache"]["spec"]["ports"] == [{"port": "6379"}]
    assert sorted(one.name for one in (world.folder / "vendor/shop/default/web").iterdir())[1] == "crds.yaml"
    assert world.compile()[0] == 0
    (page,) = world.folder.glob("out/shop/kubernetes/base/**/page.yaml")
    assert yaml.safe_load(page.read_text())["spec"] == {"operator": "="}
    assert len(kubectl.kustomize(world.folder / "out/shop/kubernetes/overlays/default")) == len(found) + 1


def test_what_has_a_namespace_is_in_one(world: World) -> None:
    world.vendor()
    places = {key: one["metadata"].get("namespace", "") for key, one in world.objects().items()}
    assert {key for key, place in places.items() if not place} == {
        "CustomResourceDefinition/pages.web.example.com",
        "Page/start",
    }
    assert {*places.values()} == {"", "shop"}


@pytest.mark.parametrize(
    ("engine", "notes"),
    [
        ("kustomize", [None, None, None, {"note": "kept"}]),
        ("flux", [*[{"kustomize.toolkit.fluxcd.io/force": "enabled"}] * 3, {"note": "kept"}]),
        (
            "argocd",
            [
                {"argocd.argoproj.io/sync-options": "Force=true,Replace=true"},
                {"argocd.argoproj.io/sync-options": "Force=true,Replace=true", "argocd.argoproj.io/sync-wave": "1"},
                {"argocd.argoproj.io/sync-options": "Force=true,Replace=true", "argocd.argoproj.io/sync-wave": "2"},
                {"note": "kept"},
            ],
        ),
    ],
)
def test_hooks_become_ordinary_or_go(world: World, engine: str, notes: list[Any]) -> None:
    world.write(more=f"gitops: {{engine: {engine}, charts: vendored}}\n")
    assert world.vendor()[0] == 0
    found = world.objects()
    kept = [
        "Job/pre-install-pre-upgrade",
        "Job/post-install",
        "Job/post-install-post-upgrade",
        "ServiceAccount/installer",
    ]
    assert [found[one]["metadata"].get("annotations") for one in kept] == notes
    assert all("ttlSecondsAfterFinished" not in found[one].get("spec", {}) for one in kept)
    hooks = world.lock()["files"]["default/web"]["hooks"]
    dropped = {"Job/pre-delete", "Job/pre-upgrade", "Pod/try"}
    assert {key for key, what in hooks.items() if what.startswith("dropped: ")} == dropped
    assert not dropped & {*found} and {*hooks} == {*kept, *dropped}
    text = b"".join(content for path, content in world.tree().items() if path.endswith(".yaml"))
    assert b"helm.sh/hook" not in text
    assert b"# Job/post-install, a hook of Helm's: kept" in text


@pytest.mark.parametrize("engine", ["kustomize", "flux"])
def test_by_hand_a_job_that_has_changed_is_deleted_before(world: World, engine: str) -> None:
    more = ", repository: https://github.com/example/platform" if engine == "flux" else ""
    world.write(more=f"gitops: {{engine: {engine}, charts: vendored{more}}}\n")
    assert world.vendor()[0] == 0
    assert world.compile()[0] == 0
    page = (world.folder / "out/shop/README.md").read_text()
    jobs = [key.removeprefix("Job/") for key in world.objects() if key.startswith("Job/")]
    assert len(jobs) == 3
    for job in jobs:
        assert (f"kubectl delete job --ignore-not-found -n shop {job}\n" in page) == (engine == "kustomize")


def test_every_helm_gives_the_same_bytes(world: World) -> None:
    trees = []
    for version in kubectl.HELMS:
        assert world.vendor(helm=kubectl.helm(version))[0] == 0
        trees.append(world.tree())
    assert trees[0] == trees[1] == trees[2]


def test_a_registry_gives_the_same_as_a_repository(world: World) -> None:
    world.vendor()
    expected = world.objects()
    blob = world.registry.push(WEB)
    world.write(world.one().replace(world.repository.url, f"{world.registry.url}/charts"))
    assert world.vendor()[0] == 0
    assert blob in world.registry.asked
    assert world.objects() == expected
    assert world.lock()["charts"] == {
        f"{world.registry.url}/charts/web 1.2.3": {"sha256": hashlib.sha256(WEB).hexdigest()}
    }


def test_offline_asks_nobody(world: World) -> None:
    code, said = world.vendor("--offline")
    assert code == 1 and "BPC545" in said
    world.vendor()
    before = world.tree()
    asked = len(world.repository.asked)
    code, said = world.vendor("--offline")
    assert (code, said) == (0, "vendor/shop: unchanged\n")
    assert len(world.repository.asked) == asked and world.tree() == before
    shutil.rmtree(world.folder.parent / "cache")
    assert "it is not in the cache" in world.vendor("--offline")[1]


def test_environments_that_get_the_same_share_it(world: World) -> None:
    prod = "{account: '222222222222', with: {addons: {web: {values: {replicas: 3}}}}}"
    others = "  dev: {account: '111111111111'}\n  test: {account: '333333333333'}\n"
    world.write(more=f"environments:\n{others}  prod: {prod}\n")
    assert world.vendor()[0] == 0
    renders = world.lock()["renders"]
    assert {name: one["web"]["web"]["files"] for name, one in renders.items()} == {
        "dev": "dev/web",
        "prod": "prod/web",
        "test": "dev/web",
    }
    assert world.compile()[0] == 0
    built = {name: kubectl.kustomize(world.folder / f"out/shop/kubernetes/overlays/{name}") for name in renders}
    replicas = {
        name: [one["spec"]["replicas"] for one in all if one["kind"] == "Deployment"] for name, all in built.items()
    }
    assert replicas == {"dev": [1], "prod": [3], "test": [1]}


def test_a_chart_sees_the_apis_of_other_add_ons(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from bpc.addons.metrics_server import MetricsServer

    world.vendor()
    assert "ServiceMonitor/web" not in world.objects()
    monkeypatch.setattr(MetricsServer, "crds", ("servicemonitors.monitoring.coreos.com",))
    world.write(world.one() + "  metrics-server: {}\n")
    assert "something changed: the APIs of other add-ons" in world.compile()[1]
    world.vendor()
    assert "ServiceMonitor/web" in world.objects()


def test_the_clusters_version_is_what_charts_see(world: World) -> None:
    world.write(more='cluster: {version: "1.35"}\n')
    world.vendor()
    assert world.objects()["Deployment/web"]["metadata"]["labels"]["kubernetes"] == "v1.35.0"


# What a compile refuses


def _edit(world: World) -> None:
    path = world.folder / "vendor/shop/default/web/service.yaml"
    path.write_text(path.read_text().replace("6379", "6380"))


def _remove(world: World) -> None:
    (world.folder / "vendor/shop/default/web/service.yaml").unlink()


def _break(world: World) -> None:
    (world.folder / "blueprint.lock").write_text("{}")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (
            lambda it: it.write(it.one(values="{replicas: 2}")),
            "BPC450",
            "web was vendored before something changed: values",
        ),
        (lambda it: it.write(it.one(version="1.2.4")), "BPC450", "the version: 1.2.3 is now 1.2.4"),
        (lambda it: it.write(more='cluster: {version: "1.35"}\n'), "BPC450", "the cluster's version: 1.36 is now 1.35"),
        (lambda it: it.write(it.one("other")), "BPC956", "other is a chart that is not vendored"),
        (lambda it: (it.folder / "blueprint.lock").unlink(), "BPC956", "run `bpc vendor blueprint.yaml`; or set"),
        (_edit, "BPC451", "vendor/shop/default/web/service.yaml is not what `bpc vendor` wrote"),
        (_remove, "BPC451", "cannot read vendor/shop/default/web/service.yaml"),
        (_break, "BPC453", "it is not what `bpc vendor` writes"),
    ],
)
def test_what_does_not_fit_the_lock(world: World, change: Callable[[World], None], code: str, said: str) -> None:
    assert world.vendor()[0] == 0
    # Twice, so that a memo of it would be there.
    assert [world.compile()[0], world.compile()[0]] == [0, 0]
    change(world)
    exit_code, found = world.compile()
    assert exit_code == 1
    assert code in found and said in found, found


def test_a_lock_that_is_older_than_the_folder_is_noticed_and_mended(world: World) -> None:
    """As if somebody had killed it between the two, or had committed only one of them."""
    world.vendor()
    old = (world.folder / "blueprint.lock").read_bytes()
    world.write(world.one(values="{replicas: 2}"))
    world.vendor()
    after = world.tree()
    (world.folder / "blueprint.lock").write_bytes(old)
    assert "BPC450" in world.compile()[1]
    assert world.vendor()[0] == 0
    assert world.tree() == after


def test_two_add_ons_cannot_have_the_same_object(world: World) -> None:
    world.write(world.one() + world.one("other"))
    world.vendor()
    code, said = world.compile()
    assert code == 1
    assert "error BPC456: web has CustomResourceDefinition pages.web.example.com, and other has it too" in said


def test_vendoring_again_mends_what_was_edited(world: World) -> None:
    world.vendor()
    before = world.tree()
    _edit(world)
    code, said = world.vendor()
    assert (code, said) == (0, "vendor/shop/default/web/service.yaml: changed\n")
    assert world.tree() == before


def test_a_check_writes_nothing_and_says_what_is_stale(world: World) -> None:
    assert world.vendor("--check")[0] == 3
    assert world.tree() == {}
    world.vendor()
    before = world.tree()
    assert world.vendor("--check", "--offline") == (0, "blueprint.yaml: fresh\n")
    world.write(world.one(values="{replicas: 2}"))
    changed = world.tree()
    code, said = world.vendor("--check")
    assert code == 3 and said.endswith("blueprint.yaml: stale; run `bpc vendor` again\n")
    assert "vendor/shop/default/web/deployment.yaml: stale\n" in said and "blueprint.lock: stale\n" in said
    assert world.tree() == changed
    world.write()
    assert world.tree() == before
    _edit(world)
    assert world.vendor("--check")[0] == 3
    assert world.vendor("--check", "--update")[0] == 2


def test_charts_that_an_engine_installs_are_left_to_it(world: World) -> None:
    world.write(more="gitops: {engine: flux}\n")
    assert world.vendor() == (0, "blueprint.yaml: no chart to vendor\n")
    assert world.tree() == {} and world.compile()[0] == 0


# What the chart or its values do wrong


@pytest.mark.parametrize(
    ("values", "place", "said"),
    [
        ("{replicas: 0}", "9:24", "replicas: 0 is less than the minimum of 1"),
        ("{cache: {size: big}}", "9:28", "cache.size: 'big' is not of type 'integer'"),
        ("{replicas: null}", "9:13", "values: 'replicas' is a required property"),
    ],
)
def test_values_are_held_to_the_charts_schema(world: World, values: str, place: str, said: str) -> None:
    world.write(world.one(values=values))
    code, found = world.vendor()
    assert code == 1 and world.tree() == {}
    assert f"blueprint.yaml:{place}: error BPC548: web: {said}" in found, found


def test_what_a_condition_turns_off_is_not_looked_at(world: World) -> None:
    world.write(world.one(values="{cache: {enabled: false, size: big}}"))
    assert world.vendor()[0] == 0
    assert "Service/cache" not in world.objects()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("{}", "Secret chancy of chancy/templates/secret.yaml is another each time, at stringData.password"),
        (
            "{existingSecret: mine, clock: true}",
            "ConfigMap chancy of chancy/templates/config.yaml is another each time",
        ),
        ("{existingSecret: mine}", ""),
    ],
)
def test_what_is_another_each_time_is_refused(world: World, values: str, said: str) -> None:
    world.repository.add(packed(files("chancy")))
    world.write(world.one("chancy", "chancy", "0.1.0", values))
    code, found = world.vendor()
    assert code == (1 if said else 0), found
    assert said in found
    if "Secret" in said:
        assert "BPC547" in found
        assert "help: it calls randAlphaNum; these values have a say in it: existingSecret" in found


def test_a_secret_with_something_in_it_is_told(world: World) -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: open}\nstringData: {password: known}\n"
    world.repository.add(
        packed(files("web") | {"Chart.yaml": files("chancy")["Chart.yaml"], "templates/secret.yaml": text})
    )
    world.write(world.one("chancy", "chancy", "0.1.0"))
    code, found = world.vendor()
    assert code == 0
    assert "warning BPC550: chancy: Secret open has something in it: password" in found


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"templates/bad.yaml": "{{ fail `it needs a name` }}"}, "BPC546", "it needs a name"),
        ({"templates/bad.yaml": "one: [two\n"}, "BPC546", "YAML parse error"),
        ({"templates/bad.yaml": "one: two\n"}, "BPC549", "it lacks apiVersion and kind and metadata.name"),
        (
            {"Chart.yaml": files("web")["Chart.yaml"].replace("1.30", "1.99")},
            "BPC546",
            "incompatible with Kubernetes v1.36.0",
        ),
    ],
)
def test_what_helm_or_bpc_cannot_read(world: World, changes: dict[str, str], code: str, said: str) -> None:
    world.repository.entries.clear()
    world.repository.add(packed(files("web") | changes))
    exit_code, found = world.vendor()
    assert exit_code == 1 and world.tree() == {}
    assert code in found and said in found, found


# What goes wrong on the way


def test_a_tampered_archive_is_refused(world: World) -> None:
    """On first sight by the index, which Helm does not look at, and later by the lock, whatever the index says."""
    other = packed(files("web") | {"templates/more.yaml": "# more\n"})
    world.repository.put("/web-1.2.3.tgz", other)
    code, said = world.vendor()
    assert code == 1 and "BPC544" in said and "the index has SHA-256" in said
    assert world.tree() == {}
    world.repository.put("/web-1.2.3.tgz", WEB)
    assert world.vendor()[0] == 0
    before = world.tree()
    shutil.rmtree(world.folder.parent / "cache")
    world.repository.entries.clear()
    world.repository.add(other)
    code, said = world.vendor()
    assert code == 1 and "BPC544" in said and "the lock has SHA-256" in said
    assert world.tree() == before
    code, said = world.vendor("--update")
    sums = [hashlib.sha256(one).hexdigest() for one in (WEB, other)]
    assert code == 0 and f"web 1.2.3: SHA-256 {sums[0]} is now {sums[1]}" in said


def test_a_cache_that_was_tampered_with_is_not_believed(world: World) -> None:
    world.vendor()
    (kept,) = (world.folder.parent / "cache/bpc/charts").iterdir()
    kept.write_bytes(b"other")
    assert world.vendor() == (0, "vendor/shop: unchanged\n")
    assert kept.read_bytes() == WEB


def test_a_tampered_blob_of_a_registry_is_refused(world: World) -> None:
    blob = world.registry.push(WEB)
    world.registry.put(blob, packed(files("web") | {"values.yaml": "replicas: 2\n"}))
    world.write(world.one().replace(world.repository.url, f"{world.registry.url}/charts"))
    code, said = world.vendor()
    assert code == 1 and "BPC543" in said


def _other_chart(world: World) -> None:
    world.repository.entries.clear()
    world.repository.add(packed(files("chancy")))


def _broken_archive(world: World) -> None:
    world.repository.entries.clear()
    world.repository.add(WEB, digest="")
    world.repository.put("/web-1.2.3.tgz", WEB[:200])


def _another_in_its_place(world: World) -> None:
    """By an index that has no digests, as some have none."""
    world.repository.entries.clear()
    world.repository.add(WEB, digest="")
    world.repository.put("/web-1.2.3.tgz", packed(files("chancy")))


@pytest.mark.parametrize(
    ("prepare", "code", "said"),
    [
        (_other_chart, "BPC542", "no chart of that name"),
        (lambda it: it.write(it.one(version="1.2.4")), "BPC542", "has no web 1.2.4"),
        (lambda it: it.write(it.one(version="1.2.4")), "BPC542", "help: it has 1.2.3"),
        (lambda it: it.repository.paths.pop("/web-1.2.3.tgz"), "BPC542", "is not there (HTTP 404)"),
        (lambda it: it.repository.paths.update({"/index.yaml": 503}), "BPC543", "answers with HTTP 503"),
        (lambda it: it.repository.put("/index.yaml", b"<html>"), "BPC543", "is no index of charts"),
        (lambda it: it.repository.put("/index.yaml", b"[" * 100_000), "BPC543", "is no index of charts"),
        (lambda it: it.repository.put("/web-1.2.3.tgz", WEB, pause=0.05), "BPC543", "did not answer within 2 seconds"),
        (lambda it: it.write(it.one().replace("127.0.0.1", "localhost.invalid")), "BPC543", "cannot reach"),
        (lambda it: it.write(it.one().replace(it.repository.url, it.registry.url)), "BPC542", "is not there"),
        (_broken_archive, "BPC549", "the archive of web 1.2.3 is broken"),
        (_another_in_its_place, "BPC549", "the archive of web 1.2.3 says that it is chancy 0.1.0"),
    ],
)
def test_a_repository_that_does_not_give_the_chart(
    world: World, prepare: Callable[[World], object], code: str, said: str
) -> None:
    prepare(world)
    started = time.monotonic()
    exit_code, found = world.vendor("--timeout", "2")
    assert exit_code == 1 and world.tree() == {}
    assert code in found and said in found, found
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (None, "BPC540", "there is no Helm at"),
        ("echo v3.16.4", "BPC541", "is Helm v3.16.4; bpc works with 3.17 and later, and with 4"),
        ("echo v5.0.0", "BPC541", "is Helm v5.0.0"),
        ("exit 1", "BPC541", "does not say its version"),
    ],
)
def test_a_helm_that_will_not_do(world: World, text: str | None, code: str, said: str) -> None:
    path = world.folder.parent / "helm"
    if text:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    exit_code, found = world.vendor(helm=str(path))
    assert exit_code == 1 and code in found and said in found, found
    assert world.tree() == {}


def test_without_a_helm_on_the_path(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(world.folder))
    assert main(["vendor"]) == 1
    said = world.capsys.readouterr().err
    assert "error BPC540: Helm is not on the PATH" in said
    assert "help: install Helm 3.17 or later, or 4, or name it with --helm" in said


def test_an_index_may_be_json(world: World) -> None:
    whole = {"apiVersion": "v1", "entries": {"web": [{**world.repository.entries["web"][0], "icon": "\U0001f680"}]}}
    world.repository.put("/index.yaml", json.dumps(whole).encode())
    assert world.vendor()[0] == 0


def test_what_is_only_in_tests_may_be_another_each_time(world: World) -> None:
    name = "{{ randAlphaNum 5 | lower }}"
    test = files("web")["templates/tests/test.yaml"].replace("name: try", f"name: {name}")
    world.repository.entries.clear()
    world.repository.add(packed(files("web") | {"templates/tests/test.yaml": test}))
    assert world.vendor()[0] == 0


def test_a_kustomization_of_flux_is_no_file_of_kustomize(world: World) -> None:
    text = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {prune: true}\n"
    )
    world.repository.entries.clear()
    world.repository.add(packed(files("web") | {"templates/apps.yaml": text}))
    assert world.vendor()[0] == 0
    assert world.compile()[0] == 0
    built = kubectl.kustomize(world.folder / "out/shop/kubernetes/overlays/default")
    assert [one["spec"] for one in built if one["kind"] == "Kustomization"] == [{"prune": True}]


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_vendored_charts_are_compiled_for_engines_too(world: World, engine: str) -> None:
    world.write(more=f"gitops: {{engine: {engine}, charts: vendored}}\n")
    assert world.vendor()[0] == 0
    assert world.compile()[0] == 0
    kinds = {one["kind"] for one in kubectl.kustomize(world.folder / "out/shop/kubernetes/overlays/default")}
    assert "Deployment" in kinds and not kinds & {"HelmRelease", "HelmRepository", "Application"}
    world.write(more="gitops: {engine: kustomize}\n")
    assert f"something changed: the engine: {engine} is now kustomize" in world.compile()[1]


def test_twenty_charts_at_once_with_a_bar_for_who_looks(world: World) -> None:
    names = [f"web-{number}" for number in range(20)]
    for name in names:
        about = files("web")["Chart.yaml"].replace("name: web", f"name: {name}")
        world.repository.add(packed(files("web") | {"Chart.yaml": about}))
    world.write("".join(world.one(name, name) for name in names))
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "bpc", "vendor", "--helm", kubectl.helm()]
    process = subprocess.Popen(command, cwd=world.folder, stdout=subprocess.PIPE, stderr=slave, text=True)
    os.close(slave)
    shown = b""
    with suppress(OSError):
        while part := os.read(master, 4096):
            shown += part
    os.close(master)
    assert process.stdout
    said = process.stdout.read()
    assert process.wait() == 0
    assert b"fetching" in shown and b"rendering" in shown
    assert said.count(": new, SHA-256") == 20
    # Nothing of it in a pipe.
    assert world.vendor() == (0, "vendor/shop: unchanged\n")


def test_the_index_of_a_repository_is_fetched_once(world: World) -> None:
    world.repository.add(packed(files("chancy")))
    world.write(world.one() + world.one("chancy", "chancy", "0.1.0", "{existingSecret: mine}"))
    assert world.vendor()[0] == 0
    assert world.repository.asked.count("/index.yaml") == 1


def _slow_helm(world: World, word: str) -> str:
    """Helm, but one that says that it was called with a word, and then takes its time."""
    path = world.folder.parent / "slow"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = {word} ]; then touch {world.folder.parent}/reached; sleep 30; fi\n'
        f'exec {kubectl.helm()} "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def test_killed_in_the_middle_all_is_as_it_was(world: World) -> None:
    world.vendor()
    before = world.tree()
    world.write(world.one(values="{replicas: 2}"))
    command = [sys.executable, "-m", "bpc", "vendor", "--helm", _slow_helm(world, "template")]
    process = subprocess.Popen(command, cwd=world.folder, start_new_session=True, stderr=subprocess.DEVNULL)
    while not (world.folder.parent / "reached").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert world.tree() == before
    assert world.vendor()[0] == 0
    assert world.objects()["Deployment/web"]["spec"]["replicas"] == "2"


@pytest.mark.parametrize(
    ("name", "nth"), [("write", 1), ("write", 2), ("write", 9), ("mkdir", 2), ("replace", 1), ("rename", 1)]
)
def test_a_full_disk_leaves_all_as_it_was(world: World, name: str, nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world.vendor()
    before = world.tree()
    world.write(world.one(values="{replicas: 2}"))
    # So that there is no step which does all at once.
    monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    real, calls = getattr(os, name), [0]

    def failing(*arguments: Any, **named: Any) -> Any:
        ours = name == "write" or "/here/" in str(arguments[0]) or "blueprint.lock" in str(arguments[-1])
        calls[0] += ours
        if ours and calls[0] == nth:
            raise OSError(28, "No space left on device", str(arguments[-1]))
        return real(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, name, failing)
        code, said = world.vendor()
    assert calls[0] >= nth
    assert code == 1 and "No space left on device" in said, said
    assert world.tree() == before


@pytest.mark.parametrize(("engine", "addon"), [("flux", "flux"), ("argocd", "argo-cd")])
def test_an_engine_that_is_vendored_comes_into_the_cluster_without_helm(
    world: World, engine: str, addon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = catalogue.addon(addon)
    monkeypatch.setattr(entry, "charts", (Chart(world.repository.url, "web", "1.2.3", "web"),))
    monkeypatch.setattr(entry, "chart_values", classmethod(lambda *_: {}))
    source = "repository: https://github.com/example/platform"
    world.write(f"  {addon}: {{}}\n", f"gitops: {{engine: {engine}, charts: vendored, {source}}}\n")
    code, said = world.vendor()
    assert code == 0, said
    code, said = world.compile()
    assert code == 0, said
    page = (world.folder / "out/shop/README.md").read_text()
    assert "helm install" not in page
    overlay = "kubectl apply --server-side -k kubernetes/overlays/default"
    first, controllers = (page.index(f"{overlay}/{wave}\n") for wave in ("10-crds-and-namespaces", "20-controllers"))
    assert first < controllers < page.index("kubectl apply --server-side -k gitops/default")
    assert f"{overlay}/90-configs" not in page
