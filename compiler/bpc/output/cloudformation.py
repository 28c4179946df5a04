"""One template for each stack of each environment."""

from __future__ import annotations

from bpc import quotas, render
from bpc.diagnostics import Diagnostic
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer


class Templates(Writer):
    """Writes templates as they come; nothing of them is kept."""

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        found = []
        text = render.template_yaml if stacks.plan.blueprint.cloudformation.format == "yaml" else render.template_json
        for stack, template in stacks.templates.items():
            body = text(template, self.header)
            if message := quotas.too_large(body):
                from bpc import blame

                found.append(blame.too_large(stack, message, stacks.patched))
            self.write(stacks.file(stack), body)
        return found
