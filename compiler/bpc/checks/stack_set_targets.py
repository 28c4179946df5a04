"""Stack sets over many accounts: which settings belong to one account, which to every account of a unit.

The facts are from the CloudFormation API Reference (DeploymentTargets, AutoDeployment, StackSetOperationPreferences).
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

TARGETS = rule(
    "BPC932",
    "stack-set-targets",
    why="The stack of an environment is in the environment's account, or in every account of its organizational units. "
    "What is about many accounts has no meaning for one.",
    cure="Say `accountFilterType: none` and no `account` for every account of the units; for one account, leave "
    "`autoDeployment` and `operationPreferences` out.",
)
PREFERENCES = rule(
    "BPC933",
    "operation-preferences",
    why="CloudFormation takes a number or a percentage, not both. As long as it is strict, it works in one account "
    "more at a time than may fail, whatever maximum is said.",
    cure="Say one of the two; raise the number of failures, or say `concurrencyMode: soft-failure-tolerance`.",
)


def _accounts(blueprint: Blueprint) -> Iterator[Diagnostic]:
    sets = blueprint.cloudformation.stack_sets
    assert sets, "the topic is for blueprints that have it"
    auto = sets.auto_deployment
    if sets.everywhere and blueprint.account:
        here = ("environments", blueprint.environment, "account")
        yield TARGETS.at(here, "with `accountFilterType: none` the stack is in every account of the units", key=True)
    if not sets.everywhere and auto and auto.enabled:
        yield TARGETS.at(auto.at, "the stack is in one account, so none comes", key=True)
    if not sets.everywhere and sets.operation_preferences.said:
        message = "the stack set has one stack, so there is nothing to do at a time"
        yield TARGETS.at(sets.operation_preferences.at, message, "say the order of environments in `waves`", key=True)
    if auto and not (auto.enabled or auto.retain_stacks_on_account_removal):
        at = (*auto.at, "retainStacksOnAccountRemoval")
        yield TARGETS.at(at, "with `enabled: false` nothing happens when an account leaves", key=True)


def _preferences(blueprint: Blueprint) -> Iterator[Diagnostic]:
    sets = blueprint.cloudformation.stack_sets
    assert sets, "the topic is for blueprints that have it"
    said = sets.operation_preferences
    for key, one, other in (
        ("failureTolerance", said.failure_tolerance_count, said.failure_tolerance_percentage),
        ("maxConcurrent", said.max_concurrent_count, said.max_concurrent_percentage),
    ):
        if one is not None and other is not None:
            at = (*said.at, f"{key}Percentage")
            yield PREFERENCES.at(at, f"{key}Count says it already", key=True)
    tolerated, most = said.failure_tolerance_count or 0, said.max_concurrent_count or 0
    strict = said.concurrency_mode != "soft-failure-tolerance" and said.failure_tolerance_percentage is None
    if strict and most > tolerated + 1:
        at = (*said.at, "maxConcurrentCount")
        yield PREFERENCES.at(at, f"at most {tolerated + 1} at a time, as {tolerated} may fail", key=True)


CHECKS = (_accounts, _preferences)
