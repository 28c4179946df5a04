"""What an update would do, worked out from two sets of templates, without an AWS account.

    sides           output folders and blueprints -> templates, intrinsic functions worked out
    direct          two templates -> what each resource says differently
    spread          what follows where a replaced resource is referred to, across stacks, too
    judge, eks      what is dear, what CloudFormation or EKS refuses, what interrupts
    administration  stack sets, and the stacks that they make
    manifests       Kubernetes objects

CloudFormation user guide, "Update behaviors of stack resources". A change set in the account is the last word: it
knows the values of the parameters and what somebody has changed by hand.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from bpc.diagnostics import Diagnostic, errors
from bpc.difference import judge, manifests, rules
from bpc.difference.direct import differing, policy, removed
from bpc.difference.shapes import ADD, MODIFY, REMOVE, Change, Changes, Difference, Object
from bpc.difference.sides import Environment, Side, Stack
from bpc.difference.spread import Web, spread
from bpc.difference.values import references

__all__ = ["compare", "dangers", "unused"]


def compare(old: Side, new: Side) -> Difference:
    """Every environment of both sides, in the order of their names."""
    names = sorted({*old.environments, *new.environments})
    found = {name: _environment(old.environments.get(name), new.environments.get(name)) for name in names}
    changed = {name: one for name, one in found.items() if one != Changes()}
    return Difference(old.shown, new.shown, changed, _administration(old, new, changed))


def _administration(old: Side, new: Side, environments: Mapping[str, Changes]) -> Changes:
    """The template of stack sets, of which the environments' own are the inside."""
    if not (old.administration or new.administration):
        return Changes()
    from bpc.difference import administration

    found = administration.linked(_environment(old.administration, new.administration), environments)
    return administration.alone(found, new.only) if new.only else found


def dangers(difference: Difference, allowed: Sequence[str]) -> list[tuple[str, Diagnostic]]:
    """What must not happen unseen, with its environment, without what is allowed."""
    return [
        (name, one)
        for name, found in difference.parts.items()
        for one in errors(found.diagnostics)
        if not any(_covers(pattern, name, one) for pattern in allowed)
    ]


def unused(difference: Difference, allowed: Sequence[str]) -> list[str]:
    """The allowances that nothing needs."""
    every = dangers(difference, ())
    return [pattern for pattern in allowed if not any(_covers(pattern, name, one) for name, one in every)]


def _covers(pattern: str, environment: str, found: Diagnostic) -> bool:
    """Whether an allowance is for a resource: its logical ID, with its stack and its environment before it or not."""
    parts = (environment, *(str(one) for one in found.path))
    names = ("/".join(parts[start:]) for start in range(len(parts)))
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)


def _environment(old: Environment | None, new: Environment | None) -> Changes:
    if old and new and (old.platform, old.region) == (new.platform, new.region):
        return Changes() if old.files == new.files else _same_platform(old, new)
    stays = _stays(old, new) if old else True
    found = judge.of_platforms(old, new, stays) if old and new else ()
    gone = _whole(old, REMOVE, stays) if old else Changes()
    come = _whole(new, ADD) if new else Changes()
    return Changes((*gone.resources, *come.resources), (), (*gone.objects, *come.objects), (*found, *gone.findings))


def _stays(old: Environment, new: Environment | None) -> bool:
    """Whether the stacks stay that are no longer written. Nobody deletes one but its owner, and a stack set its own."""
    if not old.administration:
        return True
    from bpc.difference import administration

    return administration.stays(old, new)


def _whole(environment: Environment, action: str, stays: bool = True) -> Changes:
    """An environment of which there is nothing on the other side."""
    stacks = environment.stacks()
    web = Web(stacks)
    found = {
        key: removed(key[0], one) if action == REMOVE else Change(*key, one.type, ADD)
        for key, one in web.resources.items()
    }
    objects = (Object(action, *key[1:]) for key in manifests.objects(environment))
    left = tuple(judge.of_stacks(stacks, {})) if action == REMOVE and stays else ()
    changes, _ = judge.judged(found, web, Web({}) if action == REMOVE else web)
    return Changes(tuple(changes), (), tuple(objects), left)


def _same_platform(old: Environment, new: Environment) -> Changes:
    was, now = old.stacks(), new.stacks()
    before, after = Web(was), Web(now)
    titles = dict.fromkeys((*was, *now))
    direct = {one.key: one for title in titles for one in _renames(was.get(title), now.get(title))}
    found, unplaced = judge.judged(spread(direct, before, after), before, after)
    moved = [one for title in titles for one in judge.parameters(was.get(title), now.get(title))]
    objects = tuple(manifests.compare(old, new))
    notes = (
        judge.of_stacks(was, now),
        judge.of_policies(old, new),
        judge.of_parameters(moved, found),
        _other_maker(old, new),
    )
    said = (*unplaced, *chain.from_iterable(notes), *_of_objects(objects))
    return Changes(tuple(found), tuple(moved), objects, said)


def _other_maker(old: Environment, new: Environment) -> Iterator[Diagnostic]:
    if old.administration or new.administration:
        from bpc.difference import administration

        yield from administration.other_maker(old, new)


def _renames(old: Stack | None, new: Stack | None) -> Iterator[Change]:
    """The changes of a stack; what goes and comes with equal content is the same under another logical ID."""
    every = list(differing(old, new))
    pairs: dict[str, str] = {}
    if old and new:
        gone, come = ([one.title for one in every if one.action == action] for action in (REMOVE, ADD))
        while more := next(((a, b) for a in gone for b in come if _alike(old, a, new, b, pairs)), None):
            pairs[more[0]] = more[1]
            gone.remove(more[0])
            come.remove(more[1])
    both = pairs | {after: before for before, after in pairs.items()}
    yield from (one.replace(renamed=both[one.title]) if one.title in both else one for one in every)


def _alike(old: Stack, before: str, new: Stack, after: str, pairs: dict[str, str]) -> bool:
    one, other = old.resources[before], new.resources[after]
    if one.type != other.type or policy(one, "DeletionPolicy") != policy(other, "DeletionPolicy"):
        return False
    taken = [(path, found.kind, found.target, found.attribute) for path, found in references(one.properties)]
    renamed = [(path, kind, pairs.get(target, target), attribute) for path, kind, target, attribute in taken]
    wanted = [(path, found.kind, found.target, found.attribute) for path, found in references(other.properties)]
    return renamed == wanted and _bare(one.properties) == _bare(other.properties)


def _bare(node: object) -> object:
    """A value without what it refers to, and without the tag Name, which often says the logical ID."""
    if isinstance(node, list):
        return [_bare(one) for one in node if not (isinstance(one, dict) and one.get("Key") == "Name")]
    if isinstance(node, dict):
        return {key: "" if key in ("Ref", "Fn::GetAtt") else _bare(one) for key, one in node.items()}
    return node


def _of_objects(objects: Iterable[Object]) -> Iterator[Diagnostic]:
    for one in objects:
        if one.action == MODIFY and one.fixed:
            what = "/".join(filter(None, (one.kind, one.namespace, one.name)))
            message = f"{', '.join(one.fixed)} of {what} cannot change: delete the object and apply it again"
            yield rules.FIXED_FIELD.at(("kubernetes", what), message)
