//! Alloys are made by recipe: their elements are so much of their metal.

use didymium_vocabulary::Assumed;

use super::layer::percent;
use super::line::{Line, Spot};
use super::network::Terms;
use super::pools::Pool;
use super::priors::{Assume, Prior, Size};
use super::report::Origin;
use super::worth::assumed;

impl Assume<'_> {
    /// An alloy is made by recipe: its elements are so much of its metal.
    pub(super) fn alloys(&self, priors: &mut Vec<Prior>) {
        let (_, unnamed) = assumed(self.vocabulary, Assumed::Alloy, self.family);
        // The world's follows from those of its countries.
        let made = |pool: &&Pool| pool.layer > 0 && pool.spot != Spot::World;
        for pool in self.network.pools.keys().filter(made) {
            let Some(link) = self.links.get(usize::from(pool.stage)) else {
                continue;
            };
            let mut recipe = self.vocabulary.alloy(self.family, &link.stage).peekable();
            if recipe.peek().is_none() {
                continue;
            }
            let layer = self.layers.all.get(usize::from(pool.layer));
            let row = layer.and_then(|layer| recipe.find(|row| row.commodity == layer.commodity));
            let (share, deviation, origin) = match row {
                Some(row) => (percent(row.share), percent(row.deviation), Origin::Alloy),
                None => (0.0, unnamed, Origin::Assumption(Assumed::Alloy)),
            };
            for slot in self.network.slots(pool.layer, pool.stage) {
                let metal_of = |layer: u16| {
                    let of = Pool {
                        layer,
                        ..pool.clone()
                    };
                    let at = self.network.line(&of, slot, Line::Produced)?;
                    Some((at, self.layers.metal_in(self.vocabulary, layer)?))
                };
                let all: Option<Terms> = self.layers.elements().map(metal_of).collect();
                let (Some(all), Some((own, metal))) = (all, metal_of(pool.layer)) else {
                    continue;
                };
                let mut terms = vec![(own, metal)];
                terms.extend(all.iter().map(|(at, metal)| (*at, -share * metal)));
                priors.push(Prior::new(
                    origin.clone(),
                    terms,
                    Size::PartOfSum {
                        part: deviation,
                        of: all,
                    },
                ));
            }
        }
    }
}
