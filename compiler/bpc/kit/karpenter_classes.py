"""What the blueprint may say of Karpenter's EC2NodeClasses, in Karpenter's own words.

Source: Karpenter v1.14, Concepts: NodeClasses; its custom resource definitions. Ids of AWS are no words of a manifest,
so subnets, security groups and images are selected by what else they have.
"""

from __future__ import annotations

from bpc.kit import karpenter_shapes as shapes
from bpc.kit.karpenter_shapes import Fields


def _selector(where: str, description: str, others: Fields, example: Fields) -> Fields:
    tags = shapes.said(
        where, "Tags that it has all of; * is any value.", examples=[{"tier": "nodes"}], **shapes.texts()
    )
    one = shapes.object({"tags": tags | {"minProperties": 1}, **others}, minProperties=1)
    return shapes.array(where, description, one, minItems=1, examples=[[example]])


def _volumes() -> Fields:
    where = "EC2NodeClass.spec.blockDeviceMappings"
    size = {"type": "string", "pattern": "^[1-9][0-9]{0,4}(Gi|G|Ti|T)$"}
    key = (
        "The KMS key that it is encrypted with, by ARN; otherwise the account's key for EBS. Every volume is encrypted."
    )
    ebs = {
        "volumeSize": shapes.said(where, "How large it is.", **size, examples=["100Gi"]),
        "volumeType": shapes.said(where, "The type of volume.", enum=["gp3", "gp2", "io1", "io2"], default="gp3"),
        "iops": shapes.said(
            where, "Operations a second.", type="integer", minimum=100, maximum=256000, examples=[6000]
        ),
        "throughput": shapes.said(
            where, "MiB a second, for gp3.", type="integer", minimum=125, maximum=2000, examples=[250]
        ),
        "kmsKeyID": shapes.said(
            where,
            key,
            type="string",
            pattern=shapes.KMS_KEY,
            examples=["arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"],
        ),
    }
    device = "The name that the image has for the volume."
    properties = {
        "deviceName": shapes.said(
            where, device, type="string", pattern="^(/dev/)?[a-z0-9]{3,20}$", examples=["/dev/sda1"]
        ),
        "rootVolume": shapes.said(where, "Whether the kubelet keeps its data on it.", type="boolean", default=False),
        "ebs": shapes.object(ebs, "volumeSize", description="The EBS volume."),
    }
    said = "The volumes of a node, in place of bpc's usual ones: gp3, encrypted, 20 GiB for pods and images."
    example = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi"}}]
    return shapes.array(
        where, said, shapes.object(properties, "deviceName", "ebs"), minItems=1, maxItems=50, examples=[example]
    )


def _kubelet() -> Fields:
    where = "EC2NodeClass.spec.kubelet"
    reserve = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9]+(m|Mi|Gi|Ki)?$"}}
    evict = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9]+(%|Mi|Gi)$"}}
    properties = {
        "maxPods": shapes.said(
            where, "The most pods on a node.", type="integer", minimum=1, maximum=1000, examples=[58]
        ),
        "podsPerCore": shapes.said(
            where, "The most pods for each core.", type="integer", minimum=1, maximum=250, examples=[10]
        ),
        "systemReserved": shapes.said(where, "Kept for the system.", **reserve, examples=[{"memory": "200Mi"}]),
        "kubeReserved": shapes.said(where, "Kept for Kubernetes.", **reserve, examples=[{"cpu": "200m"}]),
        "evictionHard": shapes.said(
            where, "When pods are evicted at once.", **evict, examples=[{"memory.available": "5%"}]
        ),
    }
    return shapes.object(properties, description="Settings of the kubelet.", default={})


