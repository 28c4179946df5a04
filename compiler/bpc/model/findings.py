"""Who looks for threats, and from which severity on people hear of what was found."""

from __future__ import annotations

from bpc.model.node import Node

CREATE, CONFIGURE, ON_PUSH = "create", "configure", "SCAN_ON_PUSH"
# In the order of the severities.
LEVELS = ("low", "medium", "high", "critical")
AUDIT, RUNTIME, MALWARE = "EKS_AUDIT_LOGS", "RUNTIME_MONITORING", "EBS_MALWARE_PROTECTION"
PLANS = (AUDIT, RUNTIME, MALWARE)


class ImageScanning(Node):
    registry: str
    scan_type: str
    scan_frequency: str | None
    repository_filters: tuple[str, ...]
    severity: str

    @property
    def is_made(self) -> bool:
        """Whether the registry is scanned as the blueprint says."""
        return self.registry == CONFIGURE

    @property
    def is_enhanced(self) -> bool:
        return self.scan_type == "ENHANCED"

    @property
    def frequency(self) -> str:
        """When images are scanned."""
        return self.scan_frequency or ("CONTINUOUS_SCAN" if self.is_enhanced else ON_PUSH)


class GuardDuty(Node):
    detector: str
    features: tuple[str, ...] | None
    eks_addon_management: bool | None
    finding_publishing_frequency: str | None
    severity: str

    @property
    def is_made(self) -> bool:
        """Whether the detector is the platform's own."""
        return self.detector == CREATE

    @property
    def plans(self) -> tuple[str, ...]:
        """The protection plans that are switched on."""
        return (AUDIT, RUNTIME) if self.features is None else self.features

    @property
    def reads_audit_log(self) -> bool:
        return AUDIT in self.plans

    @property
    def watches_runtime(self) -> bool:
        return RUNTIME in self.plans
