"""Turn the charts of blueprints into plain manifests beside them, pinned by a lock."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

from bpc import pipeline, publish, vendoring
from bpc.beside import Beside
from bpc.cli import vendor_check
from bpc.cli.blueprints import Read, add_format, complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, OK, STALE
from bpc.cli.progress import bar
from bpc.diagnostics import Diagnostic, errors, tidy
from bpc.environments import Place
from bpc.plan.shapes import Plan
from bpc.publish import Refused, folders
from bpc.source import Document
from bpc.vendored import BROKEN_LOCK, lock
from bpc.vendored.lock import Lock
from bpc.vendoring import Vendored, helm
from bpc.vendoring.archive import Cache
from bpc.vendoring.failed import Failed
from bpc.vendoring.fetch import Indexes, Source

EXAMPLES = """examples:
  bpc vendor blueprint.yaml                 write vendor/<name>/ and blueprint.lock beside it
  bpc vendor blueprint.yaml --images        ask the registries for the digest of every image, too
  bpc vendor blueprint.yaml --offline       the same from the lock and the cache; nothing is fetched
  bpc vendor blueprint.yaml --update        fetch again, and take archives and tags that have changed
  bpc vendor blueprint.yaml --check         write nothing; exit 3 and name the files when they are stale

Commit both. Then `bpc compile` reads them, and needs neither Helm nor a network.
"""
SHOWN = 20  # so many changes are named


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs", metavar="SPEC", nargs="*", default=["blueprint.yaml"], help="a blueprint (default: blueprint.yaml)"
    )
    parser.add_argument("--helm", metavar="PATH", default="", help="the Helm that renders (default: helm on the PATH)")
    parser.add_argument("--update", action="store_true", help="take archives and tags that are not what the lock has")
    parser.add_argument(
        "--images", action="store_true", help="note the digests of images too; a lock that has some, always"
    )
    parser.add_argument("--offline", action="store_true", help="fetch nothing")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 when what is there is stale")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=60.0, help="for each file that is fetched (default: 60)"
    )
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    if options.update and options.offline:
        sys.stderr.write("bpc: --update fetches, and --offline does not; choose one\n")
        return BAD_USAGE
    if options.update and options.check:
        sys.stderr.write("bpc: --update writes, and --check does not; choose one\n")
        return BAD_USAGE
    specs, code = read(options.specs)
    found = cache(lambda: helm.find(options.helm))
    source = Source(found, Indexes(), Cache(), options.offline, options.update, options.timeout)
    results, said, stale = [], [], False
    for spec in specs:
        document, complaints, lines, fresh = _one(spec, source, options)
        stale = stale or not fresh
        results.append((spec, pipeline.Result("", document, tidy(complaints), {})))
        said += lines
    complain(results, options.format)
    if options.format == "text":
        sys.stdout.write("".join(f"{line}\n" for line in said))
    return max([code, *(BROKEN_BLUEPRINT for _, result in results if result.failed), STALE if stale else OK])


def _one(
    spec: Read, source: Source, options: argparse.Namespace
) -> tuple[Document | None, list[Diagnostic], list[str], bool]:
    """Vendor for one blueprint; what is wrong, what was done, and whether a check found nothing to do."""
    document, plans, found = pipeline.plans(spec.raw)
    if errors(found) or document is None:
        return document, found, [], True
    jobs, pins = vendoring.wanted(plans), bool(options.images)
    try:
        known = _known(spec.path) if jobs or pins or Beside.of(spec.path).has(lock.name(spec.path)) else Lock()
        pins = pins or bool(known.images)
        if not jobs and not pins:
            return document, found, [f"{spec.path}: no chart to vendor"], True
        made = vendoring.vendor(jobs, known, source, _each) if jobs else Vendored(known, {}, [])
        if pins and not errors(made.found):
            made = _pinned(spec, plans, made, known, source)
        found += made.found
        if errors(made.found):
            return document, found, [], True
        if options.check:
            lines = vendor_check.stale(spec.path, plans[0][1].name, made, bool(jobs))
            end = "stale; run `bpc vendor` again" if lines else "fresh"
            return document, found, [*lines, f"{spec.path}: {end}"], not lines
        return document, found, (_write if jobs else _write_lock)(spec, plans[0][1].name, made, known), True
    except Failed as failed:
        return document, [*found, failed.rule.at((), failed.message, failed.help)], [], True
    except Refused as refused:
        return document, [*found, refused.diagnostic], [], True
    except OSError as error:
        said = f"cannot write {error.filename or 'a temporary file'}: {error.strerror or error}"
        return document, [*found, publish.INACCESSIBLE.at((), said)], [], True


def _known(path: str) -> Lock:
    """The lock that is there."""
    try:
        return lock.parse(Beside.of(path).read(lock.name(path)))
    except FileNotFoundError:
        return Lock()
    except (OSError, lock.Broken) as error:
        raise Failed(BROKEN_LOCK, f"{lock.name(path)}: {error}") from error


def _pinned(spec: Read, plans: Sequence[tuple[Place, Plan]], made: Vendored, known: Lock, source: Source) -> Vendored:
    """What is to be written, with the digests of images in the lock."""
    from bpc.vendoring import digests

    drafts = {f"{lock.folder(plans[0][1].name)}/{path}": content for path, content in made.files.items()}
    beside = digests.Drafts(os.path.dirname(spec.path), {**drafts, lock.name(spec.path): lock.text(made.lock)})
    jobs, found = digests.wanted(plans, beside, spec.path)
    if errors(found):
        return made.replace(found=[*made.found, *found])
    asked = digests.Asked(known.images, source.offline, source.update, source.seconds)
    images, found = digests.resolved(jobs, asked, _each)
    return made.replace(lock=made.lock.replace(images=images), found=[*made.found, *found])


def _each(what: str, call: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """Several at once; a bar shows how many are done."""
    with ThreadPoolExecutor(vendoring.WORKERS) as pool:
        try:
            return [*bar(pool.map(call, items), len(items), what, few=2)]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write(spec: Read, name: str, made: Vendored, known: Lock) -> list[str]:
    """The folder and then the lock. Between the two, compiling says that they do not fit, and to vendor again."""
    beside = os.path.dirname(spec.path)
    folder, place = os.path.join(beside, lock.folder(name)), os.path.join(beside, lock.name(spec.path))
    text = lock.text(made.lock)
    draft = f"{place}.new-{os.getpid()}"
    with publish.Staging(folder) as staging:
        for path, content in made.files.items():
            staging.write(path, content)
        try:
            if vendor_check.differs(place, text):
                folders.write(draft, text)
            published = staging.commit({"blueprint": {"file": os.path.basename(spec.path)}})
            if os.path.exists(draft):
                _replace(draft, place, staging)
        finally:
            with suppress(OSError):
                os.unlink(draft)
    moved = [*_moved(known.charts, made.lock.charts), *_digests(known.images, made.lock.images)]
    return [*moved, *_changes(published)]


def _write_lock(spec: Read, name: str, made: Vendored, known: Lock) -> list[str]:
    """The lock alone, where there is no chart; `name` is the blueprint's."""
    place = os.path.join(os.path.dirname(spec.path), lock.name(spec.path))
    draft = f"{place}.new-{os.getpid()}"
    text = lock.text(made.lock)
    if not made.lock.images and not known.images:
        return [f"{spec.path}: no image of {name} has a digest to keep"]
    if not vendor_check.differs(place, text):
        return [f"{place}: unchanged"]
    try:
        folders.write(draft, text)
        os.replace(draft, place)
    finally:
        with suppress(OSError):
            os.unlink(draft)
    return _digests(known.images, made.lock.images)


