"""What is in print: the sources, what they say of each claim, and how more of them are found."""
