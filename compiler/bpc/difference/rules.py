"""What a change can do that somebody should know before it is made."""

from __future__ import annotations

from bpc.diagnostics import rule

REPLACED = rule(
    "BPC510",
    "would-be-replaced",
    why="CloudFormation would make it anew and delete the old one, with what it holds or what stands on it.",
    cure="Take the change back and make a new platform beside this one; or say --allow with the logical ID.",
)
REMOVED = rule(
    "BPC511",
    "would-be-removed",
    why="CloudFormation would delete it, with what it holds or what stands on it.",
    cure="Put it back into the blueprint; or, once what it holds is safe, say --allow with the logical ID.",
)
NAME_TAKEN = rule(
    "BPC512",
    "name-taken",
    why="CloudFormation makes the new resource before it deletes the old one, and both would have the same name, so "
    "the update fails and the stack rolls back (CloudFormation user guide, name type).",
    cure="Give the resource another name in the same step, or take the change back.",
)
EXPORT_IN_USE = rule(
    "BPC513",
    "export-in-use",
    why="CloudFormation neither changes nor removes an export that another stack imports; the update fails "
    "(CloudFormation user guide, Outputs).",
    cure="Take the change back, or delete the stacks that import it first.",
)
DELETED_FIRST = rule(
    "BPC514",
    "deleted-first",
    why="For this type CloudFormation deletes the old resource before it makes the new one, so there is a time "
    "without either (replacementStrategy delete_then_create in the provider schema).",
    cure="Make the change when the interruption hurts least.",
    severity="warning",
)
OTHER_TYPE = rule(
    "BPC515",
    "other-type",
    why="CloudFormation does not update a resource to another type under the same logical ID; the update fails.",
    cure="Give the new resource another logical ID.",
)
UNKNOWN_TYPE = rule(
    "BPC516",
    "unknown-type",
    why="bpc knows the provider schemas of one day, and this type was not among them, so nobody can say here whether "
    "a change replaces the resource.",
    cure="Read the type's page in the CloudFormation template reference, or make a change set and look at it.",
    severity="warning",
)
SKIPPED_MINOR = rule(
    "BPC517",
    "skipped-minor",
    why="EKS moves a cluster by one minor version at a time (Amazon EKS user guide, Update existing cluster).",
    cure="Raise cluster.version by one, update the stacks, and then by one again.",
)
IMPORTER_FIRST = rule(
    "BPC518",
    "importer-first",
    why="A stack still imports what goes; CloudFormation refuses until that stack has been updated or deleted.",
    cure="Update, or delete, the stack that the message names first; the usual order is the other way round.",
    severity="warning",
)
KEPT_PARAMETER = rule(
    "BPC519",
    "kept-parameter",
    why="A default counts when a stack is created. At an update the stack keeps the value it has, unless the new one "
    "is passed (docs/updates.md).",
    cure="Pass the parameter: --parameter-overrides of aws cloudformation deploy, or the console's form.",
    severity="warning",
)
OTHER_PLATFORM = rule(
    "BPC520",
    "other-platform",
    why="A stack belongs to one Region and keeps its name, so another name or Region means other stacks; the old ones "
    "stay until somebody deletes them.",
    cure="Move what runs to the new platform, then delete the stacks of the old one.",
    severity="warning",
)
FIXED_FIELD = rule(
    "BPC521",
    "fixed-field",
    why="Kubernetes does not let this field change; applying the manifest fails.",
    cure="Delete the object and apply the manifests again; what it runs is gone in between.",
    severity="warning",
)
PROTECTED = rule(
    "BPC522",
    "protected",
    why="Deletion protection is on, so the service refuses to delete the resource.",
    cure="Switch the protection off in an update of its own first, if the resource shall really go.",
    severity="warning",
)
STACK_LEFT = rule(
    "BPC523",
    "stack-left",
    why="bpc no longer writes the stack, and nothing deletes it on its own.",
    cure="Delete the stack when nothing imports from it any more, or put back what it was for.",
    severity="warning",
)
REFUSED_BY_EKS = rule(
    "BPC524",
    "refused-by-eks",
    why="The provider schema lets the property change, but EKS itself does not, so the update fails.",
    cure="Take the change back. For a node group, give it another name in the same step.",
)
DEPLOYER_POLICY = rule(
    "BPC525",
    "deployer-policy",
    why="The stacks need other permissions of whoever deploys them than before.",
    cure="Give the role that deploys the new deployer-policy files before you update the stacks.",
    severity="warning",
)
STACK_DELETED = rule(
    "BPC930",
    "stack-would-be-deleted",
    why="A stack set deletes the stack in an account or a Region that it no longer names "
    "(AWS::CloudFormation::StackSet, StackInstancesGroup).",
    cure="Add an environment for the other account or Region, move what runs, and then take this one out.",
)
OTHER_MAKER = rule(
    "BPC931",
    "other-maker",
    why="A stack set makes stacks of its own and takes over none that is there, so everything would be there twice; "
    "what has a name of its own, such as the cluster, cannot be.",
    cure="Let the stack be made as before, or take the old one down first.",
)
VERSION_BACK = rule(
    "BPC935",
    "version-back",
    why="EKS takes a cluster back by one minor version, within seven days of the upgrade, when its nodes are back "
    "already (Amazon EKS user guide, Rollback cluster to previous Kubernetes version).",
    cure="Within the seven days, update the nodes' stack before the cluster's; later, take the change back.",
    severity="warning",
)

