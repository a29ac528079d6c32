"""What is worked out from many customers or colleagues and kept by none of them."""
