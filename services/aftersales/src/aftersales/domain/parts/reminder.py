"""The kinds of deadlines at which a customer is reminded."""

EXPIRY = "warranty_expiring"
MAINTENANCE = "maintenance"
