"""StorageClasses of file systems that are made here, as outputs.

The driver wants the file system's id, which nobody knows before the stack is there; a manifest in a repository
cannot have it. So CloudFormation itself writes the object, and `kubectl apply` takes it from the output.
"""

from __future__ import annotations

import json

from troposphere import Sub

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.kit.storage_class import storage_class
from bpc.model import StorageClass


def fill(one: StorageClass, sheet: Sheet) -> None:
    title = logical_id(one.file_system or "", "FileSystem")
    made = json.dumps(storage_class(one, f"${{{title}}}"), separators=(",", ":"))
    sheet.output(logical_id(one.name, "StorageClass"), Sub(made), f"For kubectl apply: the StorageClass {one.name}.")
