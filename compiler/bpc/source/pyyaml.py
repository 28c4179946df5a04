"""PyYAML, whose regular expressions wait for their first use: libyaml reads a blueprint, and needs none of them.

To compile them, one for all characters that may be printed above all, would be a fifteenth of a compile.
"""

from bpc.kit import deferred

with deferred.patterns():
    import yaml

__all__ = ["yaml"]
