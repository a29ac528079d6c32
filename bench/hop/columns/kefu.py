"""kefu: a reaction of five lines; metrics on, tracing off."""

from ledger import service

from shared.service import main
from shared.settings import ServiceSettings

if __name__ == "__main__":
    main(service, ServiceSettings)
