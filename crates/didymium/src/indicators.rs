//! `didymium twin indicators`.

use clap::Args;
use didymium_node::api::types::{Holding, IndicatorCell, Indicators, Measured, StageControl};
use didymium_node::api::views::IndicatorQuery;
use didymium_vocabulary::{Period, Vocabulary};

use crate::error::{CliError, CliResult};
use crate::output::{Output, columns};
use crate::reader::{PlaceArgs, Reader};
use crate::save::{SaveArgs, View, save};
use crate::times::TimesArgs;

/// Holders told by name.
const HOLDERS: usize = 5;

#[derive(Debug, Args)]
pub(crate) struct IndicatorsArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Commodity key: `rare_earths`, `lithium`, `cobalt` …
    commodity: String,
    /// Stage key: `mine`, `separation`, `refining` …; all if left out
    #[arg(long)]
    stage: Option<String>,
    /// Importer: a country, `EU`, `CLUB` for the members as one, or `all`; the members, `EU` and `CLUB` if left out
    #[arg(long)]
    area: Option<String>,
    /// Year; if left out, the latest in which each index has a value
    #[arg(long)]
    year: Option<String>,
    #[command(flatten)]
    times: TimesArgs,
    #[command(flatten)]
    save: SaveArgs,
}

impl IndicatorsArgs {
    fn query(&self) -> CliResult<IndicatorQuery> {
        let year = |text: &String| {
            let period: Result<Period, _> = text.parse();
            let year = period.ok().filter(|period| period.months() == 12);
            year.map(Period::year)
                .ok_or_else(|| CliError::Usage(format!("--year: must be a year such as 2022, not `{text}`")))
        };
        let query = IndicatorQuery {
            commodity: self.commodity.clone(),
            stage: self.stage.clone(),
            area: self.area.clone(),
            year: self.year.as_ref().map(year).transpose()?,
            quantities: Vec::new(),
        };
        query
            .check(Vocabulary::embedded())
            .map_err(|(field, reason)| CliError::Usage(format!("--{field}: {reason}")))?;
        Ok(query)
    }
}

/// Tells the indices: as JSON every cell, as text one line for each index, stage and importer.
pub(crate) async fn run(args: &IndicatorsArgs, output: &Output) -> CliResult<()> {
    args.times.times()?;
    let query = args.query()?;
    let reader = Reader::open(&args.place)?;
    if let Some(file) = args.save.wanted() {
        return save(&reader, &View::Indicators(query), &args.times, file, output).await;
    }
    let indicators = reader.indicators(&query, &args.times).await?;
    output.data(&indicators, text)
}

/// Of the cells of one index, stage and importer the latest observed one with a value, else the latest observed one; a
/// projection where nothing was observed.
fn latest(cells: &[IndicatorCell]) -> Vec<&IndicatorCell> {
    let mut lines: Vec<&IndicatorCell> = Vec::new();
    for cell in cells {
        let name = |cell: &IndicatorCell| {
            let parts = [
                &cell.quantity,
                &cell.commodity,
                &cell.stage,
                &cell.area,
                &cell.partner,
            ];
            parts.map(String::clone)
        };
        let rank = |cell: &IndicatorCell| (!cell.projected, cell.value.is_some(), cell.period.clone());
        match lines.iter_mut().find(|line| name(line) == name(cell)) {
            Some(line) if rank(cell) >= rank(line) => *line = cell,
            Some(_) => {}
            None => lines.push(cell),
        }
    }
    lines
}

fn bound(bound: &str) -> &'static str {
    match bound {
        "at_most" => "≤ ",
        "at_least" => "≥ ",
        _ => "",
    }
}

