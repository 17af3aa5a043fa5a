"""What runs learn from and are asked about: invented languages, or real ones."""
