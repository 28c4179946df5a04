"""Where images are pulled from."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Data, Node

CACHE = "pull-through-cache"


class Images(Node):
    """A mirror of the registries that images are published in, if there is one."""

    mirror: str
    prefix: str
    registries: tuple[str, ...]
    credentials: Mapping[str, str]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"prefix": str(whole["metadata"]["name"]).lower()} | dict(data)

    @property
    def cached(self) -> bool:
        """Whether Amazon ECR fetches them."""
        return self.mirror == CACHE

    def address(self, account: str | None, region: str) -> str:
        """The registry, and the folder, that images come from; empty where it is not known or there is none."""
        if not self.mirrored:
            return ""
        if not self.cached:
            return self.mirror
        # In the one partition that has the cache.
        return f"{account}.dkr.ecr.{region}.amazonaws.com/{self.prefix}" if account else ""

    @property
    def mirrored(self) -> bool:
        """Whether they come from elsewhere than they are published."""
        return self.mirror != "none"
