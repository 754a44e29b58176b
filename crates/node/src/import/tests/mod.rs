//! The importer through its public face, on a real store.

mod figures;
mod lines;
mod sites;
mod statistic;

use didymium_statement::PayloadRef;
use didymium_store::{Batch, NewEntry, SqliteStore, StoreOptions};
use zeroize::Zeroizing;

use super::*;

const SOURCES: &str = "source,series,edition,title,publisher,url,licence,attribution,published,published_basis,retrieved\n\
    usgs-mcs-2025,usgs-mcs,2025,Mineral Commodity Summaries 2025,USGS,,US-PD,,2025-01-31,exact,2025-06-01\n\
    bgs-wmp-2024,bgs-wmp,2024,World Mineral Production,BGS,,OGL-UK-3.0,BGS © UKRI,2024-03-01,assumed,2025-06-02\n";

const STATISTIC: &str = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n";
const CHINA: &str = "production,rare_earths,mine,ore,REO,contained,CHN,,,2023,255000,,t,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

const SITE: &str = "site,name,country,place,lat,lon,point_precision,point_source,operator,owners,owners_basis,status,commodity,stage,form,capacity,capacity_unit,substance,mass_basis,capacity_period,process_status,start,basis,note,source,licence,retrieved\n";
const NOTICE: &str = "notice,date,end_date,type,actors,commodities,stages,affected,title_en,title_fr,description_en,description_fr,confidence,basis,source,licence,retrieved\n";

struct Bench {
    _dir: tempfile::TempDir,
    store: SqliteStore,
    signer: StatementSigner,
    registered: Registered,
    sources: Sources,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path(), StoreOptions::default()).unwrap();
        Self {
            _dir: dir,
            store,
            signer: StatementSigner::from_seed(&Zeroizing::new([7; 32])),
            registered: Registered::default(),
            sources: Sources::read("sources.csv", SOURCES.as_bytes()).unwrap(),
        }
    }

    fn read_as(
        &self,
        member: &str,
        kind: TableKind,
        csv: &str,
        supersede: Option<&str>,
    ) -> ImportResult<Prepared> {
        self.read_table(member, kind, "t", csv, supersede)
    }

    fn read_table(
        &self,
        member: &str,
        kind: TableKind,
        table: &str,
        csv: &str,
        supersede: Option<&str>,
    ) -> ImportResult<Prepared> {
        let domain = format!("{}.club.example", member.to_lowercase());
        let did = format!("did:web:{domain}");
        let import = Import {
            author: Author {
                member,
                did: &did,
                domain: &domain,
                signer: &self.signer,
            },
            vocabulary: Vocabulary::embedded(),
            sources: &self.sources,
            registered: &self.registered,
            store: &self.store,
            supersede,
        };
        import.read(kind, table, &format!("{table}.csv"), csv.as_bytes(), &mut ())
    }

    fn read(&self, kind: TableKind, csv: &str) -> ImportResult<Prepared> {
        self.read_as("USA", kind, csv, None)
    }

    /// Logs what was prepared, as `member` would.
    fn log(&mut self, member: &str, prepared: &Prepared) {
        let origin = format!("{}.club.example/log", member.to_lowercase());
        let size = self.store.head(&origin).unwrap().map_or(0, |head| head.size);
        let entries = prepared.statements.iter().map(|statement| NewEntry {
            statement: *statement.id().as_bytes(),
            bytes: statement.bytes(),
            blob: statement.blob().map(|digest| *digest.as_bytes()),
        });
        let batch = Batch {
            origin: &origin,
            expected_size: size,
            expected_root: (size > 0).then_some([0; 32]),
            entries: entries.collect(),
            tiles: Vec::new(),
            root: [0; 32],
            checkpoint: None,
            recorded_ms: 0,
        };
        self.store.commit(&batch).unwrap();
        self.registered.add(member, &prepared.statements);
    }

    fn problems(&self, kind: TableKind, csv: &str) -> Vec<Problem> {
        match self.read(kind, csv) {
            Err(ImportError::Refused(refusal)) => refusal.problems,
            other => panic!("not refused: {other:?}"),
        }
    }
}

#[test]
fn every_table_of_the_repository_passes() {
    let bench = Bench {
        sources: Sources::read("sources.csv", DataSource::Embedded.open("sources.csv").unwrap().0).unwrap(),
        ..Bench::new()
    };
    let (tables, _) = DataSource::Embedded.open("tables.csv").unwrap();
    let manifest = Manifest::read("tables.csv", tables, Vocabulary::embedded()).unwrap();
    assert!(manifest.tables.len() > 10);
    for table in &manifest.tables {
        let (input, bytes) = DataSource::Embedded.open(&table.file).unwrap();
        let domain = "all.club.example";
        let import = Import {
            author: Author {
                member: &table.issuer,
                did: "did:web:all.club.example",
                domain,
                signer: &bench.signer,
            },
            vocabulary: Vocabulary::embedded(),
            sources: &bench.sources,
            registered: &bench.registered,
            store: &bench.store,
            supersede: None,
        };
        let name = table.file.trim_end_matches(".csv");
        let prepared = import
            .read(table.kind, name, &table.file, input, &mut ())
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(prepared.rows > 5 && bytes > Some(500), "{}", table.file);
    }
    assert!(DataSource::Embedded.open("no.csv").is_err());
}