def _images() -> Fields:
    spec = "EC2NodeClass.spec"
    alias = "An image of AWS: family and version. latest moves nodes to a new one when there is one."
    by_name = "Its name; * stands for anything."
    owner = "Whose image it is: self, amazon, or another alias of AWS."
    parameter = "The parameter of Parameter Store that holds the image's id."
    others = {
        "alias": shapes.said(
            spec,
            alias,
            type="string",
            pattern="^(al2023|bottlerocket)@(latest|v[0-9A-Za-z.-]{1,25})$",
            examples=["al2023@v20261101"],
        ),
        "name": shapes.said(spec, by_name, type="string", minLength=1, maxLength=128, examples=["golden-*"]),
        "owner": shapes.said(spec, owner, type="string", pattern="^[a-z-]{1,32}$", examples=["self"]),
        "ssmParameter": shapes.said(
            spec, parameter, type="string", pattern="^/[A-Za-z0-9/_.-]{1,1000}$", examples=["/golden/al2023"]
        ),
    }
    return _selector(
        f"{spec}.amiSelectorTerms",
        "The images, the newest that fits any of these. Left out, al2023@latest.",
        others,
        {"alias": "bottlerocket@latest"},
    )


def _places() -> Fields:
    spec = "EC2NodeClass.spec"
    by_group = {
        "name": shapes.said(spec, "The security group's name.", type="string", minLength=1, examples=["shared"])
    }
    return {
        "subnetSelectorTerms": _selector(
            f"{spec}.subnetSelectorTerms",
            "The subnets of the nodes. Left out, those of the platform's nodes.",
            {},
            {"tags": {"tier": "nodes"}},
        ),
        "securityGroupSelectorTerms": _selector(
            f"{spec}.securityGroupSelectorTerms",
            "The security groups of the nodes. Left out, the cluster's.",
            by_group,
            {"name": "shared"},
        ),
    }


def _metadata() -> Fields:
    hops = "1 keeps the metadata service from pods, which have roles of their own; tokens are always required."
    limit = shapes.said("EC2NodeClass.spec.metadataOptions", hops, type="integer", minimum=1, maximum=64, default=1)
    return shapes.object({"httpPutResponseHopLimit": limit}, description="The instance metadata service.", default={})


def _machine() -> Fields:
    spec = "EC2NodeClass.spec"
    return {
        "userData": shapes.said(
            f"{spec}.userData",
            "What a node reads first, in the form of its image.",
            type="string",
            minLength=1,
            examples=["#!/bin/bash\necho hello\n"],
        ),
        "tags": shapes.said(
            f"{spec}.tags",
            "Tags of the machines, beside the platform's.",
            **shapes.texts(),
            default={},
            examples=[{"team": "batch"}],
        ),
        "detailedMonitoring": shapes.said(
            f"{spec}.detailedMonitoring",
            "CloudWatch metrics every minute, for money.",
            type="boolean",
            default=False,
        ),
        "associatePublicIPAddress": shapes.said(
            f"{spec}.associatePublicIPAddress",
            "Whether a node has a public address. Left out, as the subnet has it.",
            type="boolean",
            examples=[False],
        ),
        "instanceStorePolicy": shapes.said(
            f"{spec}.instanceStorePolicy",
            "RAID0: the machine's own disks are one, for pods and images.",
            enum=["RAID0"],
            examples=["RAID0"],
        ),
    }


def _node_class() -> Fields:
    family = "What kind of image it is, where no alias says so."
    return shapes.object(
        {
            "name": shapes.said(
                "EC2NodeClass.metadata.name", "Its name.", type="string", pattern=shapes.NAME, examples=["batch"]
            ),
            "amiFamily": shapes.said("EC2NodeClass.spec.amiFamily", family, enum=["AL2023", "Bottlerocket", "Custom"]),
            "amiSelectorTerms": _images(),
            **_places(),
            "blockDeviceMappings": _volumes(),
            "metadataOptions": _metadata(),
            "kubelet": _kubelet(),
            **_machine(),
        },
        "name",
    )


def node_classes() -> Fields:
    """`addons.karpenter.nodeClasses`."""
    said = "How the nodes are made: image, subnets, disks."
    return shapes.array(
        "EC2NodeClass objects",
        said,
        _node_class(),
        minItems=1,
        default=[{"name": "default"}],
        examples=[[{"name": "other"}]],
    )
