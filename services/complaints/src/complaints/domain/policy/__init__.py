"""What the company has laid down about complaints: figures, terms and authority, each version in a file."""
