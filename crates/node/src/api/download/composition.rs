//! Which deposits give which elements: one row a deposit and element.

use super::{Columns, DownloadError, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// What a deposit gives of an element.
struct Row {
    key: types::SeriesKey,
    area: String,
    share: types::Figure,
    sum: String,
    note: String,
}

/// Every share of an element that is published of a deposit. The page has a column an element; here each share is a row, so that it
/// keeps what it rests on and its edition. `subject` is the deposit; `sum_percent` is what its shares come to as they were published.
///
/// # Errors
/// [`DownloadError::NoCommodity`]; [`DownloadError::TooLong`].
pub fn composition<'t>(lens: Lens<'t>, commodity: &str) -> Result<Table<'t>, DownloadError> {
    let found = views::composition(lens, commodity, (0, usize::MAX));
    let found = found.ok_or_else(|| DownloadError::NoCommodity(commodity.to_owned()))?;
    let deposits = found.deposits;
    super::check_length(
        deposits
            .iter()
            .map(|line| line.shares.iter().flatten().count())
            .sum(),
    )?;
    let mut rows = Vec::new();
    for line in deposits {
        rows.extend(line.shares.into_iter().flatten().map(|share| Row {
            key: shown::series_of(lens, &share),
            area: line.area.clone(),
            sum: line.sum.clone(),
            note: line.note.clone(),
            share,
        }));
    }
    let columns = shown::named(Columns::over(&rows), |row| &row.key).text("area", |row| row.area.clone());
    let columns = shown::told(columns, |row| &row.share)
        .decimal("sum_percent", |row| Some(row.sum.clone()))
        .text("note", |row| row.note.clone());
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.share);
    Ok(columns.table(&["composition", commodity]))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_share_names_its_deposit_and_element_and_one_that_nobody_tells_has_no_row() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&composition(lens, "rare_earths").unwrap());
        let columns = [
            "measure",
            "subject",
            "area",
            "commodity",
            "value",
            "unit",
            "sum_percent",
        ];
        let share = |deposit, area, element, value, sum| {
            ["element_share", deposit, area, element, value, "percent", sum]
        };
        assert_eq!(
            example::cells(&rows, columns),
            [
                share("Bayan Obo", "CHN", "lanthanum", "23.2", "73.2"),
                share("Bayan Obo", "CHN", "cerium", "50", "73.2"),
                share("Mount Weld", "AUS", "cerium", "47.6", "47.6"),
            ]
        );
        assert!(rows.iter().all(|row| row["source"] == "deposits-2025"));
        let none = composition(lens, "unobtainium");
        assert!(matches!(none, Err(DownloadError::NoCommodity(_))));
    }
}
