"""The shapes of services' answers, where a source and its shapes are too long for one file."""
