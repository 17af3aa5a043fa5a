"""Statistics on right and wrong answers; numpy and scipy alone."""
