"""`bpc vendor --images`: digests of images by a registry of our own, in the lock, the manifests and the lists."""

from __future__ import annotations

import base64
import io
import json
import stat
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bpc.cli import main
from bpc.vendoring.web import Strict
from parts import charts, kubectl, registry, vendoring
from parts.registry import Registry, digest, index, manifest
from parts.vendoring import World

HEAD = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: shop, region: eu-west-1}\nnodeGroups: [{name: workers}]\n"
OWN = "addons: {own: {namespace: own, manifests: [own.yaml]}}\n"
USER = charts.basic("anna", "correct horse")
OLD, NEW = manifest("old"), manifest("new")


class Shop(NamedTuple):
    """A folder with a blueprint whose pods pull from a registry of ours, and what bpc says."""

    folder: Path
    registry: Registry
    capsys: pytest.CaptureFixture[str]

    def write(self, *images: str, more: str = "", addons: str = OWN, flag: str = "none") -> None:
        """A blueprint with a Pod that has these images in its containers, and one in a flag."""
        (self.folder / "blueprint.yaml").write_text(HEAD + more + addons)
        containers = [{"name": f"c{index}", "image": one, "args": [flag]} for index, one in enumerate(images)]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": containers}}
        (self.folder / "own.yaml").write_text(yaml.safe_dump(pod))

    def run(self, *command: str) -> tuple[int, str]:
        code = main([command[0], "blueprint.yaml", *command[1:]])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out + said.err

    def vendor(self, *options: str) -> str:
        """What `bpc vendor --images` says when all goes well."""
        code, said = self.run("vendor", "--images", *options)
        assert code == 0, said
        return said

    def lock(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / "blueprint.lock").read_text()).get("images", {})
        return found

    def pulled(self) -> list[str]:
        """The images of the Pod, as kustomize builds them."""
        code, said = self.run("compile")
        assert code == 0, said
        objects = kubectl.kustomize(self.folder / "out/shop/kubernetes/overlays/default")
        return [one["image"] for it in objects if it["kind"] == "Pod" for one in it["spec"]["containers"]]

    def listed(self) -> tuple[list[str], list[str]]:
        """The lines of the list, and what it says of them."""
        text = (self.folder / "out/shop/images/default.txt").read_text().splitlines()
        return [one for one in text if one[0] != "#"], [one for one in text if one[0] == "#"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shop]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "registries.json"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with registry.serving() as served:
        made = Shop(tmp_path / "here", served, capsys)
        made.write(served.push("team/app", "v1", OLD))
        yield made


