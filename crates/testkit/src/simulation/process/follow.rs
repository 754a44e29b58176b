//! Following the other logs: what is shown is compared, what is new is mirrored.

use std::rc::Rc;

use didymium_log::LogError;
use didymium_log::evidence::Evidence;
use didymium_log::hash;
use didymium_log::hash::Hash;
use didymium_log::mirror::{Accepted, Mirror, Resource};
use didymium_log::tile::{TILE_WIDTH, decode_bundle};
use didymium_log::tree::{TileRow, append_batch};

use super::{Context, Process};
use crate::simulation::club::{HOUR, MemberId, Signed, Time};
use crate::simulation::copy::Growth;
use crate::simulation::coverage::Reached;
use crate::simulation::disk::{Write, WriteId, Written};
use crate::simulation::message::Body;
use crate::simulation::mutation::Mutation;

/// How long a pull that hears nothing is waited for.
const PULL_LIFE: Time = 2 * HOUR;
/// Bundles asked for at the same time.
const WINDOW: usize = 4;
/// Heads of one log that are remembered beside those in the store.
const SEEN_MAX: usize = 8;

/// Mirroring one log up to one head, from one member.
#[derive(Debug)]
pub(super) struct Pull {
    mirror: Mirror,
    target: Rc<Signed>,
    source: MemberId,
    began: Time,
    first: u64,
    onto: Option<Hash>,
    entries: Vec<Rc<[u8]>>,
    rows: Vec<TileRow>,
    write: Option<WriteId>,
}

impl Pull {
    pub(super) fn writes(&self, id: WriteId) -> bool {
        self.write == Some(id)
    }

    pub(super) fn is_alive(&self, now: Time) -> bool {
        now < self.began + PULL_LIFE
    }
}

impl Process {
    /// Remembers that a head's signature was verified.
    pub(super) fn note_verified(&mut self, log: MemberId, signed: &Signed) {
        let name = &signed.head.origin;
        let lines = signed.note.signatures.iter();
        for line in lines.filter(|line| line.name == *name) {
            self.verified
                .insert((signed.note.text.clone(), line.bytes.clone()));
        }
        debug_assert!(log < self.seen.len(), "heads are of members");
    }

    /// Whether the log signed this head; verified once.
    fn is_signed(&mut self, ctx: &Context<'_>, log: MemberId, signed: &Signed) -> bool {
        let [key] = &ctx.club.logs[log].verifier;
        let lines = signed.note.signatures.iter();
        let Some(line) = lines
            .into_iter()
            .find(|line| line.name == key.name() && line.key_id == key.key_id())
        else {
            return false;
        };
        let known = (signed.note.text.clone(), line.bytes.clone());
        if self.verified.contains(&known) {
            return true;
        }
        let right = signed.head.origin == key.name() && key.verify(known.0.as_bytes(), &known.1).is_ok();
        if right {
            self.verified.insert(known);
        }
        right
    }

    /// Somebody showed a head of a log: it is held against what is known, and followed if it is new.
    pub(super) fn shown(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        signed: &Rc<Signed>,
        from: MemberId,
    ) -> Result<(), LogError> {
        let copy = &ctx.store().logs[log];
        let same = copy
            .signed()
            .is_some_and(|known| known.note.text == signed.note.text);
        if same || log == ctx.me || ctx.store().evidence[log].is_some() || !self.is_signed(ctx, log, signed) {
            return Ok(());
        }
        if let Some(evidence) = self.contradicts(ctx, log, signed)? {
            return self.convict(ctx, log, evidence);
        }
        let seen = &mut self.seen[log];
        if !seen.iter().any(|known| known.note.text == signed.note.text) {
            seen.push(Rc::clone(signed));
            if seen.len() > SEEN_MAX {
                seen.remove(0);
            }
        }
        if signed.head.size > ctx.store().logs[log].size() {
            return self.pull(ctx, log, signed, from);
        }
        Ok(())
    }

