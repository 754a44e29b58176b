-- What this member's witness cosigned last, of each log that it witnesses. A row only ever moves forward.
CREATE TABLE cosigned (
    origin       TEXT    PRIMARY KEY,
    size         INTEGER NOT NULL CHECK (size >= 0),
    root         BLOB    NOT NULL CHECK (length(root) = 32),
    unix_seconds INTEGER NOT NULL CHECK (unix_seconds > 0),
    note         TEXT    NOT NULL
) STRICT;

-- Checkpoints of this member's own log with the cosignatures that others gave: of each grade the newest.
CREATE TABLE published (
    origin TEXT    NOT NULL,
    grade  TEXT    NOT NULL CHECK (grade IN ('cosigned', 'witnessed')),
    size   INTEGER NOT NULL CHECK (size >= 0),
    note   TEXT    NOT NULL,
    PRIMARY KEY (origin, grade)
) STRICT;
