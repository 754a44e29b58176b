use super::*;
use crate::tile::encode_bundle;

/// A log that serves its tiles and bundles; `salt` makes histories differ.
struct Source {
    entries: Vec<Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    edge: EdgeTiles,
}

impl Source {
    fn new(salt: &str, size: u64) -> Self {
        let entries: Vec<Vec<u8>> = (0..size).map(|i| format!("{salt}{i}").into_bytes()).collect();
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let writes = append_batch(&EdgeTiles::default(), &leaves).unwrap();
        Source {
            entries,
            tiles: writes
                .rows
                .into_iter()
                .map(|row| ((row.id.level, row.id.index), row.bytes))
                .collect(),
            edge: writes.edge,
        }
    }

    fn head(&self) -> Checkpoint {
        Checkpoint {
            origin: "log.example".into(),
            size: self.edge.size(),
            root: self.edge.root(),
        }
    }

    fn edge_at(&self, size: u64) -> EdgeTiles {
        let leaves: Vec<Hash> = self.entries[..usize::try_from(size).unwrap()]
            .iter()
            .map(|entry| leaf_hash(entry))
            .collect();
        append_batch(&EdgeTiles::default(), &leaves).unwrap().edge
    }

    fn serve(&self, resource: Resource) -> Vec<u8> {
        match resource {
            Resource::Tile(tile) => {
                self.tiles[&(tile.level, tile.index)][..usize::from(tile.width) * 32].to_vec()
            }
            Resource::Bundle(bundle) => {
                let first = usize::try_from(bundle.index).unwrap() * 256;
                encode_bundle(&self.entries[first..first + usize::from(bundle.width)]).unwrap()
            }
        }
    }
}

/// Mirrors to the end, and answers what was fetched.
fn mirror_all(source: &Source, stored: u64, window: usize) -> Vec<Resource> {
    let mut mirror = Mirror::new(source.edge_at(stored), source.head()).unwrap();
    let (mut fetched, mut next_entry) = (Vec::new(), stored);
    loop {
        let needs = mirror.next(window);
        if needs.is_empty() {
            break;
        }
        for need in needs {
            if let Accepted::Entries(kept) = mirror.accept(need, &source.serve(need)).unwrap() {
                assert_eq!(kept.first, next_entry);
                let first = usize::try_from(next_entry).unwrap();
                assert_eq!(kept.entries, source.entries[first..first + kept.entries.len()]);
                next_entry += u64::try_from(kept.entries.len()).unwrap();
                assert_eq!(kept.complete, next_entry == source.head().size);
                assert_eq!(&kept.writes.edge, mirror.edge());
            }
            fetched.push(need);
        }
        assert!(mirror.tiles.len() <= 16, "memory stays bounded");
    }
    assert!(mirror.is_complete());
    assert_eq!(mirror.edge().root(), source.head().root);
    fetched
}

#[test]
fn from_any_size_to_any_size() {
    for size in [1, 2, 255, 256, 257, 511, 512, 600, 1000] {
        let source = Source::new("a", size);
        for stored in [0, 1, 3, 255, 256, 257, 300, 511, 512, 599, 999, 1000] {
            if stored <= size {
                mirror_all(&source, stored, 1 + usize::try_from(stored).unwrap() % 5);
            }
        }
    }
}

#[test]
fn over_three_levels_each_tile_is_fetched_once() {
    let source = Source::new("a", 65_536 * 2 + 300);
    for (stored, window) in [(0, 32), (1_000, 7), (65_536, 100), (131_072, 1), (131_300, 9)] {
        let fetched = mirror_all(&source, stored, window);
        let bundles = fetched
            .iter()
            .filter(|need| matches!(need, Resource::Bundle(_)))
            .count();
        let expected = source.head().size.div_ceil(256) - stored / 256;
        assert_eq!(u64::try_from(bundles).unwrap(), expected);
        assert!(fetched.len() - bundles < 12, "{} tiles", fetched.len() - bundles);
    }
    assert!(
        Mirror::new(source.edge_at(131_372), source.head())
            .unwrap()
            .next(9)
            .is_empty()
    );
}

