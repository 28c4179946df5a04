"""Write a first blueprint, with comments, for what you have in mind."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from bpc import pipeline, starting
from bpc.cli.blueprints import Read, complain
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, OK
from bpc.starting import Answers

EXAMPLES = """examples:
  bpc init                                  asks what it has to know, and writes blueprint.yaml
  bpc init --profile study --name myeks --region ap-northeast-2
  bpc init prod.yaml --profile fleet --region eu-west-1 --admin arn:aws:iam::111122223333:role/Admin

It asks on a terminal alone; elsewhere it takes what the options say.
"""
SCHEMA = "blueprint.schema.json"
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")


class _Stop(Exception):
    """There will be no blueprint; what is to be said has been said."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="blueprint.yaml", help="where it goes (default: blueprint.yaml)"
    )
    parser.add_argument("--profile", choices=tuple(starting.profiles()), help=f"what it is for ({starting.FIRST})")
    parser.add_argument("--name", metavar="NAME", help="of the cluster (default: the folder's name)")
    parser.add_argument("--region", metavar="REGION", help="(default: AWS_REGION, where it is set)")
    parser.add_argument("--admin", metavar="ARN", help="the IAM role or user of the cluster's administrator")
    parser.add_argument("--force", action="store_true", help="overwrite the files that are there")
    parser.add_argument("--no-schema", action="store_true", help=f"do not write {SCHEMA} beside it for editors")


def run(options: argparse.Namespace) -> int:
    try:
        _free(options.file, options.force)
        answers = Answers(**{field: _answer(field, options) for field in ("profile", "name", "region", "admin")})
        return _write(answers, options)
    except _Stop as stop:
        return int(str(stop))
    except OSError as error:
        sys.stderr.write(f"bpc: cannot write {error.filename or options.file}: {error.strerror}\n")
        return BAD_USAGE


def _write(answers: Answers, options: argparse.Namespace) -> int:
    text = starting.text(answers, SCHEMA)
    result = pipeline.compile_blueprint(text.encode(), options.file, None)
    complain([(Read(options.file, text.encode()), result)], "text")
    if result.failed:
        sys.stderr.write(f"bpc: the profile {answers.profile} cannot be in {answers.region}; nothing is written\n")
        return BROKEN_BLUEPRINT
    written = [options.file]
    beside = os.path.join(os.path.dirname(options.file), SCHEMA)
    _put(options.file, text, options.force)
    if not options.no_schema and (options.force or not os.path.lexists(beside)):
        from bpc import language

        _put(beside, language.bundle(), options.force)
        written.append(beside)
    sys.stdout.write(f"{' and '.join(written)}: written\n{_next(options.file)}")
    return OK


def _next(file: str) -> str:
    shown = file if " " not in file else f"'{file}'"
    return (
        f"next: read it, then `bpc compile {shown}` writes the templates, and a README that says how to deploy them\n"
    )


def _put(path: str, text: str, force: bool) -> None:
    """Write a file that is not there yet, unless the user insists; never half of one."""
    if force:
        new = f"{path}.new"
        with open(new, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(new, path)
        return
    with open(path, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _free(path: str, force: bool) -> None:
    if os.path.lexists(path) and not force:
        sys.stderr.write(f"bpc: {path} is there already; --force overwrites it\n")
        raise _Stop(BAD_USAGE)


# Questions


def _answer(field: str, options: argparse.Namespace) -> str:
    """What an option says, or somebody on a terminal, or what goes without saying."""
    given: str | None = getattr(options, field)
    usual = _usual(field, options.file)
    asked = given is None and sys.stdin is not None and sys.stdin.isatty()
    if asked:
        return _ask(field, usual)
    value = usual if given is None else given
    if not value and field == "region":
        sys.stderr.write("bpc: say where it is to be, with --region or AWS_REGION\n")
        raise _Stop(BAD_USAGE)
    if why := starting.wrong(field, value):
        sys.stderr.write(f"bpc: {why}\n")
        raise _Stop(BAD_USAGE)
    return value


def _usual(field: str, file: str) -> str:
    if field == "profile":
        return starting.FIRST
    if field == "name":
        return starting.name_of(os.path.dirname(file))
    return next(filter(None, map(os.environ.get, REGION)), "") if field == "region" else ""


def _ask(field: str, usual: str) -> str:
    """Ask until there is an answer that will do."""
    sys.stderr.write("".join(f"{line}\n" for line in _question(field)))
    while True:
        sys.stderr.write(f"{field}{f' [{usual}]' if usual else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            sys.stderr.write("\nbpc: nothing is written\n")
            raise _Stop(BAD_USAGE)
        value = _chosen(field, line.strip() or usual)
        why = starting.wrong(field, value)
        if field == "profile" and value not in starting.profiles():
            why = f"there is no profile {value}; take one of {', '.join(starting.profiles())}"
        if not why:
            return value
        sys.stderr.write(f"  {why}\n")


def _question(field: str) -> Iterator[str]:
    if field == "profile":
        yield "What is it for?"
        for number, (name, what) in enumerate(starting.profiles().items(), 1):
            yield f"  {number} {name:<11} {what}"
    if field == "region":
        yield "The AWS Region, such as eu-west-1."
    if field == "admin":
        yield "The IAM role or user of the cluster's administrator, as an ARN; empty is who creates the stack."


def _chosen(field: str, value: str) -> str:
    """A profile may be chosen by its number."""
    names = list(starting.profiles())
    return names[int(value) - 1] if field == "profile" and value.isdecimal() and 0 < int(value) <= len(names) else value
