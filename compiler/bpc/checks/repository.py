"""The repository that an engine reads: whether its address can be one, and the revision a name that Git or a registry
takes.

Sources: git-check-ref-format; OCI Distribution Specification, Pulling manifests; Flux documentation, GitRepository and
OCIRepository (`ssh://` has no colon behind the host but that of a port, and an artifact's tag stands in `ref`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint
from bpc.model.gitops import FLUX

NO_ADDRESS = rule(
    "BPC480",
    "gitops-repository-address",
    why="The engine would try this address again and again, and nothing of the platform would come into the cluster. "
    "What is in the address also stands in Git, so no password or token may be part of it.",
    cure="Write https://host/path, ssh://git@host/path, or oci://host/path without tag; `revision` says which, and "
    "what a private repository asks for is in a Secret.",
)
NO_REVISION = rule(
    "BPC481",
    "gitops-revision-name",
    why="Git takes no such name for a branch or a tag, or a registry none for a tag or digest, so nothing has it.",
    cure="Use the name of the branch, 40 hexadecimal digits of a commit, or a name below refs/; of an artifact a tag, "
    "or sha256: and 64 hexadecimal digits.",
)
NO_KEY = rule(
    "BPC482",
    "gitops-ssh-without-secret",
    why="Flux has no key of its own: without a Secret that holds `identity` and `known_hosts` it reads nothing by "
    "SSH (Flux documentation, GitRepository, SSH authentication).",
    cure="Make the Secret in the namespace of Flux and name it in `secretRef`; https:// does for a public repository.",
)
_HOST = "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"


def _address(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.gitops
    assert wanted and wanted.repository, "the topic is for those who have a repository"
    if wrong := _wrong_address(wanted.repository):
        yield NO_ADDRESS.at((*wanted.at, "repository"), *wrong)


def _wrong_address(address: str) -> tuple[str, str] | None:
    """What is wrong with it, and what to write instead."""
    scheme, _, rest = address.partition("://")
    where, _, path = rest.partition("/")
    user, at, server = where.rpartition("@")
    host, colon, port = server.partition(":")
    parts = path.removesuffix("/").split("/")
    if ":" in user:
        return "a password in the address would be in every file", "take it away"
    if colon and not port.isdecimal():
        instead = f"{scheme}://{user}{at}{host}/{'/'.join(one for one in (port, path) if one)}"
        return f"behind {host}: stands a port, and {port or 'nothing'} is none", f"write {instead}"
    if not re.fullmatch(_HOST, host) or (colon and not 0 < int(port) < 65536):
        return f"{server or 'nothing'} is no host", ""
    if not all(parts) or not {".", ".."}.isdisjoint(parts):
        return f"{'/' + path if path else 'nothing'} is no path of a repository", ""
    if scheme == "oci" and ":" in path:
        bare, _, tag = address.rpartition(":")
        return "the tag of an artifact is its revision", f"write {bare}, and revision: {tag}"
    if scheme == "oci" and path != path.lower():
        return "a registry has no capital letters in paths", f"write {scheme}://{where}/{path.lower()}"
    return None


def _revision(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.gitops
    assert wanted and wanted.repository, "the topic is for those who have a repository"
    if not (said := wanted.revision):
        return
    kind = "an artifact's tag or digest" if wanted.is_artifact else "a branch, commit or reference"
    if not (_names_artifact(said) if wanted.is_artifact else _names_revision(said)):
        yield NO_REVISION.at((*wanted.at, "revision"), f"{said} cannot be {kind}")


def _names_artifact(said: str) -> bool:
    return bool(re.fullmatch("sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", said))


def _names_revision(said: str) -> bool:
    """Whether it is a name by the rules of git-check-ref-format; the schema has seen to the characters."""
    parts = said.split("/")
    if said.startswith("refs/") and len(parts) < 3:
        return False
    sound = not any(not one or one[0] == "." or one.endswith((".lock", ".")) for one in parts)
    return sound and ".." not in said and ":" not in said


def _key(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.gitops
    assert wanted and wanted.repository, "the topic is for those who have a repository"
    if wanted.engine == FLUX and wanted.repository.startswith("ssh://") and not wanted.secret_ref:
        yield NO_KEY.at((*wanted.at, "repository"), "Flux reads a repository over SSH only with a secretRef", key=True)


CHECKS = (_address, _revision, _key)
