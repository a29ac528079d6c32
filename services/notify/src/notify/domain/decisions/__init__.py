"""What may be decided: verb(aggregate, what is given, cause) -> Change."""
