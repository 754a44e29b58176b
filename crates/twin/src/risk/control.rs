//! Who holds the capacity of a stage: by the country where a site stands, and by the owners of its shares.
//!
//! Operating sites with a published capacity count. A share that no source publishes is nobody's: it stays in the whole,
//! and how much of the capacity has known owners is told. Masses of different substances or bases never add: each makes
//! a control of its own.

use std::collections::BTreeMap;

use didymium_statement::payload::{Basis, Site, SiteStatus};
use didymium_vocabulary::Decimal;

use super::assumption::Assumption;
use super::estimate::{Deviations, Estimate, Outcome};
use super::measured::{Input, Measured, Swing};
use super::missing::Missing;
use super::panel::belongs;
use super::supply::float;
use crate::address::Held;
use crate::twin::Twin;

/// Part of the capacity without a known owner that is not worth telling.
const UNKNOWN_TOLD: f64 = 0.001;

/// A holder's part of a capacity.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Owner's name as the sources give it, or a country.
    pub holder: String,
    /// Its part of the whole, percent.
    pub share: Estimate,
}

/// Who holds the capacity of a commodity's stage, in one substance and basis of mass.
#[derive(Debug, Clone)]
pub struct Control {
    /// Substance that the capacity counts, or empty.
    pub substance: String,
    /// Basis of its mass.
    pub mass_basis: String,
    /// Operating sites with a process at the stage, whether their capacity is published or not.
    pub sites: usize,
    /// Sites whose capacity counts, by key, each once.
    pub counted: Vec<String>,
    /// Capacity of these, kilograms a year.
    pub capacity: Measured,
    /// Part of it whose owners' shares are published, percent.
    pub known: Measured,
    /// Countries, the largest first.
    pub by_place: Vec<Holding>,
    /// Owners, the largest first.
    pub by_owner: Vec<Holding>,
    /// Herfindahl–Hirschman index over countries, 0 to 10,000.
    pub hhi_by_place: Estimate,
    /// The same over owners; capacity without a known owner is nobody's. Missing if no share at all is published.
    pub hhi_by_owner: Outcome,
}

/// A process that counts.
struct Plant<'t> {
    site: &'t Site,
    capacity: Measured,
    /// Owners with a published share, 0 to 1.
    owners: Vec<(&'t str, Measured)>,
}

impl Control {
    /// One of its numbers; `holder` is the owner or country, and nothing for the others.
    #[must_use]
    pub fn at(&self, held: Held, holder: &str) -> Option<Estimate> {
        let part = |holdings: &[Holding]| {
            let found = holdings.iter().find(|one| one.holder == holder);
            found.map(|one| one.share.clone())
        };
        match held {
            Held::Owner => part(&self.by_owner),
            Held::Place => part(&self.by_place),
            Held::OwnersHhi => self.hhi_by_owner.clone().ok(),
            Held::PlacesHhi => Some(self.hhi_by_place.clone()),
            Held::Known => Some(Estimate::new(
                self.known.clone(),
                vec![Assumption::CapacityPublishedOnly],
            )),
        }
    }

    /// Control of a commodity's stage: one a substance and basis of mass, in their order.
    ///
    /// # Errors
    /// [`Missing::NoCapacity`] if no operating site publishes a capacity.
    pub fn of(twin: &Twin, commodity: &str, stage: &str, of: Deviations<'_>) -> Result<Vec<Self>, Missing> {
        let mut sites = 0;
        let mut groups: BTreeMap<(&str, &str), Vec<Plant<'_>>> = BTreeMap::new();
        for (number, record) in (0..).zip(twin.sites().values()) {
            let site = &record.site;
            let mut here = false;
            for (place, process) in (0..).zip(&site.processes) {
                let at_stage = process.stage == stage && belongs(twin, commodity, &process.commodity);
                if !at_stage || process.status != SiteStatus::Operating {
                    continue;
                }
                here = true;
                let Some(capacity) = &process.capacity else {
                    continue;
                };
                let Some(kilograms) = kilograms(twin, capacity.value, &capacity.unit) else {
                    continue;
                };
                let input = Input::Capacity(number, place);
                let key = (capacity.substance.as_str(), capacity.mass_basis.as_str());
                groups.entry(key).or_default().push(Plant {
                    site,
                    capacity: Measured::given(kilograms, kilograms * (of.of_basis)(process.basis), input),
                    owners: owners(site, number, of),
                });
            }
            sites += usize::from(here);
        }
        let all: Vec<Self> = groups
            .into_iter()
            .filter_map(|(key, plants)| control(key, &plants, sites))
            .collect();
        if all.is_empty() {
            return Err(Missing::NoCapacity);
        }
        Ok(all)
    }
}

