//! Flows and what they contain: the total of every unit and each component balance, with flows and grades both unknown.

use super::nonlinear::Equations;
use super::{Measurement, Variable};

/// Units joined by streams, each with a flow `F_j` and grades `c_jk` (mass of component `k` per mass of the stream).
///
/// At every unit `Σ ±F_j = 0` and, for each component, `Σ ±F_j c_jk = 0`; where the components are all there are, also
/// `Σ_k c_jk = 1` for every stream. Then the last component's balance of a unit follows from the others and is left out.
/// Variables are numbered flows first, then the grades stream by stream.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeBalance {
    streams: usize,
    components: usize,
    units: Vec<Vec<(usize, f64)>>,
    complete: bool,
}

impl GradeBalance {
    /// Units as lists of streams and signs, `true` for a stream that enters. `complete`: the components of a stream add
    /// up to all of it. None if a unit names a stream that is not there, or names one twice.
    #[must_use]
    pub fn new(
        streams: usize,
        components: usize,
        units: &[Vec<(usize, bool)>],
        complete: bool,
    ) -> Option<Self> {
        let signed = |unit: &Vec<(usize, bool)>| -> Option<Vec<(usize, f64)>> {
            let mut terms: Vec<(usize, f64)> = unit
                .iter()
                .map(|(stream, enters)| (*stream, if *enters { 1.0 } else { -1.0 }))
                .collect();
            terms.sort_by_key(|term| term.0);
            let sound = terms.windows(2).all(|pair| pair[0].0 < pair[1].0)
                && terms.last().is_some_and(|term| term.0 < streams);
            sound.then_some(terms)
        };
        Some(Self {
            streams,
            components,
            units: units.iter().map(signed).collect::<Option<_>>()?,
            complete,
        })
    }

    /// The number of the variable that is a stream's flow.
    #[must_use]
    pub fn flow(&self, stream: usize) -> usize {
        stream
    }

    /// The number of the variable that is a stream's grade in a component.
    #[must_use]
    pub fn grade(&self, stream: usize, component: usize) -> usize {
        self.streams + stream * self.components + component
    }

    /// The variables, keys in order of their numbers, from what was measured of each.
    pub fn variables(&self, measured: impl Fn(usize) -> Option<Measurement>) -> Vec<Variable> {
        (0..self.streams * (1 + self.components))
            .map(|number| Variable {
                key: u64::try_from(number).unwrap_or(u64::MAX),
                measurement: measured(number),
            })
            .collect()
    }

    /// Where to start: the measured values, and for what was not measured the mean of the measured flows, or of the
    /// measured grades in the same component.
    #[must_use]
    pub fn start(&self, variables: &[Variable]) -> Vec<f64> {
        let value = |number: usize| variables.get(number)?.measurement.map(|report| report.value);
        let mean = |numbers: &mut dyn Iterator<Item = usize>, otherwise: f64| {
            let (sum, count) = numbers
                .filter_map(value)
                .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            if count > 0.0 && sum > 0.0 {
                sum / count
            } else {
                otherwise
            }
        };
        let flow = mean(&mut (0..self.streams), 1.0);
        let mut start: Vec<f64> = (0..self.streams).map(|at| value(at).unwrap_or(flow)).collect();
        let grades: Vec<f64> = (0..self.components)
            .map(|component| {
                mean(
                    &mut (0..self.streams).map(|stream| self.grade(stream, component)),
                    0.1,
                )
            })
            .collect();
        for stream in 0..self.streams {
            for (component, grade) in grades.iter().enumerate() {
                start.push(value(self.grade(stream, component)).unwrap_or(*grade));
            }
        }
        // Strictly inside the limits.
        start.iter().map(|value| value.max(1e-9)).collect()
    }

    /// Components whose balance is asked for.
    fn balanced(&self) -> usize {
        if self.complete {
            self.components.saturating_sub(1)
        } else {
            self.components
        }
    }

    /// Every equation with its value and slopes.
    fn each(&self, point: &[f64], mut equation: impl FnMut(f64, Vec<(usize, f64)>)) {
        for unit in &self.units {
            let total = unit.iter().map(|(stream, sign)| sign * point[*stream]).sum();
            equation(total, unit.clone());
            for component in 0..self.balanced() {
                let (mut sum, mut slopes) = (0.0, Vec::with_capacity(2 * unit.len()));
                for &(stream, sign) in unit {
                    let grade = self.grade(stream, component);
                    sum += sign * point[stream] * point[grade];
                    slopes.push((stream, sign * point[grade]));
                    slopes.push((grade, sign * point[stream]));
                }
                equation(sum, slopes);
            }
        }
        if self.complete {
            for stream in 0..self.streams {
                let grades = (0..self.components).map(|component| self.grade(stream, component));
                let sum: f64 = grades.clone().map(|grade| point[grade]).sum();
                equation(sum - 1.0, grades.map(|grade| (grade, 1.0)).collect());
            }
        }
    }
}

impl Equations for GradeBalance {
    fn count(&self) -> usize {
        self.units.len() * (1 + self.balanced()) + if self.complete { self.streams } else { 0 }
    }

    fn residuals(&self, point: &[f64]) -> Vec<f64> {
        let mut residuals = Vec::with_capacity(self.count());
        self.each(point, |residual, _| residuals.push(residual));
        residuals
    }

    fn jacobian(&self, point: &[f64]) -> Vec<Vec<(usize, f64)>> {
        let mut rows = Vec::with_capacity(self.count());
        self.each(point, |_, slopes| rows.push(slopes));
        rows
    }

    /// Neither flows nor grades are negative.
    fn lower_limit(&self, _variable: usize) -> f64 {
        0.0
    }
}
