//! Elements of which there is nothing to follow: no deposit that is described has them and nobody speaks of them, as of promethium.

use std::collections::BTreeSet;

use super::gather::Gathered;
use super::layer::Layers;

/// A deposit is described as a whole if its shares add to this part at least.
const WHOLE: f64 = 0.95;

impl Gathered {
    /// Elements that nobody speaks of, and no deposit has; none where no deposit is described as a whole, for then it is not known
    /// which there are.
    pub(super) fn silent(&self, layers: &Layers) -> BTreeSet<u16> {
        let elements: BTreeSet<u16> = layers.elements().collect();
        let sum = |shares: &Vec<(u16, f64)>| shares.iter().map(|(_, share)| share).sum::<f64>();
        if !self.shares.values().any(|shares| sum(shares) >= WHOLE) {
            return BTreeSet::new();
        }
        let mut heard: BTreeSet<u16> = self
            .shares
            .values()
            .flatten()
            .filter(|(_, share)| *share > 0.0)
            .map(|(layer, _)| *layer)
            .collect();
        heard.extend(self.recoveries.iter().map(|recovery| recovery.layer));
        for report in &self.reports {
            let of: BTreeSet<u16> = report.terms.iter().map(|(key, _)| key.layer).collect();
            // A sum over all of them speaks of none.
            if !of.is_superset(&elements) {
                heard.extend(of);
            }
        }
        elements.difference(&heard).copied().collect()
    }

    /// Takes elements out of the sums that reports are about.
    pub(super) fn drop_elements(&mut self, silent: &BTreeSet<u16>) {
        for report in &mut self.reports {
            report.terms.retain(|(key, _)| !silent.contains(&key.layer));
        }
        for table in &mut self.tables {
            table.layers.retain(|layer| !silent.contains(layer));
        }
    }
}
