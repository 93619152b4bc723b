"""Reports for a reader: one document, written as Markdown and as a page that asks for nothing."""
