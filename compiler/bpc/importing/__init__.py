"""Other tools' descriptions of a cluster become blueprints: `bpc import`.

Data flows one way: the document of the other tool, its converters, a draft (the blueprint's data, and notes on
what could not be carried over), and the writer, which makes commented YAML of it. Nothing here is on the way of
a compile.
"""

from __future__ import annotations
