"""One file a CloudFormation stack."""
