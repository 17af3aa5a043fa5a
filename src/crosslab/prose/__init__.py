"""What pages say: tables and sentences that take every number from records."""
