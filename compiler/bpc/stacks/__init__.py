"""The CloudFormation stacks: a file each, or a folder with a file for each part.

A part has `fill(plan, sheet)`. The stack's own `fill` lists its parts in the order of the template, and imports a part
that is not always wanted only where the plan wants it.
"""
