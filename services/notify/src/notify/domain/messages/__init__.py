"""What can be said to whom: purposes, lines from fact to message, texts and the values that they carry."""
