"""Images that no mirror would have, and mirrors that nobody could pull from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpc.diagnostics import Diagnostic, rule
from bpc.facts import registries
from bpc.kit import image_name
from bpc.model.images import Images
from bpc.plan import images
from bpc.plan.shapes import Plan, PlannedAddOn

NO_ACCOUNT = rule(
    "BPC460",
    "mirror-needs-account",
    why="An image in Amazon ECR has the number of its account in its name, and manifests are the same for everybody "
    "who applies them.",
    cure="Say `account` for the environment.",
)
NOTHING = rule(
    "BPC461",
    "nothing-to-mirror",
    why="EKS add-ons pull from a registry of EKS's own in the Region. Nothing else here pulls an image that bpc knows.",
    cure="Take `mirror` away; for the images of workloads, name their `registries`.",
)
NOT_CACHED = rule(
    "BPC462",
    "registry-not-cached",
    why="Amazon ECR caches certain registries only (Amazon ECR User Guide, Sync an upstream registry with an Amazon "
    "ECR private registry).",
    cure="Copy the images to a registry of yours and name it as the mirror, or leave the add-on out.",
)
NO_CREDENTIALS = rule(
    "BPC463",
    "registry-needs-credentials",
    why="Amazon ECR fetches from this registry only as somebody: with a user name and a token (Amazon ECR User Guide, "
    "Storing your upstream repository credentials in an AWS Secrets Manager secret).",
    cure="Say the ARN of the secret in `images.credentials`.",
)
NOT_REWRITTEN = rule(
    "BPC464",
    "chart-not-mirrored",
    why="What an engine installs from a chart is not among the manifests that kustomize rewrites. Flux rewrites it "
    "itself where the images are known; Argo CD does not, and nobody rewrites what is not known.",
    cure="Say `gitops.charts: vendored`, use another source of the add-on, or name the mirror in the chart's `values`.",
)
LONG_PREFIX = rule(
    "BPC465",
    "cache-prefix-too-long",
    why="The prefix of a pull through cache rule has 30 characters at most, and the registry's name is a part of it "
    "(AWS::ECR::PullThroughCacheRule, EcrRepositoryPrefix).",
    cure="Say a shorter `images.prefix`.",
)
UNUSED = rule(
    "BPC466",
    "mirror-setting-unused",
    why="This setting is for the pull-through cache of Amazon ECR.",
    cure="Use `mirror: pull-through-cache`, or take the setting away.",
)
NOT_HERE = rule(
    "BPC467",
    "cache-not-in-partition",
    why="Amazon ECR has no pull through cache in the Regions of China and of AWS GovCloud (US) (Amazon ECR User Guide, "
    "Considerations for using pull through cache rules).",
    cure="Copy the images to a registry of yours, and name it as the mirror.",
)
ELSEWHERE = rule(
    "BPC468",
    "credential-elsewhere",
    why="Amazon ECR reads a secret of its own account and Region (Amazon ECR User Guide, Creating a pull through cache "
    "rule).",
    cure="Make the secret where the platform is, and say its ARN.",
)

LONGEST = 30


def _settings(plan: Plan) -> Iterator[Diagnostic]:
    wanted = _wanted(plan)
    if wanted.cached:
        return
    given = {
        "prefix": wanted.prefix != plan.name.lower(),
        "registries": wanted.registries,
        "credentials": wanted.credentials,
    }
    for key, said in given.items():
        if said:
            yield UNUSED.at((*wanted.at, key), f"{key} does nothing here", key=True)


def _useful(plan: Plan) -> Iterator[Diagnostic]:
    wanted = _wanted(plan)
    if wanted.mirrored and not (images.moved(plan) or images.registries(plan) or images.unknown(plan)):
        yield NOTHING.at((*wanted.at, "mirror"), "no image comes from a registry that this could stand for")


def _cache(plan: Plan) -> Iterator[Diagnostic]:
    wanted = _wanted(plan)
    if not wanted.cached:
        return
    at = (*wanted.at, "mirror")
    if plan.partition != "aws":
        yield NOT_HERE.at(at, f"{plan.region} has no pull-through cache")
    if not plan.blueprint.account and images.moved(plan):
        yield NO_ACCOUNT.at(at, f"the account of {plan.blueprint.environment} is not known")
    longest = max(images.registries(plan), key=len, default="")
    if len(f"{wanted.prefix}/{longest}") > LONGEST:
        said = f"{wanted.prefix}/{longest} has more than {LONGEST} characters"
        yield LONG_PREFIX.at((*wanted.at, "prefix"), said, key=True)
    yield from _upstream(plan, wanted)


def _upstream(plan: Plan, wanted: Images) -> Iterator[Diagnostic]:
    """The registries that are fetched from, each with what it wants."""
    for one in images.moved(plan):
        name, registry = one.owner, one.known.registry
        upstream = registries.upstream_registry(registry)
        if upstream is None:
            yield NOT_CACHED.at(one.at, f"{name} pulls from {registry}, which ECR does not cache", key=True)
        elif upstream.credentials and registry not in wanted.credentials:
            yield NO_CREDENTIALS.at(one.at, f"{name} pulls from {registry}, which wants a user", key=True)
    for index, registry in enumerate(wanted.registries):
        upstream = registries.upstream_registry(registry)
        if upstream and upstream.credentials and registry not in wanted.credentials:
            yield NO_CREDENTIALS.at((*wanted.at, "registries", index), f"{registry} wants a user")
    for registry, arn in wanted.credentials.items():
        region, account = arn.split(":")[3:5]
        if region != plan.region or account != (plan.blueprint.account or account):
            here = f"{plan.region}, {plan.blueprint.account or 'the account'}"
            yield ELSEWHERE.at(
                (*wanted.at, "credentials", registry), f"the secret is in {region}, {account}, not {here}"
            )


def _charts(plan: Plan) -> Iterator[Diagnostic]:
    mirror = images.address(plan)
    engine = plan.blueprint.gitops.engine if plan.blueprint.gitops else ""
    for addon in plan.addons if mirror else ():
        if addon.source != "chart" or _names(addon, mirror):
            continue
        if not images.is_installed(addon, plan):
            yield from _told(addon, plan)
        elif not addon.entry.images:
            yield NOT_REWRITTEN.at(addon.request.at, f"bpc does not know the images of {addon.entry.name}", key=True)
        elif engine == "argocd":
            said = f"Argo CD would pull the images of {addon.entry.name} from where they are published"
            yield NOT_REWRITTEN.at(addon.request.at, said, key=True)
        else:
            yield from _told(addon, plan)


def _told(addon: PlannedAddOn, plan: Plan) -> Iterator[Diagnostic]:
    """What neither kustomize nor Flux sees: an image that a pod asks for by itself."""
    if images.is_installed(addon, plan) and addon.entry.mirrored(addon.context, addon.entry.charts[-1].name):
        return
    told = [one for one in images.told(addon, plan) if images.is_moved(plan, image_name.parsed(one))]
    if names := [image_name.written(one) for one in told]:
        said = f"a setting of {addon.entry.name} names {', '.join(names)}, which nobody rewrites"
        yield NOT_REWRITTEN.at(addon.request.at, said, "say in its `values` where they are in the mirror", key=True)


def _names(addon: PlannedAddOn, mirror: str) -> bool:
    """Whether the blueprint's values speak of the mirror."""
    return _says(addon.request.options.get("values", {}), mirror.partition("/")[0])


def _says(value: object, host: str) -> bool:
    if isinstance(value, Mapping):
        return any(_says(one, host) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_says(one, host) for one in value)
    return isinstance(value, str) and host in value


def _wanted(plan: Plan) -> Images:
    assert plan.blueprint.images, "nobody asks otherwise"
    return plan.blueprint.images


OBSTACLES = (_settings, _useful, _cache, _charts)
