"""Pictures that people hand in: photographs, signatures and scans, checked, scaled and kept like everything else."""