fn kilograms(twin: &Twin, value: Decimal, unit: &str) -> Option<f64> {
    let factor = twin.vocabulary().unit(unit)?.require_factor().ok()?;
    Some(float(value.checked_mul(factor)?)).filter(|kilograms| *kilograms > 0.0)
}

fn owners<'s>(site: &'s Site, number: u32, of: Deviations<'_>) -> Vec<(&'s str, Measured)> {
    (0..)
        .zip(&site.owners)
        .filter_map(|(place, owner)| {
            let share = float(owner.share?) / 100.0;
            let deviation = match owner.basis {
                // A published share is a fact of law, not a measurement.
                Basis::Reported => 0.0,
                other => share * (of.of_basis)(other),
            };
            let input = Input::OwnerShare(number, place);
            Some((owner.name.as_str(), Measured::given(share, deviation, input)))
        })
        .collect()
}

fn control((substance, mass_basis): (&str, &str), plants: &[Plant<'_>], sites: usize) -> Option<Control> {
    let sum = |parts: &mut dyn Iterator<Item = Measured>| {
        parts.fold(Measured::default(), |sum, one| sum.plus(&one))
    };
    let capacity = sum(&mut plants.iter().map(|plant| plant.capacity.clone()));
    let mut by_place: BTreeMap<&str, Measured> = BTreeMap::new();
    let mut by_owner: BTreeMap<&str, Measured> = BTreeMap::new();
    for plant in plants {
        let place = by_place.entry(&plant.site.country).or_default();
        *place = place.plus(&plant.capacity);
        for (name, share) in &plant.owners {
            let held = by_owner.entry(name).or_default();
            *held = held.plus(&plant.capacity.times(share));
        }
    }
    let known = sum(&mut by_owner.values().cloned()).over(&capacity)?;
    let of_place = vec![Assumption::CapacityPublishedOnly];
    let mut of_owner = of_place.clone();
    if known.value < 1.0 - UNKNOWN_TOLD {
        of_owner.push(Assumption::OwnersUnknown);
    }
    let mut counted: Vec<String> = plants.iter().map(|plant| plant.site.site.clone()).collect();
    counted.sort();
    counted.dedup();
    Some(Control {
        substance: substance.to_owned(),
        mass_basis: mass_basis.to_owned(),
        sites,
        counted,
        known: known.scaled(100.0),
        hhi_by_place: hhi(&by_place, &capacity, &of_place)?,
        hhi_by_owner: if by_owner.is_empty() {
            Err(Missing::NoOwners)
        } else {
            hhi(&by_owner, &capacity, &of_owner).ok_or(Missing::NoOwners)
        },
        by_place: holdings(&by_place, &capacity, &of_place)?,
        by_owner: holdings(&by_owner, &capacity, &of_owner)?,
        capacity,
    })
}

fn hhi(held: &BTreeMap<&str, Measured>, whole: &Measured, notes: &[Assumption]) -> Option<Estimate> {
    let mut index = (0.0, Vec::<Swing>::new());
    for one in held.values() {
        let share = one.over(whole)?;
        index.0 += share.value * share.value;
        index.1.extend(share.swings_times(2.0 * share.value));
    }
    let index = Measured::of(index.0, index.1).scaled(10_000.0);
    Some(Estimate::new(index, notes.to_vec()))
}

fn holdings(held: &BTreeMap<&str, Measured>, whole: &Measured, notes: &[Assumption]) -> Option<Vec<Holding>> {
    let holding = |(name, one): (&&str, &Measured)| {
        Some(Holding {
            holder: (*name).to_owned(),
            share: Estimate::new(one.over(whole)?.scaled(100.0), notes.to_vec()),
        })
    };
    let mut all: Vec<Holding> = held.iter().map(holding).collect::<Option<_>>()?;
    // Stable: equal holders stay in the order of their names.
    all.sort_by(|a, b| b.share.measured.value.total_cmp(&a.share.measured.value));
    Some(all)
}
