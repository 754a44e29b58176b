//! Drafts of the next version: what a person asks for, written into what the charter log proposes to change nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::evidence::Evidence;
use didymium_log::note::SignedNote;
use didymium_statement::{
    CharterLog, CharterVersion, Digest, KeyPurpose, LogHead, Member, Retirement, Revocation, Role,
};
use didymium_store::Store;

use crate::federation::KnownHeads;
use crate::held::HeldLog;
use crate::{NodeError, NodeResult, NodeState};

/// Entries beyond the cut for which a key that is changed in good order still counts: the log goes on growing while
/// signatures are gathered.
pub const UNTIL_ENTRIES: u64 = 1_000_000;

/// Where each log stands that the next version's cut names, as the store of a node has it. Blocking.
///
/// # Errors
/// [`NodeError::Store`].
pub fn cut_of_store(state: &NodeState, log: &CharterLog) -> NodeResult<Vec<LogHead>> {
    let stored = |member: &Member| {
        let head = state.store().head(member.origin())?;
        Ok(head.map(|head| (head.size, Digest::from_bytes(head.root))))
    };
    cut(log, stored)
}

/// The same as a running node has it: what it knows of heads, verified again with the keys of the charter.
///
/// # Errors
/// [`NodeError::Log`] for a note that no key of its log has signed.
pub fn cut_of_heads(known: &KnownHeads, log: &CharterLog) -> NodeResult<Vec<LogHead>> {
    let heard = |member: &Member| {
        let head = known.heads.iter().find(|head| head.member == member.member);
        // The first note is that of the copy; one that was only cosigned may be longer than the copy.
        let Some(note) = head
            .filter(|head| head.copied > 0)
            .and_then(|head| head.notes.first())
        else {
            return Ok(last_vouched_for(log, &member.member));
        };
        let keys = super::log_keys::ever(log, &member.member)?;
        super::log_keys::open_with(&keys, note.as_bytes(), &[])?;
        let head = Checkpoint::parse(&SignedNote::parse(note.as_bytes())?.text)?;
        Ok(Some((head.size, Digest::from_bytes(head.root.0))))
    };
    cut(log, heard)
}

/// The largest state of a log that the charter vouches for: all that is known of one whose copies were cut back.
fn last_vouched_for(log: &CharterLog, code: &str) -> Option<(u64, Digest)> {
    let last = log.vouched_for(code).max_by_key(|head| head.size)?;
    Some((last.size, last.root))
}

fn cut(
    log: &CharterLog,
    head_of: impl Fn(&Member) -> NodeResult<Option<(u64, Digest)>>,
) -> NodeResult<Vec<LogHead>> {
    let members = log.head().charter().members.iter();
    members
        .map(|member| {
            let (size, root) = head_of(member)?.unwrap_or_else(|| (0, Digest::of(b"")));
            Ok(LogHead {
                member: member.member.clone(),
                size,
                root,
            })
        })
        .collect()
}

/// The members whose logs contradict themselves by what is held against them, under the keys in force. Members hold different
/// histories of such a log, so that no version can vouch for all of what one of them holds.
pub fn contradicting<T: AsRef<[u8]>>(
    log: &CharterLog,
    evidence: impl IntoIterator<Item = T>,
) -> BTreeSet<String> {
    let accused = |bytes: &[u8]| {
        let evidence = Evidence::parse(bytes).ok()?;
        let origin = Checkpoint::parse(&evidence.smaller().text).ok()?.origin;
        let members = &log.head().charter().members;
        let member = members.iter().find(|member| member.origin() == origin)?;
        // Where its key was revoked, the members have said where it ends.
        if log.is_revoked(&member.member, KeyPurpose::Log, &member.keys.log) {
            return None;
        }
        let key = member.keys.log.parse().ok()?;
        evidence.verify(&[key]).ok()?;
        Some(member.member.clone())
    };
    evidence
        .into_iter()
        .filter_map(|bytes| accused(bytes.as_ref()))
        .collect()
}

/// Takes a nation in; one that returns goes on where its log ended.
pub fn include(log: &CharterLog, draft: &mut CharterVersion, member: Member) {
    if let (Some(end), Some(succession)) = (log.end_of(&member.member), &mut draft.succession) {
        succession.cut.push(end.clone());
    }
    draft.charter.members.push(member);
}

/// Takes a member out; what its log holds at the cut goes on counting.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn remove(draft: &mut CharterVersion, code: &str) -> NodeResult<()> {
    member_of(draft, code)?;
    draft.charter.members.retain(|member| member.member != code);
    Ok(())
}

/// Gives a member another role. An associate states and is witnessed; it neither votes nor witnesses.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn set_role(draft: &mut CharterVersion, code: &str, role: Role) -> NodeResult<()> {
    member_of(draft, code)?.role = role;
    Ok(())
}

/// Gives a member a key in the place of the one it has, if it has one, which is given up in good order.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn replace_key(
    draft: &mut CharterVersion,
    code: &str,
    purpose: KeyPurpose,
    old: Option<&str>,
    new: &str,
) -> NodeResult<()> {
    set_key(
        member_of(draft, code)?,
        purpose,
        old.unwrap_or_default(),
        Some(new),
    );
    // A member that has had no such key yet gives none up.
    let Some(old) = old else {
        return Ok(());
    };
    let until = draft
        .head_of(code)
        .map(|head| head.size.saturating_add(UNTIL_ENTRIES));
    if let Some(succession) = &mut draft.succession {
        succession.retired.push(Retirement {
            member: code.to_owned(),
            purpose,
            key: old.to_owned(),
            until: until.filter(|_| purpose.is_about_own_log()),
        });
    }
    Ok(())
}

