"""Storage for pods: classes as manifests, file systems in a stack, and the class that needs an id in an output."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from bpc.verify import manifests
from parts.compiling import Compiled, compiled

EBS: dict[str, Any] = {"aws-ebs-csi-driver": {}}
EFS: dict[str, Any] = {"aws-efs-csi-driver": {}}
FSX: dict[str, Any] = {"aws-fsx-csi-driver": {}}
AUTO: dict[str, Any] = {"autoMode": {}}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def made(storage: dict[str, Any], **sections: Any) -> Compiled:
    found = compiled(storage=storage, **sections)
    assert found.errors == []
    return found


def objects(found: Compiled) -> list[dict[str, Any]]:
    """What is in the manifests of the component, each fit for the API server."""
    files = [
        text
        for path, text in found.files.items()
        if path.startswith("kubernetes/base/storage/") and "kustomization" not in path
    ]
    loaded = [one for text in files for one in yaml.safe_load_all(text)]
    assert [str(one) for each in loaded for one in manifests.fits("file", each, "1.36")] == []
    return loaded


def only(storage: dict[str, Any], **sections: Any) -> dict[str, Any]:
    (found,) = objects(made(storage, **sections))
    return found


def test_who_asks_for_storage_gets_a_default_class() -> None:
    one = only({}, addons=EBS)
    assert one["metadata"]["name"] == "gp3"
    assert one["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert one["provisioner"] == "ebs.csi.aws.com"
    assert one["parameters"] == {"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4"}
    assert one["volumeBindingMode"] == "WaitForFirstConsumer"
    assert one["allowVolumeExpansion"] is True
    assert one["reclaimPolicy"] == "Delete"


def test_who_does_not_ask_gets_none() -> None:
    found = compiled(addons=EBS)
    assert [path for path in found.files if path.startswith("kubernetes/")] == []


def test_auto_mode_makes_volumes_for_its_own_nodes() -> None:
    one = only({}, cluster=AUTO)
    assert one["provisioner"] == "ebs.csi.eks.amazonaws.com"
    (term,) = one["allowedTopologies"]
    assert term["matchLabelExpressions"] == [{"key": "eks.amazonaws.com/compute-type", "values": ["auto"]}]


def test_with_both_drivers_the_blueprint_chooses() -> None:
    classes = [{"name": "one"}, {"name": "other", "driver": "ebs-auto-mode"}]
    found = objects(made({"classes": classes}, cluster=AUTO, nodeGroups=[{"name": "a"}], addons=EBS))
    assert [one["provisioner"] for one in found] == ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"]


def test_what_a_class_says() -> None:
    said = {
        "name": "fast",
        "type": "io2",
        "iops": 8000,
        "keyArn": KEY,
        "fsType": "xfs",
        "reclaimPolicy": "retain",
        "volumeBindingMode": "immediate",
        "allowVolumeExpansion": False,
        "mountOptions": ["noatime"],
        "zones": ["eu-west-1a"],
    }
    one = only({"classes": [said]}, addons=EBS)
    assert one["parameters"] == {
        "type": "io2",
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "xfs",
        "iops": "8000",
        "kmsKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
    }
    assert (one["reclaimPolicy"], one["volumeBindingMode"]) == ("Retain", "Immediate")
    assert one["allowVolumeExpansion"] is False
    assert one["mountOptions"] == ["noatime"]
    (term,) = one["allowedTopologies"]
    assert term["matchLabelExpressions"] == [{"key": "topology.kubernetes.io/zone", "values": ["eu-west-1a"]}]


@pytest.mark.parametrize(
    ("stack", "role", "sections"),
    [("addons", "AwsEbsCsiDriverRole", {"addons": EBS}), ("cluster", "ClusterRole", {"cluster": AUTO})],
)
def test_whoever_makes_volumes_may_use_their_key(stack: str, role: str, sections: dict[str, Any]) -> None:
    without = made({"classes": [{"name": "a"}]}, **sections).resources(stack, "AWS::IAM::Role")[role]
    assert "Policies" not in without
    found = made({"classes": [{"name": "a", "keyArn": KEY}]}, **sections)
    (policy,) = found.resources(stack, "AWS::IAM::Role")[role]["Policies"]
    statements = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert {tuple(one["Resource"]) for one in statements.values()} == {(KEY,)}
    assert statements["LetEbsUseTheKeys"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert found.lint() == []


def test_snapshot_classes() -> None:
    storage = {"classes": [], "snapshotClasses": [{"name": "kept", "default": True, "deletionPolicy": "retain"}]}
    one = only(storage, addons=EBS | {"snapshot-controller": {}})
    assert (one["apiVersion"], one["kind"]) == ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass")
    assert (one["driver"], one["deletionPolicy"]) == ("ebs.csi.aws.com", "Retain")
    assert one["metadata"]["annotations"] == {"snapshot.storage.kubernetes.io/is-default-class": "true"}


@pytest.mark.parametrize("wrong", [{"driver": None}, {"deletionPolicy": "Keep"}, {"parameters": {}}])
def test_a_snapshot_class_that_does_not_fit_is_found(wrong: dict[str, Any]) -> None:
    one = {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotClass",
        "metadata": {"name": "a"},
        "driver": "ebs.csi.aws.com",
        "deletionPolicy": "Delete",
    }
    assert list(manifests.fits("file", one, "1.36")) == []
    changed = {key: value for key, value in (one | wrong).items() if value is not None}
    assert [it.diagnostic.rule.code for it in manifests.fits("file", changed, "1.36")] == ["BPC632"]


SHARED = {"name": "shared"}


def files(**settings: Any) -> Compiled:
    return made({"classes": [], "fileSystems": [SHARED | settings]})


def test_a_file_system_is_encrypted_kept_and_mounted_over_tls_alone() -> None:
    found = files(keyArn=KEY)
    assert found.lint() == []
    resource = found.template("storage")["Resources"]["SharedFileSystem"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    properties = resource["Properties"]
    assert properties["Encrypted"] is True
    assert properties["KmsKeyId"] == KEY
    assert properties["BackupPolicy"] == {"Status": "ENABLED"}
    mount, tls = properties["FileSystemPolicy"]["Statement"]
    assert mount["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert tls["Effect"] == "Deny"
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_nodes_alone_reach_its_mount_targets_one_in_each_zone() -> None:
    found = files()
    targets = found.resources("storage", "AWS::EFS::MountTarget")
    assert [one["SubnetId"]["Fn::ImportValue"]["Fn::Sub"] for one in targets.values()] == [
        f"${{NetworkStack}}-PrivateSubnet{number}Id" for number in (1, 2, 3)
    ]
    assert {str(one["SecurityGroups"]) for one in targets.values()} == {
        "[{'Fn::GetAtt': ['SharedFileSystemSecurityGroup', 'GroupId']}]"
    }
    group = found.resource("storage", "AWS::EC2::SecurityGroup")
    (rule,) = group["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (2049, 2049, "tcp")
    nodes = {"Fn::ImportValue": {"Fn::Sub": "${ClusterStack}-ClusterSecurityGroupId"}}
    assert rule["SourceSecurityGroupId"] == nodes
    assert "ClusterSecurityGroupId" in found.template("cluster")["Outputs"]


def test_one_mount_target_a_zone_where_there_are_more_subnets() -> None:
    network = {"subnets": {"perZone": {"private": 2}}}
    found = made({"classes": [], "fileSystems": [SHARED]}, network=network)
    assert len(found.resources("storage", "AWS::EFS::MountTarget")) == 3


def test_in_a_network_that_is_there_already() -> None:
    ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    network = {"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": ids}}
    found = made({"classes": [], "fileSystems": [SHARED]}, network=network)
    assert [one["SubnetId"] for one in found.resources("storage", "AWS::EFS::MountTarget").values()] == ids
    assert found.lint() == []
    other = {"fileSystems": [SHARED | {"subnets": [{"import": "a"}]}], "classes": []}
    (target,) = made(other, network={"existing": {}}).resources("storage", "AWS::EFS::MountTarget").values()
    assert target["SubnetId"] == {"Fn::ImportValue": "a"}
    asked = compiled(storage={"fileSystems": [SHARED]}, network={"existing": {}})
    assert asked.errors == ["BPC878"]


def test_each_transition_is_a_policy_of_its_own() -> None:
    days = {"transitionToIaDays": 1, "transitionToArchiveDays": 90, "transitionToPrimaryStorageClass": True}
    properties = files(lifecycle=days).resource("storage", "AWS::EFS::FileSystem")
    assert properties["LifecyclePolicies"] == [
        {"TransitionToIA": "AFTER_1_DAY"},
        {"TransitionToArchive": "AFTER_90_DAYS"},
        {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


def test_access_points() -> None:
    found = files(accessPoints=[{"name": "uploads", "path": "/a/b", "uid": 1000, "gid": 2000}])
    assert found.lint() == []
    point = found.resource("storage", "AWS::EFS::AccessPoint")
    assert point["PosixUser"] == {"Uid": "1000", "Gid": "2000"}
    created = {"OwnerUid": "1000", "OwnerGid": "2000", "Permissions": "0750"}
    assert point["RootDirectory"] == {"Path": "/a/b", "CreationInfo": created}
    outputs = found.template("storage")["Outputs"]
    assert {"SharedFileSystemId", "SharedUploadsAccessPointId"} <= set(outputs)


def test_a_class_of_a_file_system_that_is_made_here_is_an_output() -> None:
    storage = {"classes": [{"name": "files", "driver": "efs", "fileSystem": "shared"}], "fileSystems": [SHARED]}
    found = made(storage, addons=EFS)
    assert found.lint() == []
    assert objects(found) == []
    value = found.template("storage")["Outputs"]["FilesStorageClass"]["Value"]["Fn::Sub"]
    one = json.loads(value.replace("${SharedFileSystem}", "fs-0123456789abcdef0"))
    assert list(manifests.fits("file", one, "1.36")) == []
    assert one["parameters"] == {
        "provisioningMode": "efs-ap",
        "fileSystemId": "fs-0123456789abcdef0",
        "directoryPerms": "700",
    }
    readme = found.files["README.md"].decode()
    assert "--stack-name shop-storage" in readme
    assert "OutputKey=='FilesStorageClass'" in readme


def test_a_class_of_a_file_system_that_is_there_is_a_manifest() -> None:
    said = {"name": "files", "driver": "efs", "fileSystemId": "fs-0123456789abcdef0", "basePath": "/volumes"}
    one = only({"classes": [said]}, addons=EFS)
    assert one["parameters"]["fileSystemId"] == "fs-0123456789abcdef0"
    assert one["parameters"]["basePath"] == "/volumes"
    assert one["volumeBindingMode"] == "Immediate"
    assert "allowVolumeExpansion" not in one


@pytest.mark.parametrize("layout", ["single", "stacks"])
def test_both_layouts(layout: str) -> None:
    storage = {"classes": [{"name": "files", "driver": "efs", "fileSystem": "shared"}], "fileSystems": [SHARED]}
    assert made(storage, addons=EFS, cloudformation={"layout": layout}).lint() == []


def test_names_that_become_one() -> None:
    point = {"path": "/a", "uid": 1, "gid": 1}
    systems = [
        {"name": "a", "accessPoints": [{"name": "b-c", **point}]},
        {"name": "a-b", "accessPoints": [{"name": "c", **point}]},
    ]
    assert compiled(storage={"classes": [], "fileSystems": systems}).errors == ["BPC408"]


# Amazon FSx for Lustre

TRAINING = {"name": "training"}
NODES = [{"name": "workers"}]


def lustre(**settings: Any) -> Compiled:
    return made({"classes": [], "fsx": [TRAINING | settings]})


def test_a_lustre_file_system_is_kept_twice_backed_up_and_stays() -> None:
    found = lustre(keyArn=KEY, storageCapacity=4800, weeklyMaintenanceStartTime="7:03:30")
    assert found.lint() == []
    resource = found.template("storage")["Resources"]["TrainingLustre"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    properties = resource["Properties"]
    assert (properties["FileSystemType"], properties["FileSystemTypeVersion"]) == ("LUSTRE", "2.15")
    assert (properties["StorageCapacity"], properties["KmsKeyId"]) == (4800, KEY)
    (subnet,) = properties["SubnetIds"]
    assert subnet == {"Fn::ImportValue": {"Fn::Sub": "${NetworkStack}-PrivateSubnet1Id"}}
    assert properties["LustreConfiguration"] == {
        "DeploymentType": "PERSISTENT_2",
        "DataCompressionType": "NONE",
        "PerUnitStorageThroughput": 125,
        "AutomaticBackupRetentionDays": 7,
        "CopyTagsToBackups": True,
        "WeeklyMaintenanceStartTime": "7:03:30",
    }


def test_a_scratch_file_system_has_nothing_that_it_cannot_have() -> None:
    found = lustre(deploymentType="scratch-2", dataCompressionType="lz4", subnet="subnet-0123456789abcdef0")
    assert found.lint() == []
    properties = found.resource("storage", "AWS::FSx::FileSystem")
    assert properties["LustreConfiguration"] == {"DeploymentType": "SCRATCH_2", "DataCompressionType": "LZ4"}
    assert properties["SubnetIds"] == ["subnet-0123456789abcdef0"]
    assert "KmsKeyId" not in properties


def test_lustre_servers_and_nodes_reach_one_another_and_nobody_else_does() -> None:
    found = lustre()
    title, group = "LustreSecurityGroup", {"Fn::GetAtt": ["LustreSecurityGroup", "GroupId"]}
    nodes = {"Fn::ImportValue": {"Fn::Sub": "${ClusterStack}-ClusterSecurityGroupId"}}
    assert "ClusterSecurityGroupId" in found.template("cluster")["Outputs"]
    assert "SecurityGroupIngress" not in found.resources("storage", "AWS::EC2::SecurityGroup")[title]
    inward = found.resources("storage", "AWS::EC2::SecurityGroupIngress").values()
    outward = found.resources("storage", "AWS::EC2::SecurityGroupEgress").values()
    pairs = [(one["GroupId"], one["SourceSecurityGroupId"]) for one in inward if one["FromPort"] == 988]
    assert pairs == [(group, group), (group, nodes), (nodes, group)]
    pairs = [(one["GroupId"], one["DestinationSecurityGroupId"]) for one in outward if one["FromPort"] == 1018]
    assert pairs == [(group, group), (group, nodes)]
    ports = {(one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in (*inward, *outward)}
    assert ports == {("tcp", 988, 988), ("tcp", 1018, 1023)}
    assert found.resource("storage", "AWS::FSx::FileSystem")["SecurityGroupIds"] == [group]


def test_what_its_servers_need_is_there_before_it_and_stays_and_what_names_the_cluster_goes() -> None:
    resources = lustre().template("storage")["Resources"]
    assert {*resources["TrainingLustre"]["DependsOn"]} == {
        f"Lustre{way}{port}" for way in ("FromItself", "ToItself", "FromNodes", "ToNodes") for port in (988, 1018)
    }
    kept = {title for title, one in resources.items() if one.get("DeletionPolicy") == "Retain"}
    itself = {f"Lustre{way}Itself{port}" for way in ("From", "To") for port in (988, 1018)}
    assert kept == {"TrainingLustre", "LustreSecurityGroup"} | itself
    assert [one for title, one in resources.items() if title in kept and "ClusterStack" in json.dumps(one)] == []


def test_its_volume_is_an_output() -> None:
    found = lustre(storageCapacity=2400)
    value = found.template("storage")["Outputs"]["TrainingLustreVolume"]["Value"]["Fn::Sub"]
    filled = {"${TrainingLustre}": "fs-0123456789abcdef0", "${TrainingLustre.LustreMountName}": "2p3fhbmv"}
    filled |= {"${AWS::Region}": "eu-west-1", "${AWS::URLSuffix}": "amazonaws.com"}
    for name, known in filled.items():
        assert name in value
        value = value.replace(name, known)
    one = json.loads(value)
    assert list(manifests.fits("file", one, "1.36")) == []
    assert (one["kind"], one["spec"]["capacity"]) == ("PersistentVolume", {"storage": "2400Gi"})
    assert one["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert one["spec"]["csi"] == {
        "driver": "fsx.csi.aws.com",
        "volumeHandle": "fs-0123456789abcdef0",
        "volumeAttributes": {
            "dnsname": "fs-0123456789abcdef0.fsx.eu-west-1.amazonaws.com",
            "mountname": "2p3fhbmv",
        },
    }
    readme = found.files["README.md"].decode()
    assert "OutputKey=='TrainingLustreVolume'" in readme
    assert "StorageClass" not in readme


def test_a_class_of_lustre_makes_file_systems_in_the_private_network() -> None:
    said = {"name": "jobs", "driver": "fsx", "deploymentType": "persistent-2", "dataCompressionType": "lz4"}
    found = made({"classes": [said]}, addons=FSX, nodeGroups=NODES)
    assert found.lint() == []
    assert objects(found) == []
    text, values = found.resource("storage", "AWS::SSM::Parameter")["Value"]["Fn::Sub"]
    output = found.template("storage")["Outputs"]["JobsStorageClass"]["Value"]
    assert output == {"Fn::GetAtt": ["JobsStorageClass", "Value"]}
    assert values == {"Subnet": {"Fn::ImportValue": {"Fn::Sub": "${NetworkStack}-PrivateSubnet1Id"}}}
    one = json.loads(text.replace("${Subnet}", "subnet-a").replace("${LustreSecurityGroup.GroupId}", "sg-a"))
    assert list(manifests.fits("file", one, "1.36")) == []
    assert (one["provisioner"], one["volumeBindingMode"]) == ("fsx.csi.aws.com", "Immediate")
    assert one["allowVolumeExpansion"] is True
    assert one["parameters"] == {
        "subnetId": "subnet-a",
        "securityGroupIds": "sg-a",
        "deploymentType": "PERSISTENT_2",
        "fileSystemTypeVersion": "2.15",
        "perUnitStorageThroughput": "125",
        "dataCompressionType": "LZ4",
    }
    assert "OutputKey=='JobsStorageClass'" in found.files["README.md"].decode()
    kept = [one for one in found.template("storage")["Resources"].values() if "DeletionPolicy" in one]
    assert kept == []


def test_a_class_of_lustre_may_name_its_subnet_and_needs_the_driver() -> None:
    said = {"name": "jobs", "driver": "fsx", "subnet": {"import": "a"}, "allowVolumeExpansion": False}
    found = made({"classes": [said]}, addons=FSX, nodeGroups=NODES)
    text, values = found.resource("storage", "AWS::SSM::Parameter")["Value"]["Fn::Sub"]
    assert values == {"Subnet": {"Fn::ImportValue": "a"}}
    assert json.loads(text)["allowVolumeExpansion"] is False
    assert json.loads(text)["parameters"]["deploymentType"] == "SCRATCH_2"
    assert compiled(storage={"classes": [said]}).errors == ["BPC879"]
    assert compiled(storage={"classes": [said | {"keyArn": KEY}]}, addons=FSX, nodeGroups=NODES).errors == ["BPC869"]


def test_the_driver_changes_only_what_it_has_made() -> None:
    found = made({"classes": []} | {"fsx": [TRAINING]}, addons=FSX, nodeGroups=NODES)
    (policy,) = found.resources("addons", "AWS::IAM::Role")["AwsFsxCsiDriverRole"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    guards = {action: one.get("Condition") for one in statements for action in one["Action"]}
    assert guards["fsx:CreateFileSystem"] == {"StringLike": {"aws:RequestTag/CSIVolumeName": "*"}}
    for action in ("fsx:DeleteFileSystem", "fsx:UpdateFileSystem"):
        assert guards[action] == {"StringLike": {"aws:ResourceTag/CSIVolumeName": "*"}}
    assert guards["iam:CreateServiceLinkedRole"] == {"StringEquals": {"iam:AWSServiceName": "fsx.amazonaws.com"}}
    tags = found.resource("storage", "AWS::FSx::FileSystem")["Tags"]
    assert "CSIVolumeName" not in {one["Key"] for one in tags}


@pytest.mark.parametrize("layout", ["single", "stacks"])
def test_lustre_in_both_layouts(layout: str) -> None:
    storage = {"classes": [{"name": "jobs", "driver": "fsx"}], "fsx": [TRAINING]}
    assert made(storage, addons=FSX, nodeGroups=NODES, cloudformation={"layout": layout}).lint() == []


def test_lustre_in_a_network_that_is_there_already() -> None:
    ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    network = {"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": ids}}
    found = made({"classes": [], "fsx": [TRAINING]}, network=network)
    assert found.lint() == []
    assert found.resource("storage", "AWS::FSx::FileSystem")["SubnetIds"] == ids[:1]
    asked = made({"classes": [], "fsx": [TRAINING]}, network={"existing": {}})
    assert asked.lint() == []
    assert asked.resource("storage", "AWS::FSx::FileSystem")["SubnetIds"] == [{"Ref": "PrivateSubnetId"}]


def test_a_region_without_fsx_is_refused() -> None:
    place = {"name": "shop", "region": "ap-southeast-6"}
    assert compiled(metadata=place, storage={"classes": [], "fsx": [TRAINING]}).errors == ["BPC709"]
