"""Refuses what is nested too deeply, before a parser that calls itself for each level runs out of stack."""

from __future__ import annotations

from typing import Any

import yaml

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Nothing that CloudFormation or Kubernetes takes comes near it.
MOST_LEVELS = 200


class TooDeepError(yaml.YAMLError):
    """The text has more levels than anything real; line and column are where the first of them too many begins."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"there are more than {MOST_LEVELS} levels, one in the other")
        self.line, self.column = line, column


def refuse_deep(text: str) -> None:
    """Raise an error where something is nested too deeply; other mistakes are for the parser to find."""
    depth = 0
    try:
        # Events come one after the other, however deep they are.
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MOST_LEVELS:
                mark = event.start_mark
                raise TooDeepError(mark.line + 1, mark.column + 1) if mark else TooDeepError(1, 1)
    except TooDeepError:
        raise
    except (yaml.YAMLError, ValueError):
        return
