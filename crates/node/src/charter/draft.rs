//! Drafts of the next version: what a person asks for, written into what the charter log proposes to change nothing.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_statement::{
    CharterLog, CharterVersion, Digest, KeyPurpose, LogHead, Member, Retirement, Revocation,
};

use crate::federation::KnownHeads;
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
            return Ok(None);
        };
        let keys = super::log_keys::ever(log, &member.member)?;
        super::log_keys::open_with(&keys, note.as_bytes(), &[])?;
        let head = Checkpoint::parse(&SignedNote::parse(note.as_bytes())?.text)?;
        Ok(Some((head.size, Digest::from_bytes(head.root.0))))
    };
    cut(log, heard)
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
    // A member that has had no key between nodes yet gives none up.
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

/// Revokes a key of a member, with the cut as the last good state; `new` takes its place if there is one. A log, witness or
/// mirror key without a new one stays listed and counts no further.
///
/// # Errors
/// [`NodeError::NotAMember`].
pub fn revoke_key(
    draft: &mut CharterVersion,
    code: &str,
    purpose: KeyPurpose,
    old: &str,
    new: Option<&str>,
    reason: &str,
) -> NodeResult<()> {
    let member = member_of(draft, code)?;
    if new.is_some() || purpose == KeyPurpose::Statement || purpose.is_between_nodes() {
        set_key(member, purpose, old, new);
    }
    let Some(succession) = &mut draft.succession else {
        return Ok(());
    };
    let about = |head: &&LogHead| (head.member == code) == purpose.is_about_own_log();
    succession.revoked.push(Revocation {
        member: code.to_owned(),
        purpose,
        key: old.to_owned(),
        last_good: if purpose.is_between_nodes() {
            Vec::new()
        } else {
            succession.cut.iter().filter(about).cloned().collect()
        },
        reason: reason.to_owned(),
    });
    Ok(())
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
