//! What the benchmarks submit: returns of about 500 bytes, each another one.

use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementSigner, Visibility};

/// What went wrong, whatever it was.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Bytes of padding in a payload.
const PADDING: usize = 240;

/// A signed statement of that issuer, whose subject ends in `name`.
pub fn statement(issuer: &str, signer: &StatementSigner, name: &str) -> Outcome<Statement> {
    let draft = Draft {
        issuer: issuer.to_owned(),
        subject: format!("https://can.bench.example/returns/{name}"),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: format!("{{\"name\":\"{name}\",\"pad\":\"{}\"}}", "x".repeat(PADDING)).into_bytes(),
    };
    Ok(draft.sign(signer)?.0)
}