/// The state of a member's log at a size, from the tiles that are held here; none where they do not reach so far. Blocking.
///
/// # Errors
/// [`NodeError::NotAMember`]; [`NodeError::Store`], [`NodeError::Log`] for a missing tile.
pub fn head_at(
    store: &Arc<dyn Store>,
    log: &CharterLog,
    code: &str,
    size: u64,
) -> NodeResult<Option<LogHead>> {
    let member = crate::folder::require_member_ever(log, code)?;
    let held = HeldLog::new(Arc::clone(store), member.origin());
    if held.size()? < size {
        return Ok(None);
    }
    Ok(Some(LogHead {
        member: code.to_owned(),
        size,
        root: Digest::from_bytes(held.root(size)?.0),
    }))
}

/// Revokes a key of a member; `new` takes its place if there is one. A log, witness or mirror key without a new one stays
/// listed and counts no further.
///
/// The last good state of each log that it signs about is the one in `last_good`, else the cut: what stands beyond it was
/// signed by who should not have had the key. See [`cut_at_last_good`] for the cut of a log whose own key is revoked.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn revoke_key(
    draft: &mut CharterVersion,
    code: &str,
    purpose: KeyPurpose,
    old: &str,
    new: Option<&str>,
    last_good: &[LogHead],
    reason: &str,
) -> NodeResult<()> {
    let member = member_of(draft, code)?;
    if new.is_some() || purpose.goes_when_revoked() {
        set_key(member, purpose, old, new);
    }
    let Some(succession) = &mut draft.succession else {
        return Ok(());
    };
    let about = |head: &&LogHead| (head.member == code) == purpose.is_about_own_log();
    let named = |head: &LogHead| last_good.iter().any(|good| good.member == head.member);
    let cut = succession.cut.iter().filter(about).filter(|head| !named(head));
    // One that names another log than those is refused by the rules of change, with the reason.
    let mut good: Vec<LogHead> = last_good.iter().chain(cut).cloned().collect();
    good.sort_by(|a, b| a.member.cmp(&b.member));
    succession.revoked.push(Revocation {
        member: code.to_owned(),
        purpose,
        key: old.to_owned(),
        last_good: if purpose.is_between_nodes() {
            last_good.to_vec()
        } else {
            good
        },
        reason: reason.to_owned(),
    });
    Ok(())
}

/// Brings the cut of each log whose own key is revoked, by this draft or before it, back to the last state that the charter
/// vouches for: what that key signed beyond is not the log, though it may be what is held here, and nobody else can hold it.
/// What an earlier version has named stays named.
pub fn cut_at_last_good(log: &CharterLog, draft: &mut CharterVersion) {
    let Some(succession) = &mut draft.succession else {
        return;
    };
    for held in &mut succession.cut {
        let of_log = |one: &&Revocation| one.purpose == KeyPurpose::Log && one.member == held.member;
        let now: Vec<&Revocation> = succession.revoked.iter().filter(of_log).collect();
        let known = log.head().charter().member(&held.member);
        let before =
            known.is_some_and(|known| log.is_revoked(&held.member, KeyPurpose::Log, &known.keys.log));
        if now.is_empty() && !before {
            continue;
        }
        let good = now.into_iter().flat_map(|one| &one.last_good);
        let named = good.filter(|head| head.member == held.member);
        let last = named
            .chain(log.vouched_for(&held.member))
            .max_by_key(|head| head.size);
        if let Some(last) = last.filter(|last| last.size < held.size) {
            *held = last.clone();
        }
    }
}

fn member_of<'a>(draft: &'a mut CharterVersion, code: &str) -> NodeResult<&'a mut Member> {
    let known = draft.charter.members.iter().map(|member| member.member.as_str());
    let known = known.collect::<Vec<_>>().join(", ");
    let found = draft
        .charter
        .members
        .iter_mut()
        .find(|member| member.member == code);
    found.ok_or_else(|| NodeError::NotAMember {
        member: code.chars().take(40).collect(),
        known,
    })
}

fn set_key(member: &mut Member, purpose: KeyPurpose, old: &str, new: Option<&str>) {
    let keys = &mut member.keys;
    let place = match purpose {
        KeyPurpose::Statement => {
            keys.statement.retain(|key| key != old);
            keys.statement.extend(new.map(str::to_owned));
            return;
        }
        KeyPurpose::Log => &mut keys.log,
        KeyPurpose::Witness => &mut keys.witness,
        KeyPurpose::Mirror => &mut keys.mirror,
        KeyPurpose::WitnessMlDsa => {
            keys.witness_ml_dsa = new.map(str::to_owned);
            return;
        }
        KeyPurpose::Transport => {
            keys.transport = new.map(str::to_owned);
            return;
        }
        KeyPurpose::Tls => {
            keys.tls = new.map(str::to_owned);
            return;
        }
    };
    if let Some(new) = new {
        new.clone_into(place);
    }
}
