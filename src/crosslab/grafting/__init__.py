"""How an English encoder is made to read other languages, step by step."""
