"""Imports point down one list of layers; every module has a place in it; and the rule can fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpc import checks, model

PACKAGE = Path(__file__).resolve().parent.parent / "compiler" / "bpc"

# A module imports only from rows below its own. What stands directly in a package marked with * never imports its
# siblings; if it is a package itself, its parts may import each other, but not the package that lists them.
LAYERS = """
__main__
cli
cli.run
cli.watch
cli.addons* cli.compile* cli.completion* cli.diff* cli.explain* cli.graph* cli.importing* cli.init* cli.report*
cli.schema* cli.trace* cli.upgrade* cli.validate* cli.vendor cli.verify*
cli.parser
cli.blueprints cli.progress cli.addon_page cli.vendor_check
cli.show cli.exits
starting
upgrading.said
upgrading
upgrading.apis upgrading.edits upgrading.order
upgrading.addons
upgrading.versions upgrading.shapes
tracing.said
tracing.asked tracing.files tracing.lines tracing.outputs
tracing
tracing.objects
difference
vendoring
vendoring.digests
vendoring.fetch vendoring.registry vendoring.rendering vendoring.schemas
vendoring.chance
vendoring.helm vendoring.index vendoring.split
vendoring.archive vendoring.files vendoring.hooks vendoring.registry_login vendoring.web
vendoring.login
vendoring.failed
publish* verify*
verify.depth verify.short_forms
stamp
importing.eksctl importing.tfvars
importing.writer importing.settle
importing.draft
importing
language
about
reference
report.page
report.applications report.costs report.dashboard report.deployment report.findings report.people report.pipelines
report.rights report.running report.services report.watching
report.markup report.style report.values
report
costs.bill
costs.manifests costs.nodes costs.resources
costs.domains
costs.line
costs
graph
graph.dot graph.mermaid graph.svg
graph.scenery
graph.routing
graph.placing
graph.flows
graph.cluster graph.network graph.purposes
graph.machines
graph.lettering graph.picture
pipeline
vendored.digests
vendored
vendored.own
vendored.lock vendored.namespaces vendored.objects
output
output.engines
output.engines.project output.engines.sync
output.engines.argocd output.engines.flux
output.engines.told
output.namespaces
output.waves
kustomize
catalogue
stacks*
contribution
gitops_bridge pod_networking roles
stack
kit.https_egress kit.permissions kit.security_group_rules kit.storage_class kit.user_data
home
kit.web_identity
kit.sheet
blame
anatomy availability overrides deployer
quotas
plan
plan.obstacles*
plan.images
plan.addons plan.apps plan.endpoints plan.groups plan.patching plan.releases
plan.calls plan.identity plan.pipeline plan.prometheus plan.teams plan.watched
plan.shapes checks
plan.subnets plan.first_boot
plan.proxy
plan.packing
addons* unlisted apps*
addon
addon_context
samples
addon_fields
kit.container_insights kit.search kit.well_known kit.workloads kit.app_objects
kit.app_pod
kit.auto_mode_objects
kit.karpenter_objects kit.karpenter_policy kit.karpenter_checks kit.event_queue kit.keys kit.private_bucket kit.login
kit.image_cache kit.lattice kit.load_balancing kit.karpenter_pools kit.karpenter_classes
kit.karpenter_shapes
kit.k8s kit.patches kit.first_boot kit.iam kit.statements
render
environments
build
model shape
schema
schemas
source
facts
kit
diagnostics
kit.record beside
bpc
"""

THIRD_PARTY = {
    "troposphere": (
        "stacks",
        "addons",
        "kit",
        "contribution",
        "roles",
        "stack",
        "home",
        "gitops_bridge",
        "pod_networking",
    ),
    "awacs": ("stacks", "addons", "kit", "addon", "roles"),
    "yaml": ("source", "vendored.objects", "verify"),
    "jsonschema": ("shape", "vendoring.schemas"),
    "cfnlint": ("verify",),
    "kubernetes_validate": ("verify",),
    "hcl2": ("importing.tfvars",),
    "lark": ("importing.tfvars",),
}

ROWS = [[name.rstrip("*") for name in line.split()] for line in LAYERS.split("\n") if line]
APART = [name.rstrip("*") for name in LAYERS.split() if name.endswith("*")]
Import = tuple[str, str]
DOTTED = re.compile(r"bpc(\.[a-z][a-z0-9_]*)+")


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name or "bpc"] = path
    return found


def place(module: str) -> tuple[int, str]:
    """The row of a module, and the entry that gives it: its own name, or the longest one around it."""
    known = {name: index for index, row in enumerate(ROWS) for name in row}
    entry = module
    while entry not in known and "." in entry:
        entry = entry.rpartition(".")[0]
    return known.get(entry, -1), entry


def imports(path: Path) -> Iterator[str]:
    """What a module imports when it runs; what only a type checker reads does not count.

    The name of one of our modules in a table or a call is an import too: that is where `import_module` gets it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and ast.unparse(guard.test) == "TYPE_CHECKING"
        for node in ast.walk(guard)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Dict):
            yield from filter(DOTTED.fullmatch, texts([*node.keys, *node.values]))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from texts(node.args)


