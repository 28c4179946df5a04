"""What the projects run, as shell scripts in a buildspec.

AWS CodeBuild User Guide, Build specification reference. All machines work out the tag from the same files, so nothing
has to be handed on. `docker manifest` asks registries alone and needs no Docker engine. No `${` stands in them, which
CloudFormation would take for one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bpc import facts
from bpc.kit.record import Record

LOGIN = 'aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"'
# The digest of a folder's files and their names, but for the overlay: to set a tag there makes no new image.
TAG = """\
tag() {
  find "$1" -type f -not -path '*/.git/*' -not -path %s -print0 \\
    | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c 1-16
}
"""
THERE = 'aws ecr describe-images --repository-name "$REPOSITORY" --image-ids "imageTag=$tag" > /dev/null 2>&1'
BUILD = f"""\
tag=$(tag "$CONTEXT")$SUFFIX
if {THERE}; then
  echo "$REPOSITORY:$tag is there already"
else
  docker build --label "org.opencontainers.image.revision=$CODEBUILD_RESOLVED_SOURCE_VERSION" \\
    --tag "$REGISTRY/$REPOSITORY:$tag" "$CONTEXT"
  docker push "$REGISTRY/$REPOSITORY:$tag"
fi
"""
JOIN = f"""\
tag=$(tag "$CONTEXT")
if {THERE}; then
  echo "$REPOSITORY:$tag is there already"
else
  set --
  for platform in $PLATFORMS; do set -- "$@" "$REGISTRY/$REPOSITORY:$tag-$platform"; done
  docker manifest create "$REGISTRY/$REPOSITORY:$tag" "$@"
  docker manifest push "$REGISTRY/$REPOSITORY:$tag"
fi
"""
COMMIT = """\
git fetch -q origin "$BRANCH"
git checkout -q --detach FETCH_HEAD
(cd %s && kustomize edit set image "$@")
if git diff --quiet -- %s; then
  echo 'The overlay has these images already'
else
  git -c user.name=AWS\\ CodePipeline -c user.email=codepipeline@localhost commit -q -m "Deploy $*" -- %s
  git push -q origin "HEAD:refs/heads/$BRANCH"
fi
"""
# Tags are of the folders of one repository, and the overlay is in another.
THERE_AND_BACK = 'cd "$CODEBUILD_SRC_DIR_Source"\n', 'cd "$CODEBUILD_SRC_DIR"\n'
RENDER = """\
(cd %s && kustomize edit set image "$@")
mkdir -p handed-on
kubectl kustomize %s > handed-on/manifests.yaml
cp "$(command -v kubectl)" handed-on/kubectl
"""
APPLY = """\
chmod +x kubectl
aws eks update-kubeconfig --name "$CLUSTER" > /dev/null
./kubectl apply -f manifests.yaml
./kubectl get -f manifests.yaml --no-headers \\
  -o custom-columns=:kind,:metadata.namespace,:metadata.name > applied
while read -r kind namespace name; do
  case $kind in
    DaemonSet | Deployment | StatefulSet)
      ./kubectl -n "$namespace" rollout status "$kind/$name" --timeout 10m ;;
  esac
done < applied
"""


class Tool(Record):
    """A program to fetch, with its digest."""

    name: str
    url: str
    sha256: str
    packed: bool


# Digest as several public repositories pin it beside the release's own checksums.txt (seen November 2026).
KUSTOMIZE = Tool(
    name="kustomize",
    url="https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.1/"
    "kustomize_v5.8.1_linux_amd64.tar.gz",
    sha256="029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d",
    packed=True,
)


def kubectl(version: str) -> Tool:
    """That of the cluster's own version."""
    known, exact = facts.tools()["kubectl"], facts.kubernetes()[version].kubectl
    url = known["url"].format(version=exact, arch="amd64")
    return Tool(name="kubectl", url=url, sha256=known["sha256"][exact]["amd64"], packed=False)


def tag(overlay: str) -> str:
    """The function that says the tag for a folder."""
    return TAG % f"'./{overlay}/*'" if overlay else TAG.replace(" -not -path %s", "")


def fetched(tools: Iterable[Tool]) -> str:
    """Programs, each checked before it is run."""
    lines = ["mkdir -p /tmp/bin", 'PATH="/tmp/bin:$PATH"']
    for one in tools:
        file = f"/tmp/{one.name}.tar.gz" if one.packed else f"/tmp/bin/{one.name}"
        lines += [
            f"curl -fsSL --retry 3 -o {file} \\\n  {one.url}",
            f"echo '{one.sha256}  {file}' | sha256sum -c --quiet -",
            f"tar -xzf {file} -C /tmp/bin {one.name}" if one.packed else f"chmod +x {file}",
        ]
    return "\n".join(lines) + "\n"


def images(named: Sequence[tuple[str, str, str]]) -> str:
    """What kustomize sets, by image: its name in manifests, its repository, its folder."""
    lines = [f'  "{name}=$REGISTRY/{repository}:$(tag {context})"' for name, repository, context in named]
    return "set -- \\\n" + " \\\n".join(lines) + "\n"


def spec(
    *scripts: str,
    setup: Sequence[str] = (),
    install: Sequence[str] = (),
    python: str = "",
    git: bool = False,
    files: str = "",
    logs_by_proxy: bool = False,
) -> str:
    """The buildspec; a script stops at what fails first, and leaves the shell of the build as it was.

    `install` are commands as YAML has them, which install something into a version of Python.
    """
    environment = ["env:", "  shell: bash", *(["  git-credential-helper: yes"] if git else [])]
    lines = ["(", "set -eo pipefail", *"".join(scripts).splitlines(), ")"]
    phases = ["phases:"]
    if install:
        phases += ["  install:", "    runtime-versions:", f"      python: '{python}'", "    commands:"]
        phases += [f"      - {one}" for one in install]
    if setup:
        phases += ["  pre_build:", "    commands:", *(f"      - {one}" for one in setup)]
    phases += ["  build:", "    commands:", "      - |", *(f"        {one}".rstrip() for one in lines)]
    handed = ["artifacts:", f"  base-directory: {files}", "  files: ['**/*']"] if files else []
    proxied = ["proxy:", "  logs: yes"] if logs_by_proxy else []
    return "\n".join(["version: 0.2", *environment, *proxied, *phases, *handed]) + "\n"
