"""Stage one: read public places politely, redact, keep."""
