"""What the company has laid down about after-sales service: warranty rules and terms, each version in a file."""
