//! Addresses of figures: every number the twin shows can be asked where it comes from.

use std::fmt;
use std::str::FromStr;

use didymium_statement::Digest;
use didymium_vocabulary::Period;

/// Longest address in bytes.
const ADDRESS_BYTES_MAX: usize = 1_000;

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    /// The chosen edition's figure of a cell; for trade without a partner, the sum over partners.
    Cell,
    /// The world total.
    World,
    /// Share of a cell in the world total, percent.
    Share,
    /// Herfindahl–Hirschman index over countries, 0 to 10,000.
    Hhi,
    /// Share of the world left without the largest country, percent.
    NMinusOne,
    /// The members together.
    Club,
    /// Share of the members together, percent.
    ClubShare,
    /// Share of the largest country, percent.
    LargestShare,
    /// Change of the world total against the period before, percent.
    Change,
    /// What areas and partners of an [`AreaSet`](crate::AreaSet) make together, `area` and `partner` being sets.
    Together,
    /// Share of the largest three countries, percent.
    TopThree,
    /// Herfindahl–Hirschman index weighted by governance, 0 to 10.
    GovernanceHhi,
    /// What is left of the supply without the largest country, percent of the world's demand.
    NMinusOneOfDemand,
    /// European supply risk of a stage; `area` the importer, or empty for the world's supply alone.
    SupplyRisk,
    /// GeoPolRisk of the importer `area`, 0 to 1.
    GeoPolRisk,
    /// Net import reliance of `area`, percent; by mass `partner` is the subject of the consumption.
    ImportReliance,
    /// Days that stocks of `area` last, `partner` being the subject of the consumption.
    DaysOfCover,
    /// GeoPolRisk of `area` alone less that of the club as one importer.
    Membership,
    /// European supply risk of `area` alone less that of the club as one importer.
    MembershipSupplyRisk,
}

const QUANTITIES: [(Quantity, &str); 19] = [
    (Quantity::Cell, "cell"),
    (Quantity::World, "world"),
    (Quantity::Share, "share"),
    (Quantity::Hhi, "hhi"),
    (Quantity::NMinusOne, "n-1"),
    (Quantity::Club, "club"),
    (Quantity::ClubShare, "club-share"),
    (Quantity::LargestShare, "largest-share"),
    (Quantity::Change, "change"),
    (Quantity::Together, "together"),
    (Quantity::TopThree, "top-3"),
    (Quantity::GovernanceHhi, "hhi-governance"),
    (Quantity::NMinusOneOfDemand, "n-1-demand"),
    (Quantity::SupplyRisk, "supply-risk"),
    (Quantity::GeoPolRisk, "geopolrisk"),
    (Quantity::ImportReliance, "import-reliance"),
    (Quantity::DaysOfCover, "days-of-cover"),
    (Quantity::Membership, "membership"),
    (Quantity::MembershipSupplyRisk, "membership-supply-risk"),
];

impl Quantity {
    /// The name in an address.
    pub fn as_str(self) -> &'static str {
        QUANTITIES
            .iter()
            .find(|(quantity, _)| *quantity == self)
            .map_or("", |(_, name)| name)
    }
}

/// What is asked of the control of a stage's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// Concentration over owners.
    OwnersHhi,
    /// Concentration over countries.
    PlacesHhi,
    /// An owner's part.
    Owner,
    /// A country's part.
    Place,
    /// The part that has known owners.
    Known,
}

const HELD: [(Held, &str); 5] = [
    (Held::OwnersHhi, "owners-hhi"),
    (Held::PlacesHhi, "places-hhi"),
    (Held::Owner, "owner"),
    (Held::Place, "place"),
    (Held::Known, "known"),
];

impl Held {
    /// The name in an address.
    pub fn as_str(self) -> &'static str {
        HELD.iter()
            .find(|(held, _)| *held == self)
            .map_or("", |(_, name)| name)
    }
}

