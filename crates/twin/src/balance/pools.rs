//! Pools: which products at which places there are, and in which years.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::goods::Goods;
use super::layer::Layers;
use super::line::{Spot, UNNAMED};

/// Years of a layer at a stage, first and last.
pub(super) type Years = BTreeMap<(u16, u16), (i16, i16)>;

/// One stage's product at one place, in one layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pool {
    pub(super) layer: u16,
    pub(super) stage: u16,
    pub(super) spot: Spot,
}

/// Which lines a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of them.
    Whole,
    /// Production alone.
    Made,
    /// What goes along it: a route.
    Along,
}

/// What makes up the world but for uses.
pub(super) fn is_country(spot: &Spot) -> bool {
    matches!(spot, Spot::Country(_) | Spot::Elsewhere)
}

/// Elements are followed at the first stage wherever the whole is, by their shares; further on where somebody reports one.
pub(super) fn compose(
    layers: &Layers,
    goods: Option<u16>,
    years: &mut Years,
    pools: &mut BTreeMap<Pool, Extent>,
) {
    let first_stage = years
        .keys()
        .filter(|(layer, _)| *layer == 0)
        .map(|(_, stage)| *stage)
        .min();
    let Some(first_stage) = first_stage else { return };
    // An element that is followed at a stage is followed there with all others, over the years of the whole.
    let stages: BTreeSet<u16> = years
        .keys()
        .filter(|(layer, stage)| *layer > 0 && Some(*stage) != goods)
        .map(|(_, stage)| *stage)
        .chain([first_stage])
        .collect();
    for stage in stages {
        let spans = years
            .iter()
            .filter(|((_, at), _)| *at == stage)
            .map(|(_, span)| *span);
        let Some(span) = spans.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1))) else {
            continue;
        };
        for layer in std::iter::once(0).chain(layers.elements()) {
            years.insert((layer, stage), span);
            let spot = Spot::World;
            pools.insert(Pool { layer, stage, spot }, Extent::Whole);
        }
    }
    let countries: BTreeSet<Spot> = pools
        .keys()
        .filter(|pool| pool.stage == first_stage && is_country(&pool.spot))
        .map(|pool| pool.spot.clone())
        .chain([Spot::Elsewhere])
        .collect();
    for layer in std::iter::once(0).chain(layers.elements()) {
        for spot in &countries {
            let pool = Pool {
                layer,
                stage: first_stage,
                spot: spot.clone(),
            };
            // The whole of a place has an account of its own, elements are made there.
            let extent = if layer == 0 { Extent::Whole } else { Extent::Made };
            pools.entry(pool).or_insert(extent);
        }
    }
}

/// What is sold is put in use, and comes back: goods and recycling are followed in the world wherever what is sold is.
pub(super) fn come_round(goods: &Goods<'_>, years: &mut Years, pools: &mut BTreeMap<Pool, Extent>) {
    // Of the elements those of which somebody tells what they are used in.
    let told: BTreeSet<u16> = pools
        .keys()
        .filter(|pool| pool.stage == goods.stage)
        .map(|pool| pool.layer)
        .chain([0])
        .collect();
    let sold: BTreeMap<u16, (i16, i16)> = years
        .iter()
        .filter(|((layer, stage), _)| told.contains(layer) && (*stage == goods.sold || *stage == goods.stage))
        .fold(BTreeMap::new(), |mut spans, ((layer, _), span)| {
            let known = spans.entry(*layer).or_insert(*span);
            *known = (known.0.min(span.0), known.1.max(span.1));
            spans
        });
    for (layer, span) in sold {
        for stage in [goods.stage, goods.recycling] {
            let known = years.entry((layer, stage)).or_insert(span);
            *known = (known.0.min(span.0), known.1.max(span.1));
            let spot = Spot::World;
            pools.insert(Pool { layer, stage, spot }, Extent::Whole);
        }
        // Uses that somebody tells of make up all goods with the rest.
        let stage = goods.stage;
        let is_use =
            |pool: &Pool| (pool.layer, pool.stage) == (layer, stage) && matches!(pool.spot, Spot::Use(_));
        if pools.keys().any(is_use) {
            let spot = Spot::Use(goods.rest.key.as_str().into());
            pools.insert(Pool { layer, stage, spot }, Extent::Whole);
        }
    }
}

/// Adds the countries of sites, with their rests, and those at the ends of routes.
pub(super) fn name_countries(pools: &mut BTreeMap<Pool, Extent>) {
    let routes: Vec<Pool> = pools
        .keys()
        .filter(|pool| matches!(pool.spot, Spot::Route { .. }))
        .cloned()
        .collect();
    for Pool { layer, stage, spot } in routes {
        let Spot::Route { from, to } = spot else { continue };
        let unnamed: Arc<str> = UNNAMED.into();
        for end in [&from, &to].into_iter().filter(|end| ***end != *UNNAMED) {
            let spot = Spot::Country(Arc::clone(end));
            pools.insert(Pool { layer, stage, spot }, Extent::Whole);
        }
        // What no report names leaves and comes all the same.
        for (from, to) in [(&from, &unnamed), (&unnamed, &to)] {
            let spot = Spot::Route {
                from: Arc::clone(from),
                to: Arc::clone(to),
            };
            pools.insert(Pool { layer, stage, spot }, Extent::Along);
        }
    }
    let with_sites: Vec<(u16, u16, Arc<str>)> = pools
        .keys()
        .filter_map(|pool| match &pool.spot {
            Spot::Site { country, .. } => Some((pool.layer, pool.stage, Arc::clone(country))),
            _ => None,
        })
        .collect();
    for (layer, stage, country) in with_sites {
        for spot in [
            Spot::Country(Arc::clone(&country)),
            Spot::RestOf(Arc::clone(&country)),
        ] {
            pools.insert(Pool { layer, stage, spot }, Extent::Whole);
        }
    }
}

/// Adds the world and elsewhere, which countries make up.
pub(super) fn add_world(years: &Years, pools: &mut BTreeMap<Pool, Extent>, goods: Option<u16>) {
    for &(layer, stage) in years.keys() {
        for spot in [Spot::World, Spot::Elsewhere] {
            // Uses make up all goods: what no use of its own has is the rest.
            if spot == Spot::Elsewhere && goods == Some(stage) {
                continue;
            }
            pools.entry(Pool { layer, stage, spot }).or_insert(Extent::Whole);
        }
    }
}
