"""What is worked out from many orders: the figures of reports, and the cheapest plan for a day's vehicles."""
