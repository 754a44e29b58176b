//! Posterior draws by randomised MAP: perturb the reports by their deviations, reconcile again with the same factor.
//!
//! In the linear case with normal errors each answer is an exact draw of the posterior, correlations included. The caller
//! brings the standard normal numbers: this floor has no randomness of its own.

use super::solved::Solved;
use super::{Class, Reconciliation};

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

impl Reconciliation {
    /// How many standard normal numbers one draw takes: one per measured variable.
    #[must_use]
    pub fn normals_per_draw(&self) -> usize {
        self.networks
            .iter()
            .map(|solved| {
                solved
                    .paths
                    .unmeasured
                    .iter()
                    .filter(|unmeasured| !**unmeasured)
                    .count()
            })
            .sum()
    }

    /// One draw of the posterior, by variable; NaN for unobservable variables. `normals` are independent standard normal
    /// numbers, one per measured variable in the order of their numbers; more are ignored.
    ///
    /// # Errors
    /// [`NormalsMissing`] if there are too few.
    pub fn draw(&self, normals: &[f64]) -> Result<Vec<f64>, NormalsMissing> {
        let needed = self.normals_per_draw();
        if normals.len() < needed {
            return Err(NormalsMissing {
                needed,
                given: normals.len(),
            });
        }
        let mut next = normals.iter();
        let mut deviate = vec![0.0; self.place.len()];
        for (variable, deviate) in self.problem.variables.iter().zip(&mut deviate) {
            if let Some(report) = variable.measurement
                && let Some(normal) = next.next()
            {
                *deviate = report.deviation * normal;
            }
        }
        let mut drawn = vec![f64::NAN; self.place.len()];
        for solved in &self.networks {
            solved.draw(&deviate, &mut drawn);
        }
        Ok(drawn)
    }
}

impl Solved {
    fn draw(&self, deviate: &[f64], drawn: &mut [f64]) {
        let change: Vec<f64> = self.variables.iter().map(|&variable| deviate[variable]).collect();
        let (change, _) = self.reconcile(&change, false);
        for (at, &variable) in self.variables.iter().enumerate() {
            if self.class[at] != Class::Unobservable {
                drawn[variable] = self.value[at] + change[at];
            }
        }
    }
}
