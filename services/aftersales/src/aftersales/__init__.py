"""Whether goods are under warranty, and everything that is done for a customer after acceptance."""
