//! One country: one row a figure.

use super::{Columns, DownloadError, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// A figure of a country, and in which list of its page it stands.
struct Row {
    quantity: &'static str,
    key: types::SeriesKey,
    area: String,
    partner: String,
    figure: types::Figure,
    share: Option<String>,
    rank: Option<u32>,
    listed: Option<u32>,
    note: String,
}

/// Every figure of a country's page: where it stands in each stage with its share and `rank`, its indicators, and its largest exports
/// and imports. The page has four lists of figures of one and the same shape; they are one table, where `quantity` says which
/// list a row is of: `position`, `indicator`, `export` or `import`. Sites and notices have files of their own, which take the
/// country (`sites`, `notices`), and all trade is had of `observations`.
///
/// # Errors
/// [`DownloadError::NotHere`].
pub fn country<'t>(lens: Lens<'t>, iso3: &str) -> Result<Table<'t>, DownloadError> {
    let found = views::country(lens, iso3).ok_or_else(|| DownloadError::not_here("country", iso3))?;
    let positions = found.positions.into_iter().map(|position| Row {
        quantity: "position",
        key: position.key,
        area: found.area.clone(),
        partner: String::new(),
        figure: position.value,
        share: position.share.value,
        rank: Some(position.rank),
        listed: position.listed,
        note: String::new(),
    });
    let observed = [
        ("indicator", found.indicators),
        ("export", found.exports),
        ("import", found.imports),
    ];
    let observed = observed.into_iter().flat_map(|(quantity, list)| {
        list.into_iter().map(move |observation| Row {
            quantity,
            key: observation.key,
            area: observation.area,
            partner: observation.partner,
            figure: observation.value,
            share: None,
            rank: None,
            listed: None,
            note: observation.note,
        })
    });
    let rows: Vec<Row> = positions.chain(observed).collect();
    let columns = shown::named(Columns::over(&rows), |row| &row.key)
        .text("area", |row| row.area.clone())
        .text("partner", |row| row.partner.clone())
        .text("quantity", |row| row.quantity);
    let columns = shown::told(columns, |row| &row.figure)
        .decimal("share_percent", |row| row.share.clone())
        .integer("rank", |row| row.rank.map(u64::from))
        .integer("listed", |row| row.listed.map(u64::from))
        .text("note", |row| row.note.clone());
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.figure);
    Ok(columns.table(&["country", iso3]))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn positions_and_trade_are_rows_of_one_table() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&country(lens, "USA").unwrap());
        let columns = [
            "quantity",
            "area",
            "partner",
            "value",
            "unit",
            "share_percent",
            "rank",
        ];
        let told = example::cells(&rows, columns);
        for expected in [
            ["position", "USA", "", "41600", "t", "11.0638", "2"],
            ["export", "USA", "JPN", "200000", "usd", "", ""],
            ["import", "CHN", "USA", "300000", "usd", "", ""],
        ] {
            assert!(
                told.contains(&expected.map(str::to_owned)),
                "{expected:?}: {told:?}"
            );
        }
        assert!(rows.iter().all(|row| row["licence"] == "CC0-1.0"));
        let none = country(lens, "XYZ");
        assert!(matches!(
            none,
            Err(DownloadError::NotHere { what: "country", .. })
        ));
    }
}
