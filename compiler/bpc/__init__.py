"""bpc compiles one blueprint.yaml into raw CloudFormation templates and plain kustomize overlays for Amazon EKS."""

__version__ = "0.1.0"
