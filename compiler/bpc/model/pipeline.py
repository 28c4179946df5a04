"""What builds images from source and brings them into the cluster."""

from __future__ import annotations

from bpc.model.node import Data, Node

COMMIT, APPLY = "commit", "apply"


class Source(Node):
    """A repository behind a connection, or one of AWS CodeCommit."""

    connection_arn: str | None
    repository: str | None
    code_commit: str | None
    branch: str


class BuiltImage(Node):
    name: str
    path: str
    platforms: tuple[str, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"path": data["name"], **data}

    @property
    def is_joined(self) -> bool:
        """Whether one tag stands for the images of several platforms."""
        return len(self.platforms) > 1

    @property
    def context(self) -> str:
        """The folder as `find` names it."""
        return self.path if self.path == "." else f"./{self.path}"


class Deploy(Node):
    repository: Source | None
    path: str
    method: str
    namespaces: tuple[str, ...] | None


class Pipeline(Node):
    source: Source
    images: tuple[BuiltImage, ...]
    keep_images: int
    pull_accounts: tuple[str, ...]
    compute_type: str
    approval: bool
    deploy: Deploy | None
    retention_days: int
    key_arn: str | None

    @property
    def commits(self) -> bool:
        """Whether it writes to a repository, and so has to clone it."""
        return self.deploy is not None and self.deploy.method == COMMIT

    @property
    def elsewhere(self) -> Source | None:
        """The repository with the overlay, where it is not that of the images."""
        return self.deploy.repository if self.deploy else None

    @property
    def commits_to_source(self) -> bool:
        """Whether it writes to the repository that it builds images from."""
        return self.commits and self.elsewhere is None

    @property
    def applies(self) -> bool:
        """Whether it writes to the cluster."""
        return self.deploy is not None and self.deploy.method == APPLY

    @property
    def overlays(self) -> str:
        """The folder of the overlay and of those beside it, as far as no image is built from it."""
        if self.deploy is None or self.elsewhere:
            return ""
        parent = self.deploy.path.rpartition("/")[0]
        built = any(f"{one.path}/".startswith(f"{parent}/") for one in self.images)
        return parent if parent and not built else self.deploy.path

    @property
    def platforms(self) -> tuple[str, ...]:
        """Of all images together."""
        return tuple(sorted({platform for one in self.images for platform in one.platforms}))
