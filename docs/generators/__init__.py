"""What follows from the code, each as files and their content."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