#[test]
fn wider_tiles_and_bundles_will_do() {
    let (then, now) = (Source::new("a", 300), Source::new("a", 700));
    let mut mirror = Mirror::new(EdgeTiles::default(), then.head()).unwrap();
    while let Some(need) = mirror.next(1).first().copied() {
        let wider = match need {
            Resource::Tile(tile) => Resource::Tile(TileId::in_tree(tile.level, tile.index, 700).unwrap()),
            Resource::Bundle(bundle) => Resource::Bundle(BundleId::in_tree(bundle.index, 700).unwrap()),
        };
        mirror.accept(wider, &now.serve(wider)).unwrap();
    }
    assert_eq!(mirror.edge().root(), then.head().root);
}

#[test]
fn nothing_wrong_is_kept() {
    let (source, other) = (Source::new("a", 65_536 + 600), Source::new("b", 65_536 + 600));
    let mut mirror = Mirror::new(source.edge_at(256), source.head()).unwrap();
    let mut refused = 0;
    while let Some(need) = mirror.next(1).first().copied() {
        let before = (mirror.edge().clone(), mirror.extends);
        let first_step = !mirror.extends;
        let mut flipped = source.serve(need);
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        for wrong in [
            other.serve(need),
            flipped,
            source.serve(need)[1..].to_vec(),
            vec![],
        ] {
            // In the first step one wrong tile shows only with the others.
            let result = mirror.clone().accept(need, &wrong);
            assert!(first_step || result.is_err(), "{need}");
            if !first_step {
                mirror.accept(need, &wrong).unwrap_err();
                refused += 1;
            }
        }
        assert_eq!((mirror.edge().clone(), mirror.extends), before);
        mirror.accept(need, &source.serve(need)).unwrap();
    }
    assert!(refused > 1_000);

    // All tiles of the first step from a source of another history: forgotten, and asked for again.
    let mut mirror = Mirror::new(source.edge_at(256), source.head()).unwrap();
    let needs = mirror.next(1);
    let results: Vec<_> = needs
        .iter()
        .map(|need| mirror.accept(*need, &other.serve(*need)))
        .collect();
    assert!(matches!(results.last(), Some(Err(LogError::RootMismatch { .. }))));
    assert_eq!(mirror.next(1), needs);
}

#[test]
fn a_rewritten_history_is_proven_and_not_mirrored() {
    let (ours, theirs) = (Source::new("a", 300), Source::new("b", 700));
    let mut mirror = Mirror::new(ours.edge.clone(), theirs.head()).unwrap();
    let mut last = None;
    for need in mirror.next(1) {
        last = Some(mirror.accept(need, &theirs.serve(need)).unwrap());
    }
    let Some(Accepted::Rewritten { root, path }) = last else {
        panic!("{last:?}");
    };
    assert_eq!(root, theirs.edge_at(300).root());
    verify_consistency(300, root, 700, theirs.head().root, &path).unwrap();
    assert!(!mirror.extends);
    assert!(matches!(
        Mirror::new(ours.edge.clone(), Source::new("b", 300).head()),
        Err(LogError::OldRootMismatch { .. })
    ));
    assert!(matches!(
        Mirror::new(ours.edge, Source::new("a", 299).head()),
        Err(LogError::SizesReversed { .. })
    ));
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let source = Source::new("a", 600);
    let mut mirror = Mirror::new(EdgeTiles::default(), source.head()).unwrap();
    let bundle = Resource::Bundle(BundleId { index: 0, width: 256 });
    assert!(matches!(
        mirror.accept(bundle, &source.serve(bundle)),
        Err(LogError::MirrorUnasked { .. })
    ));
    for need in mirror.next(1) {
        mirror.accept(need, &source.serve(need)).unwrap();
    }
    let second = Resource::Bundle(BundleId { index: 1, width: 256 });
    assert!(mirror.accept(second, &source.serve(second)).is_err());
    assert_eq!(mirror.next(9).len(), 3);
    assert!(mirror.accept(bundle, &source.serve(bundle)).is_ok());
    assert!(mirror.accept(bundle, &source.serve(bundle)).is_err());
}
