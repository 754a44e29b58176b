//! From the club's statements and what a vault opens to an overlay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_statement::payload::{Site, StatisticTable};
use didymium_statement::{Digest, Kind, KindVersion, Opening, Statement, StatementError, StatementId};

use super::TwinBuilder;
use crate::balance::SITE;
use crate::cut::Cut;
use crate::digest;
use crate::fact::StatementRef;
use crate::overlay::{Overlay, OverlayReason, OverlayRemark};

/// Characters of a site's key that a remark repeats of a row that is at fault.
const SITE_CHARACTERS_MAX: usize = 100;

/// Takes openings of sealed statements, in any order, and gives the overlay that they and the club's statements make.
#[derive(Debug)]
pub struct OverlayBuilder<'o> {
    builder: TwinBuilder,
    cut: Cut,
    club: Option<Digest>,
    opened: BTreeMap<StatementId, Opened<'o>>,
    remarks: Vec<OverlayRemark>,
    /// Country of each site that is registered, by key.
    countries: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Opened<'o> {
    place: Arc<StatementRef>,
    statement: Statement,
    payload: Payload<'o>,
}

/// What was sealed; never shown by `Debug`.
struct Payload<'o>(&'o [u8]);

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Payload(secret)")
    }
}

impl TwinBuilder {
    /// An overlay on the club's twin of what was added, which is what `cut` names; nothing is opened yet.
    pub fn overlay<'o>(self, cut: Cut) -> OverlayBuilder<'o> {
        OverlayBuilder {
            club: self.twin_at(cut.clone()).digest(),
            builder: self,
            cut,
            opened: BTreeMap::new(),
            remarks: Vec::new(),
            countries: BTreeMap::new(),
        }
    }
}

impl<'o> OverlayBuilder<'o> {
    /// Whether an overlay reads statements of a kind.
    pub fn reads(kind: &KindVersion) -> bool {
        kind.version == 1 && matches!(kind.kind, Kind::Site | Kind::Statistic)
    }

    /// Opens the sealed statement that stands at `index` of `member`'s log, which is among those that were added. An opening
    /// that is not this statement's becomes a remark.
    pub fn open(
        &mut self,
        member: &str,
        index: u64,
        recorded_ms: i64,
        statement: &Statement,
        opening: &'o Opening,
    ) {
        let place = self.builder.place(member, index, recorded_ms, statement);
        match statement.unseal(opening) {
            Ok(payload) => {
                let opened = Opened {
                    place,
                    statement: statement.clone(),
                    payload: Payload(payload),
                };
                self.opened.entry(statement.id()).or_insert(opened);
            }
            Err(error) => self.remark(&place, &statement.subject, error.into()),
        }
    }

    /// The overlay of what was added and opened.
    pub fn finish(mut self) -> Overlay {
        self.find_countries();
        let mut opened: Vec<Opened<'o>> = std::mem::take(&mut self.opened).into_values().collect();
        // Sites first: figures may speak of them.
        opened.sort_by_key(|one| (one.statement.kind.kind != Kind::Site, Arc::clone(&one.place)));
        let mut counted: Vec<Arc<StatementRef>> = Vec::new();
        for one in opened {
            match self.read_opened(&one) {
                Ok(()) => counted.push(one.place),
                Err(reason) => self.remark(&one.place, &one.statement.subject, reason),
            }
        }
        counted.sort();
        self.remarks
            .sort_by(|one, other| one.statement.cmp(&other.statement));
        let count = counted.len() as u64;
        // Each was added as one that the club cannot read.
        self.builder.uninterpreted = self.builder.uninterpreted.saturating_sub(count);
        let ids: BTreeSet<StatementId> = counted.iter().map(|place| place.id).collect();
        let digest = self.club.map(|club| digest::of_overlay(&club, ids.into_iter()));
        Overlay {
            twin: self.builder.finish(self.cut).laid_over(digest, count),
            club: self.club,
            opened: counted,
            remarks: self.remarks,
        }
    }

    fn remark(&mut self, place: &Arc<StatementRef>, subject: &str, reason: OverlayReason) {
        self.remarks.push(OverlayRemark {
            statement: Arc::clone(place),
            subject: subject.to_owned(),
            reason,
        });
    }