/// Where a figure stands in the twin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureAddress {
    /// One published figure, by its digest.
    Fact(Digest),
    /// Nameplate capacity of a site's process.
    Capacity {
        /// Site key.
        site: String,
        /// Place of the process at the site, from 0.
        process: usize,
    },
    /// Share of an owner in a site.
    OwnerShare {
        /// Site key.
        site: String,
        /// Place of the owner in the site's list, from 0.
        owner: usize,
    },
    /// How many sites there are; an empty text matches any.
    Sites {
        /// Commodity or family.
        commodity: String,
        /// Stage of a process.
        stage: String,
        /// Status of a process at that stage, or of the site where no stage is named.
        status: String,
        /// Country.
        country: String,
    },
    /// Who holds the capacity of a stage.
    Control {
        /// What is asked.
        held: Held,
        /// Commodity or family, stage, substance, basis of mass.
        key: Box<[String; 4]>,
        /// Owner or country, or empty.
        holder: String,
    },
    /// A figure of a series.
    Series {
        /// What is asked.
        quantity: Quantity,
        /// Measure, commodity, stage, form, substance, mass basis, subject.
        key: Box<[String; 7]>,
        /// Area, or empty where the quantity is about the world.
        area: String,
        /// Importer, or empty.
        partner: String,
        /// The period.
        period: Period,
    },
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the address of a figure: take addresses from the `figure` field of an answer")]
pub struct AddressError {
    /// The text, cut to a readable length.
    pub text: String,
}

impl fmt::Display for FigureAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(digest) => write!(f, "fact|{digest}"),
            Self::Capacity { site, process } => write!(f, "capacity|{site}|{process}"),
            Self::OwnerShare { site, owner } => write!(f, "owner|{site}|{owner}"),
            Self::Sites {
                commodity,
                stage,
                status,
                country,
            } => write!(f, "sites|{commodity}|{stage}|{status}|{country}"),
            Self::Control { held, key, holder } => {
                let [commodity, stage, substance, basis] = &**key;
                let held = held.as_str();
                // An owner's name is free text and comes last: it alone may hold the separator.
                write!(
                    f,
                    "control|{held}|{commodity}|{stage}|{substance}|{basis}|{holder}"
                )
            }
            Self::Series {
                quantity,
                key,
                area,
                partner,
                period,
            } => {
                let [measure, commodity, stage, form, substance, basis, subject] = &**key;
                let quantity = quantity.as_str();
                // The subject is free text and comes last: it alone may hold the separator.
                write!(
                    f,
                    "{quantity}|{measure}|{commodity}|{stage}|{form}|{substance}|{basis}|{area}|{partner}|{period}|{subject}"
                )
            }
        }
    }
}

impl FromStr for FigureAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parse(text).ok_or_else(|| AddressError {
            text: text.chars().take(80).collect(),
        })
    }
}

fn parse(text: &str) -> Option<FigureAddress> {
    if text.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let (head, rest) = text.split_once('|')?;
    match head {
        "fact" => rest.parse().ok().map(FigureAddress::Fact),
        "capacity" => {
            let (site, process) = rest.split_once('|')?;
            Some(FigureAddress::Capacity {
                site: site.to_owned(),
                process: process.parse().ok()?,
            })
        }
        "owner" => {
            let (site, owner) = rest.split_once('|')?;
            Some(FigureAddress::OwnerShare {
                site: site.to_owned(),
                owner: owner.parse().ok()?,
            })
        }
        "sites" => {
            let parts: Vec<&str> = rest.split('|').collect();
            let [commodity, stage, status, country] = parts.try_into().ok()?;
            let [commodity, stage, status, country] = [commodity, stage, status, country].map(str::to_owned);
            Some(FigureAddress::Sites {
                commodity,
                stage,
                status,
                country,
            })
        }
        "control" => {
            let parts: Vec<&str> = rest.splitn(6, '|').collect();
            let [held, commodity, stage, substance, basis, holder] = parts.try_into().ok()?;
            Some(FigureAddress::Control {
                held: HELD.iter().find(|(_, name)| *name == held)?.0,
                key: Box::new([commodity, stage, substance, basis].map(str::to_owned)),
                holder: holder.to_owned(),
            })
        }
        _ => {
            let quantity = QUANTITIES.iter().find(|(_, name)| *name == head)?.0;
            let parts: Vec<&str> = rest.splitn(10, '|').collect();
            let [
                measure,
                commodity,
                stage,
                form,
                substance,
                basis,
                area,
                partner,
                period,
                subject,
            ] = parts.try_into().ok()?;
            let key = [measure, commodity, stage, form, substance, basis, subject].map(str::to_owned);
            Some(FigureAddress::Series {
                quantity,
                key: Box::new(key),
                area: area.to_owned(),
                partner: partner.to_owned(),
                period: period.parse().ok()?,
            })
        }
    }
}
