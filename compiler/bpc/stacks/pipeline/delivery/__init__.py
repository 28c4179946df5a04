"""The pipeline that deploys every environment from the repository with the blueprint's output.

It stands beside the environments' stacks: one template for the pipeline's account and Region, one for each further
Region with the artifacts that are read there, and one for each environment with the roles by which it is deployed.
"""
