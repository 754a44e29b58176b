-- Log of this member and copies of the others' logs.
CREATE TABLE log (
    log        INTEGER PRIMARY KEY,
    origin     TEXT    NOT NULL UNIQUE,
    size       INTEGER NOT NULL CHECK (size >= 0),
    root       BLOB    NOT NULL CHECK (length(root) = 32),
    checkpoint BLOB    NOT NULL
) STRICT;

CREATE TABLE entry (
    log       INTEGER NOT NULL REFERENCES log (log),
    idx       INTEGER NOT NULL CHECK (idx >= 0),
    statement BLOB    NOT NULL CHECK (length(statement) = 32),
    bytes     BLOB    NOT NULL CHECK (length(bytes) <= 65535),
    recorded  INTEGER NOT NULL,
    blob      BLOB    CHECK (blob IS NULL OR length(blob) = 32)
) STRICT;
CREATE UNIQUE INDEX entry_place ON entry (log, idx);
CREATE UNIQUE INDEX entry_statement ON entry (statement, log);
CREATE INDEX entry_blob ON entry (blob) WHERE blob IS NOT NULL;

-- Hash tiles (C2SP tlog-tiles): level counts tiles, not tree levels; the last tile of a level may be partial.
CREATE TABLE tile (
    log    INTEGER NOT NULL REFERENCES log (log),
    level  INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    hashes BLOB    NOT NULL CHECK (length(hashes) % 32 = 0),
    PRIMARY KEY (log, level, idx)
) STRICT;

-- Content-addressed payloads. One that no entry names yet belongs to an import under way, or to one that was cut off
-- and is swept at the next start.
CREATE TABLE blob (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    bytes  BLOB NOT NULL
) STRICT;
