"""An Amazon FSx for Lustre file system, and its PersistentVolume as an output.

Amazon FSx for Lustre User Guide: Deployment and storage options; File system access control with Amazon VPC; Mounting
from an Amazon EC2 instance (its DNS name); Lustre file system and client kernel compatibility (2.15 is the one that
current kernels of nodes can mount). Amazon FSx for Lustre CSI driver, Static Provisioning.
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import Ref, Sub, fsx

from bpc import home
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, referred
from bpc.kit.storage_class import LUSTRE, lustre_volume
from bpc.model import Lustre, StorageClass
from bpc.model.storage import PERSISTENT
from bpc.plan.shapes import Plan
from bpc.stacks.storage import lustre_access


def fill(one: Lustre, plan: Plan, sheet: Sheet) -> None:
    title = logical_id(one.name, "Lustre")
    made = fsx.FileSystem(
        title,
        **lustre_access.KEPT,
        DependsOn=lustre_access.titles(),
        FileSystemType="LUSTRE",
        FileSystemTypeVersion=LUSTRE,
        StorageCapacity=one.storage_capacity,
        SubnetIds=[subnet(one, plan, sheet)],
        SecurityGroupIds=[lustre_access.group_id()],
        LustreConfiguration=fsx.LustreConfiguration(**_configuration(one)),
        Tags=sheet.tags(one.name),
        **({"KmsKeyId": one.key_arn} if one.key_arn else {}),
    )
    sheet.add(made, one.at)
    sheet.export(title + "Id", Ref(title), f"The id of the file system {one.name}.")
    server = f"${{{title}}}.fsx.${{AWS::Region}}.${{AWS::URLSuffix}}"
    volume = lustre_volume(one, f"${{{title}}}", server, f"${{{title}.LustreMountName}}")
    text = Sub(json.dumps(volume, separators=(",", ":")))
    sheet.output(title + "Volume", text, f"For kubectl apply: the PersistentVolume {one.name}.")


def _configuration(one: Lustre) -> dict[str, Any]:
    made: dict[str, Any] = {
        "DeploymentType": one.deployment_type.upper().replace("-", "_"),
        "DataCompressionType": one.data_compression_type.upper(),
    }
    if one.deployment_type == PERSISTENT:
        made["PerUnitStorageThroughput"] = one.per_unit_storage_throughput
        made["AutomaticBackupRetentionDays"] = one.automatic_backup_retention_days
        made["CopyTagsToBackups"] = True
    if one.weekly_maintenance_start_time:
        made["WeeklyMaintenanceStartTime"] = one.weekly_maintenance_start_time
    return made


def subnet(one: Lustre | StorageClass, plan: Plan, sheet: Sheet) -> Any:
    """All of a file system is in one zone, and so in one subnet."""
    return referred(one.subnet) if one.subnet else home.subnet(plan.blueprint.network.kinds[-1], plan, sheet)
