"""The name spaces of ids that are derived, so that the same thing gets the same id however often it comes."""

from uuid import UUID

INBOUND = UUID("0f6f2f34-93a6-5e57-8a3c-4b0a4b1f5d20")
"""Receipts and replies that providers push."""
PEOPLE = UUID("5f0d3c52-6b0e-5d6f-9f37-6f2f0c7d9a11")
"""Customers and colleagues who get messages."""
ADDRESSES = UUID("0b7f0f0a-53a1-5c0e-8d0e-3c5a2f7c41d6")
"""Numbers and addresses that messages go to."""
NUMBERS = UUID("6a1c9d5e-2f47-5b0a-9c63-8e4d7b1f0a25")
"""Numbers of orders, complaints, vouchers, visits and quotes that messages are about."""
WINDOWS = UUID("b9d5ce0e-7f0d-5c39-8f2a-1a3a1d9f6c41")
"""Windows of time in which several facts become one message."""
