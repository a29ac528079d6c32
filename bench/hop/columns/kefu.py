"""kefu: a reaction of five lines; metrics on, tracing off."""

from ledger import alone

from shared.service import main
from shared.settings import ServiceSettings

if __name__ == "__main__":
    main(alone, ServiceSettings)
