"""The search domain: closed to all but the cluster, encrypted, and written to by Fluent Bit and nobody else."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import cfnlint
import pytest
import yaml

from bpc import facts
from bpc.facts import search_instances
from parts.compiling import Compiled, compiled

MASTER = "arn:aws:iam::111122223333:role/SearchAdmin"
READER = "arn:aws:iam::111122223333:role/Developer"
ROLE = "arn:aws:iam::111122223333:role/ours"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BULK = {"Fn::Sub": "arn:${AWS::Partition}:es:${AWS::Region}:${AWS::AccountId}:domain/shop/_bulk"}
BOTH = {"outputs": ["cloudwatch_logs", "opensearch"]}
GROUPS = "AWS::Logs::LogGroup"
ENDPOINT = "AWS::EC2::VPCEndpoint"


def made(wanted: dict[str, Any] | None = None, fluent_bit: dict[str, Any] | None = None, **more: Any) -> Compiled:
    domain = {"masterUserArn": MASTER} | (wanted or {})
    addons = {"fluent-bit": {"outputs": ["opensearch"]} | (fluent_bit or {})}
    sections = {"nodeGroups": [{"name": "workers"}], "addons": addons, "observability": {"openSearch": domain}}
    return compiled(**sections | more)


def domain(it: Compiled) -> dict[str, Any]:
    return it.resource("observability", "AWS::OpenSearchService::Domain")


def allowed(it: Compiled) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in domain(it)["AccessPolicies"]["Statement"]}


def manifest(it: Compiled, kind: str) -> dict[str, Any]:
    texts = (text for path, text in it.files.items() if path.startswith("kubernetes/base/fluent-bit"))
    (found,) = (one for one in map(yaml.safe_load, texts) if one.get("kind") == kind)
    return dict(found)


# The domain


def test_it_is_encrypted_and_stays_when_the_stack_goes() -> None:
    it = made({"keyArn": KEY})
    assert it.errors == []
    one = domain(it)
    assert one["EncryptionAtRestOptions"] == {"Enabled": True, "KmsKeyId": KEY}
    assert one["NodeToNodeEncryptionOptions"] == {"Enabled": True}
    assert one["DomainEndpointOptions"]["EnforceHTTPS"] is True
    assert one["DomainEndpointOptions"]["TLSSecurityPolicy"].startswith("Policy-Min-TLS-1-2-")
    security = one["AdvancedSecurityOptions"]
    assert security == {
        "Enabled": True,
        "InternalUserDatabaseEnabled": False,
        "MasterUserOptions": {"MasterUserARN": MASTER},
    }
    whole = it.template("observability")["Resources"]
    for title in ("SearchDomain", "SearchDomainSecurityGroup"):
        assert (whole[title]["DeletionPolicy"], whole[title]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert it.lint() == []


def test_only_the_nodes_and_the_bastion_host_reach_it() -> None:
    alone, hosted = made(), made(bastion={})
    title = "AWS::EC2::SecurityGroupIngress"
    assert set(alone.resources("observability", title)) == {"SearchDomainFromNodes"}
    rules = hosted.resources("observability", title)
    assert set(rules) == {"SearchDomainFromNodes", "SearchDomainFromBastion"}
    assert {(one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in rules.values()} == {("tcp", 443, 443)}
    sources = [one["SourceSecurityGroupId"]["Fn::ImportValue"]["Fn::Sub"] for one in rules.values()]
    assert sources == ["${ClusterStack}-ClusterSecurityGroupId", "${BastionStack}-SecurityGroupId"]
    # What names another's group goes with the stack.
    assert "DeletionPolicy" not in hosted.template("observability")["Resources"]["SearchDomainFromNodes"]
    group = hosted.resource("observability", "AWS::EC2::SecurityGroup")
    assert [one["CidrIp"] for one in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]
    assert hosted.lint() == []


@pytest.mark.parametrize(
    ("wanted", "zones", "masters"),
    [
        ({}, 2, None),
        ({"instanceCount": 1}, 1, None),
        ({"instanceCount": 3, "availabilityZoneCount": 3, "dedicatedMaster": {}}, 3, ("m7g.large.search", 3)),
    ],
)
def test_its_zones_are_as_many_as_its_subnets(
    wanted: dict[str, Any], zones: int, masters: tuple[str, int] | None
) -> None:
    it = made(wanted)
    one, cluster = domain(it), domain(it)["ClusterConfig"]
    assert len(one["VPCOptions"]["SubnetIds"]) == zones
    assert cluster["ZoneAwarenessEnabled"] is (zones > 1)
    assert cluster.get("ZoneAwarenessConfig", {"AvailabilityZoneCount": 1}) == {"AvailabilityZoneCount": zones}
    assert cluster["DedicatedMasterEnabled"] is (masters is not None)
    assert masters is None or (cluster["DedicatedMasterType"], cluster["DedicatedMasterCount"]) == masters
    assert it.lint() == []


def test_nodes_with_disks_of_their_own_have_no_volume() -> None:
    assert domain(made())["EBSOptions"] == {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 50}
    it = made({"instanceType": "r7gd.large.search"})
    assert domain(it)["EBSOptions"] == {"EBSEnabled": False}
    assert it.lint() == []


def test_what_it_says_of_itself_has_a_log_group_that_it_may_write_to() -> None:
    it = made({"logging": {"types": ["application", "audit"], "retentionDays": 30, "keyArn": KEY}})
    groups = it.resources("observability", GROUPS)
    assert set(groups) == {"SearchDomainApplicationLogGroup", "SearchDomainAuditLogGroup"}
    assert {(one["RetentionInDays"], one["KmsKeyId"]) for one in groups.values()} == {(30, KEY)}
    assert set(domain(it)["LogPublishingOptions"]) == {"ES_APPLICATION_LOGS", "AUDIT_LOGS"}
    policy = json.loads(it.resource("observability", "AWS::Logs::ResourcePolicy")["PolicyDocument"]["Fn::Sub"])
    (said,) = policy["Statement"]
    assert said["Principal"] == {"Service": "es.amazonaws.com"}
    assert all(one["LogGroupName"].startswith(said["Resource"].split("log-group:")[1][:-1]) for one in groups.values())
    assert said["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":domain/shop")
    # The service looks whether it may write when the domain is made.
    assert it.template("observability")["Resources"]["SearchDomain"]["DependsOn"] == "SearchDomainLogPolicy"
    silent = made({"logging": {"types": []}})
    assert "LogPublishingOptions" not in domain(silent)
    assert silent.resources("observability", "AWS::Logs::ResourcePolicy") == {}


def test_it_may_have_subnets_of_another_vpc() -> None:
    subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    network = {"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": subnets}}
    it = made({"subnets": subnets}, network=network)
    assert it.errors == []
    assert domain(it)["VPCOptions"]["SubnetIds"] == subnets
    assert made(network=network).errors == ["BPC678"]


# Who may do what


def test_fluent_bit_may_send_documents_and_no_more() -> None:
    it = made({"readerArns": [READER]})
    writes, role = allowed(it)["LogsAreWritten"], it.resources("addons", "AWS::IAM::Role")["FluentBitRole"]
    (own,) = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    for one in (writes, own):
        assert (one["Action"], one["Resource"]) == (["es:ESHttpPost"], [BULK])
    assert writes["Principal"] == {"AWS": [{"Fn::ImportValue": {"Fn::Sub": "${AddonsStack}-FluentBitRoleArn"}}]}
    assert it.template("addons")["Outputs"]["FluentBitRoleArn"]["Value"] == {"Fn::GetAtt": ["FluentBitRole", "Arn"]}
    assert allowed(it)["ReadersSearch"]["Principal"] == {"AWS": [READER]}
    assert "es:ESHttpPut" not in allowed(it)["ReadersSearch"]["Action"]
    assert it.lint() == []


def test_a_role_that_is_there_already_is_let_in_by_its_arn() -> None:
    it = made(fluent_bit={"iam": {"roleArn": ROLE}})
    assert it.errors == []
    assert allowed(it)["LogsAreWritten"]["Principal"] == {"AWS": [ROLE]}
    assert f"writer={ROLE}\n" in it.files["README.md"].decode()


# Fluent Bit


def outputs(it: Compiled) -> list[dict[str, str]]:
    text = manifest(it, "ConfigMap")["data"]["fluent-bit.conf"]
    sections = [part.split("\n") for part in re.split(r"^\[OUTPUT\]\n", text, flags=re.MULTILINE)[1:]]
    return [dict(line.split(maxsplit=1) for line in lines if line.startswith(" ")) for lines in sections]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ({"outputs": ["opensearch"]}, ["opensearch"]),
        ({"outputs": ["cloudwatch_logs"]}, ["cloudwatch_logs"]),
        (BOTH, ["cloudwatch_logs", "opensearch"]),
    ],
)
def test_each_kind_of_log_goes_where_it_should(wanted: dict[str, Any], kinds: list[str]) -> None:
    it = made(fluent_bit=wanted)
    assert it.errors == []
    found = outputs(it)
    assert [one["Name"] for one in found] == [kind for kind in kinds for _ in range(3)]
    has_groups = any("ContainerInsights" in one for one in it.template("addons")["Resources"])
    assert has_groups is ("cloudwatch_logs" in kinds)
    waits = "OPENSEARCH_HOST" in str(manifest(it, "DaemonSet"))
    assert waits is ("opensearch" in kinds)
    assert it.lint() == []


def test_an_index_has_one_kind_of_log_of_one_day() -> None:
    found = outputs(made())
    assert [one["Logstash_Prefix"] for one in found] == ["application", "dataplane", "host"]
    for one in found:
        assert (one["Host"], one["Port"], one["tls"], one["AWS_Auth"]) == ("${OPENSEARCH_HOST}", "443", "On", "On")
        assert (one["AWS_Region"], one["Suppress_Type_Name"], one["Logstash_Format"]) == ("eu-west-1", "On", "On")


def test_the_address_comes_from_the_output_that_has_it() -> None:
    it = made()
    output = it.template("observability")["Outputs"]["FluentBitSearchConfigMap"]["Value"]["Fn::Sub"]
    there = json.loads(output)
    (env,) = [
        one["valueFrom"]["configMapKeyRef"]
        for one in manifest(it, "DaemonSet")["spec"]["template"]["spec"]["containers"][0]["env"]
        if one["name"] == "OPENSEARCH_HOST"
    ]
    assert (env["name"], there["metadata"]["namespace"]) == (there["metadata"]["name"], "fluent-bit")
    assert there["data"] == {env["key"]: "${SearchDomain.DomainEndpoint}"}


def test_without_log_groups_nobody_needs_their_endpoint_or_reads_them() -> None:
    private = {"network": {"topology": "private"}, "images": {"mirror": "registry.example.com"}}
    services = [str(one["ServiceName"]) for one in made(**private).resources("network", ENDPOINT).values()]
    assert services and not any(one.endswith(".logs") for one in services)
    both = made(fluent_bit=BOTH, **private).resources("network", ENDPOINT).values()
    assert any(str(one["ServiceName"]).endswith(".logs") for one in both)
    query = {"name": "errors", "logs": ["application"], "query": "limit 1"}
    domain = {"masterUserArn": MASTER}
    assert made(observability={"openSearch": domain, "queries": [query]}).errors == ["BPC945"]


# What people do

AWS = """#!/bin/sh
case "$*" in
*SearchEndpoint*) echo vpc-shop.example.com ;;
*SearchIndexPolicy*) cat "$HERE/policy" ;;
*FluentBitRoleArn*) echo arn:aws:iam::111122223333:role/fluent-bit ;;
*export-credentials*) echo export AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=S AWS_SESSION_TOKEN=T ;;
*) echo '{}' ;;
esac
"""
NOTED = '#!/bin/sh\nfor one in "$@"; do printf "%s\\0" "$one"; done >> "$HERE/said"; printf "\\n" >> "$HERE/said"\n'


def test_the_commands_of_the_readme_let_everybody_in(tmp_path: Path) -> None:
    """Played with an `aws`, a `curl` and a `kubectl` that only write down what they are asked."""
    it = made({"readerArns": [READER], "indexRetentionDays": 7})
    policy = it.template("observability")["Outputs"]["SearchIndexPolicy"]["Value"]
    (tmp_path / "policy").write_text(policy, encoding="utf-8")
    for name, text in {"aws": AWS, "curl": NOTED, "kubectl": "#!/bin/sh\ncat > /dev/null\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    section = it.files["README.md"].decode().partition("## Log search")[2].partition("\n## ")[0]
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    there = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HERE": str(tmp_path)}
    subprocess.run(["bash", "-c", script], check=True, env=there)
    calls = [line.split("\0") for line in (tmp_path / "said").read_text(encoding="utf-8").splitlines()]
    bodies = {one[one.index("PUT") + 1]: json.loads(one[one.index("-d") + 1]) for one in calls}
    base = "https://vpc-shop.example.com/_plugins"
    assert list(bodies) == [
        f"{base}/_security/api/roles/log-writer",
        f"{base}/_security/api/rolesmapping/log-writer",
        f"{base}/_security/api/roles/log-reader",
        f"{base}/_security/api/rolesmapping/log-reader",
        f"{base}/_security/api/rolesmapping/opensearch_dashboards_user",
        f"{base}/_ism/policies/logs",
    ]
    assert bodies[f"{base}/_security/api/rolesmapping/log-writer"] == {
        "backend_roles": ["arn:aws:iam::111122223333:role/fluent-bit"]
    }
    patterns = [f"{one['Logstash_Prefix']}-*" for one in outputs(it)]
    for role in ("log-writer", "log-reader"):
        assert bodies[f"{base}/_security/api/roles/{role}"]["index_permissions"][0]["index_patterns"] == patterns
    states = bodies[f"{base}/_ism/policies/logs"]["policy"]["states"]
    assert states[0]["transitions"][0]["conditions"] == {"min_index_age": "7d"}
    assert all("aws:amz:eu-west-1:es" in one and "A:S" in one for one in calls)


def test_the_readme_says_what_stays() -> None:
    text = made().files["README.md"].decode()
    assert "aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com" in text
    assert "aws opensearch delete-domain --domain-name shop --region eu-west-1" in text


# Facts


def test_the_instance_types_are_those_of_the_price_list() -> None:
    folder = Path(cfnlint.__file__).parent / "data/schemas/extensions/aws_opensearchservice_domain"
    listed = json.loads((folder / "clusterconfig_instancetype_enum.json").read_text(encoding="utf-8"))
    regions = {region: set(one["enum"]) for region, one in listed.items() if region != "description"}
    for region, types in regions.items():
        ours = {one for one in search_instances.types() if search_instances.offered(one, region)}
        assert ours == {one for one in types if one in search_instances.types()}
    every = {search_instances.family(one) for types in regions.values() for one in types}
    old = {"c4", "i2", "m3", "m4", "r3", "r4", "t2", "ultrawarm1"}
    assert {search_instances.family(one) for one in search_instances.types()} == every - old
    assert {*regions} <= {*facts.regions()}
    assert search_instances.offered("m7g.large.search", "us-iso-east-1") is None
