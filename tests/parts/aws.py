"""boto3 clients for the account that moto plays, made once each: reading a service's model takes a tenth of a second.

moto intercepts every client that was made after it was imported, so a client outlives the account it was made for.
Outside of an `Account` it would reach for the real AWS, but with credentials that are good for nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing")


@cache
def client(service: str, region: str) -> Any:
    """A client for one service in one region."""
    return _session().client(service, region_name=region)
