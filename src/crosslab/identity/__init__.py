"""What identifies a run: everything its answers depend on, and nothing else."""
