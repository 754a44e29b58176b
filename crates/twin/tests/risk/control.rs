//! Control by owner as well as by place.

use std::collections::BTreeMap;

use didymium_statement::payload::{
    Basis, Capacity, Owner, Process, PublishedBasis, Site, SiteStatus, Source,
};
use didymium_statement::{Digest, Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_twin::risk::{Assumption, BY_BASIS, Bound, Control, Missing};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

fn site(key: &str, country: &str, tonnes: Option<i64>, owners: &[(&str, Option<i64>)]) -> Site {
    Site {
        site: key.into(),
        name: key.into(),
        country: country.into(),
        place: String::new(),
        point: None,
        operator: String::new(),
        owners: owners
            .iter()
            .map(|(name, share)| Owner {
                name: (*name).into(),
                share: share.map(Into::into),
                basis: Basis::Reported,
            })
            .collect(),
        status: SiteStatus::Operating,
        processes: vec![Process {
            commodity: "rare_earths".into(),
            stage: "separation".into(),
            form: "separated_oxide".into(),
            capacity: tonnes.map(|tonnes| Capacity {
                value: tonnes.into(),
                unit: "t".into(),
                mass_basis: "contained".into(),
                substance: "REO".into(),
                period: None,
            }),
            status: SiteStatus::Operating,
            start: None,
            basis: Basis::Reported,
            note: String::new(),
        }],
        source: Source {
            source: "sites-2026".into(),
            series: "sites".into(),
            edition: "2026".into(),
            title: "Sites".into(),
            publisher: "Publisher".into(),
            url: String::new(),
            licence: "CC0-1.0".into(),
            attribution: String::new(),
            published: "2026-01-01".parse().unwrap(),
            published_basis: PublishedBasis::Exact,
            retrieved: "2026-11-22".parse().unwrap(),
        },
    }
}

fn twin(sites: &[Site]) -> Twin {
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    for (index, site) in (0..).zip(sites) {
        let draft = Draft {
            issuer: "did:web:can.example".into(),
            subject: format!("https://can.example/sites/{}", site.site),
            kind: KindVersion::v1(Kind::Site),
            valid: None,
            visibility: Visibility::Public,
            payload: serde_json::to_vec(site).unwrap(),
        };
        let (statement, blob) = draft
            .sign(&StatementSigner::from_seed(&Zeroizing::new([1; 32])))
            .unwrap();
        builder.add("CAN", index, 0, &statement, blob.as_deref());
    }
    builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("CAN".into(), 4)]),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    })
}

#[test]
fn an_owner_holds_its_part_of_every_site() {
    let twin = twin(&[
        site("a", "CHN", Some(600), &[("North", Some(50)), ("South", Some(50))]),
        site("b", "AUS", Some(300), &[("North", Some(100))]),
        site("c", "EST", Some(100), &[("East", None)]),
        site("d", "USA", None, &[("West", Some(100))]),
    ]);
    let all = Control::of(&twin, "rare_earths", "separation", BY_BASIS).unwrap();
    assert_eq!(all.len(), 1);
    let control = &all[0];
    assert_eq!((control.sites, control.counted.len()), (4, 3));
    let held = |list: &[didymium_twin::risk::Holding]| -> Vec<(String, i32)> {
        let rounded = |share: f64| format!("{share:.0}").parse().unwrap();
        list.iter()
            .map(|one| (one.holder.clone(), rounded(one.share.measured.value)))
            .collect()
    };
    let named = |list: &[(&str, i32)]| -> Vec<(String, i32)> {
        list.iter()
            .map(|(name, share)| ((*name).to_owned(), *share))
            .collect()
    };
    assert_eq!(
        held(&control.by_place),
        named(&[("CHN", 60), ("AUS", 30), ("EST", 10)])
    );
    assert_eq!(held(&control.by_owner), named(&[("North", 60), ("South", 30)]));
    assert!((control.known.value - 90.0).abs() < 1e-9);
    assert!((control.hhi_by_place.measured.value - 4_600.0).abs() < 1e-9);
    // A tenth belongs to somebody whose share no source gives.
    let owners = control.hhi_by_owner.as_ref().unwrap();
    assert!((owners.measured.value - 4_500.0).abs() < 1e-9);
    assert!(owners.assumptions.contains(&Assumption::OwnersUnknown));
    assert_eq!(owners.bound(), Some(Bound::AtLeast));
    assert!(owners.measured.deviation() > 0.0);
}

#[test]
fn nothing_published_is_told() {
    let named = |twin: &Twin| Control::of(twin, "rare_earths", "separation", BY_BASIS);
    let no_capacity = twin(&[site("d", "USA", None, &[("West", Some(100))])]);
    assert_eq!(named(&no_capacity).err(), Some(Missing::NoCapacity));
    let no_share = twin(&[site("c", "EST", Some(100), &[("East", None)])]);
    let control = &named(&no_share).unwrap()[0];
    assert_eq!(control.hhi_by_owner, Err(Missing::NoOwners));
    assert!((control.hhi_by_place.measured.value - 10_000.0).abs() < 1e-9);
}
