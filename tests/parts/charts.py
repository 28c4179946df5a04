"""Helm charts of our own making, served from this machine: over HTTPS as a repository, over HTTP as an OCI registry.

`Repository` signs for 127.0.0.1 with a certificate that is made for the test; who trusts `authority` can ask it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import ssl
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml

CHARTS = Path(__file__).resolve().parent.parent / "charts"
LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
CONFIG = "application/vnd.cncf.helm.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def files(name: str, **changes: str) -> dict[str, str]:
    """The files of a chart here, some of them otherwise; `Chart__yaml` stands for Chart.yaml."""
    folder = CHARTS / name
    found = {str(one.relative_to(folder)): one.read_text() for one in sorted(folder.rglob("*")) if one.is_file()}
    return found | {key.replace("__", "."): text for key, text in changes.items()}


def packed(contents: dict[str, str]) -> bytes:
    """The archive of a chart, the same bytes each time."""
    name = yaml.safe_load(contents["Chart.yaml"])["name"]
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for path, text in contents.items():
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    # The time in the header of gzip.
    made = bytearray(raw.getvalue())
    made[4:8] = b"\0\0\0\0"
    return bytes(made)


def basic(user: str, password: str) -> str:
    """What who has a user and a password says with each request."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


class _Handler(BaseHTTPRequestHandler):
    """Answers from the server's dictionary; a number is a status, text is where it leads to."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        told = self.headers.get("Authorization", "")
        self.server.told.append((self.path, told))
        found = self.server.paths.get(self.path, 404)
        if self.server.user and told != basic(*self.server.user):
            found = 401
        if isinstance(found, str):
            self.send_response(302)
            self.send_header("Location", found)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if isinstance(found, int):
            self.send_response(found)
            if found == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="charts"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kind, content, pause = found
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(content).hexdigest()}")
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            for start in range(0, len(content), 1 if pause else len(content)):
                self.wfile.write(content[start : start + (1 if pause else len(content))])
                time.sleep(pause)
        except OSError:
            return

    do_HEAD = do_GET  # noqa: N815 as http.server wants it

    def log_message(self, format: str, *args: object) -> None:
        return


class Repository:
    """What a server has at which path, and what it was asked for."""

    def __init__(self, server: Any, scheme: str) -> None:
        self.paths: dict[str, Any] = {"/v2/": ("application/json", b"{}", 0)}
        self.asked: list[str] = []
        # Each path, and who asked for it.
        self.told: list[tuple[str, str]] = []
        server.paths, server.asked, server.told, server.user = self.paths, self.asked, self.told, None
        self._server = server
        self.url = f"{scheme}://127.0.0.1:{server.server_port}"
        self.entries: dict[str, list[dict[str, Any]]] = {}

    def wants(self, user: str, password: str) -> None:
        """Nobody else gets anything from now on."""
        self._server.user = (user, password)

    def put(self, path: str, content: bytes, kind: str = "text/plain", pause: float = 0) -> None:
        self.paths[path] = (kind, content, pause)

    def add(self, archive: bytes, digest: str | None = None) -> str:
        """Put an archive into the repository and its index; its path. An empty digest is none."""
        about = _about(archive)
        path = f"{about['name']}-{about['version']}.tgz"
        digest = hashlib.sha256(archive).hexdigest() if digest is None else digest
        entry = {**about, "urls": [path]} | ({"digest": digest} if digest else {})
        self.entries.setdefault(about["name"], []).append(entry)
        self.put(f"/{path}", archive)
        index = {"apiVersion": "v1", "entries": self.entries, "generated": "2024-01-01T00:00:00Z"}
        self.put("/index.yaml", yaml.safe_dump(index).encode())
        return f"/{path}"

    def push(self, archive: bytes) -> str:
        """Put an archive into the registry, below `charts`; the path of its blob."""
        about = _about(archive)
        base = f"/v2/charts/{about['name']}"
        config = json.dumps(about).encode()
        parts = [("config", CONFIG, config), ("layers", LAYER, archive)]
        described: dict[str, Any] = {"schemaVersion": 2, "mediaType": MANIFEST}
        for key, kind, content in parts:
            name = f"sha256:{hashlib.sha256(content).hexdigest()}"
            one = {"mediaType": kind, "digest": name, "size": len(content)}
            described[key] = [one] if key == "layers" else one
            self.put(f"{base}/blobs/{name}", content, "application/octet-stream")
        manifest = json.dumps(described).encode()
        for reference in (about["version"], f"sha256:{hashlib.sha256(manifest).hexdigest()}"):
            self.put(f"{base}/manifests/{reference}", manifest, MANIFEST)
        self.put(f"{base}/tags/list", json.dumps({"name": base, "tags": [about["version"]]}).encode())
        return f"{base}/blobs/{described['layers'][0]['digest']}"


def _about(archive: bytes) -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = next(one for one in tar if one.name.count("/") == 1 and one.name.endswith("/Chart.yaml"))
        file = tar.extractfile(member)
        assert file
        about: dict[str, Any] = yaml.safe_load(file.read())
        return about


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None) -> Iterator[Repository]:
    """A server for as long as it takes: HTTPS with a certificate and its key, else HTTP."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Repository(server, "https" if certificate else "oci")
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, as files in a folder."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private
