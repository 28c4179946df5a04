"""One mistake, one file: `cases/err/<case>.yaml` is refused with exactly the text of `<case>.out`.

`pytest --update-goldens` rewrites the expected texts. Every rule must appear in one of them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bpc.cli import main
from bpc.cli.explain import declare_rules
from bpc.diagnostics import RULES

CASES = Path(__file__).resolve().parent / "cases" / "err"
OPTIONS = re.compile(r"^# options: (.*)$", re.MULTILINE)

# Rules about a folder or a finished output rather than a blueprint, and the tests that raise them.
ELSEWHERE = {
    "BPC1": "test_source.py",
    "BPC50": "test_publish.py",
    "BPC51": "test_diff.py",
    "BPC52": "test_diff.py",
    "BPC53": "test_importing.py",
    "BPC54": "test_vendor.py",
    "BPC550": "test_vendor.py",
    "BPC551": "test_vendor_logins.py",
    "BPC552": "test_vendor_logins.py",
    "BPC554": "test_vendor_digests.py",
    "BPC555": "test_vendor_digests.py",
    "BPC556": "test_vendor_digests.py",
    "BPC557": "test_vendor_digests.py",
    "BPC558": "test_vendor_digests.py",
    **dict.fromkeys(("BPC60", "BPC61", "BPC62", "BPC63"), "test_verify.py"),
    "BPC935": "test_diff_words.py",
    "BPC934": "test_verify.py",
    "BPC930": "test_diff_stack_sets.py",
    "BPC931": "test_diff_stack_sets.py",
    "BPC698": "test_delivery.py",
    "BPC951": "test_charts.py",
    "BPC952": "test_charts.py",
}


def complaints(case: Path, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(CASES)
    options = OPTIONS.search(case.read_bytes().decode("utf-8", "replace"))
    code = main(["compile", case.name, "-o", str(out), *(options.group(1).split() if options else [])])
    said = capsys.readouterr()
    assert code == (1 if ": error BPC" in said.err else 0), said.err
    assert "Traceback" not in said.err
    assert bool(list(out.glob("**/*.yaml"))) == (code == 0)
    return said.err


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_case(
    case: Path, tmp_path: Path, update: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = complaints(case, tmp_path / "out", capsys, monkeypatch)
    expected = case.with_suffix(".out")
    if update:
        expected.write_text(found, encoding="utf-8")
    assert found, "a case must be complained about"
    assert found == expected.read_text(encoding="utf-8")


def test_every_rule_has_a_case() -> None:
    declare_rules()
    said = "".join(path.read_text(encoding="utf-8") for path in CASES.glob("*.out"))
    tests = Path(__file__).parent
    missing = []
    for code, one in RULES.items():
        elsewhere = next((test for start, test in ELSEWHERE.items() if code.startswith(start)), None)
        text = (tests / elsewhere).read_text(encoding="utf-8") if elsewhere else said
        if code not in text and f'"{one.name}"' not in text:
            missing.append(code)
    assert missing == []


def test_no_case_is_orphaned() -> None:
    assert [path.name for path in CASES.glob("*.out") if not path.with_suffix(".yaml").exists()] == []


def test_rules_are_written_for_people() -> None:
    declare_rules()
    for one in RULES.values():
        assert one.why.endswith(".") and one.cure.endswith("."), one.code
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.name), one.code
