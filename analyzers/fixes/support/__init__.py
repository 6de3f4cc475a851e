"""What the fixes share."""
