"""A Secret with a name and a password, which is made by hand: neither a blueprint nor Git may know it."""

from __future__ import annotations


def command(namespace: str, secret: str) -> str:
    """How to make one, with a password that nobody has to think of."""
    return (
        f"kubectl --namespace {namespace} create secret generic {secret} --from-literal=admin-user=admin "
        '--from-literal=admin-password="$(openssl rand -base64 24)"'
    )
