//! The audit of any member's log: every question in turn.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::evidence::Evidence;
use didymium_log::note::SignedNote;
use didymium_log::tree::root_from_tiles;
use didymium_statement::{CharterLog, Digest, LogHead, Member};

use super::compare::Audited;
use super::heads::{Basis, Head, check_cosigners, check_head};
use super::report::{Answer, Faults, Report, Told};
use super::rules::Rules;
use super::source::{LogSource, read_tiles};
use super::walk::{Walk, Walked};
use super::{Budget, Watch};
use crate::charter::{is_doubtful, log_keys};
use crate::evidence::{self, words};
use crate::{NodeError, NodeResult};

/// What is audited, and by what.
pub struct AuditRequest<'a> {
    /// Where the log is.
    pub source: &'a dyn LogSource,
    /// The charter whose keys count, with all its versions: each entry and head is judged by that of its time.
    pub charters: &'a CharterLog,
    /// Whether the auditor brought the charter, or takes it from where the log is.
    pub charter_brought: bool,
    /// Whose log it is.
    pub member: &'a Member,
    /// Whether only a head that enough members cosigned will do.
    pub witnessed: bool,
    /// Whether payloads beside the entries (blobs) are read as well.
    pub payloads: bool,
    /// A checkpoint of the log that the auditor kept from last time.
    pub since: Option<&'a [u8]>,
    /// Another place that shows the same log.
    pub against: Option<&'a dyn LogSource>,
    /// How much may be read.
    pub budget: &'a Budget,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// Audits a log. What is wrong with it is in the report; so is a bound that was reached.
