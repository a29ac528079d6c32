"""Evidence about what is stored: checkpoints, verification of every collection, and the check that comes round."""
