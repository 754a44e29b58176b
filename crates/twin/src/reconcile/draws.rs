//! Posterior draws by randomised MAP: perturb the reports by their deviations, reconcile again with the same factor.
//!
//! In the linear case with normal errors each answer is an exact draw of the posterior, correlations included. The caller
//! brings the standard normal numbers: this floor has no randomness of its own. What a draw costs is reading the balances and
//! the factor, so draws are made [`DRAWS_AT_ONCE`] side by side, from copies of the rows without anything else in them.

use super::lanes::{Lanes, SIDE_BY_SIDE};
use super::solved::Solved;
use super::{Class, Reconciliation};

/// Draws that are made side by side.
pub const DRAWS_AT_ONCE: usize = SIDE_BY_SIDE;

/// What may be missing in a row of a draw, beside what was missing before it was reconciled.
const SETTLED: f64 = 1e-12;
/// Rounds of refinement at most.
const ROUNDS: usize = 4;

/// A number of each draw.
pub type Draws = [f64; DRAWS_AT_ONCE];

/// The caller's normal numbers ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{needed} normal numbers are needed per draw, one per measured variable by number, and {given} were given"
)]
pub struct NormalsMissing {
    /// Measured variables.
    pub needed: usize,
    /// Numbers given.
    pub given: usize,
}

/// A reconciliation made ready to draw some of its variables from.
#[derive(Debug)]
pub struct Drawing<'r> {
    networks: Vec<Drawable<'r>>,
    normals: usize,
    wanted: usize,
}

/// Memory that draws are made in, used again for the next ones: one for each thread.
#[derive(Debug, Default)]
pub struct Sheet {
    drawn: Vec<Draws>,
    /// By variable of a network: first how far the reports are off, then how far the estimates are.
    off: Vec<Draws>,
    /// By row of a network.
    missing: Vec<Draws>,
}

/// Sparse rows, one after another.
#[derive(Debug, Default)]
struct Rows {
    /// Where each row ends.
    ends: Vec<usize>,
    terms: Vec<(u32, f64)>,
}

/// One network, ready to draw from. Variables are numbered as the network does.
#[derive(Debug)]
struct Drawable<'r> {
    solved: &'r Solved,
    /// Measured variables: their number, which normal number is theirs, and the deviation of their report.
    reports: Vec<(u32, usize, f64)>,
    /// The rows that the factor works on, by variable.
    rows: Rows,
    /// The variables of its columns, each with its column times the variance of its report.
    columns: Vec<u32>,
    shifts: Rows,
    /// Unmeasured variables in an order in which each follows from those before.
    filled: Vec<u32>,
    fills: Rows,
    /// What is asked for: its place in the answer, the variable and its estimate.
    wanted: Vec<(usize, u32, f64)>,
    /// Rounds that leave nothing missing.
    rounds: usize,
}

impl Reconciliation {
    /// How many standard normal numbers one draw takes: one per measured variable.
    #[must_use]
    pub fn normals_per_draw(&self) -> usize {
        let reports = self.problem.variables.iter();
        reports.filter(|variable| variable.measurement.is_some()).count()
    }

    /// Makes ready to draw these variables; such as there are not, and unobservable ones, will be NaN.
    #[must_use]
    pub fn drawing(&self, wanted: &[usize]) -> Drawing<'_> {
        let mut normals = 0;
        let normal_of: Vec<Option<usize>> = self
            .problem
            .variables
            .iter()
            .map(|variable| {
                variable.measurement.map(|_| {
                    normals += 1;
                    normals - 1
                })
            })
            .collect();
        let mut wanted_of: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.networks.len()];
        for (at, variable) in wanted.iter().enumerate() {
            if let Some(&(network, place)) = self.place.get(*variable) {
                wanted_of[network].push((at, place));
            }
        }
        let asked = self
            .networks
            .iter()
            .zip(&wanted_of)
            .filter(|(_, wanted)| !wanted.is_empty());
        Drawing {
            networks: asked
                .map(|(solved, wanted)| Drawable::new(solved, &normal_of, wanted))
                .collect(),
            normals,
            wanted: wanted.len(),
        }
    }
}

impl Drawing<'_> {
    /// [`DRAWS_AT_ONCE`] draws of the posterior, of each variable that was asked for. `normals` are independent standard normal
    /// numbers, one per measured variable and draw in the order of the variables' numbers; more are ignored. What else is asked
    /// for, or drawn beside it, changes nothing in a draw.
    ///
    /// # Errors
    /// [`NormalsMissing`] if there are too few.
    pub fn draw<'s>(&self, normals: &[Draws], sheet: &'s mut Sheet) -> Result<&'s [Draws], NormalsMissing> {
        if normals.len() < self.normals {
            return Err(NormalsMissing {
                needed: self.normals,
                given: normals.len(),
            });
        }
        sheet.drawn.clear();
        sheet.drawn.resize(self.wanted, [f64::NAN; DRAWS_AT_ONCE]);
        for network in &self.networks {
            network.draw(normals, sheet);
        }
        Ok(&sheet.drawn)
    }
}