# What holds data, or what everything stands on: a new one in its place is not the same.
DEAR = {
    "AWS::APS::Workspace": "metrics",
    "AWS::Backup::BackupVault": "backups",
    "AWS::CloudFormation::StackSet": "a stack set, with the stacks that it made,",
    "AWS::DocDB::DBCluster": "a database",
    "AWS::DynamoDB::GlobalTable": "a table",
    "AWS::DynamoDB::Table": "a table",
    "AWS::EC2::Subnet": "a subnet",
    "AWS::EC2::VPC": "the VPC",
    "AWS::EC2::Volume": "a volume",
    "AWS::ECR::Repository": "images",
    "AWS::EFS::FileSystem": "a file system",
    "AWS::EKS::Cluster": "the cluster",
    "AWS::ElastiCache::ReplicationGroup": "a cache",
    "AWS::FSx::FileSystem": "a file system",
    "AWS::FSx::Volume": "a volume",
    "AWS::Grafana::Workspace": "dashboards",
    "AWS::KMS::Key": "a key",
    "AWS::KMS::ReplicaKey": "a key",
    "AWS::Logs::LogGroup": "logs",
    "AWS::OpenSearchService::Domain": "an index",
    "AWS::RDS::DBCluster": "a database",
    "AWS::RDS::DBInstance": "a database",
    "AWS::S3::Bucket": "a bucket",
    "AWS::SecretsManager::Secret": "a secret",
}

# What it means that a resource goes, by its type.
GOING = {"AWS::EKS::Nodegroup": "its nodes are drained and terminated"}
# What a change in place means for what runs: the Amazon EKS and Amazon EC2 user guides, by type and property.
ROLLS = "EKS replaces the nodes step by step"
RESTARTS = "an EBS-backed host is stopped and started instead"
EFFECTS = {
    ("AWS::EC2::Instance", "InstanceType"): RESTARTS,
    ("AWS::EC2::Instance", "UserData"): RESTARTS,
    ("AWS::EKS::Cluster", "Version"): "the control plane is updated in place",
    ("AWS::EKS::Nodegroup", "LaunchTemplate"): ROLLS,
    ("AWS::EKS::Nodegroup", "ReleaseVersion"): ROLLS,
    ("AWS::EKS::Nodegroup", "Version"): ROLLS,
}
