"""Source that means harm: every analysis of it ends soon, small, and without a traceback."""
