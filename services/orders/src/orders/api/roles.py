"""Who at the company may ask for what; which role decides about which gate is the route's own matter."""

CS = ("cs_specialist", "cs_supervisor", "cs_section_chief", "cs_manager", "cs_director")
FOLLOW_UP = ("order_specialist", *CS)
PLANNING = ("planner", *FOLLOW_UP)
