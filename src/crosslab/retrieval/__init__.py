"""Search across languages: a dual encoder, what it is trained by, and what it finds."""
