"""The planners: SMC and its relatives, TSMCTS, Gumbel MCTS, each with its own settings, and the registry that names them."""
