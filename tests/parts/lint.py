"""cfn-lint as `bpc verify` runs it, over one finished template."""

from __future__ import annotations

import os
from pathlib import Path

from bpc.verify import templates


def lint(template_path: str | os.PathLike[str], region: str) -> list[str]:
    """What cfn-lint finds, each as `rule:line message`, in the template's order."""
    return findings(Path(template_path).read_text(encoding="utf-8"), region)


def findings(text: str, region: str) -> list[str]:
    """The same for a template's text."""
    rows = templates.lint(text, region)
    return [f"{code}:{line} {message}" for code, message, line, *_ in rows]
