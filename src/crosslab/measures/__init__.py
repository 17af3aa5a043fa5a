"""What the runs of a question are compared by: measures by name, read from what the runs left."""
