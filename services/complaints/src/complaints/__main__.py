"""`python -m complaints` runs the service."""

from complaints.app import service
from complaints.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(service, Settings)
