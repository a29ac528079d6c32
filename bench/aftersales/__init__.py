"""How long a service request and its voucher take to be listed and opened among a million."""
