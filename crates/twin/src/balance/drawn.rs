//! Draws of the posterior: estimates as they might be, correlations included.
//!
//! Every draw adds up as the balance does. Draws are of the estimates without bounds, as the deviations are: what cannot be negative may
//! be below nothing in some of them, where it is not known that it is something.

use super::line::Key;
use super::solve::Balance;
use crate::reconcile::Drawing;

impl Balance {
    /// How many standard normal numbers one draw takes.
    #[must_use]
    pub fn normals_per_draw(&self) -> usize {
        self.solved.normals_per_draw()
    }

    /// Makes ready to draw these figures, tonnes; NaN is drawn for what nobody can know, and for what is not in the balance.
    #[must_use]
    pub fn drawing(&self, keys: &[Key]) -> Drawing<'_> {
        let known = |at: &usize| self.quantities.get(*at).is_some_and(|told| told.value.is_some());
        let places = keys
            .iter()
            .map(|key| self.find(key).filter(known).unwrap_or(usize::MAX));
        self.solved.drawing(&places.collect::<Vec<_>>())
    }
}
