"""What the company has laid down: by when which customer is called, whose duty it is, and what is asked."""
