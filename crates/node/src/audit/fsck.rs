//! The check of a node's own folder: what an audit checks, and what only the database knows.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::tree::root_from_tiles;
use didymium_statement::{CharterLog, Digest, Member};
use didymium_store::{Grade, Store as _};

use super::check::{
    check_anchors, check_evidence, check_forked, check_genesis, check_once, check_payloads, check_statements,
    check_tree, is_short,
};
use super::heads::{Basis, check_head, check_vouched_for, open_head};
use super::report::{Answer, Faults, Report};
use super::rules::Rules;
use super::source::{LogSource as _, StoreSource, read_tiles};
use super::walk::{Key, Walk};
use super::{Budget, Watch};
use crate::NodeResult;

/// What is checked.
pub struct FsckRequest<'a> {
    /// The log.
    pub source: &'a StoreSource,
    /// The charter of the folder, with all its versions.
    pub charters: &'a CharterLog,
    /// Whose log it is.
    pub member: &'a Member,
    /// Whether envelope, issuer and signature of every entry are checked, or those of the first alone.
    pub signatures: bool,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// Checks a log in a node's folder. Works beside a running node: entries under the head that is read first do not change.
///
/// # Errors
/// If the database cannot be read.
pub fn fsck(asked: &FsckRequest<'_>) -> NodeResult<Report> {
    let budget = Budget::unbounded();
    let mut report = Report::new(
        asked.source.place(),
        asked.member,
        asked.charters.head().id().to_string(),
    );
    let stored = asked.source.log().head()?;
    let note = stored.as_ref().and_then(|head| head.checkpoint.as_deref());
    let (charters, member) = (asked.charters, asked.member);
    let basis = match stored.as_ref().filter(|head| head.checkpoint.is_none()) {
        Some(unsigned) => check_vouched_for(&mut report, Some(unsigned.size), charters, member),
        None => check_head(&mut report, note, charters, member),
    };
    check_forked(&mut report, asked.source, charters, member)?;
    if let Some(basis) = &basis {
        // Beyond the end that the charter gives a log all keep what came, and its head is not what counts.
        if let Some(stored) = stored
            .as_ref()
            .filter(|stored| basis.head.is_some() || stored.checkpoint.is_none())
        {
            check_stored_head(&mut report, &basis.state, stored.size, &stored.root);
        }
        under(&mut report, asked, basis, &budget)?;
    }
    check_ahead(&mut report, asked)?;
    report.milliseconds = u64::try_from(budget.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

fn under(report: &mut Report, asked: &FsckRequest<'_>, basis: &Basis, budget: &Budget) -> NodeResult<()> {
    let size = basis.state.size;
    let rules = Rules::new(asked.charters, asked.member);
    let walk = Walk {
        source: asked.source,
        size,
        rules: &rules,
        signatures: asked.signatures,
        budget,
        watch: asked.watch,
    };
    let mut walked = walk.run()?;
    check_tree(report, asked.source, basis, &mut walked)?;
    if is_short(basis, &walked) {
        return Ok(());
    }
    check_anchors(report, asked.source, &basis.state, asked.charters, asked.member)?;
    check_genesis(report, size, &mut walked);
    if asked.signatures {
        check_statements(report, &mut walked);
    } else {
        let said = "issuers and signatures were not asked for (--signatures checks them)";
        report.add("statements", Answer::Open, said);
    }
    let store = asked.source.store();
    let doubles = walk.doubles(&walked.keys, |row| Ok(store.index_of_row(row.cast_signed())?))?;
    check_once(report, doubles);
    let rows = std::mem::take(&mut walked.rows);
    check_index(report, asked, size, &walked.keys, rows)?;
    if asked.signatures {
        check_evidence(report, &mut walked);
    }
    check_payloads(report, asked.source, &walked)?;
    check_published(report, asked, &basis.state)
}

/// The head's row says what its checkpoint says.
fn check_stored_head(report: &mut Report, state: &Checkpoint, size: u64, root: &[u8; 32]) {
    if (size, root) == (state.size, &state.root.0) {
        report.add(
            "head",
            Answer::Yes,
            "size and root beside the checkpoint are those of the checkpoint",
        );
    } else {
        let said = format!(
            "beside the checkpoint of size {} stands size {size} with root {}",
            state.size,
            hex::encode(root)
        );
        report.add("head", Answer::No, said);
    }
}

/// The deduplication index has one place for each statement, and no other.
fn check_index(
    report: &mut Report,
    asked: &FsckRequest<'_>,
    size: u64,
    keys: &[Key],
    mut faults: Faults,
) -> NodeResult<()> {
    let store = asked.source.store();
    let (mut expected, mut strange) = (keys.iter().peekable(), Vec::new());
    let mut unnamed = Vec::new();
    let there = store.scan_statements(asked.source.log().origin(), &mut |statement, row| {
        let prefix = statement
            .first_chunk()
            .map_or(0, |first| u64::from_be_bytes(*first));
        let key = Key {
            prefix,
            place: row.cast_unsigned(),
        };
        while let Some(passed) = expected.next_if(|expected| **expected < key) {
            unnamed.push(*passed);
        }
        if expected.next_if_eq(&&key).is_none() {
            strange.push(key);
        }
    })?;
    if !there {
        report.add(
            "index",
            Answer::No,
            "the index of statements (`entry_statement`) is not there",
        );
        return Ok(());
    }
    unnamed.extend(expected);
    for key in unnamed {
        let index = store.index_of_row(key.place.cast_signed())?.unwrap_or(u64::MAX);
        faults.add(index, || {
            format!("the index of statements does not lead to entry {index}")
        });
    }
    for key in strange {
        // A node that runs may have logged more since its head was read; what waits ahead of it is told apart.
        match store.index_of_row(key.place.cast_signed())? {
            Some(index) if index >= size && end_of(asked)? > index => {}
            Some(index) => faults.add(index, || {
                format!("the index of statements leads to entry {index} under another name, or the entry lies beyond the head")
            }),
            None => faults.add(u64::MAX, || {
                format!("the index of statements leads to row {}, which is not there", key.place)
            }),
        }
    }
    if faults.is_empty() {
        let said = format!(
            "the index of statements has one place for each of the {} entries",
            keys.len()
        );
        report.add("index", Answer::Yes, said);
    } else {
        report.add_with(
            "index",
            Answer::No,
            "the index of statements is wrong",
            faults.reasons(),
        );
    }
    Ok(())
}

/// Where the log ends, with what a copying has put ahead of its head.
fn end_of(asked: &FsckRequest<'_>) -> NodeResult<u64> {
    let log = asked.source.log();
    match asked.source.store().staged(log.origin())? {
        Some(ahead) if ahead.pending.is_some() => Ok(ahead.next),
        _ => log.size(),
    }
}

/// Entries beyond the head are those of a copy that is under way.
fn check_ahead(report: &mut Report, asked: &FsckRequest<'_>) -> NodeResult<()> {
    const NAME: &str = "ahead";
    let Some(ahead) = asked.source.store().staged(asked.source.log().origin())? else {
        return Ok(());
    };
    let count = ahead.next - ahead.size;
    let Some(pending) = ahead.pending else {
        let said = format!("{count} entries lie beyond the head, and no copying is under way");
        report.add(NAME, Answer::No, said);
        return Ok(());
    };
    match copied_towards(asked, &pending) {
        Ok(target) => {
            let said = format!(
                "{count} entries wait ahead of the head, and count when the copying is done: it is under way, up to entry {}",
                target.size
            );
            report.add(NAME, Answer::Open, said);
        }
        Err(error) => {
            let said = format!(
                "{count} entries wait ahead of the head for a checkpoint that the log has not signed"
            );
            report.add_with(NAME, Answer::No, said, vec![error.in_words()]);
        }
    }
    Ok(())
}

/// The state up to which a log is being copied: one that it signed, or one that the charter names, which bears no signature.
fn copied_towards(asked: &FsckRequest<'_>, pending: &[u8]) -> NodeResult<Checkpoint> {
    let code = &asked.member.member;
    let text = std::str::from_utf8(pending).ok();
    let unsigned = text.and_then(|text| Checkpoint::parse(text).ok());
    let named = unsigned.filter(|state| {
        let root = Digest::from_bytes(state.root.0);
        state.origin == asked.member.origin() && asked.charters.names_head(code, state.size, &root)
    });
    match named {
        Some(state) => Ok(state),
        None => Ok(open_head(pending, asked.charters, asked.member)?.checkpoint),
    }
}

/// Heads that are kept with their cosignatures are heads of this history.
fn check_published(report: &mut Report, asked: &FsckRequest<'_>, state: &Checkpoint) -> NodeResult<()> {
    let origin = asked.source.log().origin();
    let mut reasons = Vec::new();
    let mut sizes = Vec::new();
    for grade in [Grade::Cosigned, Grade::Witnessed] {
        let Some(kept) = asked.source.store().published(origin, grade)? else {
            continue;
        };
        let at = match open_head(kept.note.as_bytes(), asked.charters, asked.member) {
            Ok(at) => at.checkpoint,
            Err(error) => {
                reasons.push(error.in_words());
                continue;
            }
        };
        if at.size != kept.size {
            reasons.push(format!(
                "beside a head of size {} stands size {}: no later one would be kept",
                at.size, kept.size
            ));
        }
        // What a running node has had cosigned since is not under the head that was read first.
        let now = asked.source.log().size()?;
        if at.size > now {
            reasons.push(format!(
                "size {} was cosigned, the log has {now} entries: it was cut or restored from an old backup",
                at.size
            ));
        } else if at.size <= state.size {
            let root = root_from_tiles(at.size, read_tiles(asked.source, state.size));
            if root.ok() != Some(at.root) {
                reasons.push(format!(
                    "the root that was cosigned at size {} is not that of these tiles",
                    at.size
                ));
            }
        }
        sizes.push(at.size);
    }
    if !reasons.is_empty() {
        report.add_with(
            "cosigned",
            Answer::No,
            "heads that were cosigned are not heads of this log",
            reasons,
        );
    } else if let Some(size) = sizes.iter().max() {
        let said = format!("the heads that were cosigned, the newest of size {size}, are heads of this log");
        report.add("cosigned", Answer::Yes, said);
    }
    Ok(())
}
