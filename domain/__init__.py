"""The words of whylost: nouns, causes, errors, settings. Imports nothing else of ours."""
