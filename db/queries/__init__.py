"""One file a question: the rows behind a page, an export or a command."""
