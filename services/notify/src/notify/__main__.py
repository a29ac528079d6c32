"""`python -m notify`: run the service with settings from the environment."""

from notify.app import service
from notify.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(service, Settings)
