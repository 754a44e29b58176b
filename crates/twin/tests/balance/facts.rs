//! The public facts of `data/` as a twin, read once for all tests.

use std::sync::LazyLock;

use didymium_twin::Twin;

#[path = "../risk/data.rs"]
mod data;

static TWIN: LazyLock<Twin> = LazyLock::new(|| data::twin().unwrap());

pub fn public_twin() -> &'static Twin {
    &TWIN
}
