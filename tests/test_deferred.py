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
