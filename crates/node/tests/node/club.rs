//! Founding a club and reading its folders.

use std::os::unix::fs::PermissionsExt as _;

use crate::common::{TestClub, clock};
use didymium_node::club::{ClubSpec, MemberSpec, found};
use didymium_node::{Node, NodeError, NodeFolder, bind};

fn spec(members: &[(&str, &str)]) -> ClubSpec {
    let listen = "127.0.0.1:4801".parse().unwrap();
    let members = members
        .iter()
        .map(|(code, domain)| MemberSpec::local(code, domain, listen))
        .collect();
    ClubSpec {
        club: "Club".into(),
        members,
    }
}

#[test]
fn keys_are_hidden_and_an_exposed_key_stops_the_node() {
    let club = TestClub::found(&["CAN"]);
    let dir = club.folder("CAN");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("keys"))), (0o700, 0o700));
    for role in ["statement", "log", "witness", "mirror"] {
        let path = dir.join(format!("keys/{role}.key"));
        assert_eq!(mode(&path), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = NodeFolder::open(&dir).unwrap_err().to_string();
        assert!(error.contains("chmod 600") && error.contains(role), "{error}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(NodeFolder::open(&dir).is_ok());
    let shown = format!("{:?}", NodeFolder::open(&dir).unwrap());
    let secret = std::fs::read_to_string(dir.join("keys/log.key")).unwrap();
    assert!(!shown.contains(secret.trim()));
}

#[test]
fn wrong_folders_are_refused_with_what_is_wrong() {
    let club = TestClub::found(&["CAN", "DEU"]);
    let dir = club.folder("CAN");
    let config = std::fs::read_to_string(dir.join("node.toml")).unwrap();
    let try_config = |text: String| {
        std::fs::write(dir.join("node.toml"), text).unwrap();
        let error = NodeFolder::open(&dir).unwrap_err().to_string();
        std::fs::write(dir.join("node.toml"), &config).unwrap();
        error
    };
    assert!(try_config(format!("colour = 1\n{config}")).contains("colour"));
    assert!(try_config(config.replace("CAN", "FRA")).contains("members: CAN, DEU"));
    assert!(try_config(format!("{config}\n[peers]\nFRA = \"http://127.0.0.1:1\"\n")).contains("FRA"));
    assert!(try_config(format!("{config}\n[peers]\nDEU = \"ftp://127.0.0.1\"\n")).contains("base address"));
    assert!(try_config(config.replace("CAN", "DEU")).contains("statement key"));

    std::fs::write(dir.join("keys/log.key"), "not a key").unwrap();
    assert!(matches!(
        NodeFolder::open(&dir),
        Err(NodeError::KeyMalformed { .. })
    ));
    std::fs::copy(club.folder("DEU").join("keys/log.key"), dir.join("keys/log.key")).unwrap();
    assert!(matches!(
        NodeFolder::open(&dir),
        Err(NodeError::KeyNotInCharter { role: "log", .. })
    ));
    let elsewhere = NodeFolder::open(&club.path()).unwrap_err();
    assert!(
        matches!(
            elsewhere,
            NodeError::NotANodeFolder {
                missing: "node.toml",
                ..
            }
        ),
        "{elsewhere}"
    );
}

#[test]
fn a_founding_that_was_cut_off_leaves_no_club_and_does_not_hinder_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let left = dir.path().join(".club.founding/club/CAN/keys");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("log.key"), "half").unwrap();
    assert!(!club.exists());
    found(&club, &spec(&[("CAN", "can.club.example")]), clock()).unwrap();
    assert!(!dir.path().join(".club.founding").exists());
    Node::open(&club.join("CAN")).unwrap();
    let again = found(&club, &spec(&[("CAN", "can.club.example")]), clock()).unwrap_err();
    assert!(matches!(again, NodeError::FolderNotEmpty { .. }), "{again}");
}

#[test]
fn clubs_that_cannot_be_are_not_founded() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let cases: [&[(&str, &str)]; 5] = [
        &[],
        &[("XXX", "x.example")],
        &[("CAN", "no domain")],
        &[("CAN", "a.example"), ("CAN", "b.example")],
        &[("CAN", "a.example"), ("DEU", "a.example")],
    ];
    for members in cases {
        assert!(found(&club, &spec(members), clock()).is_err(), "{members:?}");
        assert!(!club.exists());
    }
}

#[test]
fn a_folder_without_its_log_or_under_another_charter_is_refused() {
    let (club, other) = (TestClub::found(&["CAN"]), TestClub::found(&["CAN"]));
    let dir = club.folder("CAN");
    remove_database(&dir);
    let empty = Node::open(&dir).unwrap_err();
    assert!(matches!(empty, NodeError::Genesis { index: 0, .. }), "{empty}");
    remove_database(&dir);
    for file in DATABASE_FILES
        .iter()
        .filter(|file| other.folder("CAN").join(file).exists())
    {
        std::fs::copy(other.folder("CAN").join(file), dir.join(file)).unwrap();
    }
    let foreign = Node::open(&dir).unwrap_err();
    assert!(matches!(foreign, NodeError::StoredLog { .. }), "{foreign}");
}

const DATABASE_FILES: [&str; 3] = ["node.db", "node.db-wal", "node.db-shm"];

fn remove_database(dir: &std::path::Path) {
    for file in DATABASE_FILES {
        let _ = std::fs::remove_file(dir.join(file));
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address).await.unwrap_err();
    assert!(matches!(error, NodeError::PortTaken { .. }));
    assert!(error.to_string().contains(&address.port().to_string()), "{error}");
    drop(taken);
}
