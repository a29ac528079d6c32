"""What floods of large messages and slow clients cost a service."""
