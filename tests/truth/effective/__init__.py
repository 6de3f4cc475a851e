"""The static estimate of effective fields against fields that were measured."""