    /// Where the club's sites lie. Of two registrations of one key the twin shows the one with the smaller digest.
    fn find_countries(&mut self) {
        let mut sites: Vec<_> = self.builder.sites.iter().collect();
        sites.sort_by_key(|(digest, _)| *digest);
        for (_, record) in sites {
            if self.withdrawn_by(&record.statement).is_none() {
                let site = &record.site;
                let country = self.countries.entry(site.site.clone());
                country.or_insert_with(|| site.country.clone());
            }
        }
    }

    fn withdrawn_by(&self, statement: &StatementRef) -> Option<StatementId> {
        let name = (Arc::clone(&statement.issuer), statement.id);
        let withdrawal = self.builder.withdrawals.get(&name)?;
        Some(withdrawal.by.id)
    }

    fn read_opened(&mut self, opened: &Opened<'o>) -> Result<(), OverlayReason> {
        let (place, Payload(payload)) = (&opened.place, &opened.payload);
        if let Some(by) = self.withdrawn_by(place) {
            return Err(OverlayReason::Withdrawn { by });
        }
        let kind = &opened.statement.kind;
        if !Self::reads(kind) {
            return Err(OverlayReason::Kind { kind: kind.clone() });
        }
        let (registers, unused) = if kind.kind == Kind::Site {
            (Some(self.site_that_may_stand(place, payload)?), Vec::new())
        } else {
            (None, self.sites_spoken_of(place, payload)?)
        };
        let read = self.builder.read(place, &opened.statement, payload);
        read.map_err(|reason| OverlayReason::Payload { reason, site: None })?;
        self.countries.extend(registers);
        for reason in unused {
            self.remark(place, &opened.statement.subject, reason);
        }
        Ok(())
    }

    /// Key and country of a site, if its registration may stand beside those of the club.
    fn site_that_may_stand(
        &self,
        place: &StatementRef,
        payload: &[u8],
    ) -> Result<(String, String), OverlayReason> {
        let parsed = Site::parse(payload, self.builder.vocabulary);
        let site = parsed.map_err(|error| faulty(&error, None))?;
        self.require_own(place, &site.site, &site.country)?;
        if self.countries.contains_key(&site.site) {
            return Err(OverlayReason::SiteRegistered { site: site.site });
        }
        Ok((site.site, site.country))
    }

    /// Holds every row of a table, and every site that it names, against the rules; answers which rows no balance will use.
    fn sites_spoken_of(
        &self,
        place: &StatementRef,
        payload: &[u8],
    ) -> Result<Vec<OverlayReason>, OverlayReason> {
        let table = StatisticTable::parse(payload).map_err(|error| faulty(&error, None))?;
        let layout = table.layout();
        let mut spoken_of: BTreeSet<(&str, &str)> = BTreeSet::new();
        for row in 0..table.len() {
            let site = table.cell(row, "subject").strip_prefix(SITE);
            let observation = table
                .observation(row, &layout, self.builder.vocabulary)
                .map_err(|error| faulty(&error, site))?;
            let named = observation.subject.strip_prefix(SITE);
            spoken_of.extend(named.map(|site| (site, observation.area)));
        }
        let mut unused = Vec::new();
        for (site, said) in spoken_of {
            let site = site.to_owned();
            match self.countries.get(&site) {
                None => unused.push(OverlayReason::UnknownSite { site }),
                Some(registered) => {
                    self.require_own(place, &site, registered)?;
                    if registered != said {
                        let (registered, said) = (registered.clone(), said.to_owned());
                        unused.push(OverlayReason::SiteElsewhere {
                            site,
                            registered,
                            said,
                        });
                    }
                }
            }
        }
        Ok(unused)
    }

    /// A member speaks in sealed words of its own sites, and of those of nations outside of the club.
    fn require_own(&self, place: &StatementRef, site: &str, country: &str) -> Result<(), OverlayReason> {
        if *place.member == *country || !self.cut.sizes.contains_key(country) {
            return Ok(());
        }
        Err(OverlayReason::OtherMembersSite {
            site: site.to_owned(),
            country: country.to_owned(),
            member: place.member.to_string(),
        })
    }
}

fn faulty(error: &StatementError, site: Option<&str>) -> OverlayReason {
    OverlayReason::Payload {
        reason: error.to_string(),
        site: site.map(|site| site.chars().take(SITE_CHARACTERS_MAX).collect()),
    }
}
