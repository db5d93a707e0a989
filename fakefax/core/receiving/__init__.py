"""Fax numbers of accounts, and faxes that arrive at them."""
