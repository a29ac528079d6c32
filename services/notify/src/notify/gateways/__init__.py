"""The third parties that carry messages, behind one small interface."""
