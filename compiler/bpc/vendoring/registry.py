"""The digest of an image's tag, from its registry. Source: OCI Distribution Specification, Pulling manifests.

A digest is the SHA-256 of the manifest's bytes, or of the index's where an image is for several architectures. What a
registry only says of it is believed where the lock says the same; otherwise the bytes are fetched and summed up.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from bpc import __version__
from bpc.diagnostics import rule
from bpc.kit.digest import digest
from bpc.kit.image_name import HUB, ImageName
from bpc.kit.record import Record
from bpc.vendoring import registry_login, web
from bpc.vendoring.failed import Failed
from bpc.vendoring.helm import LOOPBACK

MISSING = rule(
    "BPC554",
    "image-not-found",
    why="The registry does not have the image by this tag, so pods would wait for it in vain.",
    cure="Choose a version whose images are there. In a mirror of yours, copy the image to the place that the message "
    "names.",
    severity="warning",
)
UNKNOWN = rule(
    "BPC555",
    "image-digest-unknown",
    why="Only its registry knows the digest that an image's tag stands for, and this one could not be asked, did not "
    "answer, or wants a user. Charts are vendored all the same; a digest that the lock has stays.",
    cure="Run `bpc vendor --images` again where the registry can be reached: after `docker login HOST` or `helm "
    "registry login HOST` for one that wants a user or limits how often it may be asked; `--timeout` gives a slow one "
    "more time.",
    severity="warning",
)
WRONG = rule(
    "BPC556",
    "image-digest-wrong",
    why="A manifest has the SHA-256 that its registry says, to the byte. This one was damaged or replaced on its way.",
    cure="Find out who stands between, such as a proxy or a mirror, before anything else.",
)
MOVED = rule(
    "BPC557",
    "image-tag-moved",
    why="A tag is a name that its publisher may give to another image at any time. What the lock has is what was "
    "reviewed, and what manifests with the digest go on pulling.",
    cure="Look at what is new in the image. `bpc vendor --update` takes it.",
    severity="warning",
)

KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
SAYS = "Docker-Content-Digest"
HUB_HOST = f"registry-1.{HUB}"
# The specification's own limit for manifests.
MOST = 4 * 1024 * 1024
WANTS_LOGIN, FORBIDDEN, NOT_SO, ENOUGH = 401, 403, 405, 429


class Down(Failed):
    """A registry that will not answer for another image either."""


class Answer(Record):
    """What a server said; the body is empty for HEAD and for everything but 200."""

    status: int
    headers: Any
    body: bytes
    url: str
    reason: str = ""


def resolved(image: ImageName, known: str, update: bool, seconds: float) -> str:
    """The digest of an image; `known` is what the lock has, which a moved tag changes only with `update`."""
    asked = _Registry(image, seconds)
    if known and not update and asked.manifest("HEAD").headers.get(SAYS) == known:
        return known
    answer = asked.manifest("GET")
    found, said = f"sha256:{digest(answer.body)}", answer.headers.get(SAYS) or ""
    if said.startswith("sha256:") and said != found:
        raise Failed(WRONG, f"{image.registry} says that {image} is {said}, and what it sends is {found}")
    if not _is_manifest(answer.body):
        raise Failed(UNKNOWN, f"what {image.registry} sends for {image} is no manifest")
    if known and found != known and not update:
        raise Failed(MOVED, f"{image} was {known} and is {found} now", "--update takes what it is now")
    return found


def _is_manifest(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("schemaVersion") == 2


class _Registry:
    """One image's, with the right to ask for it once somebody has wanted to know."""

    def __init__(self, image: ImageName, seconds: float) -> None:
        self.image, self.seconds, self.who = image, seconds, ""
        host = HUB_HOST if image.registry == HUB else image.registry
        self.loopback = urlsplit(f"//{host}").hostname in LOOPBACK
        # As Docker and Helm do it.
        self.url = f"{'http' if self.loopback else 'https'}://{host}/v2/{image.repository}/manifests/{image.tag}"

    def manifest(self, method: str) -> Answer:
        """What the registry has, or why it cannot be had."""
        image, host = self.image, self.image.registry
        answer = self._ask(method, self.url)
        if answer.status == WANTS_LOGIN and not self.who:
            # Some only lead to another registry, which is then the one that asks.
            self.url = answer.url
            self.who = self._right(answer)
            answer = self._ask(method, self.url)
        if answer.status == 200 or (method, answer.status) == ("HEAD", NOT_SO):
            return answer
        if answer.status in web.NOT_THERE:
            raise Failed(MISSING, f"there is no {image}")
        if answer.status in (WANTS_LOGIN, FORBIDDEN):
            raise Failed(UNKNOWN, f"{host} asks who wants {image}", self._login())
        kind = Down if answer.status == ENOUGH or answer.status >= 500 else Failed
        raise kind(UNKNOWN, f"{host} answers with HTTP {answer.status} {answer.reason}".rstrip(), self._login())

    def _login(self) -> str:
        return f"`docker login {self.image.registry}`, or `helm registry login {self.image.registry}`"

    def _right(self, answer: Answer) -> str:
        """What the challenge asks for: a user, or a token that is made elsewhere, for everybody or for a user."""
        host = urlsplit(answer.url).netloc
        who = registry_login.of(HUB if host == HUB_HOST else host)
        for challenge in answer.headers.get_all("WWW-Authenticate") or ():
            if challenge.lower().startswith("bearer "):
                told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
                return f"Bearer {self._token(told, who)}"
        return who

    def _token(self, challenge: dict[str, str], who: str) -> str:
        realm, host = urlsplit(challenge.get("realm", "")), self.image.registry
        if realm.scheme != "https" and not (realm.scheme == "http" and self.loopback and realm.hostname in LOOPBACK):
            raise Failed(UNKNOWN, f"{host} sends us for a token to {realm.geturl() or 'nowhere'}, which is not HTTPS")
        asked = {key: challenge[key] for key in ("service",) if key in challenge}
        if "scope=" not in realm.query:
            asked["scope"] = challenge.get("scope") or f"repository:{self.image.repository}:pull"
        self.who = who
        answer = self._ask("GET", realm._replace(query=f"{realm.query}&{urlencode(asked)}".lstrip("&")).geturl())
        if answer.status != 200:
            refused = "does not take the login" if who else "gives no token"
            raise Failed(UNKNOWN, f"{host} {refused} for {self.image} (HTTP {answer.status})", self._login())
        try:
            found = json.loads(answer.body)
            token = found.get("token") or found.get("access_token")
        except (ValueError, AttributeError, RecursionError):
            token = None
        if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
            raise Failed(UNKNOWN, f"{host} sends us to {realm.netloc} for a token, and there is none")
        return token

    def _ask(self, method: str, url: str) -> Answer:
        host, deadline = urlsplit(url).netloc, time.monotonic() + self.seconds
        told = {"User-Agent": f"bpc/{__version__}", "Accept": ", ".join(KINDS)}
        request = urllib.request.Request(url, headers=told, method=method)
        if self.who:
            request.add_unredirected_header(web.WHO, self.who)
        try:
            with urllib.request.build_opener(web.Strict).open(request, timeout=self.seconds) as answer:
                body = b"" if method == "HEAD" else web.read(answer, deadline, MOST, url, self.seconds)
                return Answer(answer.status, answer.headers, body, answer.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, b"", error.url or url, str(error.reason))
        except Failed as failed:
            raise Down(UNKNOWN, str(failed), failed.help) from failed
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                said = f"{host} did not answer within {self.seconds:g} seconds"
                raise Down(UNKNOWN, said, "--timeout SECONDS gives it longer") from error
            raise Down(UNKNOWN, f"cannot reach {host}: {web.reason(reason)}") from error
