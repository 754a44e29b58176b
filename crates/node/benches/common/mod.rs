//! What the benchmarks submit: returns of 600 bytes, give or take the length of their names, each another one.

use std::sync::OnceLock;

use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementSigner, Visibility};

/// What went wrong, whatever it was.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Bytes of a statement.
const STATEMENT_BYTES: usize = 600;

/// A signed statement of that issuer, whose subject ends in `name`.
pub fn statement(issuer: &str, signer: &StatementSigner, name: &str) -> Outcome<Statement> {
    static PAD: OnceLock<usize> = OnceLock::new();
    let pad = match PAD.get() {
        Some(pad) => *pad,
        None => {
            let bare = padded(issuer, signer, name, STATEMENT_BYTES / 2)?.bytes().len();
            *PAD.get_or_init(|| (STATEMENT_BYTES + STATEMENT_BYTES / 2).saturating_sub(bare))
        }
    };
    padded(issuer, signer, name, pad)
}

fn padded(issuer: &str, signer: &StatementSigner, name: &str, pad: usize) -> Outcome<Statement> {
    let draft = Draft {
        issuer: issuer.to_owned(),
        subject: format!("https://can.bench.example/returns/{name}"),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: format!("{{\"name\":\"{name}\",\"pad\":\"{}\"}}", "x".repeat(pad)).into_bytes(),
    };
    Ok(draft.sign(signer)?.0)
}
