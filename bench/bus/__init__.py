"""The bus alone: publishing with confirms, and taking messages that want nothing."""
