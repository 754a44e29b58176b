//! The tables as they stood when the crate was built. `build.rs` has read and checked these same files.

use std::sync::LazyLock;

use crate::tables::Tables;
use crate::vocabulary::Vocabulary;

/// Pairs of file name and text.
macro_rules! texts {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../tables/", $file)))),+]
    };
}

const TEXTS: [(&str, &str); 23] = texts![
    "elements.csv",
    "substances.csv",
    "commodities.csv",
    "stages.csv",
    "forms.csv",
    "chain.csv",
    "measures.csv",
    "units.csv",
    "countries.csv",
    "areas.csv",
    "hs_codes.csv",
    "notice_types.csv",
    "source_preference.csv",
    "coverage_gaps.csv",
    "recipes.csv",
    "contents.csv",
    "report_quality.csv",
    "assumptions.csv",
    "voices.csv",
    "end_uses.csv",
    "returns.csv",
    "alloys.csv",
    "deposits.csv",
];

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "build.rs refuses to build when a table is missing"
    )]
    Tables::new(env!("CARGO_PKG_VERSION"), TEXTS).expect("every table is embedded")
});

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "build.rs refuses to build when a table is broken"
    )]
    Vocabulary::from_tables(&TABLES).expect("the embedded tables were checked when the crate was built")
});

impl Tables {
    /// The tables embedded in this build; their version is that of this crate.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &TABLES
    }
}

impl Vocabulary {
    /// The vocabulary of the tables embedded in this build, read at first use.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &VOCABULARY
    }
}
