"""A role as the blueprint describes it: what bpc knows that its pods need, and what the user adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Tags

from bpc.kit import iam
from bpc.kit.record import Record
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from awacs.aws import Statement

    from bpc.diagnostics import Path
    from bpc.model import Iam


class Known(Record):
    """What bpc itself gives a role: managed policies by the path behind `policy/`, and statements under a name."""

    managed: Sequence[str] = ()
    statements: Sequence[Statement] = ()
    name: str = ""
    role_name: str | None = None
    policies: Mapping[str, Any] | None = None  # further ones by their names
    own: str = "blueprint"  # what the policy of the blueprint's own permissions is called


def add(
    title: str,
    trust: Any,
    wanted: Iam | None,
    plan: Plan,
    sheet: Sheet,
    at: Path,
    known: Known | None = None,
    tags: Mapping[str, str] | None = None,
) -> GetAtt | str:
    """Put a role on the sheet, if the blueprint does not name one that is there, and give its ARN."""
    known = known or Known()
    if wanted and wanted.role_arn:
        return wanted.role_arn
    made = iam.role(
        title,
        trust,
        boundary=(wanted and wanted.permissions_boundary) or plan.blueprint.cloudformation.permissions_boundary,
        tags=Tags(**sheet.tag_map(f"{plan.name}-{title}") | dict(sorted((tags or {}).items()))),
        managed_policies=[*known.managed, *(_managed(wanted.well_known_policies) if wanted else ())],
        statements=known.statements,
        policy_name=known.name,
        **_own(wanted, plan.name, known),
    )
    sheet.add(made, at)
    return GetAtt(made, "Arn")


def _managed(names: Iterable[str]) -> list[str]:
    from bpc.kit import well_known

    return [well_known.MANAGED[name] for name in names if name in well_known.MANAGED]


def _own(wanted: Iam | None, cluster: str, known: Known) -> dict[str, Any]:
    """What the blueprint says of the role, beside the policies that it has anyway."""
    if wanted is None:
        return {"name": known.role_name, "policies": known.policies}
    policies: dict[str, Any] = {}
    if wanted.well_known_policies:
        from bpc.kit import well_known

        named = [one for one in wanted.well_known_policies if one not in well_known.MANAGED]
        policies = {name: iam.document(well_known.statements(name, cluster)) for name in named}
    if wanted.permissions:
        from bpc.kit import permissions

        policies[wanted.policy_name or known.own] = iam.document(permissions.statements(wanted.permissions))
    policies |= known.policies or {}
    return {"policy_arns": wanted.policy_arns, "policies": policies, "name": wanted.role_name or known.role_name}


def web_identity(sheet: Sheet, subject: str, *, alike: bool = False) -> Any:
    """The trust of a role for IRSA, in the stack of the cluster or in another."""
    from bpc.kit import web_identity as tokens

    if sheet.stack == "cluster":
        return tokens.trust(Ref(tokens.PROVIDER), tokens.ISSUER, subject, alike=alike)
    provider, issuer = (sheet.imported("cluster", key) for key in ("OidcProviderArn", "OidcIssuer"))
    return tokens.trust(provider, issuer, subject, alike=alike)
