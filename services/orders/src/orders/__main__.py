"""`python -m orders` runs the service."""

from orders.app import service
from orders.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(service, Settings)
