"""What a message is, when it may go out, to whom and in which words; pure."""
