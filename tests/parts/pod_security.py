"""Whether a namespace admits a pod, by the level of the Pod Security Standards that its labels say.

Source: Kubernetes documentation, Pod Security Standards and Pod Security Admission. Of the controls, those that a pod
of one container is likely to meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ENFORCE = "pod-security.kubernetes.io/enforce"
VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip
HARMLESS = {
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}  # fmt: skip


def refused(namespace: dict[str, Any], pod: dict[str, Any]) -> list[str]:
    """The controls that the pod violates; none where it is admitted."""
    level = (namespace["metadata"].get("labels") or {}).get(ENFORCE, "privileged")
    found = list(_baseline(pod["spec"])) if level in ("baseline", "restricted") else []
    return found + (list(_restricted(pod["spec"])) if level == "restricted" else [])


def _containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [*spec.get("initContainers", []), *spec["containers"]]


def _baseline(spec: dict[str, Any]) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield key
    if any("hostPath" in one for one in spec.get("volumes", ())):
        yield "hostPath"
    for one in _containers(spec):
        context = one.get("securityContext", {})
        if context.get("privileged"):
            yield "privileged"
        if {*context.get("capabilities", {}).get("add", ())} - HARMLESS:
            yield "capabilities"
        if any(port.get("hostPort") for port in one.get("ports", ())):
            yield "hostPort"


def _restricted(spec: dict[str, Any]) -> Iterator[str]:
    whole = spec.get("securityContext", {})
    if any(not VOLUMES & {*one} for one in spec.get("volumes", ())):
        yield "volume types"
    for one in _containers(spec):
        context = one.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False:
            yield "allowPrivilegeEscalation != false"
        capabilities = context.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", ()) or {*capabilities.get("add", ())} - {"NET_BIND_SERVICE"}:
            yield "unrestricted capabilities"
        if context.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True:
            yield "runAsNonRoot != true"
        profile = context.get("seccompProfile", whole.get("seccompProfile", {})).get("type")
        if profile not in ("RuntimeDefault", "Localhost"):
            yield "seccompProfile"
