-- What another log is being copied up to while entries wait ahead of its head: the checkpoint, verified, that they were
-- fetched for. Entries and tiles ahead of `size` belong to it; without it there may be none. A log of which nothing but
-- such entries is here has an empty checkpoint of its own.
ALTER TABLE log ADD COLUMN pending BLOB;
