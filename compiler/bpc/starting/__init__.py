"""A first blueprint, with comments, for what somebody has in mind: `bpc init`. One file here is one profile.

In a profile, `#` and a space begin words; `#` and no space begin a setting that works once the `#` is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache

from bpc import facts, schema
from bpc.kit.record import Record

FIRST = "production"
# A role that is nobody's, for the comment that says where yours would be.
NOBODY = "arn:{partition}:iam::111122223333:role/Admin"


class Answers(Record):
    """What somebody says of the platform to be; without `admin`, nobody but the creator comes in."""

    profile: str
    name: str
    region: str
    admin: str = ""


@cache
def profiles() -> Mapping[str, str]:
    """The profiles, each with what it is in one sentence."""
    here = os.path.dirname(__file__)
    names = sorted(name.removesuffix(".yaml") for name in os.listdir(here) if name.endswith(".yaml"))
    return {name: _text(name).partition("\n")[0].removeprefix("# ") for name in names}


def text(answers: Answers, schema_path: str) -> str:
    """The blueprint, beginning with the line by which editors find its schema."""
    known = facts.region(answers.region)
    nobody = NOBODY.format(partition=known.partition if known else "aws")
    body = _text(answers.profile) if answers.admin else _without_access(_text(answers.profile))
    said = {
        "name": answers.name,
        "region": answers.region,
        "version": facts.default_version(),
        "admin": answers.admin or nobody,
    }
    return f"# yaml-language-server: $schema={schema_path}\n#\n{_filled(body, said)}"


def wrong(field: str, value: str) -> str:
    """Why an answer will not do; nothing where it will."""
    if field == "region":
        from bpc.checks.nearest import meant

        hint = meant(value, facts.regions())
        return "" if facts.region(value) else f"EKS has no Region called {value or 'that'}{hint and f'; {hint}'}"
    if field == "admin" and value:
        principal = schema.bundle()["$defs"]["cluster"]["properties"]["access"]["items"]["properties"]["principal"]
        fits = re.search(principal["pattern"], value)
        return "" if fits else f"{value} is no ARN of an IAM role or user, such as {NOBODY.format(partition='aws')}"
    if field == "name":
        node = schema.resolved(schema.bundle()["$defs"]["metadata"])["properties"]["name"]
        if not re.search(node["pattern"], value) or len(value) > node["maxLength"]:
            longest = node["maxLength"]
            return f"a name is letters, digits and hyphens, beginning with a letter, {longest} at most; not {value!r}"
    return ""


def name_of(folder: str) -> str:
    """A name for a platform whose blueprint is in a folder."""
    made = re.sub(r"[^a-zA-Z0-9]+", "-", os.path.basename(os.path.abspath(folder))).strip("-")
    return "platform" if wrong("name", made) else made


def _filled(body: str, said: Mapping[str, str]) -> str:
    """The profile with the answers; comments behind them begin where they did."""
    lines = []
    for line in body.split("\n"):
        new = line
        for key, value in said.items():
            new = new.replace(f"<{key}>", value)
        if new != line and (behind := re.fullmatch(r"(.*[^ #].*?) {2,}# (.*)", new)):
            new = f"{behind[1]:<{line.rindex('# ') - 1}} # {behind[2]}"
        lines.append(new)
    return "\n".join(lines)


def _without_access(body: str) -> str:
    """The same with `access` as a setting to be tried."""
    lines = body.split("\n")
    start = lines.index("  access:")
    return "\n".join([*lines[:start], *(f"  #{one[2:]}" for one in lines[start : start + 3]), *lines[start + 3 :]])


@cache
def _text(profile: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), f"{profile}.yaml"), encoding="utf-8") as file:
        return file.read()
