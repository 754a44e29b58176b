//! Columns of a Sankey diagram: one row a link.

use std::collections::BTreeMap;

use didymium_vocabulary::{Decimal, Period, canonical_decimal};

use super::{Columns, DownloadError, Table, shown};
use crate::api::types;
use crate::api::views::{self, Lens};

/// A link with its ends, and the column whose whole it is a share of.
struct Row {
    key: types::SeriesKey,
    from: End,
    to: End,
    stand_in: bool,
    listed: Option<u32>,
    share: f64,
    figure: types::Figure,
}

/// Where a link begins or ends: the kind of its column, and an area; a pool has none.
#[derive(Clone, Default)]
struct End {
    kind: String,
    area: String,
}

/// Every link of the diagram. Columns and nodes are what links lead between: a row names both its ends (`from`, `from_kind`, `to`,
/// `to_kind`: `stage`, `pool`, `exporter` or `importer`), the series of the column that it is a share of, and whether another period
/// stands in for the one asked for (`asked_period`, `stand_in`). What enters a stage and what leaves it for the pool are two
/// links and two rows: who wants a stage's countries once takes those whose `to_kind` is `pool`.
///
/// # Errors
/// [`DownloadError::NotHere`] where there is no such commodity, or nothing is published for it or about that time.
pub fn flows<'t>(
    lens: Lens<'t>,
    commodity: &str,
    period: Option<Period>,
) -> Result<Table<'t>, DownloadError> {
    let found = views::flows(lens, commodity, period).ok_or_else(|| match period {
        Some(period) => DownloadError::not_here("year of flows", &format!("{commodity}, {period}")),
        None => DownloadError::not_here("flows", commodity),
    })?;
    let nodes: BTreeMap<&str, &types::FlowNode> =
        found.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let column_of = |node: &types::FlowNode| found.columns.get(usize::try_from(node.column).ok()?);
    let row = |link: &types::FlowLink| {
        let ends = [&link.source, &link.target].map(|id| nodes.get(id.as_str()).copied());
        let [from, to] = ends;
        // A link is a share of the column of countries that it touches; between countries, of the one that it enters.
        let shown = to.filter(|node| !node.area.is_empty()).or(from);
        let column = shown.and_then(column_of);
        let [from, to] = ends.map(|node| match node {
            Some(node) => End {
                kind: column_of(node).map_or_else(String::new, |column| column.kind.clone()),
                area: node.area.clone(),
            },
            None => End::default(),
        });
        Row {
            key: column
                .and_then(|column| column.series.clone())
                .unwrap_or_default(),
            from,
            to,
            stand_in: column.is_some_and(|column| column.stand_in),
            listed: column.and_then(|column| column.listed),
            share: link.share,
            figure: link.value.clone(),
        }
    };
    let rows: Vec<Row> = found.links.iter().map(row).collect();
    let columns = shown::named(Columns::over(&rows), |row| &row.key)
        .text("from_kind", |row| row.from.kind.clone())
        .text("from", |row| row.from.area.clone())
        .text("to_kind", |row| row.to.kind.clone())
        .text("to", |row| row.to.area.clone())
        .text("asked_period", |_| found.period.clone());
    let columns = shown::told(columns, |row| &row.figure)
        .decimal("share_percent", |row| percent(row.share))
        .flag("stand_in", |row| Some(row.stand_in))
        .integer("listed", |row| row.listed.map(u64::from));
    let columns = shown::credited(columns, &shown::editions(lens), |row| &row.figure);
    Ok(columns.table(&["flows", commodity, &found.period]))
}

/// A width, which is drawn from a float, with the four decimals that shares have.
fn percent(share: f64) -> Option<String> {
    let share: Decimal = format!("{share:.4}").parse().ok()?;
    Some(canonical_decimal(share))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_link_names_both_its_ends_and_what_it_is_a_share_of() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&flows(lens, "rare_earths", None).unwrap());
        let columns = [
            "measure",
            "stage",
            "from_kind",
            "from",
            "to_kind",
            "to",
            "period",
            "value",
            "unit",
            "share_percent",
            "source",
        ];
        let told = example::cells(&rows, columns);
        for expected in [
            [
                "production",
                "mine",
                "stage",
                "CHN",
                "pool",
                "",
                "2023",
                "255000",
                "t",
                "67.8191",
                "usgs-mcs-2025",
            ],
            [
                "trade",
                "magnet",
                "pool",
                "",
                "exporter",
                "CHN",
                "2023",
                "800000",
                "usd",
                "80",
                "trade-2025",
            ],
            [
                "trade",
                "magnet",
                "exporter",
                "CHN",
                "importer",
                "JPN",
                "2023",
                "500000",
                "usd",
                "50",
                "trade-2025",
            ],
        ] {
            assert!(
                told.contains(&expected.map(str::to_owned)),
                "{expected:?}: {told:?}"
            );
        }
        assert!(
            rows.iter()
                .all(|row| row["stand_in"] == "false" && row["asked_period"] == "2023")
        );
        let year = "1800".parse().unwrap();
        assert!(matches!(
            flows(lens, "rare_earths", Some(year)),
            Err(DownloadError::NotHere {
                what: "year of flows",
                ..
            })
        ));
    }

    #[test]
    fn a_width_is_told_with_the_decimals_of_shares() {
        for (share, told) in [
            (67.8191, "67.8191"),
            (3.000_000_000_000_014, "3"),
            (0.012_34, "0.0123"),
        ] {
            assert_eq!(percent(share).unwrap(), told);
        }
        assert_eq!(percent(f64::NAN), None);
    }
}
