"""The company's figures for messages."""
