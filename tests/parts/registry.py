"""A registry of images on this machine, over HTTP: manifests by tag, and whatever a test wants it to get wrong."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
TOKEN = "a-token"


def manifest(text: str = "one") -> bytes:
    """The manifest of an image; another one for each text."""
    part = {"mediaType": "text/plain", "digest": digest(text.encode()), "size": len(text)}
    return json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "config": part, "layers": [part]}).encode()


def index(*texts: str) -> bytes:
    """An index of images, each for an architecture."""
    listed = [{"mediaType": IMAGE, "digest": digest(manifest(one)), "size": 1} for one in texts]
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}).encode()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        it: Registry = self.server.registry
        who = self.headers.get("Authorization", "")
        it.asked.append((self.command, self.path, who))
        time.sleep(it.pause)
        url = urlsplit(self.path)
        if it.leads:
            self._send(307, b"", {"Location": it.leads + self.path})
        elif url.path == "/token":
            it.wanted.append({key: value[0] for key, value in parse_qs(url.query).items()})
            good = it.user in ("", who)
            self._send(200 if good else 401, json.dumps({it.token_key: TOKEN}).encode(), {})
        elif it.challenge and who not in (f"Bearer {TOKEN}", it.user or "nobody"):
            self._send(401, b"", {"WWW-Authenticate": it.challenge})
        elif it.status:
            self._send(it.status, b"", {})
        elif (found := it.paths.get(url.path)) is None:
            self._send(404, b"{}", {})
        else:
            said = it.says if it.says is not None else digest(found)
            self._send(200, found, {"Docker-Content-Digest": said} if said else {})

    do_HEAD = do_GET  # noqa: N815 as http.server wants it

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has gone; that is his business."""


class Registry:
    """What it has at which path, what it was asked for, and what it gets wrong."""

    def __init__(self, server: Any) -> None:
        self.host = f"127.0.0.1:{server.server_port}"
        self.paths: dict[str, bytes] = {}
        # The method, the path, and who asked.
        self.asked: list[tuple[str, str, str]] = []
        # What a token was asked for.
        self.wanted: list[dict[str, str]] = []
        self.challenge = self.user = self.leads = ""
        self.token_key = "token"
        self.pause = 0.0
        self.status = 0
        self.says: str | None = None

    def push(self, name: str, tag: str, content: bytes) -> str:
        """Give a tag to a manifest; the image's name."""
        self.paths[f"/v2/{name}/manifests/{tag}"] = content
        return f"{self.host}/{name}:{tag}"

    def wants_token(self, realm: str = "") -> None:
        """Nobody without a token gets anything from now on."""
        realm = realm or f"http://{self.host}/token"
        self.challenge = f'Bearer realm="{realm}",service="images",scope="repository:team/app:pull"'


@contextmanager
def serving() -> Iterator[Registry]:
    """A registry for as long as it takes."""
    server: Any = _Server(("127.0.0.1", 0), _Handler)
    server.registry = Registry(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.registry
    finally:
        server.shutdown()
        server.server_close()
