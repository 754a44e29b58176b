//! Shares that shade the map: one row a country.

use super::{Columns, DownloadError, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// Each country's figure of a stage with its share; no row where nobody publishes a series for the stage.
///
/// # Errors
/// [`DownloadError::NotHere`] where there is no such commodity, or its chain has no such stage.
pub fn map<'t>(lens: Lens<'t>, commodity: &str, stage: &str) -> Result<Table<'t>, DownloadError> {
    let found = views::map_shares(lens, commodity, stage);
    let found = found.ok_or_else(|| DownloadError::not_here("stage", &format!("{commodity}/{stage}")))?;
    let key = found.series.unwrap_or_default();
    let columns = Columns::<types::CountryShare>::over(&found.shares);
    let columns = shown::named(columns, |_| &key).text("area", |row| row.area.clone());
    let columns = shown::told(columns, |row| &row.value)
        .decimal("share_percent", |row| row.share.value.clone())
        .integer("listed", |_| found.listed.map(u64::from));
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.value);
    Ok(columns.table(&["map", commodity, stage, &found.period]))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_country_has_its_figure_and_its_share() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&map(lens, "rare_earths", "mine").unwrap());
        let columns = [
            "stage",
            "area",
            "period",
            "value",
            "unit",
            "substance",
            "share_percent",
            "licence",
        ];
        let of = |area, value, share| ["mine", area, "2023", value, "t", "REO", share, "CC0-1.0"];
        assert_eq!(
            example::cells(&rows, columns),
            [
                of("CHN", "255000", "67.8191"),
                of("USA", "41600", "11.0638"),
                of("AUS", "16000", "4.2553"),
            ]
        );
        assert_eq!(
            example::rows(&map(lens, "rare_earths", "alloy").unwrap()).len(),
            0
        );
        assert!(matches!(
            map(lens, "rare_earths", "nowhere"),
            Err(DownloadError::NotHere { what: "stage", .. })
        ));
    }
}
