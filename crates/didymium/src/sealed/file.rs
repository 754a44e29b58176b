//! `didymium sealed file`.

use std::path::PathBuf;

use clap::Args;
use didymium_node::admission::{Admission, Payload};
use didymium_node::vault::{self, Vault};
use didymium_statement::limits::BLOB_BYTES_MAX;
use didymium_statement::{Draft, KindVersion, StatementError, ValidTime, Visibility};
use didymium_vocabulary::Vocabulary;
use jiff::civil::Date;
use serde_json::json;
use zeroize::Zeroizing;

use super::VaultArg;
use crate::error::{CliError, CliResult};
use crate::home::Home;
use crate::output::Output;
use crate::receipt::{KeepArg, receipt_of};

/// What is sealed, and where it is entered.
#[derive(Debug, Args)]
pub(super) struct FileArgs {
    #[command(flatten)]
    vault: VaultArg,
    /// Folder of the member's node; where the node runs, it is asked
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Kind of the statement, such as `return` or `site`; everybody can read it
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// URI of what it is about; everybody can read it
    #[arg(long, value_name = "URI")]
    subject: String,
    /// First day that it is about; everybody can read it
    #[arg(long, value_name = "DAY", requires = "last")]
    first: Option<Date>,
    /// Last day that it is about
    #[arg(long, value_name = "DAY", requires = "first")]
    last: Option<Date>,
    #[command(flatten)]
    receipt: KeepArg,
    /// What is sealed: a JSON document
    payload: PathBuf,
}

pub(super) async fn run(args: &FileArgs, output: &Output) -> CliResult<()> {
    let vault = Vault::open(&args.vault.vault)?;
    let payload = read(&args.payload)?;
    let home = Home::open(&args.dir).await?;
    // A refusal leaves nothing in the vault.
    home.require_passage().await?;
    let draft = Draft {
        issuer: home.member()?.did.clone(),
        subject: args.subject.clone(),
        kind: KindVersion::parse(&format!("application/vnd.didymium.{}+json; version=1", args.kind))?,
        valid: valid(args)?,
        visibility: Visibility::Sealed,
        payload: payload.to_vec(),
    };
    understood(&home, &draft)?;
    let (statement, opening) = draft.seal(home.signer(), vault::salt()?)?;
    let keeper = args.receipt.keeper(&home.charters().await?)?;
    // What opens it is on disk before it is logged: a commitment that nobody can open would bind to nothing.
    vault.keep(&statement, &opening)?;
    let index = home.submit(&statement).await?;
    let receipt = receipt_of(keeper.as_ref(), &home, &statement, output).await?;
    let id = statement.id().to_string();
    let answer = json!({ "statement": id, "member": home.code(), "index": index, "kind": args.kind, "vault": args.vault.vault, "receipt": receipt });
    output.data(&answer, |_| {
        format!(
            "sealed as statement {id}\nentry {index} of the log of {}; what opens it is in {}",
            home.code(),
            args.vault.vault.display()
        )
    })
}

fn read(file: &std::path::Path) -> CliResult<Zeroizing<Vec<u8>>> {
    let length = std::fs::metadata(file).map_err(CliError::file(file))?.len();
    if length > BLOB_BYTES_MAX as u64 {
        return Err(StatementError::TooMany {
            what: "bytes of payload",
            count: usize::try_from(length).unwrap_or(usize::MAX),
            max: BLOB_BYTES_MAX,
        }
        .into());
    }
    let bytes = Zeroizing::new(std::fs::read(file).map_err(CliError::file(file))?);
    serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).map_err(|error| CliError::NotJson {
        path: file.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(bytes)
}

fn valid(args: &FileArgs) -> CliResult<Option<ValidTime>> {
    match (args.first, args.last) {
        (Some(first), Some(last)) if first > last => {
            Err(CliError::Usage(format!("--first {first} is after --last {last}")))
        }
        (Some(first), Some(last)) => Ok(Some(ValidTime { first, last })),
        _ => Ok(None),
    }
}

/// A payload of a known kind keeps the rules of its kind, though nobody will see it: what is shown later must be readable.
fn understood(home: &Home, draft: &Draft) -> CliResult<()> {
    let open = Draft {
        visibility: Visibility::Home,
        ..draft.clone()
    };
    let (statement, blob) = open.sign(home.signer())?;
    let charters = match home {
        Home::Node { folder, .. } => folder.charters(),
        Home::Folder(state) => state.charters(),
    };
    match Admission::new(charters, Vocabulary::embedded()).payload(&statement, blob.as_deref()) {
        Payload::Faulty(fault) => Err(fault.into()),
        _ => Ok(()),
    }
}
