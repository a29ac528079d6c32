"""Speed and memory, as ratios taken in one run. Never asserted in tests."""
