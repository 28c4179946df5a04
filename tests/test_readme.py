"""What README.md, CONTRIBUTING.md and CHANGELOG.md say is so: commands run, files exist, tables and numbers agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bpc import catalogue, reference
from bpc.cli import exits, main
from parts import kubectl

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/*.md"))
MARK = "<!-- test command -->\n"
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)#\s\[{]+)(?:#[^)\s]*)?\)")
SVG = "{http://www.w3.org/2000/svg}"
# What a checkout does not hold, and nobody would copy.
SCRATCH = shutil.ignore_patterns(
    ".*_cache", ".cache", ".git", ".hypothesis", ".venv", "__pycache__", "build", "*.egg-info"
)


def section(text: str, title: str) -> str:
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title}"
    return found.group(1)


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table that begins with a heading."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def tracked() -> list[Path]:
    """The files of the checkout."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]


def shell(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a reader would, with this bpc on the PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, **more},
        check=False,
    )


# The two commands

[TRY] = fences(section(README, "Try it"), "sh")
[TESTS] = fences(section(README, "Run the tests"), "sh")


def test_each_of_the_two_commands_is_one_line() -> None:
    assert TRY.count("\n") == TESTS.count("\n") == 1
    assert TRY.startswith("python3 -m venv ") and TESTS.startswith("python3 -m venv ")


def test_ci_runs_the_readmes_test_command(tmp_path: Path) -> None:
    """`.ci/run` itself, beside this README, where everything that it would start only says its name."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for tool in (tools / "python3", tools / "pip", tools / "pytest"):
        tool.write_text('#!/bin/sh\necho "ran ${0##*/} $*"\n', encoding="utf-8")
        tool.chmod(0o755)
    run = shell(".ci/run", tmp_path, PATH=f"{tools}:{os.environ['PATH']}")
    assert run.stdout.splitlines() == [
        f"+ {TESTS.strip()}",
        "ran python3 -m venv --upgrade-deps .venv",
        "ran pip install -q -e .[test,verify]",
        "ran pytest -n 2",
    ]


def test_ci_refuses_a_readme_without_the_command(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    for text in (README.replace(MARK, ""), README.replace(TESTS, f"{TESTS}true\n")):
        (tmp_path / "README.md").write_text(text, encoding="utf-8")
        assert shell(".ci/run", tmp_path).returncode == 1


def test_the_first_command_works_on_a_fresh_clone(tmp_path: Path) -> None:
    for path in tracked():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    run = shell(TRY, tmp_path)
    assert run.returncode == 0, run.stderr
    [said] = fences(section(README, "Try it"), "text")
    assert run.stdout == said
    made, known = tmp_path / "try" / "myeks", ROOT / "out" / "myeks"
    assert (made / "cloudformation" / "default" / "10-network.yaml").is_file()
    for path in known.rglob("*.*"):
        if path.is_file():
            assert (made / path.relative_to(known)).read_bytes() == path.read_bytes()


# What else can be typed


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the reader has compiled the study, and typed everything below "Write your own"."""
    folder = tmp_path_factory.mktemp("readme") / "bpc"
    shutil.copytree(ROOT, folder, ignore=SCRATCH)
    lines = fences(section(README, "Write your own"), "sh")[0].splitlines()
    assert lines[0].startswith(". .venv/bin/activate"), "what comes before the lines that are run here"
    for line in [TRY.rpartition("&& .venv/bin/")[2].strip(), *lines[1:]]:
        run = shell(line, folder)
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"
    return folder


def quoted() -> Iterator[str]:
    """The lines that begin with bpc, wherever they are quoted, as long as they hold more than the verb."""
    for text in (README, CONTRIBUTING):
        for line in [*SPAN.findall(prose(text)), *"".join(fences(text, "sh")).splitlines()]:
            command = line.partition(" #")[0].strip()
            # One goes on until somebody ends it, as tests/test_watch.py does.
            if command.startswith("bpc ") and command.count(" ") > 1 and not command.startswith("bpc watch "):
                yield command


