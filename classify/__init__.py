"""Stage two: the likely cause of what a post tells of, with evidence."""