def texts(nodes: list[ast.expr | None] | list[ast.expr]) -> list[str]:
    return [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def ours(target: str, known: dict[str, Path]) -> str | None:
    """The module of ours behind an import, if it is one."""
    if target != "bpc" and not target.startswith("bpc."):
        return None
    name = target.removeprefix("bpc").lstrip(".")
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or "bpc"


def complaint(module: str, target: str) -> str | None:
    """Why `module` may not import `target`, or nothing."""
    (row, entry), (other_row, other) = place(module), place(target)
    if entry == other:
        mine, others = branch(module, entry), branch(target, entry)
        if entry in APART and mine and others and mine != others:
            return f"{module} imports its sibling {target}"
        lists_me = bool(mine) and target == f"{entry}.{mine}" != module
        return f"{module} imports {target}, which lists its parts" if lists_me else None
    return None if row < other_row else f"{module} (row {row}) imports {target} (row {other_row})"


def branch(module: str, entry: str) -> str:
    """The child of `entry` that a module is, or is in; nothing for the entry itself."""
    return module.removeprefix(entry).removeprefix(".").partition(".")[0]


def test_every_module_has_a_place() -> None:
    assert [name for name in modules() if place(name)[0] < 0] == []


def test_imports_point_down() -> None:
    known = modules()
    wrong = []
    for module, path in known.items():
        for target in imports(path):
            found = ours(target, known)
            if found and found != module and (reason := complaint(module, found)):
                wrong.append(reason)
    assert wrong == []


def test_a_module_named_in_a_table_exists_and_counts_as_imported() -> None:
    known = modules()
    topics = {name for name, path in known.items() if name.startswith("checks.") and "\nCHECKS = " in path.read_text()}
    assert {f"bpc.{name}" for name in topics} == set(checks.TOPICS)
    assert topics <= {ours(target, known) for target in imports(known["checks"])}
    for home in {*checks.TOPICS, *model.LAZY.values()}:
        assert ours(home, known) == home.removeprefix("bpc.")


def test_each_library_has_its_own_places() -> None:
    wrong = []
    for module, path in modules().items():
        for target in imports(path):
            allowed = THIRD_PARTY.get(target.partition(".")[0])
            if allowed and not any(module == one or module.startswith(f"{one}.") for one in allowed):
                wrong.append(f"{module} imports {target}")
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("model", "pipeline"),
        ("addons.vpc_cni", "addons.coredns"),
        ("kit.naming", "plan"),
        ("plan", "stacks.network"),
        ("stacks.network", "stacks.cluster"),
        ("stacks.network.subnets", "stacks.cluster.access"),
        ("stacks.network.subnets", "stacks.cluster"),
        ("stacks.network.subnets", "stacks.network"),
        ("plan.subnets", "plan.groups"),
        ("plan.obstacles.names", "plan.obstacles.addons"),
    ],
)
def test_the_rule_can_fail(module: str, target: str) -> None:
    assert complaint(module, target)


def test_the_rule_allows_what_it_should() -> None:
    assert complaint("pipeline", "plan") is None
    assert complaint("kit.cidr", "diagnostics") is None
    assert complaint("stacks.network", "stacks.network.subnets") is None
    assert complaint("stacks.nodes.managed", "stacks.nodes.role") is None
    assert complaint("plan.obstacles", "plan.obstacles.names") is None
