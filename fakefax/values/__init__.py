"""Values that everything shares: durations, money, sizes, URLs, redaction. Standard library only, no state."""
