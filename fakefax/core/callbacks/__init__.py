"""Callbacks: delivery receipts and received faxes, their retry schedule, injected faults."""
