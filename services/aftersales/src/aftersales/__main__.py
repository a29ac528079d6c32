"""`python -m aftersales` runs the service."""

from aftersales.app import service
from aftersales.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(service, Settings)
