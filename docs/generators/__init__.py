"""What follows from the code, each as files and their content."""