impl<'r> Drawable<'r> {
    fn new(solved: &'r Solved, normal_of: &[Option<usize>], wanted: &[(usize, usize)]) -> Self {
        let known = |at: usize| solved.class[at] != Class::Unobservable;
        let wanted: Vec<(usize, usize)> = wanted.iter().copied().filter(|(_, at)| known(*at)).collect();
        let mut needed = vec![false; solved.variables.len()];
        for (_, at) in &wanted {
            needed[*at] = true;
        }
        for pivot in solved.paths.pivots() {
            if needed[pivot.column] {
                for (column, _) in &pivot.row.terms {
                    needed[*column] = true;
                }
            }
        }
        let (mut filled, mut fills) = (Vec::new(), Rows::default());
        for pivot in solved
            .paths
            .pivots()
            .iter()
            .rev()
            .filter(|pivot| needed[pivot.column])
        {
            filled.push(narrow(pivot.column));
            let terms = pivot.row.terms.iter();
            fills.push(terms.map(|(column, coefficient)| (*column, -coefficient / pivot.coefficient)));
        }
        let mut rows = Rows::default();
        for row in solved.rows() {
            rows.push(row.terms.iter().copied());
        }
        let mut shifts = Rows::default();
        for (column, &variable) in solved.columns.iter().zip(&solved.column_variable) {
            let variance = solved.variance[variable];
            shifts.push(
                column
                    .iter()
                    .map(|(row, coefficient)| (*row, variance * coefficient)),
            );
        }
        let counts = |at: usize| needed[at] || solved.column_of[at].is_some();
        let reports = solved.variables.iter().enumerate().filter(|(at, _)| counts(*at));
        let mut network = Self {
            solved,
            reports: reports
                .filter_map(|(at, number)| {
                    normal_of[*number].map(|normal| (narrow(at), normal, solved.variance[at].sqrt()))
                })
                .collect(),
            rows,
            columns: solved
                .column_variable
                .iter()
                .map(|variable| narrow(*variable))
                .collect(),
            shifts,
            filled,
            fills,
            wanted: wanted
                .into_iter()
                .map(|(place, at)| (place, narrow(at), solved.value[at]))
                .collect(),
            rounds: ROUNDS,
        };
        network.rounds = network.rounds_needed();
        network
    }

    /// How often the factor must be gone through, found out with reports that are all off by one deviation, up and down in
    /// turn. It is a matter of the factor and not of what is solved for, so that no draw has to look.
    fn rounds_needed(&self) -> usize {
        let mut off = vec![0.0; self.solved.variables.len()];
        for ((at, _, deviation), sign) in self.reports.iter().zip([1.0, -1.0].into_iter().cycle()) {
            off[widen(*at)] = sign * deviation;
        }
        let mut missing = Vec::new();
        let (mut first, mut last) = (0.0_f64, f64::INFINITY);
        for round in 0..ROUNDS {
            self.rows.times(&off, &mut missing);
            let size = missing
                .iter()
                .fold(0.0, |most: f64, value: &f64| most.max(value.abs()));
            if size <= SETTLED * first || size >= 0.5 * last {
                return round;
            }
            (first, last) = (first.max(size), size);
            self.shift(&mut missing, &mut off);
        }
        ROUNDS
    }

    /// Takes what is missing in the rows out of the variables.
    fn shift<N: Lanes>(&self, missing: &mut [N], off: &mut [N]) {
        if let Some(factor) = &self.solved.factor {
            factor.solve(missing);
        }
        for (column, variable) in self.columns.iter().enumerate() {
            let shift = self.shifts.row(column, missing);
            let off = &mut off[widen(*variable)];
            *off = off.less(1.0, shift);
        }
    }

    fn draw(&self, normals: &[Draws], sheet: &mut Sheet) {
        let Sheet { drawn, off, missing } = sheet;
        off.clear();
        off.resize(self.solved.variables.len(), Draws::NOTHING);
        for (at, normal, deviation) in &self.reports {
            off[widen(*at)] = normals[*normal].times(*deviation);
        }
        for _ in 0..self.rounds {
            self.rows.times(off, missing);
            self.shift(missing, off);
        }
        for (row, variable) in self.filled.iter().enumerate() {
            off[widen(*variable)] = self.fills.row(row, off);
        }
        for (place, variable, value) in &self.wanted {
            drawn[*place] = off[widen(*variable)].plus(Draws::all(*value));
        }
    }
}

impl Rows {
    fn push(&mut self, terms: impl Iterator<Item = (usize, f64)>) {
        self.terms
            .extend(terms.map(|(column, coefficient)| (narrow(column), coefficient)));
        self.ends.push(self.terms.len());
    }

    /// The product of a row with a vector.
    fn row<N: Lanes>(&self, at: usize, vector: &[N]) -> N {
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        self.terms[begin..self.ends[at]]
            .iter()
            .fold(N::NOTHING, |sum, (column, coefficient)| {
                sum.plus(vector[widen(*column)].times(*coefficient))
            })
    }

    /// The product of all rows with a vector.
    fn times<N: Lanes>(&self, vector: &[N], product: &mut Vec<N>) {
        product.clear();
        product.extend((0..self.ends.len()).map(|at| self.row(at, vector)));
    }
}

/// A number of a variable or row in half the space: no network has 2³² of them in memory.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn widen(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
