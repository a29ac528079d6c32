"""From a complaint to its close: who judges, who approves, and what happens when time runs out."""
