"""`bpc vendor` and repositories that ask who you are: whom it tells, whom it never tells, and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bpc.vendoring.login import Login, origin
from parts import charts, vendoring
from parts.charts import basic
from parts.vendoring import WEB, World

USER, PASSWORD = "anna", "correct horse"
TOLD = basic(USER, PASSWORD)


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


@pytest.fixture
def elsewhere(certificate: tuple[Path, Path]) -> Iterator[charts.Repository]:
    """Another server, which has the same archive."""
    with charts.serving(certificate) as made:
        made.add(WEB)
        yield made


def _helm_knows(world: World, password: str = PASSWORD, **more: object) -> None:
    """As `helm repo add` writes it."""
    one = {"name": "mine", "url": f"{world.repository.url}/", "username": USER, "password": password, **more}
    others = [{"name": "other", "url": "https://charts.example.com", "username": "bob", "password": "else"}]
    text = yaml.safe_dump({"apiVersion": "", "generated": "0001-01-01T00:00:00Z", "repositories": [*others, one]})
    (world.folder.parent / "repositories.yaml").write_text(text)


def _netrc(world: World, host: str = "machine 127.0.0.1") -> None:
    (world.folder.parent / "netrc").write_text(f'{host} login {USER} password "{PASSWORD}"\n')


@pytest.mark.parametrize("knows", [_helm_knows, _netrc])
def test_a_repository_is_told_what_helm_or_netrc_know(world: World, knows: object) -> None:
    world.repository.wants(USER, PASSWORD)
    assert callable(knows)
    knows(world)
    code, said = world.vendor()
    assert code == 0, said
    assert world.repository.told == [("/index.yaml", TOLD), ("/web-1.2.3.tgz", TOLD)]
    texts = [said, *(one.decode() for one in world.tree().values())]
    assert not any(PASSWORD in one or USER in one for one in texts)


def test_nobody_is_told_who_is_not_named(world: World) -> None:
    """Neither by the `default` of a netrc, nor by what is there for another repository of the same host."""
    _netrc(world, "default")
    _helm_knows(world, url=f"{world.repository.url}/private")
    assert world.vendor()[0] == 0
    assert {who for _, who in world.repository.told} == {""}


@pytest.mark.parametrize(
    ("knows", "said", "help"),
    [
        (lambda it: None, "/index.yaml asks who you are, and neither ", "help: `helm repo add NAME URL --username"),
        (lambda it: _helm_knows(it, "wrong"), "does not take the user and password of ", ""),
        (lambda it: (it.folder.parent / "netrc").write_text("machine"), "and neither ", "a line in ~/.netrc"),
    ],
)
def test_a_repository_that_does_not_let_in(world: World, knows: object, said: str, help: str) -> None:
    world.repository.wants(USER, PASSWORD)
    assert callable(knows)
    knows(world)
    code, found = world.vendor()
    assert code == 1 and world.tree() == {}
    assert "BPC552" in found and said in found and help in found, found
    assert "wrong" not in found and PASSWORD not in found


@pytest.mark.parametrize("text", ["repositories: [", "repositories:\n- {url: u, password: hunter2\n"])
def test_what_helm_cannot_read_either_is_told_without_its_contents(world: World, text: str) -> None:
    (world.folder.parent / "repositories.yaml").write_text(text)
    code, found = world.vendor()
    assert code == 1 and "BPC551" in found and "repositories.yaml is no YAML" in found
    assert "hunter2" not in found


def test_who_is_led_elsewhere_does_not_take_the_password_along(world: World, elsewhere: charts.Repository) -> None:
    _helm_knows(world, pass_credentials_all=True)
    world.repository.wants(USER, PASSWORD)
    world.repository.paths["/web-1.2.3.tgz"] = "/moved/web.tgz"
    world.repository.paths["/moved/web.tgz"] = f"{elsewhere.url}/web-1.2.3.tgz"
    code, said = world.vendor()
    assert code == 0, said
    # At the same origin it does, and at the other port of the same host it does not.
    assert world.repository.told[-1] == ("/moved/web.tgz", TOLD)
    assert elsewhere.told == [("/web-1.2.3.tgz", "")]


@pytest.mark.parametrize("everywhere", [False, True])
def test_an_archive_at_another_host(world: World, elsewhere: charts.Repository, everywhere: bool) -> None:
    """An index may name any address; who has said `--pass-credentials` trusts it."""
    _helm_knows(world, pass_credentials_all=everywhere)
    world.repository.wants(USER, PASSWORD)
    elsewhere.wants(USER, PASSWORD)
    index = world.repository.paths["/index.yaml"][1].decode()
    world.repository.put("/index.yaml", index.replace("- web-", f"- {elsewhere.url}/web-").encode())
    code, said = world.vendor()
    assert code == (0 if everywhere else 1), said
    assert elsewhere.told == [("/web-1.2.3.tgz", TOLD if everywhere else "")]
    if not everywhere:
        assert "BPC552" in said and "help: add the repository with --pass-credentials" in said


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://charts.example.com/a.tgz", True),
        ("https://charts.example.com:443/a.tgz", True),
        ("https://CHARTS.example.com/a.tgz", True),
        ("http://charts.example.com/a.tgz", False),
        ("https://charts.example.com:8443/a.tgz", False),
        ("https://charts.example.com.evil.example/a.tgz", False),
        ("https://charts.example.com@evil.example/a.tgz", False),
    ],
)
def test_who_may_have_a_login(url: str, told: bool) -> None:
    one = Login(USER, PASSWORD, origin("https://charts.example.com/stable"), "a file")
    assert bool(one.header(url)) == told


def test_never_in_the_open() -> None:
    everywhere = Login(USER, PASSWORD, origin("https://charts.example.com"), "a file", True)
    assert everywhere.header("https://elsewhere.example.com") and not everywhere.header("http://charts.example.com")


@pytest.mark.parametrize("password", [PASSWORD, "wrong", ""])
def test_a_registry_is_told_by_helm(world: World, password: str) -> None:
    """As `helm registry login` and `docker login` write it."""
    blob = world.registry.push(WEB)
    world.registry.wants(USER, PASSWORD)
    world.write(world.one().replace(world.repository.url, f"{world.registry.url}/charts"))
    auth = basic(USER, password).removeprefix("Basic ")
    auths = {world.registry.url.removeprefix("oci://"): {"auth": auth}} if password else {}
    (world.folder.parent / "registries.json").write_text(json.dumps({"auths": auths}))
    code, found = world.vendor()
    assert code == (0 if password == PASSWORD else 1), found
    if code:
        assert "BPC552" in found and f"help: `helm registry login {world.registry.url[6:]}`" in found
    else:
        assert (blob, TOLD) in world.registry.told
