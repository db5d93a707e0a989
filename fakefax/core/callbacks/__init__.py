"""What is posted to callback URLs: delivery receipts and received faxes, their retry schedule, injected faults."""