@pytest.mark.parametrize("content", [manifest(), index("arm", "amd")], ids=["image", "index"])
def test_the_digest_is_in_the_lock_the_manifests_and_the_lists(shop: Shop, content: bytes) -> None:
    name = shop.registry.push("team/app", "v1", content)
    assert f"{name}: {digest(content)}" in shop.vendor()
    assert shop.lock() == {name: digest(content)}
    assert shop.pulled() == [f"{name}@{digest(content)}"]
    lines, said = shop.listed()
    assert lines == [f"{name}@{digest(content)}"] and len(said) == 2
    text = (shop.folder / "out/shop/images/default.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    (one,) = json.loads(text)["components"]
    assert one["hashes"] == [{"alg": "SHA-256", "content": digest(content).partition(":")[2]}]
    assert "bpc:pulled-by" not in text


def test_without_a_lock_the_list_says_who_finds_digests(shop: Shop) -> None:
    assert shop.pulled() == [f"{shop.registry.host}/team/app:v1"]
    lines, said = shop.listed()
    assert lines == [f"{shop.registry.host}/team/app:v1"]
    assert any("`bpc vendor --images` asks" in one for one in said)
    assert shop.run("vendor") == (0, "blueprint.yaml: no chart to vendor\n")
    assert shop.registry.asked == []


def test_an_image_with_a_digest_is_nobodys_to_ask(shop: Shop) -> None:
    pinned = f"{shop.registry.host}/team/app@{digest(NEW)}"
    shop.write(pinned)
    assert "no image of shop has a digest to keep" in shop.vendor()
    assert shop.registry.asked == [] and not (shop.folder / "blueprint.lock").exists()
    assert shop.pulled() == [pinned]


def test_two_tags_of_one_image_have_a_digest_each(shop: Shop) -> None:
    names = [shop.registry.push("team/app", "v1", OLD), shop.registry.push("team/app", "v2", NEW)]
    shop.write(*names)
    shop.vendor()
    assert shop.pulled() == [f"{names[0]}@{digest(OLD)}", f"{names[1]}@{digest(NEW)}"]


def test_what_a_flag_names_is_listed_and_left(shop: Shop) -> None:
    """Such a name is found by its registry, so there is a mirror for it."""
    mirror = f"images: {{mirror: {shop.registry.host}}}\n"
    flag = "ghcr.io/a/b:1"
    shop.write("ghcr.io/a/app:v1", more=mirror, flag=f"--sidecar={flag}")
    for name in ("app", "b"):
        shop.registry.push(f"ghcr.io/a/{name}", "v1" if name == "app" else "1", OLD)
    shop.vendor()
    assert shop.lock() == {f"{shop.registry.host}/{one}": digest(OLD) for one in ("ghcr.io/a/app:v1", flag)}
    assert shop.pulled() == [f"{shop.registry.host}/ghcr.io/a/app:v1@{digest(OLD)}"]
    (pod,) = shop.folder.glob("out/shop/kubernetes/base/own/**/pod.yaml")
    assert f"--sidecar={shop.registry.host}/{flag}\n" in pod.read_text()
    lines, said = shop.listed()
    assert lines == [f"ghcr.io/a/app:v1@{digest(OLD)}", f"{flag}@{digest(OLD)}"]
    assert f"# Settings, flags or custom resources name these by their tags: {flag}." in said
    components = json.loads((shop.folder / "out/shop/images/default.cdx.json").read_text())["components"]
    loose = [one["name"] for one in components if {"name": "bpc:pulled-by", "value": "tag"} in one["properties"]]
    assert loose == ["ghcr.io/a/b"]


def test_an_image_of_a_patch_is_pinned_too(shop: Shop) -> None:
    patch = r"- op: replace\n  path: /spec/containers/0/image\n  value: ghcr.io/a/b:1"
    addon = f'{{namespace: own, manifests: [own.yaml], patches: [{{target: {{kind: Pod}}, patch: "{patch}"}}]}}'
    image = shop.registry.push("ghcr.io/a/app", "v1", OLD).removeprefix(f"{shop.registry.host}/")
    shop.registry.push("ghcr.io/a/b", "1", NEW)
    shop.write(image, more=f"images: {{mirror: {shop.registry.host}}}\n", addons=f"addons: {{own: {addon}}}\n")
    shop.vendor()
    assert shop.pulled() == [f"{shop.registry.host}/ghcr.io/a/b:1@{digest(NEW)}"]


def test_what_an_engine_installs_is_listed_and_left(shop: Shop) -> None:
    mirror = f"images: {{mirror: {shop.registry.host}}}\n"
    shop.write(more=f"{mirror}gitops: {{engine: flux}}\n", addons="addons: {keda: {}}\n")
    shop.vendor()
    for path in [path for method, path, _ in shop.registry.asked if method == "GET"]:
        shop.registry.paths[path] = OLD
    assert shop.registry.paths
    shop.vendor()
    assert shop.run("compile")[0] == 0
    lines, said = shop.listed()
    assert len(lines) == 3 and all(one.endswith(f"@{digest(OLD)}") for one in lines)
    assert any(one.startswith("# An engine installs the charts of keda, by tags") for one in said)
    text = "".join(one.read_text() for one in shop.folder.glob("out/shop/kubernetes/**/*.yaml"))
    assert "keda" in text and digest(OLD) not in text


def test_a_vendored_chart_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = charts.certificate(tmp_path)
    with registry.serving() as images, vendoring.world(tmp_path, certificate, monkeypatch, capsys) as world:
        _chart(world, images)


def _chart(world: World, images: Registry) -> None:
    world.write(more=f"images: {{mirror: {images.host}}}\n")
    images.push("registry.example.com/web", "1.2.3", OLD)
    code, said = world.vendor("--images")
    # The images of hooks are not there.
    assert code == 0 and "BPC554" in said, said
    key = f"{images.host}/registry.example.com/web:1.2.3"
    assert world.lock()["images"][key] == digest(OLD)
    code, said = world.compile()
    assert code == 0 and "BPC558" in said
    found = kubectl.kustomize(world.folder / "out/shop/kubernetes/overlays/default")
    (web,) = [one for one in found if (one["kind"], one["metadata"]["name"]) == ("Deployment", "web")]
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == f"{key}@{digest(OLD)}"
    # Once the lock has some, they are asked for without the option; charts do not wait for them.
    images.status = 500
    code, said = world.vendor()
    assert code == 0 and "BPC555" in said and "unchanged" in said
    assert world.lock()["images"][key] == digest(OLD)


def test_a_known_digest_is_only_looked_at(shop: Shop) -> None:
    """Registries count what is fetched, and not HEAD."""
    shop.vendor()
    assert [method for method, _, _ in shop.registry.asked] == ["GET"]
    assert shop.run("vendor")[1] == "blueprint.lock: unchanged\n"
    assert [method for method, _, _ in shop.registry.asked] == ["GET", "HEAD"]
    shop.registry.says = ""
    shop.vendor()
    assert [method for method, _, _ in shop.registry.asked] == ["GET", "HEAD", "HEAD", "GET"]


def test_a_moved_tag_is_told_and_taken_with_update(shop: Shop) -> None:
    shop.vendor()
    name = shop.registry.push("team/app", "v1", NEW)
    said = shop.vendor()
    assert (
        "warning BPC557" in said
        and "[image-tag-moved]" in said
        and f"{name} was {digest(OLD)} and is {digest(NEW)} now" in said
    )
    assert shop.lock() == {name: digest(OLD)} and shop.pulled() == [f"{name}@{digest(OLD)}"]
    assert f"{name}: {digest(OLD)} is now {digest(NEW)}" in shop.vendor("--update")
    assert shop.pulled() == [f"{name}@{digest(NEW)}"]


def test_offline_asks_nobody(shop: Shop) -> None:
    said = shop.vendor("--offline")
    assert "BPC555" in said and "--offline" in said
    name = f"{shop.registry.host}/team/app:v1"
    shop.vendor()
    asked = len(shop.registry.asked)
    assert shop.vendor("--offline") == "blueprint.lock: unchanged\n"
    assert len(shop.registry.asked) == asked and shop.lock() == {name: digest(OLD)}


def test_a_tag_that_is_not_there(shop: Shop) -> None:
    gone = f"{shop.registry.host}/team/gone:v1"
    shop.write(f"{shop.registry.host}/team/app:v1", gone)
    said = shop.vendor()
    assert f"blueprint.yaml:5:10: warning BPC554: own: there is no {gone} [image-not-found]" in said
    assert [*shop.lock()] == [f"{shop.registry.host}/team/app:v1"]
    code, said = shop.run("compile")
    assert code == 0 and "warning BPC558" in said and "[image-not-pinned]" in said and gone in said


def test_an_image_that_is_no_longer_pulled_goes(shop: Shop) -> None:
    shop.vendor()
    shop.write(shop.registry.push("team/other", "v1", NEW))
    assert f"{shop.registry.host}/team/app:v1: no longer pulled" in shop.vendor()
    assert [*shop.lock()] == [f"{shop.registry.host}/team/other:v1"]


def test_a_manifest_that_is_not_what_the_registry_says(shop: Shop) -> None:
    shop.registry.says = digest(NEW)
    code, said = shop.run("vendor", "--images")
    assert code == 1 and "error BPC556" in said and "[image-digest-wrong]" in said
    assert digest(OLD) in said and digest(NEW) in said
    assert not (shop.folder / "blueprint.lock").exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda it: it.push("team/app", "v1", b"<html>log in</html>"), "is no manifest"),
        (lambda it: it.push("team/app", "v1", b'{"schemaVersion": 1}'), "is no manifest"),
        (lambda it: it.push("team/app", "v1", b" " * 5_000_000), "more than 4 MiB"),
        (lambda it: setattr(it, "status", 429), "HTTP 429"),
        (lambda it: setattr(it, "status", 403), "asks who wants"),
        (lambda it: it.wants_token("http://example.com/token"), "to http://example.com/token, which is not HTTPS"),
        (lambda it: it.wants_token("file:///etc/passwd"), "which is not HTTPS"),
        (lambda it: (it.wants_token(), setattr(it, "token_key", "other")), "and there is none"),
        (lambda it: (it.wants_token(), setattr(it, "user", USER)), "gives no token"),
        (lambda it: setattr(it, "challenge", "Basic realm=x"), "asks who wants"),
    ],
)
def test_a_registry_that_does_not_answer_well(shop: Shop, spoil: Callable[[Registry], Any], said: str) -> None:
    spoil(shop.registry)
    found = shop.vendor()
    assert "warning BPC555" in found and "[image-digest-unknown]" in found and said in found
    assert not (shop.folder / "blueprint.lock").exists()