///
/// # Errors
/// If the log cannot be read at all: storage, system, or a node that does not answer.
pub fn audit(asked: &AuditRequest<'_>) -> NodeResult<(Report, Option<Head>)> {
    let (source, member) = (asked.source, asked.member);
    let mut report = Report::new(source.place(), member, asked.charters.head().id().to_string());
    check_charter(&mut report, asked);
    let basis = check_head(
        &mut report,
        source.checkpoint()?.as_deref(),
        asked.charters,
        member,
    );
    let forked = check_forked(&mut report, source, asked.charters, member);
    let under = basis
        .as_ref()
        .map_or(Ok(()), |basis| audit_under(&mut report, asked, basis));
    if let Err(error) = forked.and(under) {
        let NodeError::AuditStopped { reason } = &error else {
            return Err(error);
        };
        let said = format!("the audit was stopped, {reason}: what is not said above was not checked");
        report.add("bounds", Answer::Missing, said);
    }
    report.bytes = asked.budget.spent();
    report.milliseconds = u64::try_from(asked.budget.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok((report, basis.and_then(|basis| basis.head)))
}

fn check_charter(report: &mut Report, asked: &AuditRequest<'_>) {
    let charters = asked.charters;
    let members = charters
        .versions()
        .first()
        .map_or(0, |first| first.charter().members.len());
    let later = charters.versions().len().saturating_sub(1);
    let followed = if later == 0 {
        String::new()
    } else {
        format!(
            ", and of the {later} versions that follow it with enough signatures, up to {}",
            charters.head().id()
        )
    };
    let (answer, said) = if asked.charter_brought {
        (
            Answer::Yes,
            format!(
                "the keys are those of the charter that you brought, {}, signed by its {members} members{followed}",
                charters.club()
            ),
        )
    } else {
        (
            Answer::Open,
            format!(
                "the keys are those of the charter found beside the log, {}{followed}: trusted on first use; bring your own with --charter",
                charters.club()
            ),
        )
    };
    report.add("charter", answer, said);
}

/// All that stands under a state of the log.
fn audit_under(report: &mut Report, asked: &AuditRequest<'_>, basis: &Basis) -> NodeResult<()> {
    let signed = basis.head.as_ref();
    check_cosigners(report, signed, asked.charters, asked.member, asked.witnessed);
    let rules = Rules::new(asked.charters, asked.member);
    let walk = Walk {
        source: asked.source,
        size: basis.state.size,
        rules: &rules,
        signatures: true,
        budget: asked.budget,
        watch: asked.watch,
    };
    let mut walked = walk.run()?;
    check_tree(report, asked.source, basis, &mut walked)?;
    if is_short(basis, &walked) {
        return Ok(());
    }
    check_anchors(report, asked.source, &basis.state, asked.charters, asked.member)?;
    check_genesis(report, basis.state.size, &mut walked);
    check_statements(report, &mut walked);
    let doubles = walk.doubles(&walked.keys, |index| Ok(Some(index)))?;
    check_once(report, doubles);
    check_evidence(report, &mut walked);
    if asked.payloads {
        check_payloads(report, asked.source, &walked)?;
    }
    let Some(head) = signed else {
        if asked.since.is_some() || asked.against.is_some() {
            let said =
                "nothing can be compared with a state that nobody has signed: ask again when the log has";
            report.add("compared", Answer::Missing, said);
        }
        return Ok(());
    };
    let audited = Audited {
        source: asked.source,
        head,
        charters: asked.charters,
        member: asked.member,
    };
    if let Some(kept) = asked.since {
        audited.check_since(report, kept)?;
    }
    match asked.against {
        Some(other) => audited.check_against(report, other),
        None => Ok(()),
    }
}

/// Whether a copy that was cut back is shorter than the state by which it is judged: what else is wrong with it then says nothing.
pub(super) const fn is_short(basis: &Basis, walked: &Walked) -> bool {
    basis.head.is_none() && walked.root.is_none()
}

/// Whether the place knows of evidence that the log contradicts itself. Under the key in force it is the answer; under an earlier
/// one the charter has decided how to go on.
pub(super) fn check_forked(
    report: &mut Report,
    source: &dyn LogSource,
    charters: &CharterLog,
    member: &Member,
) -> NodeResult<()> {
    const NAME: &str = "forked";
    let ever = log_keys::ever(charters, &member.member)?;
    let in_force = [member.keys.log.parse()?];
    let code = &member.member;
    let (mut contradicts, mut settled) = (Vec::new(), Vec::new());
    let told = match source.evidence() {
        Ok(told) => told,
        Err(error @ NodeError::AuditStopped { .. }) => return Err(error),
        // What a place says of other things than the log's bytes never keeps those from being read.
        Err(error) => {
            let said = "what this place knows against the log was not read";
            report.add_with(NAME, Answer::Missing, said, vec![error.in_words()]);
            return Ok(());
        }
    };
    let doubtful = |note: &SignedNote| is_doubtful(charters, code, note.to_string().as_bytes());
    let pieces = told.iter().filter_map(|bytes| Evidence::parse(bytes).ok());
    let proven: Vec<Evidence> = pieces
        .filter(|one| one.verify(&ever).is_ok())
        .filter(|one| !doubtful(one.smaller()) && !doubtful(one.larger()))
        .collect();
    let settled_before = proven
        .iter()
        .any(|one| evidence::is_of_former_keys(one, &in_force));
    for one in &proven {
        if charters.end_of(code).is_some() {
            settled.push("the charter has ended the log where the members have it alike".to_owned());
        } else if evidence::convicts(one, &in_force, settled_before) {
            contradicts.push(words::english(code, &one.verify(&ever)?));
        } else {
            settled.push("it was signed with a key that the log has no longer".to_owned());
        }
    }
    if !contradicts.is_empty() {
        let said = format!(
            "the log of {code} is proven to contradict itself: nothing that it says now is anybody's word"
        );
        report.add_with(NAME, Answer::No, said, contradicts);
    } else if !settled.is_empty() {
        let said = "the log is known to have contradicted itself, and the charter has settled it";
        report.add_with(NAME, Answer::Open, said, settled);
    }
    Ok(())
}

/// Entries and tiles lead to the signed root.
pub(super) fn check_tree(
    report: &mut Report,
    source: &dyn LogSource,
    basis: &Basis,
    walked: &mut Walked,
) -> NodeResult<()> {
    let (size, root, whose) = (basis.state.size, basis.state.root, basis.whose_root());
    let mut reasons = std::mem::take(&mut walked.entries).reasons();
    let withheld = std::mem::take(&mut walked.withheld);
    match walked.root {
        Some(computed) if computed == root && !withheld.is_empty() => {
            let said = format!(
                "the hashes of all {size} entries lead to {whose}; {} of them are not for everybody and were not read: audit as a member with --as FOLDER",
                walked.entries_withheld
            );
            report.add_with("entries", Answer::Missing, said, withheld.reasons());
        }
        Some(computed) if computed == root => {
            report.add(
                "entries",
                Answer::Yes,
                format!("all {size} entries, hashed anew, lead to {whose}"),
            );
        }
        Some(computed) => {
            reasons.push(format!("they lead to {computed}, {whose} is {root}"));
            // Which of the two was changed: a log is what was signed, whatever lies on the disk.
            if root_from_tiles(size, read_tiles(source, size)).ok() == Some(root) && !walked.tiles.is_empty()
            {
                reasons.push(format!("the tiles still lead to {whose}, so it is the entries that differ from them that were changed"));
            }
            report.add_with(
                "entries",
                Answer::No,
                format!("the entries are not those under {whose}"),
                reasons,
            );
        }
        None => {
            // A copy that was cut back may have been shorter than what the charter names.
            let answer = if basis.head.is_some() {
                Answer::No
            } else {
                Answer::Missing
            };
            let said = format!("entries under {whose} are not there");
            report.add_with("entries", answer, said, reasons);
        }
    }
    let tiles = std::mem::take(&mut walked.tiles);
    if tiles.is_empty() {
        report.add("tiles", Answer::Yes, "every tile is the one of these entries");
    } else {
        let said = "tiles are not there, or not those of the entries";
        report.add_with("tiles", Answer::No, said, tiles.reasons());
    }
    Ok(())
}

/// Whether the log leads to every state of it that the charter names: in cuts, and where a key was revoked.
pub(super) fn check_anchors(
    report: &mut Report,
    source: &dyn LogSource,
    state: &Checkpoint,
    charters: &CharterLog,
    member: &Member,
) -> NodeResult<()> {
    const NAME: &str = "anchors";
    let code = &member.member;
    let revoked = charters
        .versions()
        .iter()
        .flat_map(|version| version.version().revoked());
    let good = revoked
        .flat_map(|one| &one.last_good)
        .filter(|head| head.member == *code);
    let mut named: Vec<&LogHead> = charters.anchors(code).chain(good).collect();
    named.retain(|anchor| anchor.size > 0);
    named.sort_by_key(|anchor| anchor.size);
    named.dedup();
    let size = state.size;
    let (mut wrong, mut beyond, mut unread) = (Vec::new(), Vec::new(), 0_usize);
    for anchor in &named {
        if anchor.size > size {
            beyond.push(format!("the charter names {} entries of it", anchor.size));
            continue;
        }
        match root_from_tiles(anchor.size, read_tiles(source, size)) {
            Ok(root) if root.0 == *anchor.root.as_bytes() => {}
            Ok(root) => wrong.push(format!(
                "the charter gives its first {} entries the root {}, here they have {root}",
                anchor.size, anchor.root
            )),
            // What is wrong with the tiles is said of them already.
            Err(_) => unread += 1,
        }
    }
    if !wrong.is_empty() {
        report.add_with(
            NAME,
            Answer::No,
            "the log is not the one that the charter knows",
            wrong,
        );
    } else if !beyond.is_empty() {
        let said = format!("the log has {size} entries here, fewer than the charter knows");
        report.add_with(NAME, Answer::Missing, said, beyond);
    } else if unread > 0 {
        let said = format!(
            "the tiles do not show whether the log leads to {unread} states of it that the charter names"
        );
        report.add(NAME, Answer::Missing, said);
    } else if !named.is_empty() {
        let said = format!(
            "the log leads to all {} states of it that the charter names",
            named.len()
        );
        report.add(NAME, Answer::Yes, said);
    }
    Ok(())
}

/// Whether the first entry founds the log under the charter.
pub(super) fn check_genesis(report: &mut Report, size: u64, walked: &mut Walked) {
    const NAME: &str = "genesis";
    let faults = std::mem::take(&mut walked.genesis);
    if size == 0 {
        report.add(NAME, Answer::Open, "the log is empty");
    } else if !faults.is_empty() {
        let said = "the log is not founded under this charter";
        report.add_with(NAME, Answer::No, said, faults.reasons());
    } else if walked.genesis_withheld {
        report.add(NAME, Answer::Missing, "the first entry was not read");
    } else if walked.founded {
        report.add(
            NAME,
            Answer::Yes,
            "the first entry founds the log under this charter",
        );
    } else {
        report.add(
            NAME,
            Answer::No,
            "the first entry is no genesis that the member signed",
        );
    }
}

/// Issuers and signatures of all entries.
pub(super) fn check_statements(report: &mut Report, walked: &mut Walked) {
    let faults = std::mem::take(&mut walked.statements);
    if faults.is_empty() {
        let kinds = walked.kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
        let read = if walked.entries_withheld == 0 {
            ""
        } else {
            " of those that could be read"
        };
        let said = format!(
            "{} entries{read} are statements that the member signed with a key of the charter",
            walked.verified
        );
        report.add_with("statements", Answer::Yes, said, kinds.collect());
    } else {
        let said = format!("{} entries are no statements of the member", faults.count);
        report.add_with("statements", Answer::No, said, faults.reasons());
    }
    let ended = std::mem::take(&mut walked.ended);
    if !ended.is_empty() {
        // A thief's entries cannot be taken out of the tree: that they are there is no fault of the log.
        let said = format!(
            "{} entries are signed with a key of the member that does not count at their place: they are no statements of it, and no twin reads them",
            ended.count
        );
        report.add_with("ended", Answer::Open, said, ended.reasons());
    }
}

/// No statement stands at two places.
pub(super) fn check_once(report: &mut Report, doubles: Faults) {
    if doubles.is_empty() {
        report.add("once", Answer::Yes, "no statement stands twice");
    } else {
        report.add_with("once", Answer::No, "statements stand twice", doubles.reasons());
    }
}

/// What the entries say of other logs.
pub(super) fn check_evidence(report: &mut Report, walked: &mut Walked) {
    for accusation in std::mem::take(&mut walked.proven) {
        report.evidence.push(Told {
            index: Some(accusation.index),
            said: words::english(&accusation.member, &accusation.proven),
            evidence: accusation.evidence.to_string(),
        });
    }
    let settled = std::mem::take(&mut walked.settled);
    let mut told: Vec<String> = report
        .evidence
        .iter()
        .filter_map(|told| Some(format!("entry {}: {}", told.index?, told.said)))
        .collect();
    let unproven = std::mem::take(&mut walked.accusations);
    if !unproven.is_empty() {
        let said = "the member accuses logs without proof";
        report.add_with("evidence", Answer::No, said, unproven.reasons());
    } else if told.is_empty() && settled.is_empty() {
        let said = if walked.entries_withheld == 0 {
            "the entries accuse no log"
        } else {
            "the entries that could be read accuse no log"
        };
        report.add("evidence", Answer::Yes, said);
    } else if told.is_empty() {
        let said = "the entries accuse logs by keys that have been revoked since, and no other";
        report.add_with("evidence", Answer::Yes, said, settled.reasons());
    } else {
        told.extend(settled.reasons());
        let said = "every accusation in the entries is proven: other logs contradict themselves";
        report.add_with("evidence", Answer::Yes, said, told);
    }
}

/// The payloads that entries name by digest.
pub(super) fn check_payloads(report: &mut Report, source: &dyn LogSource, walked: &Walked) -> NodeResult<()> {
    let (mut wrong, mut missing) = (Faults::default(), Faults::default());
    for (digest, index) in &walked.blobs {
        let read = match source.blob(digest) {
            Err(NodeError::PeerRefuses { reason, .. }) => {
                missing.add(*index, || format!("entry {index} names {digest}: {reason}"));
                continue;
            }
            read => read?,
        };
        match read {
            None => missing.add(*index, || {
                format!("entry {index} names {digest}, which is not here")
            }),
            Some(bytes) if Digest::of(&bytes) == *digest => {}
            Some(bytes) => wrong.add(*index, || {
                format!(
                    "what is kept as {digest}, which entry {index} names, is {}",
                    Digest::of(&bytes)
                )
            }),
        }
    }
    if !wrong.is_empty() {
        report.add_with(
            "payloads",
            Answer::No,
            "payloads are not what the statements name",
            wrong.reasons(),
        );
    } else if missing.is_empty() {
        let said = format!(
            "all {} payloads that are listed beside the entries are here and right",
            walked.blobs.len()
        );
        report.add("payloads", Answer::Yes, said);
    } else {
        report.add_with(
            "payloads",
            Answer::Missing,
            "payloads are not here",
            missing.reasons(),
        );
    }
    Ok(())
}
