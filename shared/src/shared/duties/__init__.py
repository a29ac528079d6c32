"""What people have to do by when: the list of running clocks, how each explains itself, and its routes."""