def test_a_registry_that_is_not_there_is_told_once(shop: Shop) -> None:
    shop.write(*(f"127.0.0.1:9/team/app:v{one}" for one in range(20)))
    said = shop.vendor()
    assert said.count("BPC555") == 1 and "cannot reach 127.0.0.1:9" in said and " and 17 more" in said


def test_a_slow_registry_is_waited_for_so_long_only(shop: Shop) -> None:
    shop.registry.pause = 1
    assert "did not answer within 0.2 seconds" in shop.vendor("--timeout", "0.2")


def test_everybody_may_have_a_token(shop: Shop) -> None:
    shop.registry.wants_token()
    for shop.registry.token_key in ("token", "access_token"):
        shop.vendor("--update")
    assert shop.lock() == {f"{shop.registry.host}/team/app:v1": digest(OLD)}
    assert shop.registry.wanted == [{"service": "images", "scope": "repository:team/app:pull"}] * 2
    assert [who for _, _, who in shop.registry.asked] == ["", "", f"Bearer {registry.TOKEN}"] * 2


def test_a_realm_may_say_the_scope(shop: Shop) -> None:
    shop.registry.wants_token(f"http://{shop.registry.host}/token?scope=theirs")
    shop.vendor()
    assert shop.registry.wanted == [{"service": "images", "scope": "theirs"}]
    assert [*shop.lock().values()] == [digest(OLD)]


