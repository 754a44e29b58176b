//! `didymium sealed show` and `list`.

use std::path::Path;

use didymium_node::vault::{Held, Letter, Vault};
use serde_json::{Value, json};

use super::{find, state};
use crate::error::CliResult;
use crate::output::Output;

/// Prints what was sealed.
pub(super) fn run(vault: &Vault, what: &str, output: &Output) -> CliResult<()> {
    let path = Path::new(what);
    let letter = if path.is_file() {
        Letter::from_file(path)?
    } else {
        vault.letter(find(vault, what)?)?
    };
    let (statement, opening) = vault.read(&letter)?;
    let payload = statement.unseal(&opening)?;
    let shown: Value = serde_json::from_slice(payload)?;
    let answer = json!({
        "statement": statement.id().to_string(),
        "issuer": statement.issuer,
        "subject": statement.subject,
        "kind": statement.kind.kind.to_string(),
        "payload": shown,
    });
    output.data(&answer, |_| {
        format!(
            "{} of {}, about {}\nstatement {}: this is what it commits to. Whether it is signed and logged says `didymium statement \
verify`.\n{shown:#}",
            statement.kind.kind,
            statement.issuer,
            statement.subject,
            statement.id()
        )
    })
}

/// Lists what the vault holds.
pub(super) fn list(vault: &Vault, output: &Output) -> CliResult<()> {
    let mut rows = Vec::new();
    for (id, held) in vault.list()? {
        let (subject, erased) = match &held {
            Held::Opening(letter) => (letter.statement()?.subject, None),
            Held::Erased(erased) => (String::new(), Some(erased.erased.clone())),
        };
        rows.push(json!({ "statement": id.to_string(), "state": state(&held), "subject": subject, "erased": erased }));
    }
    let answer = json!({ "key": vault.public().to_string(), "statements": rows });
    output.data(&answer, |_| {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let lines = rows.iter().map(|row| {
            let what = text(row, "subject") + &text(row, "erased");
            format!("{}  {}  {what}", text(row, "statement"), text(row, "state"))
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            return format!("key {}\nnothing is in the vault", vault.public());
        }
        format!("key {}\n{}", vault.public(), lines.join("\n"))
    })
}
