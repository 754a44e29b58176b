//! Who is credited with a row that rests on several editions.

use crate::downloads::csv;

#[test]
fn every_source_of_a_row_has_its_licence_at_its_place() {
    let editions = csv("/api/v1/sources");
    let of = |source: &str, column: &str| {
        let known = editions.iter().find(|edition| edition["source"] == source);
        known.unwrap()[column].clone()
    };
    let mut alike = 0;
    for path in [
        "/api/v1/indicators?commodity=nickel",
        "/api/v1/contradictions?commodity=nickel",
        "/api/v1/overview?commodity=nickel",
    ] {
        for row in csv(path) {
            let sources: Vec<&str> = row["source"].split("; ").collect();
            for column in ["licence", "publisher", "published", "publication"] {
                let told: Vec<&str> = row[column].split("; ").collect();
                assert_eq!(told.len(), sources.len(), "{path} {column}: {row:?}");
            }
            if sources.len() < 2 {
                continue;
            }
            let licences: Vec<String> = sources.iter().map(|source| of(source, "licence")).collect();
            assert_eq!(
                row["licence"].split("; ").collect::<Vec<_>>(),
                licences,
                "{row:?}"
            );
            alike += usize::from(licences.windows(2).any(|two| two[0] == two[1]));
        }
    }
    assert!(
        alike > 0,
        "no row would be shorter if each licence were told once"
    );
}
