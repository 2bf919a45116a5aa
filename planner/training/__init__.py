"""Training of checkpoints by expert iteration or PPO, and their evaluation."""
