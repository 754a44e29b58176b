//! Which crate stands on which floor, and what a floor may use.

use crate::Finding;
use crate::manifests::CrateManifest;

/// The floors of DESIGN and ARCHITECTURE. A new crate takes its place here first; the rooms that are not built yet have
/// theirs already.
const FLOORS: &[(&str, u8)] = &[
    ("vocabulary", 1),
    ("statement", 2),
    ("log", 3),
    ("disclosure", 3),
    ("twin", 3),
    ("custody", 3),
    ("foresight", 4),
    ("commitments", 4),
    ("store", 5),
    ("node", 6),
    ("didymium", 7),
];
/// The highest floor that does no input or output.
const PURE_FLOOR_MAX: u8 = 4;
/// The crate of tests, on no floor: every floor's tests may use it, no product may.
const TESTKIT: &str = "testkit";
/// Dependencies that do input and output, or draw.
const IMPURE: &[&str] = &[
    "axum",
    "fastrand",
    "getrandom",
    "rand",
    "reqwest",
    "rusqlite",
    "tempfile",
    "tokio",
];

/// Rooms whose floor does no input or output and that are built.
pub(crate) fn pure_rooms() -> impl Iterator<Item = &'static str> {
    FLOORS
        .iter()
        .filter(|(_, floor)| *floor <= PURE_FLOOR_MAX)
        .map(|(room, _)| *room)
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(known, _)| *known == room)
        .map(|(_, floor)| *floor)
}

/// Dependencies between the workspace's crates that go up or sideways, and crates on no floor.
pub(crate) fn check(crates: &[CrateManifest]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in crates {
        let named = if one.room == "didymium" {
            "didymium".to_owned()
        } else {
            format!("didymium-{}", one.room)
        };
        if one.name != named {
            findings.push(Finding::at(
                &one.path,
                1,
                format!("the crate of `crates/{}` is called `{named}`", one.room),
            ));
        }
        if one.room == TESTKIT {
            continue;
        }
        let Some(floor) = floor_of(&one.room) else {
            findings.push(Finding::at(
                &one.path,
                1,
                format!("`{}` stands on no floor: name it in `floors.rs`", one.room),
            ));
            continue;
        };
        for used in one
            .dependencies
            .iter()
            .filter_map(|name| name.strip_prefix("didymium-"))
        {
            if floor_of(used).is_none_or(|under| under >= floor) {
                let what = format!(
                    "floor {floor} (`{}`) uses `{used}`, which is not under it",
                    one.room
                );
                findings.push(Finding::at(&one.path, 1, what));
            }
        }
        for used in one
            .dev_dependencies
            .iter()
            .filter_map(|name| name.strip_prefix("didymium-"))
        {
            if used != TESTKIT && floor_of(used).is_none_or(|under| under >= floor) {
                let what = format!(
                    "tests of floor {floor} (`{}`) use `{used}`, which is not under it",
                    one.room
                );
                findings.push(Finding::at(&one.path, 1, what));
            }
        }
    }
    findings
}

/// Dependencies of floors 1 to 4 that do input and output or draw; their tests may have them.
pub(crate) fn impure_dependencies(crates: &[CrateManifest]) -> Vec<Finding> {
    let pure = crates
        .iter()
        .filter(|one| floor_of(&one.room).is_some_and(|floor| floor <= PURE_FLOOR_MAX));
    pure.flat_map(|one| {
        let impure = one
            .dependencies
            .iter()
            .filter(|name| IMPURE.contains(&name.as_str()));
        impure.map(|name| Finding::at(&one.path, 1, format!("a pure floor depends on `{name}`")))
    })
    .collect()
}

#[cfg(test)]
fn planted(room: &str, dependencies: &[&str], dev_dependencies: &[&str]) -> CrateManifest {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    CrateManifest {
        path: format!("crates/{room}/Cargo.toml"),
        room: room.into(),
        name: if room == "didymium" {
            room.into()
        } else {
            format!("didymium-{room}")
        },
        dependencies: owned(dependencies),
        dev_dependencies: owned(dev_dependencies),
    }
}

#[test]
fn a_dependency_upwards_or_sideways_is_found() {
    assert_eq!(check(&[planted("statement", &["didymium-log"], &[])]).len(), 1);
    assert_eq!(
        check(&[planted("twin", &["didymium-log"], &[])]).len(),
        1,
        "two rooms of one floor"
    );
    assert_eq!(
        check(&[planted("store", &["didymium-testkit"], &[])]).len(),
        1,
        "tests in the product"
    );
    assert_eq!(
        check(&[planted("store", &[], &["didymium-node"])]).len(),
        1,
        "tests of a floor above"
    );
    assert_eq!(
        check(&[planted("attic", &[], &[])]).len(),
        1,
        "a crate on no floor"
    );
    assert_eq!(
        check(&[CrateManifest {
            name: "didymium-logs".into(),
            ..planted("log", &[], &[])
        }])
        .len(),
        1
    );
    assert_eq!(
        impure_dependencies(&[planted("log", &["getrandom", "sha2"], &[])]).len(),
        1
    );
}

#[test]
fn a_dependency_downwards_is_right() {
    let right = [
        planted(
            "twin",
            &["didymium-vocabulary", "didymium-statement", "sha2"],
            &["didymium-testkit"],
        ),
        planted("didymium", &["didymium-node"], &[]),
        planted("testkit", &["didymium-node"], &[]),
    ];
    assert_eq!(check(&right), []);
    assert_eq!(
        impure_dependencies(&[
            planted("store", &["rusqlite"], &[]),
            planted("log", &[], &["tempfile"])
        ]),
        []
    );
}
