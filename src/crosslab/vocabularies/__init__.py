"""How the text of a real language becomes token ids."""
