"""What a run does once it is known which one it is: train, answer, hand over what to record."""