    /// Begins to mirror a log up to a head, unless that is under way.
    pub(super) fn pull(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        target: &Rc<Signed>,
        source: MemberId,
    ) -> Result<(), LogError> {
        if self.pulls.contains_key(&log) {
            return Ok(());
        }
        let copy = &ctx.store().logs[log];
        let Ok(mirror) = Mirror::new(copy.edge().clone(), target.head.clone()) else {
            return Ok(());
        };
        let pull = Pull {
            first: copy.size(),
            onto: copy.root(),
            mirror,
            target: Rc::clone(target),
            source,
            began: ctx.now,
            entries: Vec::new(),
            rows: Vec::new(),
            write: None,
        };
        let asked = wanted(ctx, &pull);
        self.pulls.insert(log, pull);
        if asked.is_empty() {
            self.pulls.remove(&log);
        } else {
            ctx.send(source, Body::Fetch { log, asked });
        }
        Ok(())
    }

    /// Tiles and bundles came.
    pub(super) fn fetched(
        &mut self,
        ctx: &mut Context<'_>,
        from: MemberId,
        log: MemberId,
        served: &[(Resource, Rc<[u8]>)],
    ) -> Result<(), LogError> {
        let Some(pull) = self
            .pulls
            .get_mut(&log)
            .filter(|pull| pull.source == from && pull.write.is_none())
        else {
            return Ok(());
        };
        if ctx.has(Mutation::KeepsUnchecked) {
            return self.keep_unchecked(ctx, log, served);
        }
        if served.is_empty() {
            // The source has not got them: another will be asked.
            self.pulls.remove(&log);
            return Ok(());
        }
        let asked = pull.mirror.next(WINDOW);
        let mut took = false;
        for (given, bytes) in served {
            if !asked.contains(given) && !took {
                ctx.coverage.reach(Reached::WiderServed);
            }
            match pull.mirror.accept(*given, bytes) {
                Ok(Accepted::Tile) => took = true,
                Ok(Accepted::Entries(entries)) => {
                    took = true;
                    pull.entries.extend(entries.entries.into_iter().map(Rc::from));
                    pull.rows.extend(entries.writes.rows);
                }
                Ok(Accepted::Rewritten { root, path }) => {
                    ctx.reach(Reached::RewriteFound);
                    let target = Rc::clone(&pull.target);
                    self.pulls.remove(&log);
                    return self.rewritten(ctx, log, &target, root, &path);
                }
                // An answer that came twice.
                Err(LogError::MirrorUnasked { .. }) => {}
                Err(_) => {
                    ctx.reach(Reached::ForeignRefused);
                    self.pulls.remove(&log);
                    return Ok(());
                }
            }
        }
        if !took {
            return Ok(());
        }
        if pull.mirror.is_complete() {
            let growth = Growth {
                first: pull.first,
                onto: pull.onto,
                guarded: !ctx.has(Mutation::ComparesSizes),
                entries: std::mem::take(&mut pull.entries),
                rows: std::mem::take(&mut pull.rows),
                edge: pull.mirror.edge().clone(),
                signed: Rc::clone(&pull.target),
            };
            self.keep(ctx, log, growth);
            return Ok(());
        }
        let asked = wanted(ctx, pull);
        if asked.is_empty() {
            self.pulls.remove(&log);
        } else {
            ctx.send(from, Body::Fetch { log, asked });
        }
        Ok(())
    }

    fn keep(&mut self, ctx: &mut Context<'_>, log: MemberId, growth: Growth) {
        let growth = Rc::new(growth);
        let id = ctx.write(Write::Grow { log, growth });
        if let Some(pull) = self.pulls.get_mut(&log) {
            pull.write = Some(id);
        }
    }

