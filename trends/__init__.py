"""Stage three: counts, rates and intervals over time."""
