//! Draws of the posterior as a table: estimates as they might be, correlations included.

use didymium_statement::Digest;
use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Key, Line, Slot};
use didymium_twin::reconcile::{DRAWS_AT_ONCE, Draws, Sheet};
use didymium_vocabulary::Period;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use super::estimates::{called, layer_named, with_balance};
use super::{Columns, DownloadError, ROWS_MAX, Table};
use crate::api::views::{BalanceLens, address, decimal};

/// Most draws of one file.
pub const DRAWS_MAX: u16 = 1_000;

/// Largest seed: as large as any number of a question.
pub const SEED_MAX: u64 = 1 << 40;

/// Which draws: keys as they are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawsQuery {
    /// Family key.
    pub family: String,
    /// What is followed, the family or one of its elements; the family if empty.
    pub layer: String,
    /// Stage key.
    pub stage: String,
    /// Line; `produced` if empty.
    pub line: String,
    /// Year or month.
    pub period: Period,
    /// Whether the balance is one in which reports that do not fit count less.
    pub robust: bool,
    /// How many, 1 to [`DRAWS_MAX`].
    pub count: u16,
    /// 0 to [`SEED_MAX`]. Other draws for another seed; the same for the same one and the same state.
    pub seed: u64,
}

/// Which draws of a balance.
#[derive(Debug, Clone, Copy)]
struct Asked {
    layer: u16,
    stage: u16,
    line: Line,
    slot: Slot,
}

impl DrawsQuery {
    fn of(&self, balance: &Balance) -> Result<Asked, DownloadError> {
        let unknown = |parameter: &'static str, value: &str, known: Vec<&str>| DownloadError::NotInBalance {
            parameter,
            value: value.chars().take(64).collect(),
            known: known.join(", "),
        };
        if !(1..=DRAWS_MAX).contains(&self.count) {
            return Err(DownloadError::Draws);
        }
        if self.seed > SEED_MAX {
            return Err(DownloadError::Seed);
        }
        let layer = Some(self.layer.as_str()).filter(|layer| !layer.is_empty());
        let layer = layer.unwrap_or(&balance.family);
        let line = Some(self.line.as_str()).filter(|line| !line.is_empty());
        let line = line.unwrap_or(Line::Produced.key());
        Ok(Asked {
            layer: layer_named(balance, layer)?,
            stage: balance.stage(&self.stage).ok_or_else(|| {
                let known = balance.stages.iter().map(String::as_str);
                unknown("stage", &self.stage, known.collect())
            })?,
            line: Line::parse(line)
                .ok_or_else(|| unknown("line", line, Line::ALL.into_iter().map(Line::key).collect()))?,
            slot: Slot::of_period(self.period).ok_or(DownloadError::Nothing)?,
        })
    }
}

/// A figure in a draw.
struct Row<'k> {
    draw: u16,
    key: &'k Key,
    value: Option<f64>,
}

/// Draws of one line of a stage in one period, of every place that has it: a row a draw and place.
///
/// # Errors
/// [`DownloadError::NotInBalance`], [`DownloadError::Nothing`], [`DownloadError::Draws`], [`DownloadError::Seed`],
/// [`DownloadError::TooManyDraws`].
pub fn draws(of: BalanceLens<'_>, query: &DrawsQuery) -> Result<Table<'static>, DownloadError> {
    let balance = of.balance;
    let asked = query.of(balance)?;
    let wanted = |key: &&Key| {
        (key.layer, key.stage, key.line, key.slot) == (asked.layer, asked.stage, asked.line, asked.slot)
    };
    let keys: Vec<Key> = balance
        .quantities()
        .map(|(key, _)| key)
        .filter(wanted)
        .cloned()
        .collect();
    if keys.is_empty() {
        return Err(DownloadError::Nothing);
    }
    let most = ROWS_MAX / keys.len();
    if usize::from(query.count) > most {
        return Err(DownloadError::TooManyDraws {
            places: keys.len(),
            most,
        });
    }
    let seed = Digest::of(format!("{}:{}", of.lens.twin.cut().id(), query.seed).as_bytes());
    let mut numbers = ChaCha20Rng::from_seed(*seed.as_bytes());
    let drawing = balance.drawing(&keys);
    let (mut normals, mut sheet) = (
        vec![Draws::default(); balance.normals_per_draw()],
        Sheet::default(),
    );
    let mut rows = Vec::with_capacity(keys.len() * usize::from(query.count));
    let asked_for: Vec<u16> = (0..query.count).collect();
    for lanes in asked_for.chunks(DRAWS_AT_ONCE) {
        // One draw's numbers after another: a draw is the same however many are asked for.
        for lane in 0..lanes.len() {
            for normal in &mut normals {
                normal[lane] = StandardNormal.sample(&mut numbers);
            }
        }
        let drawn = drawing.draw(&normals, &mut sheet)?;
        for (lane, &draw) in lanes.iter().enumerate() {
            let of_draw = keys.iter().zip(drawn).map(|(key, values)| (key, values[lane]));
            rows.extend(of_draw.map(|(key, value)| Row {
                draw,
                key,
                value: Some(value).filter(|value| value.is_finite()),
            }));
        }
    }
    let layer = balance.layers.get(usize::from(asked.layer));
    let (commodity, substance) = layer.map_or_else(Default::default, |layer| {
        (layer.commodity.clone(), layer.substance.clone())
    });
    let stage = balance.stages.get(usize::from(asked.stage)).cloned();
    let stage = stage.unwrap_or_default();
    let period = asked
        .slot
        .period()
        .map_or_else(String::new, |period| period.to_string());
    let columns = Columns::over(&rows)
        .integer("draw", |row| Some(u64::from(row.draw)))
        .text("family", |_| balance.family.clone())
        .text("layer", |_| commodity.clone())
        .text("stage", |_| stage.clone())
        .text("place", |row| row.key.spot.to_string())
        .text("period", |_| period.clone())
        .text("line", |_| asked.line.key())
        .decimal("value", |row| row.value.map(decimal))
        .text("unit", |_| "t")
        .text("substance", |_| substance.clone())
        .text("figure", |row| address(balance, row.key));
    Ok(columns.table(&[
        &called(balance, "draws"),
        &balance.family,
        &commodity,
        &stage,
        &period,
        asked.line.key(),
        &format!("{}-draws", query.count),
        &format!("seed-{}", query.seed),
    ]))
}

/// [`draws`] of a twin, balanced for the purpose.
///
/// # Errors
/// [`DownloadError::Balance`] where the family cannot be balanced; those of [`draws`].
pub fn draws_of(twin: &Twin, query: &DrawsQuery) -> Result<Table<'static>, DownloadError> {
    with_balance(twin, &query.family, query.robust, |of| draws(of, query))
}
