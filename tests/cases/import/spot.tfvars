# The same machines, bought in two ways.
managed_node_groups = [
  { name = "on-demand", instance_type = "t3.medium", capacity_type = "ON_DEMAND" },
  { name = "spot", instance_type = "t3.medium", capacity_type = "SPOT" },
]
