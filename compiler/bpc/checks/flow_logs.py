"""Flow logs: where they go."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

DESTINATION = rule(
    "BPC704",
    "flow-log-destination",
    why="Flow logs go either to a bucket of yours, with its own encryption and lifecycle, or to a log group "
    "that the network stack makes.",
    cure="Use `destination: s3` with bucketArn, or cloud-watch-logs with retentionDays, keyArn and iam.",
)


def _destination(blueprint: Blueprint) -> Iterator[Diagnostic]:
    logs = blueprint.network.flow_logs
    if not logs:
        return
    if logs.destination == "s3":
        group = {"retentionDays": logs.retention_days, "keyArn": logs.key_arn, "iam": logs.iam}
        for key in (one for one, given in group.items() if given is not None):
            said = f"{key} is for a log group, and these logs go to a bucket"
            yield DESTINATION.at((*logs.at, key), said, "take it away", key=True)
        if not logs.bucket_arn:
            yield DESTINATION.at(logs.at, "the bucket that these logs go to is missing", "add bucketArn", key=True)
    elif logs.bucket_arn:
        said = "the bucket is for destination: s3, and these logs go to a log group"
        yield DESTINATION.at((*logs.at, "bucketArn"), said, "add destination: s3", key=True)


CHECKS = (_destination,)
