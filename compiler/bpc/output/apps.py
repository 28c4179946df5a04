"""The manifests of applications: a component each, its namespace first, and all of it after what it may need."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.addon import Manifest
from bpc.kit import app_objects, k8s
from bpc.output.waves import APPS, Part
from bpc.plan.shapes import Plan

EVERYWHERE = ("default", "kube-system")
ROLE = "eks.amazonaws.com/role-arn"


def parts(plan: Plan) -> Iterator[Part]:
    """Each application. A ServiceAccount of several deployments is made with the first of them."""
    made = {(one.account.namespace, one.account.name) for one in plan.service_accounts if one.account.create}
    roles = {(one.account.namespace, one.account.name): one.annotation for one in plan.service_accounts}
    for app in plan.apps:
        found: list[Manifest] = []
        if app.namespace not in EVERYWHERE:
            levels = [one["podSecurity"] for one in app.deployments]
            # In the order of the alphabet, the more open one is first.
            found.append(k8s.namespace(app.namespace, min(levels)))
        for one in app.deployments:
            account = (one["namespace"], one["serviceAccount"])
            own = account not in made and one["serviceAccount"] != "default"
            made.add(account)
            role = {ROLE: roles[account]} if roles.get(account) else {}
            found += app_objects.objects(one, account=own, role=role)
        yield Part(app.name, found, at=app.at, wave=APPS)
