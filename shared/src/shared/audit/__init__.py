"""Evidence: who was refused what, who read personal data, what operators did, and how that is looked up."""
