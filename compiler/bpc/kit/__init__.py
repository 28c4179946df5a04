"""Small pure builders that stacks and add-ons share: names, template parts, IAM documents, Kubernetes objects."""
