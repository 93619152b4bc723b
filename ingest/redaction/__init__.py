"""The rules of redaction, a file for each sort of personal data; `privacy` applies them."""
