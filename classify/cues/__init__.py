"""Named cues: what a text says for or against a cause, a report, a symptom.

The cues themselves are in `classify/data/cues`, a file a cause.
"""
