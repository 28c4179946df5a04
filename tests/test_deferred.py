"""What is put off, or passed over, is there when somebody asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest


def said(program: str) -> str:
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return run.stdout.strip()


STACKS = "import sys; from bpc import catalogue; catalogue.stacks(); "


@pytest.mark.parametrize("module", ["troposphere.serverless", "troposphere.apigateway", "cfn_tools", "ast"])
def test_a_compile_does_not_wait_for_it(module: str) -> None:
    assert said(f"{STACKS}print({module!r} in sys.modules)") == "False"


def test_who_asks_for_the_module_later_gets_the_real_one() -> None:
    program = STACKS + "from troposphere.serverless import Function, Globals; print(Globals.__mro__[-2].__name__)"
    assert said(program) == "BaseAWSObject"


def test_a_template_still_takes_a_transform() -> None:
    program = STACKS + (
        "import troposphere; it = troposphere.Template(); it.set_transform('AWS::Serverless-2016-10-31'); "
        "print(it.to_dict()['Transform'])"
    )
    assert said(program) == "AWS::Serverless-2016-10-31"


def test_a_name_that_nobody_has_thought_of_is_an_error() -> None:
    program = (
        "from bpc.kit import deferred\n"
        "with deferred.passing_over('colorsys', 'one'):\n"
        "    from colorsys import one\n"
        "    try:\n        from colorsys import two\n"
        "    except ImportError:\n        print('error')\n"
        "from colorsys import rgb_to_hls\n"
    )
    assert said(program) == "error"


READER = "from bpc.source.pyyaml import yaml; "


def test_a_blueprint_is_read_without_the_pattern_of_all_characters() -> None:
    text = "import bpc.source, yaml.reader; bpc.source.parse(b'a: [1, x, 2026-01-01]'); "
    assert said(f"{text}print('search' in vars(yaml.reader.Reader.NON_PRINTABLE))") == "False"


def test_pyyaml_reads_what_it_always_reads() -> None:
    text = "'a: [1, 0x1F, 2026-01-01, yes, 1.5, ~]'"
    plain = said(f"import yaml; print(yaml.safe_load({text}))")
    assert said(f"{READER}print(yaml.safe_load({text}))") == plain
    refusal = (
        f"try:\n    yaml.safe_load({chr(34)}a: \\x07{chr(34)})\nexcept yaml.YAMLError as error:\n    print(type(error))"
    )
    assert said(f"{READER}\n{refusal}") == said(f"import yaml\n{refusal}") == "<class 'yaml.reader.ReaderError'>"


def test_regular_expressions_are_the_usual_ones_afterwards() -> None:
    program = f"import re; before = re; {READER}import sys; print(sys.modules['re'] is before, re.compile('a'))"
    assert said(program) == "True re.compile('a')"
