"""Flow logs: what is logged, where it goes, and who may write it."""

from __future__ import annotations

from typing import Any

from parts.compiling import Compiled, compiled

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NETWORK = "10-network"


def made(network: dict[str, Any], **more: Any) -> Compiled:
    result = compiled(network=network, nodeGroups=[{"name": "workers"}], **more)
    assert result.errors == []
    assert result.lint() == []
    return result


def test_a_log_group_of_the_stack() -> None:
    settings = {"trafficType": "reject", "aggregationIntervalSeconds": 60, "keyArn": KEY, "retentionDays": 365}
    result = made({"flowLogs": settings})
    log = result.resource(NETWORK, "AWS::EC2::FlowLog")
    assert (log["ResourceId"], log["TrafficType"], log["MaxAggregationInterval"]) == ({"Ref": "EksVPC"}, "REJECT", 60)
    assert log["LogGroupName"] == {"Ref": "FlowLogGroup"}
    group = result.resource(NETWORK, "AWS::Logs::LogGroup")
    assert (group["KmsKeyId"], group["RetentionInDays"]) == (KEY, 365)


def test_the_role_is_for_flow_logs_of_this_account_alone() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    result = made({"flowLogs": {}}, cloudformation={"permissionsBoundary": boundary})
    role = result.resources(NETWORK, "AWS::IAM::Role")["FlowLogRole"]
    assert role["PermissionsBoundary"] == boundary
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":vpc-flow-log/*")
    write, find = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert write["Resource"] == [{"Fn::GetAtt": ["FlowLogGroup", "Arn"]}]
    assert find["Action"] == ["logs:DescribeLogGroups"]


def test_a_bucket_of_yours_needs_no_role_and_is_named_to_whoever_deploys() -> None:
    result = made({"flowLogs": {"destination": "s3", "bucketArn": "arn:aws:s3:::flows/shop"}})
    log = result.resource(NETWORK, "AWS::EC2::FlowLog")
    assert (log["LogDestinationType"], log["LogDestination"]) == ("s3", "arn:aws:s3:::flows/shop")
    assert not {"DeliverLogsPermissionArn", "LogGroupName"} & set(log)
    assert result.resources(NETWORK, "AWS::Logs::LogGroup") == {}
    policies = b"".join(text for path, text in result.files.items() if "deployer-policy" in path).decode()
    assert '"arn:aws:s3:::flows"' in policies


def test_a_vpc_that_exists_can_be_logged() -> None:
    result = made({"existing": {"vpcId": {"import": "shared-vpc"}}, "flowLogs": {}})
    assert result.resource(NETWORK, "AWS::EC2::FlowLog")["ResourceId"] == {"Fn::ImportValue": "shared-vpc"}
    assert len(result.template(NETWORK)["Resources"]) == 3
