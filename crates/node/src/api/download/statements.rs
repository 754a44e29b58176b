//! Statements of the logs: one row each.

use super::{Columns, Table};
use crate::api::types::StatementPlace;

/// The statements of a cut, by member code and place in the log. There are no figures in this list: what a statement says is in the
/// other files, whose `statement` leads here.
pub fn statements(places: &[StatementPlace], member: &str) -> Table<'static> {
    Columns::over(places)
        .text("member", |place| place.member.clone())
        .integer("index", |place| Some(place.index))
        .text("statement", |place| place.statement.clone())
        .text("kind", |place| place.kind.clone())
        .text("issuer", |place| place.issuer.clone())
        .text("blob", |place| place.blob.clone().unwrap_or_default())
        .text("visibility", |place| place.visibility.clone().unwrap_or_default())
        .table(&["statements", member])
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_statement_keeps_its_place() {
        let place = |index, blob: Option<&str>| StatementPlace {
            statement: format!("{index:064}"),
            kind: "statistic".into(),
            issuer: "did:web:can.example".into(),
            member: "CAN".into(),
            index,
            blob: blob.map(str::to_owned),
            visibility: None,
        };
        let table = statements(&[place(0, None), place(1, Some("ab"))], "CAN");
        let rows = example::rows(&table);
        let told = example::cells(&rows, ["member", "index", "kind", "blob", "visibility"]);
        assert_eq!(
            told,
            [
                ["CAN", "0", "statistic", "", ""],
                ["CAN", "1", "statistic", "ab", ""]
            ]
        );
    }
}
