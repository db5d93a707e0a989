"""Money: the ledger, its audit, and what is folded or evicted when an account grows old."""
