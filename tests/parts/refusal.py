"""The one exception with which the CloudFormation of the tests says no."""

from __future__ import annotations


class Refused(Exception):
    """CloudFormation would not do this."""
