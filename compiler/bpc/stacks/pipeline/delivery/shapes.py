"""What the pipeline delivers, and what its parts are called in each of the accounts.

All names begin with `delivery-`, and roles have a path of their own: whoever may deploy a platform may change whatever
is called after it, and must not get at the pipeline by that.
"""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Sub

from bpc.kit.digest import digest
from bpc.kit.naming import logical_id
from bpc.kit.record import Record
from bpc.model import DeliveryPipeline

PATH = "/delivery/"
ROLE_NAME, BUCKET_NAME = 64, 63  # characters (IAM User Guide, IAM and AWS STS quotas; Amazon S3 User Guide)
SURE = 8  # digits of a digest, where a name has to be cut


class Deployed(Record):
    """A stack of an environment; `stack` is its name in bpc, and `parameters` are values for it, as JSON."""

    stack: str
    name: str
    file: str
    capability: str
    parameters: str


class Environment(Record):
    """A place that is deployed; `account` is none where no account is said at all."""

    name: str
    platform: str
    account: str | None
    region: str
    boundary: str | None
    approval: str
    stacks: tuple[Deployed, ...]


class Delivery(Record):
    """All of it: the blueprint's name, the settings that all environments share, and the pipeline's account."""

    name: str
    settings: DeliveryPipeline
    account: str | None
    tags: Mapping[str, str]
    boundary: str | None = None
    environments: tuple[Environment, ...] = ()

    @property
    def base(self) -> str:
        """What every name begins with, and the pipeline's own."""
        return f"delivery-{self.name}"

    @property
    def role(self) -> str:
        """The name of the pipeline's role."""
        return _cut(self.base, ROLE_NAME)

    @property
    def others(self) -> list[Environment]:
        """The environments in other accounts than the pipeline's."""
        return [one for one in self.environments if self.crosses(one)]

    @property
    def regions(self) -> list[str]:
        """The further Regions, in which something reads what the pipeline hands on."""
        return sorted({one.region for one in self.environments} - {self.settings.region})

    def parameter(self, region: str) -> str:
        """Where the pipeline's template is told of the key in a further Region."""
        return logical_id(region, "ArtifactKeyArn")

    def crosses(self, environment: Environment) -> bool:
        """Whether an environment is in another account than the pipeline."""
        return environment.account != self.account

    def deploy_role(self, environment: Environment) -> str:
        """The name of the role that the pipeline assumes in an environment."""
        return _cut(f"{self.base}-{environment.name}-deploy", ROLE_NAME)

    def service_role(self, environment: Environment) -> str:
        """The name of the role that CloudFormation has there."""
        return _cut(f"{self.base}-{environment.name}-cloudformation", ROLE_NAME)

    def bucket(self, region: str, account: str) -> str:
        """The name of the bucket in a Region; the account as its template says it."""
        return f"{_cut(self.base.lower(), BUCKET_NAME - len(f'-111122223333-{region}'))}-{account}-{region}"


def number(account: str | None, home: str | None) -> str:
    """An account as the template of another account says it, or of the same."""
    return account if account and account != home else "${AWS::AccountId}"


def role_arn(name: str, account: str) -> Sub:
    """A role of ours, as a template says it."""
    return Sub(f"arn:${{AWS::Partition}}:iam::{account}:role{PATH}{name}")


def _cut(name: str, most: int) -> str:
    """A name that is not too long, and another one for each that is."""
    return name if len(name) <= most else f"{name[: most - SURE - 1]}-{digest(name.encode())[:SURE]}"
