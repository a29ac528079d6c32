"""What runs while a service runs: the consumer of messages and the firing of deadlines."""
