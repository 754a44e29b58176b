//! Two heads of one log: one history, or evidence.

use didymium_log::LogError;
use didymium_log::evidence::Evidence;
use didymium_log::note::Verifier;
use didymium_log::proof::verify_consistency;
use didymium_log::tree::{consistency_proof, root_from_tiles};
use didymium_statement::{CharterLog, Member};

use super::alike::{Alike, Side, alike};
use super::heads::{Head, open_standing_head};
use super::report::{Answer, Report, Told};
use super::source::{LogSource, read_tiles};
use crate::charter::log_keys;
use crate::evidence::words;
use crate::{NodeError, NodeResult};

/// What two heads are to each other.
enum Compared {
    /// The larger extends the smaller.
    OneHistory,
    /// The log contradicts itself, for everybody to verify.
    Contradiction(Box<Evidence>),
    /// The tiles are not those of the larger head, so nothing is decided.
    Undecided(String),
}

/// The log that is audited, for holding other heads against it.
pub(super) struct Audited<'a> {
    pub(super) source: &'a dyn LogSource,
    pub(super) head: &'a Head,
    pub(super) charters: &'a CharterLog,
    pub(super) member: &'a Member,
}

impl Audited<'_> {
    /// Holds the head that the auditor kept from last time against the log.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub(super) fn check_since(&self, report: &mut Report, kept: &[u8]) -> NodeResult<()> {
        const NAME: &str = "since";
        let old = match open_standing_head(kept, self.charters, self.member) {
            Ok(old) => old,
            Err(error) => {
                let (answer, said) = self.shows_nothing(&error, "what was kept");
                report.add_with(NAME, answer, said, vec![error.in_words()]);
                return Ok(());
            }
        };
        let (was, is) = (old.checkpoint.size, self.head.checkpoint.size);
        if was > is {
            let said = format!(
                "the log shows {is} entries, you kept a checkpoint of {was}: it was cut, restored from an old backup, or this copy lags behind"
            );
            report.add(NAME, Answer::No, said);
            return Ok(());
        }
        let compared = self.compare(&old, self.head, self.source)?;
        let yes = format!("the {was} entries of the checkpoint that you kept are the first of these {is}");
        self.tell(report, NAME, compared, yes);
        Ok(())
    }

    /// Holds what another node shows of the same log against it.
    ///
    /// # Errors
    /// If either cannot be read.
    pub(super) fn check_against(&self, report: &mut Report, other: &dyn LogSource) -> NodeResult<()> {
        const NAME: &str = "against";
        let place = other.place();
        let Some(note) = other.checkpoint()? else {
            let said = format!("{place} shows no checkpoint of this log");
            report.add(NAME, Answer::Missing, said);
            return Ok(());
        };
        let shown = match open_standing_head(&note, self.charters, self.member) {
            Ok(shown) => shown,
            Err(error) => {
                let (answer, said) = self.shows_nothing(&error, &format!("what {place} shows"));
                report.add_with(NAME, answer, said, vec![error.in_words()]);
                return Ok(());
            }
        };
        let (here, there) = (self.head.checkpoint.size, shown.checkpoint.size);
        let compared = if there <= here {
            self.compare(&shown, self.head, self.source)?
        } else {
            self.compare(self.head, &shown, other)?
        };
        let yes = format!("{place} shows the same history, {there} entries of it (here {here})");
        let contradicts = matches!(compared, Compared::Contradiction(_));
        self.tell(report, NAME, compared, yes);
        if contradicts {
            self.tell_alike(report, other, &shown)?;
        }
        Ok(())
    }

    /// What is said of a head that cannot be compared: whoever has a revoked key can sign any, so one under it speaks neither for
    /// the log nor against it.
    fn shows_nothing(&self, error: &NodeError, what: &str) -> (Answer, String) {
        let code = &self.member.member;
        match error {
            NodeError::HeadShowsNothing { .. } => (
                Answer::Missing,
                format!(
                    "{what} is signed with a revoked key of the log of {code}: it says nothing for or against the log"
                ),
            ),
            _ => (
                Answer::No,
                format!("{what} is no checkpoint that the log of {code} has signed"),
            ),
        }
    }

    /// Says how many entries the log has in common with what another node shows of it.
    fn tell_alike(&self, report: &mut Report, other: &dyn LogSource, shown: &Head) -> NodeResult<()> {
        const NAME: &str = "alike";
        let here = Side {
            head: self.head,
            tiles: self.source,
        };
        let there = Side {
            head: shown,
            tiles: other,
        };
        match alike(here, there)? {
            Alike::OneHistory => {}
            Alike::Entries(alike) => {
                let said = format!(
                    "the first {alike} entries are the same in both: a version of the charter can vouch for these \
                     (`didymium charter propose … --cut {}:{alike}`)",
                    self.member.member
                );
                report.add(NAME, Answer::Open, said);
            }
            Alike::TilesOfOther { place, reason } => {
                let said = format!(
                    "how many entries are the same in both is not known: the tiles of {place} do not lead to the head that it \
                     shows; compare with another copy of that head before the log is ended anywhere"
                );
                report.add_with(NAME, Answer::Missing, said, vec![in_plain(&reason)]);
            }
        }
        Ok(())
    }

    fn tell(&self, report: &mut Report, name: &'static str, compared: Compared, yes: String) {
        match compared {
            Compared::OneHistory => report.add(name, Answer::Yes, yes),
            Compared::Undecided(reason) => {
                let said = "the tiles do not show that the larger tree extends the smaller one";
                report.add_with(name, Answer::No, said, vec![reason]);
            }
            Compared::Contradiction(evidence) => {
                let said = match self.keys().and_then(|keys| Ok(evidence.verify(&keys)?)) {
                    Ok(proven) => words::english(&self.member.member, &proven),
                    Err(error) => error.in_words(),
                };
                report.add(name, Answer::No, said.clone());
                report.evidence.push(Told {
                    index: None,
                    said,
                    evidence: evidence.to_string(),
                });
            }
        }
    }

    /// Every key that the log ever had: a contradiction counts under whichever signed it.
    fn keys(&self) -> NodeResult<Vec<Verifier>> {
        Ok(log_keys::ever(self.charters, &self.member.member)?)
    }

    /// Compares two heads by the tiles of the larger, or of either if they are of one size.
    fn compare(&self, old: &Head, new: &Head, tiles: &dyn LogSource) -> NodeResult<Compared> {
        let keys = self.keys()?;
        let witnesses = log_keys::witnesses_ever(self.charters);
        let (small, large) = (&old.checkpoint, &new.checkpoint);
        if small.size == large.size {
            if small.root == large.root {
                return Ok(Compared::OneHistory);
            }
            let evidence = Evidence::same_size(&old.note, &new.note, &keys, &witnesses)?;
            return Ok(Compared::Contradiction(Box::new(evidence)));
        }
        if small.size == 0 {
            return Ok(Compared::OneHistory);
        }
        let proven = root_from_tiles(small.size, read_tiles(tiles, large.size)).and_then(|root| {
            let path = consistency_proof(small.size, large.size, read_tiles(tiles, large.size))?;
            verify_consistency(small.size, root, large.size, large.root, &path)?;
            Ok((root, path))
        });
        let (root, path) = match proven {
            Ok(proven) => proven,
            Err(NodeError::Log(error)) => return Ok(Compared::Undecided(in_plain(&error))),
            Err(error) => return Err(error),
        };
        if root == small.root {
            return Ok(Compared::OneHistory);
        }
        let evidence = Evidence::rewritten(&old.note, &new.note, root, &path, &keys, &witnesses)?;
        Ok(Compared::Contradiction(Box::new(evidence)))
    }
}

fn in_plain(error: &LogError) -> String {
    format!("no proof can be made of them: {error}")
}