COMMANDS = sorted(set(quoted()) - set(fences(section(README, "Write your own"), "sh")[0].splitlines()))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_quoted_command_runs(command: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if command.startswith("bpc verify"):
        monkeypatch.setenv("BPC_KUBECTL", kubectl.kubectl())
    run = shell(command, checkout)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`bpc ([a-z]+)`", README + CONTRIBUTING))))
def test_a_verb_exists(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == exits.OK
    assert capsys.readouterr().out.startswith(f"usage: bpc {verb}")


def test_every_verb_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == exits.OK
    known = set(re.findall(r"^    ([a-z]+)\b", capsys.readouterr().out, re.MULTILINE))
    told = {row[0].split()[1] for row in rows(README, "command")}
    assert told == known >= {"compile", "explain"}


# Files


def mentioned(page: Path) -> Iterator[str]:
    """Links to files, and code that names a path in the checkout or what the reader has compiled."""
    text = prose(page.read_text(encoding="utf-8"))
    for target in LINK.findall(SPAN.sub("", text)):
        if "://" not in target:
            yield os.path.relpath(page.parent / target, ROOT)
    known = {path.name for path in ROOT.iterdir()} | {"try", "overlays"}
    for span in SPAN.findall(text):
        if " " not in span and span.split("/")[0] in known and span != "overlays/":
            yield span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path, checkout: Path) -> None:
    missing = [one for one in mentioned(page) if not list(checkout.glob(re.sub(r"<[^>]*>", "*", one).rstrip("/")))]
    assert missing == []


def test_the_pages_name_files() -> None:
    assert {"try/myeks/README.md", "docs/picture.svg", "docs/language.md"} <= set(mentioned(ROOT / "README.md"))
    assert "compiler/bpc/addons/<name>.py" in mentioned(ROOT / "CONTRIBUTING.md")


# Tables, numbers and lists


def test_the_examples_are_those_of_specs() -> None:
    told = [row[0].strip("`") for row in rows(README, "example")]
    assert sorted(told) == sorted(f"specs/{path.name}" for path in (ROOT / "specs").iterdir())


def test_the_three_lines_are_the_smallest_example() -> None:
    [shown] = fences(section(README, "Try it"), "yaml")
    assert shown == (ROOT / "specs" / "minimal.yaml").read_text(encoding="utf-8")
    assert shown.count("\n") == 3
    assert len(list((ROOT / "out" / "minimal" / "cloudformation").rglob("*.yaml"))) == 4


def test_the_exit_codes_are_those_of_the_program() -> None:
    known = {value for name, value in vars(exits).items() if name.isupper()}
    assert {int(row[0]) for row in rows(README, "exit code")} == known


def test_the_stacks_are_the_catalogues() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    stacks = ", ".join(f"`{stack.name}`" for stack in catalogue.stacks())
    assert f"{len(catalogue.stacks())} stacks ({stacks};" in text


def test_what_the_first_screen_says_of_add_ons_is_so() -> None:
    [line] = [one for one in README.partition("\n## ")[0].splitlines() if "add-ons are in its catalogue" in one]
    entries = catalogue.addons()
    number = int(line.split()[2])
    assert number < len(entries)
    assert {source for one in entries for source in one.sources} >= {"eks", "chart"}
    engine, patches = reference.find("gitops.engine"), reference.find("addons.<name>.patches")
    assert engine and {"argocd", "flux"} <= set(engine.node["enum"])
    assert patches and "`addons.<name>.patches`" in README


def test_the_limits_of_speed_are_those_that_the_tests_hold() -> None:
    tests = (ROOT / "tests" / "test_bench.py").read_text(encoding="utf-8")
    held = re.search(r'LIMITS == \{"compile": ([\d.]+), "unchanged": ([\d.]+)\}', tests)
    each = re.search(r"^MOST_EACH = ([\d.]+) ", tests, re.MULTILINE)
    many = re.search(r"^FEW, MANY = \d+, (\d+)$", tests, re.MULTILINE)
    assert held and each and many
    assert f"in a fleet of {many[1]} |" in README
    told = [float(row[1].split()[0]) for row in rows(README, "what")]
    assert told == [float(held[1]), float(held[2]), float(each[1])]


def test_what_is_not_there_yet_is_refused() -> None:
    text = section(README, "What it does not do (yet)")
    later = {
        "Amazon Managed Service for Prometheus": "observability.prometheus",
        "Amazon Managed Grafana": "observability.grafana",
    }
    for words, path in later.items():
        assert (words in text) is not bool(reference.find(path)), f"{words}: is it there by now?"
    for span in SPAN.findall(text):
        path, _, value = span.partition(": ")
        found = reference.find(path)
        assert value not in found.node["enum"] if found and value else not found, f"{span} is there by now"


def test_what_is_there_is_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = {one.path for one in reference.fields() if "." not in one.path} - {"apiVersion", "kind"}
    verbs = {row[0].split()[1] for row in rows(README, "command")}
    assert {one.removesuffix("[]") for one in sections} | verbs <= set(SPAN.findall(text))


# The picture


@pytest.fixture(scope="module")
def picture() -> ElementTree.Element:
    return ElementTree.parse(ROOT / "docs" / "picture.svg").getroot()


def words(picture: ElementTree.Element) -> Iterator[tuple[int, str]]:
    """The lines of the picture, each with the place where it begins."""
    for text in picture.iter(f"{SVG}text"):
        yield int(text.attrib["x"]), "".join(text.itertext())


def test_the_picture_is_true(picture: ElementTree.Element, tmp_path: Path) -> None:
    """The blueprint on the left compiles, and makes the files on the right."""
    arrow = next(x for x, word in words(picture) if word == "bpc compile")
    title, *lines = [(x, word) for x, word in words(picture) if x < arrow]
    edge = min(x for x, _ in lines)
    spec = tmp_path / title[1]
    spec.write_text("".join(f"{' ' * ((x - edge) // 9)}{word}\n" for x, word in lines), encoding="utf-8")
    assert main(["compile", str(spec), "-o", str(tmp_path / "out")]) == exits.OK
    right = [word for x, word in words(picture) if x > arrow]
    assert right[0] == "out/myeks/"
    folder = tmp_path / right[0]
    made = [path.name for path in sorted(folder.glob("cloudformation/default/[0-9]*"))]
    assert [word for word in right if re.match(r"\d\d-", word)] == made
    assert [word for word in right if re.fullmatch(r"\d", word)] == [str(number + 1) for number in range(len(made))]
    for word in ("README.md", "cloudformation/default/", "kubernetes/"):
        assert word in right and (folder / word).exists()
    for word in ("base/cluster-autoscaler/", "overlays/default/", "overlays/default/kustomization.yaml"):
        assert word.rpartition("/")[2] in right or word in right
        assert (folder / "kubernetes" / word).exists()


def test_the_picture_stands_alone(picture: ElementTree.Element) -> None:
    text = (ROOT / "docs" / "picture.svg").read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\s\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "@import" not in text and "url(" not in text and "prefers-color-scheme: dark" in text
    assert {"title", "desc", "style"} <= {one.tag.removeprefix(SVG) for one in picture}


# The whole checkout


def test_nothing_committed_knows_this_machine() -> None:
    """Split, so that this file does not find itself."""
    marks = ["/wo" + "rk/", "file:///" + "opt", "pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js.org"]
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.relative_to(ROOT)}: {mark}" for mark in marks if mark in text]
    assert wrong == []
