"""The durable hop: consume an event, decide, write state and outbox, publish the next event confirmed, acknowledge."""
