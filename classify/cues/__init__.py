"""Named cues: what a text says for or against a cause, a report, a symptom. One module a cause."""
