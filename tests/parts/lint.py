"""cfn-lint over a finished template, informational rules included, remembered by content.

A template that has not changed is not linted again: the answer is kept under the SHA-256 of the text, the region
and the version of cfn-lint.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import cast

from . import cache


def lint(template_path: str | os.PathLike[str], region: str) -> list[str]:
    """What cfn-lint finds, each as `rule:line message`, in the template's order."""
    text = Path(template_path).read_text(encoding="utf-8")
    release = version("cfn-lint")
    key = hashlib.sha256("\0".join((release, region, text)).encode()).hexdigest()
    kept = cache.folder("cfn-lint", release) / f"{key}.json"
    if kept.exists():
        return cast("list[str]", json.loads(kept.read_text(encoding="utf-8")))
    found = _lint(text, region)
    cache.write(kept, json.dumps(found).encode())
    return found


def _lint(text: str, region: str) -> list[str]:
    # Imported late: it takes half a second, and a run where everything is remembered does not need it.
    from cfnlint.api import lint as cfn_lint
    from cfnlint.config import ManualArgs

    config = ManualArgs(regions=[region], include_checks=["I"])
    matches = cfn_lint(text, config=config)
    matches.sort(key=lambda one: (one.linenumber, one.columnnumber, one.rule.id, one.message))
    return [f"{one.rule.id}:{one.linenumber} {one.message}" for one in matches]