    /// The planted bug: whatever comes as the next bundle is kept.
    fn keep_unchecked(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        served: &[(Resource, Rc<[u8]>)],
    ) -> Result<(), LogError> {
        let copy = &ctx.store().logs[log];
        let next = copy.size() / u64::from(TILE_WIDTH);
        let bundle = served.iter().find_map(|(given, bytes)| match given {
            Resource::Bundle(bundle) if bundle.index == next => Some((bundle.width, bytes)),
            _ => None,
        });
        let Some(pull) = self.pulls.get(&log) else {
            return Ok(());
        };
        let Some((width, bytes)) = bundle else {
            self.pulls.remove(&log);
            return Ok(());
        };
        let held = usize::try_from(copy.size() % u64::from(TILE_WIDTH)).unwrap_or(0);
        let wanted = usize::try_from(pull.target.head.size - copy.size()).unwrap_or(0);
        let entries = decode_bundle(bytes, width)?.into_iter().skip(held).take(wanted);
        let entries: Vec<Rc<[u8]>> = entries.map(Rc::from).collect();
        let leaves: Vec<Hash> = entries.iter().map(|entry| hash::leaf_hash(entry)).collect();
        let writes = append_batch(copy.edge(), &leaves)?;
        let growth = Growth {
            first: copy.size(),
            onto: copy.root(),
            guarded: true,
            entries,
            rows: writes.rows,
            edge: writes.edge,
            signed: Rc::clone(&pull.target),
        };
        self.keep(ctx, log, growth);
        Ok(())
    }

    /// The write of a mirror ended.
    pub(super) fn kept(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        written: Written,
    ) -> Result<(), LogError> {
        let Some(pull) = self.pulls.remove(&log) else {
            return Ok(());
        };
        if written != Written::Synced {
            return Ok(());
        }
        if log == ctx.me {
            return self.recovered(ctx);
        }
        self.read_evidence(ctx, pull.first, log)?;
        self.judge_suspicions(ctx, log)?;
        self.compare_seen(ctx, log)
    }

    fn rewritten(
        &mut self,
        ctx: &mut Context<'_>,
        log: MemberId,
        target: &Signed,
        root: Hash,
        path: &[Hash],
    ) -> Result<(), LogError> {
        let Some(own) = ctx.store().logs[log].signed().cloned() else {
            return Ok(());
        };
        let keys = &ctx.club.logs[log].verifier;
        let evidence = Evidence::rewritten(&own.note, &target.note, root, path, keys, &[])?;
        self.convict(ctx, log, evidence)
    }

    /// Reads the evidence that others published in their logs.
    fn read_evidence(&mut self, ctx: &mut Context<'_>, first: u64, log: MemberId) -> Result<(), LogError> {
        let copy = &ctx.store().logs[log];
        let entries = (first..copy.size()).filter_map(|index| copy.entry(index));
        let published: Vec<Rc<[u8]>> = entries
            .filter(|entry| entry.starts_with(b"split-view/"))
            .map(Rc::clone)
            .collect();
        published
            .iter()
            .try_for_each(|entry| self.told_of_evidence(ctx, entry))
    }

    /// Somebody says that a log contradicts itself: believed if it can be verified.
    pub(super) fn told_of_evidence(&mut self, ctx: &mut Context<'_>, bytes: &[u8]) -> Result<(), LogError> {
        let Ok(read) = Evidence::parse(bytes) else {
            return Ok(());
        };
        let origin = read.smaller().text.lines().next().unwrap_or_default();
        let Some(against) = ctx.club.member_of(origin) else {
            return Ok(());
        };
        let known = against == ctx.me || ctx.store().evidence[against].is_some();
        if known || read.verify(&ctx.club.logs[against].verifier).is_err() {
            return Ok(());
        }
        ctx.reach(Reached::EvidenceRead);
        self.convict(ctx, against, read)
    }
}

/// What a pull fetches next.
fn wanted(ctx: &Context<'_>, pull: &Pull) -> Vec<Resource> {
    let next = pull.mirror.next(WINDOW);
    if ctx.has(Mutation::KeepsUnchecked) {
        let index = pull.first / u64::from(TILE_WIDTH);
        let bundle = didymium_log::tile::BundleId::in_tree(index, pull.target.head.size);
        return bundle.map(Resource::Bundle).into_iter().collect();
    }
    if ctx.has(Mutation::DropsPartial) {
        let whole = |asked: &Resource| !matches!(asked, Resource::Bundle(bundle) if bundle.is_partial());
        return next.into_iter().filter(whole).collect();
    }
    next
}
