//! Floor 7: the binary of a member's node and of the demo club.
fn main() {}