def test_head_stays_head_where_a_registry_leads_elsewhere() -> None:
    request = urllib.request.Request("https://one.example.com/v2/a", method="HEAD")
    request.add_unredirected_header("Authorization", USER)
    made = Strict().redirect_request(request, io.BytesIO(), 307, "", Message(), "https://two.example.com/v2/a")
    assert made and made.get_method() == "HEAD" and not made.has_header("Authorization")


def test_who_leads_elsewhere_is_not_who_asks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other registry's challenge is answered there, as who has logged in there."""
    monkeypatch.setattr(Strict, "redirect_request", urllib.request.HTTPRedirectHandler.redirect_request)
    _docker(shop, shop.registry.host)
    shop.registry.challenge, shop.registry.user = "Basic realm=x", charts.basic("bob", "else")
    with registry.serving() as first:
        first.leads = f"http://{shop.registry.host}"
        shop.write(f"{first.host}/team/app:v1")
        assert "asks who wants" in shop.vendor()
        shop.registry.user = USER
        shop.vendor()
        assert shop.lock() == {f"{first.host}/team/app:v1": digest(OLD)}
        assert {who for _, _, who in first.asked} == {""}


def _docker(shop: Shop, host: str) -> None:
    text = base64.b64encode(b"anna:correct horse").decode()
    (shop.folder.parent / "config.json").write_text(json.dumps({"auths": {host: {"auth": text}}}))


