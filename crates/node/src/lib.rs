//! Floor 6: HTTP faces, federation loops, jobs and access control of one member's node.
