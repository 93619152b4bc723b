"""Every table, once, for SQLite and PostgreSQL alike.

Rows are named by natural keys (keyed hashes, days, names), so that two databases with the same
content are equal row by row, and a worker can compute a key without asking the database.
"""

from db.tables.collected import (
    AddressRow,
    ClosingRow,
    Cursor,
    Gap,
    ImportBlock,
    OriginalRow,
    Passage,
    PlaceRow,
    PostProduct,
    PostRow,
    PostText,
    ThreadRow,
    Tombstone,
)
from db.tables.effects import (
    CompletenessRow,
    ComputedRow,
    EffectRow,
    FrozenEffect,
    FrozenFamily,
)
from db.tables.grouped import (
    ConstrainedPost,
    ConstraintRow,
    GroupingDue,
    IncidentMember,
    MarkRow,
    SketchBand,
)
from db.tables.judged import (
    DrawRow,
    EvidenceRow,
    FactRow,
    ModelRow,
    ModelSpan,
    ReviewRow,
    SampleRow,
    TriageRow,
    VerdictRow,
)
from db.tables.registry import HASH, NAME, Meta, Table, UtcTime
from db.tables.runs import ChangeLog, RunRow, RunSource
from db.tables.series import (
    CountedBefore,
    DailyCountRow,
    EpisodeRow,
    ExposureRow,
    Published,
    SeriesEvent,
)
from db.tables.vendors import ConfirmedFaultRow, OutageRow, ReleaseCandidate, ReleaseRow

__all__ = [
    "HASH",
    "NAME",
    "AddressRow",
    "ChangeLog",
    "ClosingRow",
    "CompletenessRow",
    "ComputedRow",
    "ConfirmedFaultRow",
    "ConstrainedPost",
    "ConstraintRow",
    "CountedBefore",
    "Cursor",
    "DailyCountRow",
    "DrawRow",
    "EffectRow",
    "EpisodeRow",
    "EvidenceRow",
    "ExposureRow",
    "FactRow",
    "FrozenEffect",
    "FrozenFamily",
    "Gap",
    "GroupingDue",
    "ImportBlock",
    "IncidentMember",
    "MarkRow",
    "Meta",
    "ModelRow",
    "ModelSpan",
    "OriginalRow",
    "OutageRow",
    "Passage",
    "PlaceRow",
    "PostProduct",
    "PostRow",
    "PostText",
    "Published",
    "ReleaseCandidate",
    "ReleaseRow",
    "ReviewRow",
    "RunRow",
    "RunSource",
    "SampleRow",
    "SeriesEvent",
    "SketchBand",
    "Table",
    "ThreadRow",
    "Tombstone",
    "TriageRow",
    "UtcTime",
    "VerdictRow",
]
