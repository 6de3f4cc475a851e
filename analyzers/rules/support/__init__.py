"""What the rules share: their record, settings, selection, suppression and arithmetic."""
