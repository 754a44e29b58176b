//! Raw reports of UN Comtrade against CEPII's BACI, read from the shared folder; UN Comtrade's terms keep them out of the
//! repository.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use didymium_twin::mirror::{PUBLISHED, compare, read_reference, read_reports};

/// The folder of the tables; none, said once, where the shared folder is absent. `DIDYMIUM_SHARED` names that folder;
/// without it, it is looked for beside the repository. Where it was named, absence is a failure.
fn tables() -> Option<PathBuf> {
    let named = std::env::var_os("DIDYMIUM_SHARED");
    let must = named.is_some() || std::env::var_os("DIDYMIUM_CONFORMANCE").is_some();
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = named
        .map_or_else(beside, PathBuf::from)
        .join("facts/trade_mirror");
    if folder.exists() {
        return Some(folder);
    }
    let at = folder.display();
    assert!(!must, "no trade reports at {at}");
    let line = format!(
        "SKIPPED: no trade reports at {at}, so the mirror was not compared with BACI (DIDYMIUM_SHARED names their place)\n"
    );
    // The test harness captures what is printed, not what is written.
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

#[test]
fn all_eight_figures_of_the_best_open_result_are_beaten() {
    let Some(folder) = tables() else { return };
    let mut reports = Vec::new();
    let packed = std::fs::File::open(folder.join("comtrade_2022.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut reports)
        .unwrap();
    let reports = read_reports(&reports).unwrap();
    assert_eq!(reports.len(), 166_616);
    let reference = read_reference(&std::fs::read(folder.join("baci_2022.csv")).unwrap()).unwrap();

    let mirror = super::reconcile(&reports).unwrap();
    // Every partner's total was found among its breakdowns, and nothing was counted twice.
    assert_eq!(
        (
            mirror.closure.closed,
            mirror.closure.open,
            mirror.closure.without_total
        ),
        (4379, 0, 0)
    );
    assert!(mirror.settled, "not settled after {} rounds", mirror.rounds);

    // Error bars are honest, as far as reports can tell: ratios that were left out fall inside as often as they should.
    assert!(
        (0.93..0.97).contains(&mirror.left_out_covered),
        "{}",
        mirror.left_out_covered
    );

    let found = compare(&mirror.flows, &reference).unwrap();
    let published = PUBLISHED
        .iter()
        .find(|one| Some(one.year) == mirror.year)
        .unwrap();
    assert!(found.exporter.beats(&published.exporter), "{:?}", found.exporter);
    assert!(found.importer.beats(&published.importer), "{:?}", found.importer);
}