def _helm(shop: Shop, host: str) -> None:
    entry = {"username": "anna", "password": "correct horse"}
    (shop.folder.parent / "registries.json").write_text(json.dumps({"auths": {f"https://{host}": entry}}))


def _program(shop: Shop, host: str) -> None:
    program = shop.folder.parent / "docker-credential-ours"
    program.write_text(
        f'#!/bin/sh\nread host\n[ "$host" = {host} ] && echo \'{{"Username":"anna","Secret":"correct horse"}}\'\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (shop.folder.parent / "config.json").write_text(json.dumps({"credHelpers": {host: "ours"}}))


@pytest.mark.parametrize("knows", [_docker, _helm, _program])
@pytest.mark.parametrize("token", [True, False], ids=["token", "basic"])
def test_who_has_logged_in_is_told_when_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, knows: Callable[[Shop, str], None], token: bool
) -> None:
    monkeypatch.setenv("PATH", f"{shop.folder.parent}:/usr/bin:/bin")
    if token:
        shop.registry.wants_token()
    else:
        shop.registry.challenge = "Basic realm=x"
    shop.registry.user = USER
    knows(shop, shop.registry.host)
    said = shop.vendor()
    assert [*shop.lock().values()] == [digest(OLD)], said
    whos = ["", USER, f"Bearer {registry.TOKEN}"] if token else ["", USER]
    assert [who for _, _, who in shop.registry.asked] == whos
    assert "horse" not in said


def test_nobody_is_told_who_has_logged_in_elsewhere(shop: Shop) -> None:
    _docker(shop, "other.example.com")
    shop.registry.wants_token()
    shop.registry.user = USER
    assert "gives no token" in shop.vendor()
    assert {who for _, _, who in shop.registry.asked} == {""}


@pytest.mark.parametrize("images", [{"a:1": "sha256:12"}, {"a:1": 5}, ["a"], {"a:1": {"sha256": "1"}}])
def test_a_lock_that_somebody_has_edited_is_refused(shop: Shop, images: object) -> None:
    shop.vendor()
    data = json.loads((shop.folder / "blueprint.lock").read_text())
    (shop.folder / "blueprint.lock").write_text(json.dumps({**data, "images": images}))
    for command in ("compile", "vendor"):
        code, said = shop.run(command)
        assert code == 1 and "BPC453" in said


def test_without_digests_the_lock_is_as_it_was(shop: Shop) -> None:
    """And a lock of a bpc that knew no digests is read."""
    shop.vendor()
    data = json.loads((shop.folder / "blueprint.lock").read_text())
    del data["images"]
    (shop.folder / "blueprint.lock").write_text(json.dumps(data))
    assert shop.pulled() == [f"{shop.registry.host}/team/app:v1"]
    assert shop.run("vendor") == (0, "blueprint.yaml: no chart to vendor\n")


def test_each_environment_pulls_by_what_its_own_registry_has(shop: Shop) -> None:
    mirrors = {"dev": shop.registry.host, "prod": f"{shop.registry.host}/mirror"}
    regions = ["eu-west-1", "eu-west-2"]
    said = ", ".join(
        f"{name}: {{region: {region}, with: {{images: {{mirror: '{mirror}'}}}}}}"
        for region, (name, mirror) in zip(regions, mirrors.items(), strict=True)
    )
    shop.write("nginx", more=f"environments: {{{said}}}\n")
    shop.registry.push("docker.io/library/nginx", "latest", OLD)
    shop.registry.push("mirror/docker.io/library/nginx", "latest", NEW)
    shop.vendor()
    assert shop.run("compile")[0] == 0
    found = []
    for name in mirrors:
        objects = kubectl.kustomize(shop.folder / f"out/shop/kubernetes/overlays/{name}")
        found += [one["spec"]["containers"][0]["image"] for one in objects if one["kind"] == "Pod"]
    place = "docker.io/library/nginx:latest"
    assert found == [f"{mirrors['dev']}/{place}@{digest(OLD)}", f"{mirrors['prod']}/{place}@{digest(NEW)}"]
