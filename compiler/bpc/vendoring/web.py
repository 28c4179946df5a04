"""Gets a file over HTTPS: in a given time, up to a given size, and never over less than what was asked for."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from bpc import __version__
from bpc.diagnostics import rule
from bpc.vendoring.failed import Failed
from bpc.vendoring.login import Login, origin, refused

CHUNK = 65_536
NOT_THERE = (404, 410)
WANTS_LOGIN, FORBIDDEN = 401, 403
WHO = "Authorization"

UNREACHABLE = rule(
    "BPC543",
    "chart-unreachable",
    why="The chart's repository could not be asked, or its answer did not come to an end.",
    cure="Look whether the address can be reached from here; `--timeout` gives a slow one more time. An archive that "
    "was fetched once is kept, and `--offline` works with it alone.",
)
NOT_FOUND = rule(
    "BPC542",
    "chart-not-found",
    why="The repository does not have the chart in this version, or has it no longer.",
    cure="Choose a version that the repository has, or another repository.",
)


class Strict(urllib.request.HTTPRedirectHandler):
    """Follows to HTTPS only. Who asks is told again at the same scheme, host and port, and nowhere else."""

    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError(f"it leads to {newurl}, which is not HTTPS")
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        who = req.unredirected_hdrs.get(WHO)
        if made and who and origin(newurl) == origin(req.full_url):
            made.add_unredirected_header(WHO, who)
        if made:
            # Else Python before 3.13 makes GET of HEAD.
            made.method = req.get_method()
        return made


def get(url: str, seconds: float, most: int, login: Login | None = None) -> bytes:
    """What is at an address; `Failed` says why it cannot be had. A login goes to whom it is for, and to no other."""
    deadline = time.monotonic() + seconds
    if urlsplit(url).scheme != "https":
        raise Failed(UNREACHABLE, f"{url} is not an HTTPS address")
    request = urllib.request.Request(url, headers={"User-Agent": f"bpc/{__version__}"})
    if login and (who := login.header(url)):
        request.add_unredirected_header(WHO, who)
    try:
        with urllib.request.build_opener(Strict).open(request, timeout=seconds) as answer:
            return read(answer, deadline, most, url, seconds)
    except urllib.error.HTTPError as error:
        if error.code in NOT_THERE:
            raise Failed(NOT_FOUND, f"{url} is not there (HTTP {error.code})") from error
        # Amazon S3 says 403 of what is not there, too.
        if error.code == WANTS_LOGIN or (error.code == FORBIDDEN and login):
            raise refused(error.url or url, login) from error
        raise Failed(UNREACHABLE, f"{url} answers with HTTP {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise _late(url, seconds) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _late(url, seconds) from error
        raise Failed(UNREACHABLE, f"cannot reach {url}: {reason(error.reason)}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise Failed(UNREACHABLE, f"cannot read {url}: {reason(error)}") from error


def read(answer: Any, deadline: float, most: int, url: str, seconds: float) -> bytes:
    """All of it. A server that sends a byte now and then keeps no timeout waiting, so the clock is looked at."""
    parts, size = [], 0
    # read1 gives what is there; read would wait for all of a chunk.
    while part := answer.read1(CHUNK):
        parts.append(part)
        size += len(part)
        if size > most:
            raise Failed(UNREACHABLE, f"{url} has more than {most // 1024 // 1024} MiB")
        if time.monotonic() > deadline:
            raise _late(url, seconds)
    if answer.length:
        raise Failed(UNREACHABLE, f"{url} broke off after {size} bytes")
    return b"".join(parts)


def _late(url: str, seconds: float) -> Failed:
    return Failed(UNREACHABLE, f"{url} did not answer within {seconds:g} seconds", "--timeout SECONDS gives it longer")


def reason(error: object) -> str:
    return str(getattr(error, "strerror", "") or error)
