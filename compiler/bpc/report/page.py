"""The whole page: what is on it for each environment, in the order in which a reader asks, and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bpc import __version__, graph
from bpc.graph.svg import svg
from bpc.output.stacks import Stacks
from bpc.report import costs, dashboard, deployment, findings, pipelines, rights, running, services, watching
from bpc.report.markup import Html, Text, element, joined, table
from bpc.report.style import STYLE

Part = Callable[[Stacks], Html]
PARTS: tuple[tuple[str, str, Part], ...] = (
    ("deployment", "Stacks, in the order of deployment", deployment.order),
    ("add-ons", "Add-ons", running.addons),
    ("access", "Who may use the cluster", rights.cluster),
    ("roles", "Roles, and what they may do", rights.roles),
    ("findings", "IAM: what a reviewer asks", findings.findings),
    ("images", "Images", running.pulled),
    ("costs", "Costs a month", costs.costs),
    ("ends", "What comes to its end", running.ends),
    ("parameters", "Parameters of the stacks", deployment.parameters),
)


def page(made: Sequence[Stacks], file: str) -> str:
    """The page about every environment."""
    name = made[0].plan.name
    sections = [_environment(one, len(made) == 1) for one in made]
    body = [
        element("header", element("h1", f"The platform {name}"), _contents(made)),
        element("main", *sections),
        element("footer", element("p", f"{file}, read by bpc {__version__}.")),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = "".join(
        [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            element("title", f"The platform {name}"),
            f"<style>{STYLE}</style>",
        ]
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{joined(body, chr(10))}\n</body></html>\n'


def _contents(made: Sequence[Stacks]) -> Html:
    """Links to the parts; where there are several environments, a table of them instead."""
    if len(made) == 1:
        return _links(made[0])
    columns = ("Environment", "Account", "Region", "Kubernetes", "Nodes", "A month costs about")
    return table("Environments", columns, map(_compared, made))


def _compared(stacks: Stacks) -> list[Text]:
    """What environments differ in."""
    blueprint, region = stacks.plan.blueprint, stacks.plan.region
    groups = [one.node_group.scaling for one in stacks.plan.node_groups]
    nodes = f"{sum(one.first for one in groups)} ({sum(one.min for one in groups)} to {sum(one.max for one in groups)})"
    name = element("a", stacks.environment, href=f"#{stacks.environment}")
    account, cost = blueprint.account or "where it is deployed", costs.about(stacks, whole=True)
    return [name, account, region, blueprint.cluster.version, nodes if groups else "as pods ask", cost]


def _links(stacks: Stacks) -> Html:
    wanted = (("picture", "Architecture"), *((key, title) for key, title, _ in _parts(stacks)))
    links = [element("a", title, href=f"#{stacks.environment}-{key}") for key, title in wanted]
    entries = element("ul", *(element("li", one) for one in links))
    return element("nav", entries, aria_label=f"Parts of {stacks.environment}")


def _parts(stacks: Stacks) -> list[tuple[str, str, Part]]:
    """The parts about a platform; few have teams, and not all are watched."""
    blueprint, more = stacks.plan.blueprint, []
    if blueprint.teams or blueprint.observability:
        from bpc.report import people

        more += [("teams", "Teams", people.teams)] if blueprint.teams else []
        more += [("alarms", "Alarms", people.watched)] if blueprint.observability else []
    if services.wanted(stacks):
        more.append(("services", "Services that watch", services.services))
    if dashboard.wanted(stacks):
        more.append(("dashboard", "Dashboard", dashboard.dashboards))
    if watching.wanted(stacks):
        more.append(("logs", "Logs, and what is asked of them", watching.logs))
    if stacks.plan.apps:
        from bpc.report import applications

        more.append(("applications", "Applications", applications.applications))
    if pipelines.wanted(stacks):
        more.append(("pipelines", "Pipelines", pipelines.pipelines))
    return [*PARTS[:3], *more, *PARTS[3:]]


def _environment(stacks: Stacks, alone: bool) -> Html:
    name, plan = stacks.environment, stacks.plan
    picture = Html(svg(graph.picture([plan]), f"{name}-graph"))
    parts: list[Text] = [
        element("h2", f"Environment {name}", id=name),
        _summary(stacks),
        *([] if alone else [_links(stacks)]),
        element("h3", "Architecture", id=f"{name}-picture"),
        element("p", "The picture is wider than the screen: push it sideways.", class_="sideways"),
        element("div", picture, class_="wide", role="group", tabindex="0", aria_label=f"Architecture of {name}"),
    ]
    for key, title, part in _parts(stacks):
        parts += [element("h3", title, id=f"{name}-{key}"), part(stacks)]
    return element("section", joined(parts, "\n"), aria_labelledby=name)


def _summary(stacks: Stacks) -> Html:
    plan = stacks.plan
    cluster = plan.blueprint.cluster
    count = sum(len(one["Resources"]) for one in stacks.templates.values())
    facts = {
        "Cluster": plan.name,
        "Account": plan.blueprint.account or "where it is deployed",
        "Region": plan.region,
        "Kubernetes": cluster.version,
        "Endpoint": cluster.endpoint.access,
        "Resources": f"{count} in {_stacks(len(stacks.templates))}",
        "Add-ons": str(len(plan.addons)),
        "A month costs about": costs.about(stacks),
        "Deletion protection": "on" if cluster.deletion_protection else "off",
    }
    return element("dl", *(element("div", element("dt", key), element("dd", one)) for key, one in facts.items()))


def _stacks(count: int) -> str:
    return "1 stack" if count == 1 else f"{count} stacks"
