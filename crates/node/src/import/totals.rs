//! World totals that are less than one of their parts: the table is loaded as its source has it, and the contradiction
//! is told, since the twin shows no shares of such a whole.

use std::collections::{BTreeMap, HashMap};

use didymium_statement::payload::{Qualifier, Source};
use didymium_twin::WORLD;
use didymium_vocabulary::{Decimal, Vocabulary, exact_mul, parse_decimal};

use super::problem::Problems;

/// A row's cells, in the order of the columns of an observation.
type Cells = [String; 15];

/// Columns that rows of one series and period share: measure to mass basis, subject, period.
const SERIES_COLUMNS: [usize; 8] = [0, 1, 2, 3, 4, 5, 8, 9];
const MEASURE: usize = 0;
const AREA: usize = 6;
const PARTNER: usize = 7;
const PERIOD: usize = 9;
const VALUE: usize = 10;
const QUALIFIER: usize = 11;
const UNIT: usize = 12;

/// Tells of every world total among the rows of one statement that is less than the figure of an area.
pub(super) fn warn(
    source: &Source,
    lines: &[u64],
    rows: &[Cells],
    vocabulary: &Vocabulary,
    warnings: &mut Problems,
) {
    let figures = |wanted: fn(&Cells) -> bool| {
        let rows = rows.iter().enumerate().filter(move |(_, row)| wanted(row));
        rows.filter_map(|(place, row)| Some((place, row, summable(row, vocabulary)?)))
    };
    let worlds: HashMap<_, _> = figures(is_whole)
        .map(|(place, row, value)| (series_of(row), (place, value)))
        .collect();
    if worlds.is_empty() {
        return;
    }
    let mut largest: BTreeMap<usize, (Decimal, usize)> = BTreeMap::new();
    for (place, row, value) in figures(is_part) {
        if let Some((world, whole)) = worlds.get(&series_of(row))
            && value > *whole
        {
            let known = largest.entry(*world).or_insert((value, place));
            *known = (*known).max((value, place));
        }
    }
    for (world, (_, part)) in largest {
        let line_of = |place: usize| lines.get(place).copied().unwrap_or_default();
        let line = line_of(part);
        let (whole, part) = (&rows[world], &rows[part]);
        let reason = format!(
            "the world total of `{}` for {} is {} {}, less than the {} {} of {} alone (line {line}): both are kept, and no \
             shares of it are shown",
            source.source, whole[PERIOD], whole[VALUE], whole[UNIT], part[VALUE], part[UNIT], part[AREA]
        );
        warnings.add(line_of(world), Some("value"), &whole[VALUE], reason);
    }
}

/// A world total that is to be read as it stands.
fn is_whole(row: &Cells) -> bool {
    row[AREA] == WORLD && row[PARTNER].is_empty() && row[QUALIFIER] != Qualifier::AtLeast.as_str()
}

fn is_part(row: &Cells) -> bool {
    row[AREA] != WORLD && row[PARTNER].is_empty()
}

fn series_of(row: &Cells) -> [&str; 8] {
    SERIES_COLUMNS.map(|column| row[column].as_str())
}

/// The value in the canonical unit, where figures of the measure add up to a whole.
fn summable(row: &Cells, vocabulary: &Vocabulary) -> Option<Decimal> {
    let measure = vocabulary.measure(&row[MEASURE])?;
    let factor = vocabulary.unit(&row[UNIT])?.require_factor().ok()?;
    let value = parse_decimal(&row[VALUE]).ok()?;
    measure
        .dimension
        .adds_up()
        .then(|| exact_mul(value, factor).ok())?
}
