# One self-managed group in the account's default VPC.
tags = {
  env = "dev"
}
node_groups = [
  {
    name          = "default"
    min_size      = 1
    max_size      = 9
    desired_size  = 4
    instance_type = "m6i.xlarge"
  },
]
managed_node_groups = []
fargate_profiles    = []
