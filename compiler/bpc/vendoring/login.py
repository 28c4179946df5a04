"""Who asks a chart repository that wants a user: what Helm's users have told it, or a netrc has. Never a blueprint.

`helm repo add NAME URL --username USER --password-stdin` writes both into Helm's `repositories.yaml`. What stands there
is for the repository's own address alone, its scheme, host and port, unless `--pass-credentials` was said; a netrc is
for a host. Nothing here is printed or written. Sources: Helm documentation, helm repo add and Helm Environment
Variables; GNU Inetutils, The .netrc file. Registries are `helm pull`'s, which knows who has logged in to them.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bpc.diagnostics import rule
from bpc.kit.record import Record
from bpc.vendored import objects
from bpc.vendoring.failed import Failed

UNREADABLE = rule(
    "BPC551",
    "logins-unreadable",
    why="Helm keeps the users and passwords of chart repositories in `repositories.yaml`, and without it a repository "
    "may refuse its charts.",
    cure="Mend the file, or move it away. It stands in the folder that `helm env HELM_CONFIG_HOME` says, or where "
    "HELM_REPOSITORY_CONFIG says.",
)
WANTED = rule(
    "BPC552",
    "repository-wants-login",
    why="The chart's repository is not for everybody. A user and a password are nobody's but yours, so no blueprint "
    "has them.",
    cure="Tell Helm, once: `helm repo add NAME URL --username USER --password-stdin` for a repository, `helm registry "
    "login HOST` for a registry. For a repository a line in `~/.netrc` does as well: `machine HOST login USER password "
    "PASSWORD`. If the charts are at another host than the index, add the repository with `--pass-credentials`.",
)


class Login(Record):
    """A user and a password, the origin that may have them, and the file that they stand in."""

    user: str
    password: str
    origin: tuple[str, str, int]
    file: str
    everywhere: bool = False

    def header(self, url: str) -> str:
        """What a request for an address says of itself; "" where it is somebody else's, or could be overheard."""
        asked = origin(url)
        if asked[0] != "https" or (asked != self.origin and not self.everywhere):
            return ""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)


def of(repository: str) -> Login | None:
    """What a repository wants to know, if anybody has said it."""
    return _helms(repository) or _netrc(repository)


def refused(url: str, login: Login | None) -> Failed:
    """An address wants a user, or another one."""
    asks = f"{url} asks who you are"
    if login and login.header(url):
        return Failed(WANTED, f"{url} does not take the user and password of {login.file}")
    if login:
        said = f"{asks}, and the user of {login.file} is for {login.origin[1]}:{login.origin[2]} alone"
        return Failed(WANTED, said, "add the repository with --pass-credentials, if this host may know the password")
    files = f"neither {_settings()} nor {_netrc_path()}"
    help = "`helm repo add NAME URL --username USER --password-stdin`, or a line in ~/.netrc"
    return Failed(WANTED, f"{asks}, and {files} tells", help)


def _helms(repository: str) -> Login | None:
    path = _settings()
    for one in _entries(path):
        same = str(one.get("url", "")).rstrip("/") == repository.rstrip("/")
        if same and (user := str(one.get("username") or "")):
            everywhere = str(one.get("pass_credentials_all")).lower() == "true"
            return Login(user, str(one.get("password") or ""), origin(repository), path, everywhere)
    return None


def _settings() -> str:
    return os.environ.get("HELM_REPOSITORY_CONFIG") or os.path.join(home(), "repositories.yaml")


def home() -> str:
    """Where Helm keeps what it is told, which is another folder on each system."""
    if given := os.environ.get("HELM_CONFIG_HOME"):
        return given
    if given := os.environ.get("XDG_CONFIG_HOME"):
        return os.path.join(given, "helm")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("APPDATA", ""), "helm")
    return os.path.expanduser("~/Library/Preferences/helm" if sys.platform == "darwin" else "~/.config/helm")


def _entries(path: str) -> Iterator[Mapping[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            found = objects.plain(file.read())
    except FileNotFoundError:
        return
    except OSError as error:
        raise Failed(UNREADABLE, f"cannot read {path}: {error.strerror or error}") from error
    except (objects.Unreadable, UnicodeDecodeError):
        # What its parser says may quote the line, and with it a password.
        raise Failed(UNREADABLE, f"{path} is no YAML") from None
    listed = found.get("repositories") if isinstance(found, dict) else None
    yield from (one for one in listed or () if isinstance(one, dict))


def _netrc(repository: str) -> Login | None:
    """Only what is said of the host by name: `default` would give a password to whoever is asked.

    Many have a file that Python cannot read and charts that are for everybody, so that is no error.
    """
    from netrc import NetrcParseError, netrc

    path = _netrc_path()
    try:
        found = netrc(path).hosts.get(urlsplit(repository).hostname or "")
    except (OSError, NetrcParseError, UnicodeDecodeError):
        return None
    return Login(found[0], found[2] or "", origin(repository), path) if found and found[0] else None


def _netrc_path() -> str:
    return os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