fn text(indicators: &Indicators) -> String {
    let told = |key: &str| -> String {
        let note = indicators.notes.iter().find(|note| note.key == key);
        note.map_or_else(|| key.to_owned(), |note| note.text.en.clone())
    };
    let row = |cell: &&IndicatorCell| {
        let value = cell.value.as_ref();
        let number = value.and_then(|figure| figure.value.as_deref()).map_or_else(
            || "–".to_owned(),
            |value| format!("{}{value}", bound(&cell.bound)),
        );
        let counts = if cell.decides == Some(true) {
            "this stage counts"
        } else {
            ""
        };
        let mut remark = match (cell.missing.is_empty(), cell.partner.is_empty()) {
            (false, _) => told(&cell.missing),
            (true, false) => format!("consumption: {}", cell.partner),
            (true, true) => counts.to_owned(),
        };
        if !cell.caveat.is_empty() {
            let apart = if remark.is_empty() { "" } else { ". " };
            remark = format!("{remark}{apart}{}", told(&cell.caveat));
        }
        vec![
            cell.quantity.clone(),
            format!("{}/{}", cell.commodity, cell.stage),
            if cell.area.is_empty() {
                "world".to_owned()
            } else {
                cell.area.clone()
            },
            cell.period.clone(),
            number,
            cell.deviation.clone().unwrap_or_default(),
            value.map_or_else(String::new, |figure| figure.unit.clone()),
            remark,
        ]
    };
    let rows: Vec<Vec<String>> = latest(&indicators.cells).iter().map(row).collect();
    let header = ["index", "of", "for", "year", "value", "±", "unit", ""];
    let mut text = columns(&header, &rows, &[4, 5]);
    for control in &indicators.control {
        text.push_str(&control_text(control, told(&control.missing)));
    }
    text.push_str("\n\n± is one standard deviation, from those of the inputs. What each value takes for granted: --json, `takes`.");
    text
}

fn control_text(control: &StageControl, missing: String) -> String {
    let number = |one: &Option<Measured>| match one {
        Some(one) => {
            let value = one.value.value.as_deref().unwrap_or("–");
            format!("{}{value} ± {}", bound(&one.bound), one.deviation)
        }
        None => "–".to_owned(),
    };
    let holders = |holdings: &[Holding]| {
        let first = holdings.iter().take(HOLDERS);
        let told = first.map(|one| {
            let share = one.share.value.value.as_deref().unwrap_or("–");
            format!("{} {share} %", one.holder)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    if control.counted == 0 {
        return format!("\n\ncontrol of {} capacity: {missing}", control.stage);
    }
    let owners = if control.by_owner.is_empty() {
        missing
    } else {
        holders(&control.by_owner)
    };
    format!(
        "\n\ncontrol of {} capacity ({} {}): {} of {} operating sites publish one\n  by place: HHI {}: {}\n  by owner: HHI {}: {owners}; owners known of {} %",
        control.stage,
        control.mass_basis,
        control.substance,
        control.counted,
        control.sites,
        number(&control.hhi_by_place),
        holders(&control.by_place),
        number(&control.hhi_by_owner),
        number(&control.known)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(period: &str, value: bool) -> IndicatorCell {
        let figure = serde_json::json!({
            "value": "1", "unit": "index", "substance": null, "period": period, "basis": "derived", "qualifier": "",
            "figure": "hhi|", "sources": 0, "spread": null, "source": ""
        });
        IndicatorCell {
            quantity: "hhi".into(),
            commodity: "cobalt".into(),
            stage: "mine".into(),
            area: String::new(),
            partner: String::new(),
            period: period.into(),
            projected: false,
            value: value.then(|| serde_json::from_value(figure).ok()).flatten(),
            deviation: None,
            bound: String::new(),
            missing: String::new(),
            takes: Vec::new(),
            caveat: String::new(),
            decides: None,
            inputs: 0,
            rests_on: Vec::new(),
        }
    }

    #[test]
    fn the_latest_value_is_told_and_a_cause_only_where_there_is_none() {
        let cells = [cell("2020", true), cell("2021", true), cell("2022", false)];
        assert_eq!(latest(&cells)[0].period, "2021");
        assert_eq!(latest(&cells[2..])[0].period, "2022");
    }
}
