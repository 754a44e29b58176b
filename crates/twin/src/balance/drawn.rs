//! Draws of the posterior: estimates as they might be, correlations included.
//!
//! Every draw adds up as the balance does. Draws are of the estimates without bounds, as the deviations are: what cannot be negative may
//! be below nothing in some of them, where it is not known that it is something.

use super::line::Key;
use super::solve::Balance;
use crate::reconcile::NormalsMissing;

impl Balance {
    /// How many standard normal numbers one draw takes.
    #[must_use]
    pub fn normals_per_draw(&self) -> usize {
        self.solved.normals_per_draw()
    }

    /// One draw of these figures, tonnes, from independent standard normal numbers; none for what nobody can know.
    ///
    /// # Errors
    /// [`NormalsMissing`] if there are too few numbers.
    pub fn draw(&self, keys: &[Key], normals: &[f64]) -> Result<Vec<Option<f64>>, NormalsMissing> {
        let drawn = self.solved.draw(normals)?;
        let of = |key: &Key| self.find(key).and_then(|at| drawn.get(at)).copied();
        Ok(keys
            .iter()
            .map(|key| of(key).filter(|value| value.is_finite()))
            .collect())
    }
}
