//! What must have come about when faults have been over for some days.

use std::rc::Rc;

use super::club::{MemberId, Signed};
use super::invariant::{Breach, Invariant, breach};
use super::run::Run;

/// Checks the club at the end of a run.
pub(super) fn check(run: &Run<'_>) -> Result<(), Breach> {
    let honest: Vec<MemberId> = (0..run.members.len())
        .filter(|id| run.oracle.is_honest(*id))
        .collect();
    for id in &honest {
        let open = run.members[*id]
            .process
            .as_ref()
            .is_some_and(|process| process.is_open());
        // A log that signed two histories is frozen.
        if !run.oracle.is_true(*id) {
            continue;
        }
        if open {
            is_whole(run, *id, &honest)?;
        } else {
            is_shut_out_rightly(run, *id, &honest)?;
        }
    }
    (0..run.members.len()).try_for_each(|log| is_found_out(run, log, &honest))
}

/// A fence is closed for what the store lacks or contradicts, and no mirror could make good.
fn is_shut_out_rightly(run: &Run<'_>, id: MemberId, honest: &[MemberId]) -> Result<(), Breach> {
    let shut_by = run.members[id]
        .process
        .as_ref()
        .and_then(|process| process.shut_by());
    let Some(lost) = shut_by else {
        return breach(Invariant::ShutOut, id, "its fence has not heard enough witnesses");
    };
    let own = &run.members[id].disk.store().logs[id];
    let extends = |copy: &super::copy::LogCopy| {
        let held = copy.signed();
        held.is_some_and(|held| {
            held.head.size >= lost.head.size && run.oracle.are_consistent(id, held, &lost)
        })
    };
    if extends(own) {
        return breach(
            Invariant::ShutOut,
            id,
            format!(
                "its fence is closed for a head of size {}, which it holds",
                lost.head.size
            ),
        );
    }
    let agrees = own
        .signed()
        .is_none_or(|held| run.oracle.are_consistent(id, held, &lost));
    let mirror = honest
        .iter()
        .find(|other| **other != id && extends(&run.members[**other].disk.store().logs[id]));
    match mirror {
        Some(other) if agrees => breach(
            Invariant::ShutOut,
            id,
            format!(
                "it lacks entries below size {}, which member {other} mirrors",
                lost.head.size
            ),
        ),
        _ => Ok(()),
    }
}

/// The log of a true member is witnessed, mirrored by all, and holds all that was submitted.
fn is_whole(run: &Run<'_>, id: MemberId, honest: &[MemberId]) -> Result<(), Breach> {
    let own = &run.members[id].disk.store().logs[id];
    if let Some(client) = run
        .clients
        .iter()
        .find(|client| client.home == id && !client.acknowledged)
    {
        let statement = String::from_utf8_lossy(&client.statement);
        return breach(
            Invariant::Unanswered,
            id,
            format!("`{statement}` is not acknowledged"),
        );
    }
    let Some(signed) = own.signed() else { return Ok(()) };
    if !run.oracle.is_witnessed(id, signed) {
        return breach(
            Invariant::Unwitnessed,
            id,
            format!("its head of size {} is not witnessed", signed.head.size),
        );
    }
    for other in honest.iter().filter(|other| **other != id) {
        let copy = &run.members[*other].disk.store().logs[id];
        if copy.chain() != own.chain() {
            return breach(
                Invariant::MirrorsUnequal,
                *other,
                format!(
                    "it holds {} of the {} entries of member {id}",
                    copy.size(),
                    own.size()
                ),
            );
        }
    }
    Ok(())
}

/// If honest members hold two histories of a log, each of them holds evidence.
fn is_found_out(run: &Run<'_>, log: MemberId, honest: &[MemberId]) -> Result<(), Breach> {
    let held = |id: &MemberId| -> Option<(MemberId, Rc<Signed>)> {
        let copy = &run.members[*id].disk.store().logs[log];
        copy.signed().map(|signed| (*id, Rc::clone(signed)))
    };
    let mirrored: Vec<(MemberId, Rc<Signed>)> =
        honest.iter().filter(|id| **id != log).filter_map(held).collect();
    let evidence = |id: &MemberId| run.members[*id].disk.store().evidence[log].is_some();
    let contradicted = mirrored.iter().enumerate().any(|(place, (_, one))| {
        let mut others = mirrored[place + 1..].iter();
        others.any(|(_, other)| !run.oracle.are_consistent(log, one, other))
    });
    let known = honest.iter().any(evidence);
    let without = honest.iter().find(|id| **id != log && !evidence(id));
    match without {
        Some(id) if contradicted || known => breach(
            Invariant::EvidenceMissing,
            *id,
            format!(
                "it holds no evidence against member {log}; members {:?} do, and honest members hold heads of sizes {:?}",
                honest.iter().filter(|id| evidence(id)).collect::<Vec<_>>(),
                mirrored
                    .iter()
                    .map(|(id, held)| (*id, held.head.size))
                    .collect::<Vec<_>>(),
            ),
        ),
        _ => Ok(()),
    }
}
