//! Registered sites of which nobody reports in the years that are balanced, not even a capacity: nobody can know what they make. They
//! lie within the rest of their country: no sum has them.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::Gatherer;
use super::grade::Grade;
use super::line::{Key, Line, Slot, Spot};
use super::solve::{Balance, Quantity, Told};

/// Stages of the processes of sites.
pub(super) type Registered = BTreeMap<Spot, BTreeSet<u16>>;

impl Gatherer<'_> {
    /// Sites with processes of the family.
    pub(super) fn registered(&self) -> Registered {
        let mut registered = Registered::new();
        for (key, record) in self.twin.sites() {
            for process in &record.site.processes {
                let known = self.vocabulary().commodity(&process.commodity);
                let stage = self.links.iter().position(|link| link.stage == process.stage);
                let stage = stage.and_then(|stage| u16::try_from(stage).ok());
                if let Some(stage) = stage.filter(|_| known.is_some_and(|known| known.family == self.family))
                {
                    let spot = Spot::Site {
                        country: record.site.country.as_str().into(),
                        site: key.as_str().into(),
                    };
                    registered.entry(spot).or_default().insert(stage);
                }
            }
        }
        registered
    }
}

impl Balance {
    /// Registered sites of which nobody reports in a layer: the whole, or an element.
    #[must_use]
    pub fn unreported_sites(&self, layer: u16) -> BTreeSet<&Spot> {
        let of_layer = self.quantities().filter(|(key, _)| key.layer == layer);
        let told: BTreeSet<&Spot> = of_layer.map(|(key, _)| &key.spot).collect();
        self.registered
            .keys()
            .filter(|spot| !told.contains(spot))
            .collect()
    }

    /// The lines of such a site in a slot, in one layer: nobody can know them.
    #[must_use]
    pub fn unreported_figures(&self, layer: u16, spot: &Spot, slot: Slot) -> Vec<(Key, Quantity)> {
        let stages = self
            .unreported_sites(layer)
            .get(spot)
            .and_then(|spot| self.registered.get(spot));
        let stages = stages.into_iter().flatten();
        let keys = stages.flat_map(|stage| {
            Line::ALL.into_iter().map(|line| Key {
                layer,
                stage: *stage,
                spot: spot.clone(),
                slot,
                line,
            })
        });
        keys.filter_map(|key| self.of_unreported(&key).map(|figure| (key, figure)))
            .collect()
    }

    /// A line of such a site.
    pub(super) fn of_unreported(&self, key: &Key) -> Option<Quantity> {
        let stages = self.registered.get(&key.spot)?;
        stages.contains(&key.stage).then_some(Quantity {
            value: None,
            deviation: None,
            told: Told::Unobservable,
            grade: Grade::X,
            contested: false,
            by_reports: None,
            most: None,
        })
    }
}
