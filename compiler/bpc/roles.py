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
    from bpc.model import WantedRole


class Known(Record):
    """What bpc itself gives a role: managed policies by the path behind `policy/`, and statements under a name."""

    managed: Sequence[str] = ()
    statements: Sequence[Statement] = ()
    name: str = ""
    role_name: str | None = None


def add(
    title: str,
    trust: Any,
    wanted: WantedRole | None,
    plan: Plan,
    sheet: Sheet,
    at: Path,
    known: Known | None = None,
    tags: Mapping[str, str] | None = None,
) -> GetAtt:
    """Put a role on the sheet, and give its ARN."""
    known = known or Known()
    made = iam.role(
        title,
        trust,
        boundary=(wanted and wanted.permissions_boundary) or plan.blueprint.cloudformation.permissions_boundary,
        tags=Tags(**sheet.tag_map(f"{plan.name}-{title}") | dict(sorted((tags or {}).items()))),
        managed_policies=[*known.managed, *(_managed(wanted.well_known_policies) if wanted else ())],
        statements=known.statements,
        policy_name=known.name,
        **{"name": known.role_name} | (_own(wanted, plan.name) if wanted else {}),
    )
    sheet.add(made, at)
    return GetAtt(made, "Arn")


def _managed(names: Iterable[str]) -> list[str]:
    from bpc.kit import well_known

    return [well_known.MANAGED[name] for name in names if name in well_known.MANAGED]


def _own(wanted: WantedRole, cluster: str) -> dict[str, Any]:
    policies: dict[str, Any] = {}
    if wanted.well_known_policies:
        from bpc.kit import well_known

        named = [one for one in wanted.well_known_policies if one not in well_known.MANAGED]
        policies = {name: iam.document(well_known.statements(name, cluster)) for name in named}
    if wanted.permissions:
        from bpc.kit import permissions

        policies[wanted.policy_name] = iam.document(permissions.statements(wanted.permissions))
    name = {"name": wanted.role_name} if wanted.role_name else {}
    return {"policy_arns": wanted.policy_arns, "policies": policies} | name


def web_identity(sheet: Sheet, subject: str, *, alike: bool = False) -> Any:
    """The trust of a role for IRSA, in the stack of the cluster or in another."""
    from bpc.kit import web_identity as tokens

    if sheet.stack == "cluster":
        return tokens.trust(Ref(tokens.PROVIDER), tokens.ISSUER, subject, alike=alike)
    provider, issuer = (sheet.imported("cluster", key) for key in ("OidcProviderArn", "OidcIssuer"))
    return tokens.trust(provider, issuer, subject, alike=alike)
