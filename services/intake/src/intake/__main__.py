"""`python -m intake` runs the service."""

from intake.app import service
from intake.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(service, Settings)
