//! The public facts of `data/` as a twin, read once for all tests.

use std::sync::LazyLock;

use didymium_twin::Twin;

#[path = "../risk/data.rs"]
mod data;

/// Families of which the public facts tell something that can be balanced.
pub const FAMILIES: [&str; 7] = [
    "rare_earths",
    "lithium",
    "cobalt",
    "nickel",
    "graphite_natural",
    "gallium",
    "germanium",
];

static TWIN: LazyLock<Twin> = LazyLock::new(|| data::twin().unwrap());

pub fn public_twin() -> &'static Twin {
    &TWIN
}
