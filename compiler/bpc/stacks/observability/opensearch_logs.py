"""What the search domain says of itself, in log groups that are there before it says anything.

Amazon OpenSearch Service Developer Guide, Monitoring OpenSearch logs with Amazon CloudWatch Logs, and Monitoring audit
logs in Amazon OpenSearch Service.
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Sub, encode_to_dict, logs
from troposphere import opensearchservice as search

from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model.opensearch import OpenSearch

POLICY = "SearchDomainLogPolicy"
FOLDER = "/aws/OpenSearchService/domains"
KINDS = {
    "application": "ES_APPLICATION_LOGS",
    "audit": "AUDIT_LOGS",
    "index-slow": "INDEX_SLOW_LOGS",
    "search-slow": "SEARCH_SLOW_LOGS",
}


def fill(wanted: OpenSearch, sheet: Sheet) -> None:
    said = wanted.logging
    for kind in said.types:
        sheet.add(_log_group(kind, wanted, sheet), said.at)
    if said.types:
        sheet.add(_policy(wanted), said.at)


def published(wanted: OpenSearch) -> dict[str, Any]:
    """What the domain is told of its log groups."""
    return {
        KINDS[kind]: encode_to_dict(
            search.LogPublishingOption(CloudWatchLogsLogGroupArn=GetAtt(_title(kind), "Arn"), Enabled=True)
        )
        for kind in wanted.logging.types
    }


def _title(kind: str) -> str:
    return logical_id("search-domain", kind, "LogGroup")


def _log_group(kind: str, wanted: OpenSearch, sheet: Sheet) -> logs.LogGroup:
    key = {"KmsKeyId": wanted.logging.key_arn} if wanted.logging.key_arn else {}
    return logs.LogGroup(
        _title(kind),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LogGroupName=f"{FOLDER}/{wanted.domain_name}/{kind}-logs",
        RetentionInDays=wanted.logging.retention_days,
        Tags=sheet.tags(_title(kind)),
        **key,
    )


def _policy(wanted: OpenSearch) -> logs.ResourcePolicy:
    """One for all of the domain's log groups: an account has ten such policies in a Region."""
    here = "${AWS::Region}:${AWS::AccountId}"
    publish = {
        "Sid": "TheDomainPublishesItsLogs",
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
        "Resource": f"arn:${{AWS::Partition}}:logs:{here}:log-group:{FOLDER}/{wanted.domain_name}/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
            "ArnLike": {"aws:SourceArn": f"arn:${{AWS::Partition}}:es:{here}:domain/{wanted.domain_name}"},
        },
    }
    text = json.dumps({"Version": iam.VERSION, "Statement": [publish]}, separators=(",", ":"))
    return logs.ResourcePolicy(POLICY, PolicyName=f"{wanted.domain_name}-search-logs", PolicyDocument=Sub(text))
