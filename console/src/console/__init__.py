"""The console: people sign in here and find every service's pages in one frame. It has no business data of its own."""
