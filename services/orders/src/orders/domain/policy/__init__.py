"""The company's figures for orders."""
