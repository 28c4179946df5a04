"""Further certificate authorities of the cluster: the first step of a rotation.

Amazon EKS User Guide, cluster certificate authority. The cluster itself names the one that signs, by its id: a
template cannot refer to an authority that refers to the cluster.
"""

from __future__ import annotations

from troposphere import GetAtt, Ref, eks

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet) -> None:
    cluster = plan.blueprint.cluster
    for index, name in enumerate(cluster.certificate_authorities):
        title = logical_id(name, "CertificateAuthority")
        authority = eks.CertificateAuthority(title, ClusterName=Ref("Cluster"))
        sheet.add(authority, (*cluster.at, "certificateAuthorities", index))
        sheet.output(
            f"{title}Id", GetAtt(authority, "Id"), "For cluster.activeCertificateAuthorityId, once it is everywhere."
        )
