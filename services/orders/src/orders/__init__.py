"""Orders: from the contract's review to the last payment, and the customer hears first."""