def _replace(draft: str, place: str, staging: publish.Staging) -> None:
    """The lock in its place; if that cannot be, the folder is as it was too."""
    try:
        os.replace(draft, place)
    except BaseException:
        staging.take_back()
        raise


def _moved(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What became of the charts."""
    lines = [f"{one}: no longer there" for one in old if one not in new]
    for one, entry in new.items():
        if one not in old:
            lines.append(f"{one}: new, SHA-256 {entry['sha256']}")
        elif old[one] != entry:
            lines.append(f"{one}: SHA-256 {old[one]['sha256']} is now {entry['sha256']}")
    return lines


def _digests(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What became of the digests of images."""
    lines = [f"{one}: {old[one]} is now {new[one]}" for one in new if old.get(one, new[one]) != new[one]]
    lines += [f"{one}: no longer pulled" for one in old if one not in new]
    lines += [f"{one}: {new[one]}" for one in new if one not in old]
    rest = [f"and {len(lines) - SHOWN} more images"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + rest


def _changes(published: publish.Published) -> list[str]:
    kinds = {"new": published.added, "changed": published.changed, "removed": published.removed}
    named = [f"{published.folder}/{path}: {what}" for what, paths in kinds.items() for path in paths if path[0] != "."]
    if not named:
        return [f"{published.folder}: unchanged"]
    rest = [f"and {len(named) - SHOWN} more files"] if len(named) > SHOWN else []
    return named[:SHOWN] + rest
