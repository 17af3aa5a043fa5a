"""Statistics on right and wrong answers, and the rule that turns an estimate into an outcome."""
