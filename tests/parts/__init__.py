"""The real tools that check what bpc has written: kubectl, Helm, CloudFormation as moto plays it, cfn-lint and
the Kubernetes schemas. Nothing in here imports bpc; only finished files come in.
"""
