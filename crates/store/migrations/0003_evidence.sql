-- What shows that a log contradicts itself: verified before it was written, named by its SHA-256.
CREATE TABLE evidence (
    digest   BLOB    PRIMARY KEY CHECK (length(digest) = 32),
    origin   TEXT    NOT NULL,
    bytes    BLOB    NOT NULL,
    found_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_of_log ON evidence (origin, found_ms, digest);
