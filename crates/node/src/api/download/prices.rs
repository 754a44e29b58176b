//! Prices: one row a product, publication and period.

use super::{Columns, DownloadError, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};
use didymium_twin::FigureAddress;

/// A point of a line.
struct Row {
    key: types::SeriesKey,
    area: String,
    point: types::Figure,
}

/// Every price of a commodity and its family, line by line, the oldest first.
///
/// # Errors
/// [`DownloadError::TooLong`].
pub fn prices<'t>(lens: Lens<'t>, commodity: &str) -> Result<Table<'t>, DownloadError> {
    let lines = views::prices(lens, commodity, (0, usize::MAX)).lines;
    super::check_length(lines.iter().map(|line| line.points.len()).sum())?;
    let mut rows = Vec::new();
    for line in lines {
        let key = &line.key;
        rows.extend(line.points.into_iter().map(|point| Row {
            key: key.clone(),
            area: market(lens, &point),
            point,
        }));
    }
    let columns = shown::named(Columns::over(&rows), |row| &row.key).text("area", |row| row.area.clone());
    let columns = shown::told(columns, |row| &row.point);
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.point);
    Ok(columns.table(&["prices", commodity]))
}

/// The market that a price is of: lines are told apart by product and publication, and their figures name it.
fn market(lens: Lens<'_>, price: &types::Figure) -> String {
    match price.figure.parse() {
        Ok(FigureAddress::Fact(digest)) => {
            let fact = lens.twin.fact_by_digest(&digest);
            fact.map_or_else(String::new, |fact| lens.twin.text(fact.area).to_owned())
        }
        Ok(FigureAddress::Series { area, .. }) => area,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_price_carries_its_product_market_unit_and_edition() {
        let twin = example::twin();
        let rows = example::rows(&prices(Lens { twin: &twin }, "rare_earths").unwrap());
        let columns = [
            "commodity",
            "subject",
            "area",
            "period",
            "value",
            "unit",
            "source",
            "licence",
        ];
        let of = |period, value| {
            [
                "neodymium",
                "oxide",
                "CHN",
                period,
                value,
                "usd_per_kg",
                "prices-2025",
                "CC0-1.0",
            ]
        };
        assert_eq!(
            example::cells(&rows, columns),
            [of("2023", "78.5"), of("2024", "56.1")]
        );
    }
}
