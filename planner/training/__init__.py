"""Making checkpoints: expert iteration, and how good a checkpoint is."""
