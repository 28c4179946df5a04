"""A page about a platform for people, in one HTML file that asks for nothing else: `bpc report`.

`page` puts it together; each part of it is a module that says what there is to say of one environment.
"""

from __future__ import annotations
