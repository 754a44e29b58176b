//! What would be if a report said otherwise: one row a figure that would move.

use didymium_twin::balance::Instead;

use super::{Columns, DownloadError, Table};
use crate::api::views::{self, BalanceLens};

/// Every figure that would move if the report of that number said otherwise, the furthest first: now (`before`) and then (`after`,
/// without a value where nobody could know). Each row repeats the question, for no figure of it stands anywhere else.
///
/// # Errors
/// [`DownloadError::Balance`] with what is wrong with the question; [`DownloadError::TooLong`].
pub fn what_if(
    of: BalanceLens<'_>,
    number: usize,
    instead: Instead,
) -> Result<Table<'static>, DownloadError> {
    let found = views::what_if_whole(of, number, instead)?;
    super::check_length(found.moved.len())?;
    let substance = |commodity: &str| {
        let layer = of
            .balance
            .layers
            .iter()
            .find(|layer| layer.commodity == commodity);
        layer.map_or_else(String::new, |layer| layer.substance.clone())
    };
    let number = found.number.to_string();
    let columns = Columns::over(&found.moved)
        .text("family", |_| found.commodity.clone())
        .integer("report", |_| Some(found.number))
        .text("voice", |_| found.about.voice.clone())
        .decimal("said", |_| Some(found.about.said.clone()))
        .decimal("instead", |_| found.instead.clone())
        .text("layer", |moved| moved.layer.clone())
        .text("stage", |moved| moved.stage.clone())
        .text("place", |moved| moved.place.clone())
        .text("period", |moved| moved.period.clone())
        .text("line", |moved| moved.line.clone())
        .decimal("before", |moved| Some(moved.before.clone()))
        .decimal("before_deviation", |moved| Some(moved.before_deviation.clone()))
        .decimal("after", |moved| moved.after.clone())
        .decimal("after_deviation", |moved| moved.after_deviation.clone())
        .text("unit", |_| "t")
        .text("substance", |moved| substance(&moved.layer))
        .flag("within_bounds", |_| Some(found.within_bounds))
        .text("figure", |moved| moved.figure.clone());
    let instead = found.instead.as_ref();
    let instead = instead.map_or_else(|| "withdrawn".to_owned(), |said| format!("said-{said}"));
    Ok(columns.table(&["what-if", &found.commodity, "report", &number, &instead]))
}

#[cfg(test)]
mod tests {
    use super::super::estimates::with_balance;
    use super::super::example;
    use super::*;

    #[test]
    fn every_figure_that_would_move_is_a_row_that_repeats_the_question() {
        let twin = example::twin();
        let asked =
            |number, instead| with_balance(&twin, "rare_earths", false, |of| what_if(of, number, instead));
        let whole = with_balance(&twin, "rare_earths", false, |of| {
            let found = views::what_if(of, 0, Instead::Withdrawn)?;
            assert!(found.moved_total > 0);
            let table = what_if(of, 0, Instead::Withdrawn)?;
            let rows = example::rows(&table);
            assert_eq!(rows.len() as u64, found.moved_total);
            let columns = ["report", "said", "instead", "unit", "figure", "before"];
            let first = &found.moved[0];
            assert_eq!(
                example::cells(&rows[..1], columns),
                [[
                    "0",
                    found.about.said.as_str(),
                    "",
                    "t",
                    &first.figure,
                    &first.before
                ]]
            );
            Ok(table)
        });
        assert!(whole.is_ok());
        let said = example::rows(&asked(0, Instead::Said(1_000.0)).unwrap());
        assert!(!said.is_empty() && said.iter().all(|row| row["instead"] == "1000"));
        let none = asked(usize::MAX, Instead::Withdrawn);
        assert!(matches!(none, Err(DownloadError::Balance(_))));
    }
}
