"""The log of sessions on the bastion host: that there are sessions, and one place for the log."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.cluster import KEY_REGION
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

NO_SESSIONS = rule(
    "BPC860",
    "session-log-without-sessions",
    why="Session Manager writes the log, and with SSH it has no part in the session (AWS Systems Manager User Guide, "
    "Logging session activity).",
    cure="Use `access: ssm`, or leave sessionLog out.",
)
NO_BUCKET = rule(
    "BPC861",
    "session-log-without-bucket",
    why="A bucket for logs outlives platforms and has rules of its own, so bpc does not make one.",
    cure="Name a bucket in bucketArn, or use `destination: cloud-watch-logs`.",
)
UNUSED = rule(
    "BPC862",
    "session-log-setting-unused",
    why="The setting belongs to the other destination, and would do nothing.",
    cure="Take it away, or change the destination.",
)


def _sessions(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if bastion and bastion.session_log and bastion.access != "ssm":
        yield NO_SESSIONS.at(
            bastion.session_log.at, f"with access: {bastion.access} there are no sessions to log", key=True
        )


def _destination(blueprint: Blueprint) -> Iterator[Diagnostic]:
    log = blueprint.bastion.session_log if blueprint.bastion else None
    if not log:
        return
    in_bucket = log.destination == "s3"
    if in_bucket and not log.bucket_arn:
        yield NO_BUCKET.at((*log.at, "destination"), "there is no bucketArn to log to", "add bucketArn")
    settings = (("retentionDays", log.retention_days),) if in_bucket else (("bucketArn", log.bucket_arn),)
    for key, value in settings:
        if value:
            yield UNUSED.at((*log.at, key), f"{key} does nothing with destination: {log.destination}", key=True)


def _key(blueprint: Blueprint) -> Iterator[Diagnostic]:
    log, region = blueprint.bastion.session_log if blueprint.bastion else None, blueprint.metadata.region
    if not log or not log.key_arn or log.destination == "s3":
        return
    home = log.key_arn.split(":")[3]
    if home != region:
        yield KEY_REGION.at(
            (*log.at, "keyArn"), f"this key is in {home}, the log in {region}", f"use a key in {region}"
        )


CHECKS = (_sessions, _destination, _key)
