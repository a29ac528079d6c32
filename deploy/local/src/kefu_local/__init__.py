"""What runs kefu on one machine: its own servers, its sinks for messages, and the story that shows it."""
