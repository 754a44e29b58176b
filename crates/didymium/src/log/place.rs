//! Which log, and where: a node's folder (running or not), a folder of tiles, or an address.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_node::audit::{Budget, FolderSource, HttpSource, LogSource, StoreSource};
use didymium_node::folder::{CHARTER_FILE, CONFIG_FILE, read_public, require_member};
use didymium_statement::{Member, SignedCharter};
use didymium_store::SqliteStore;
use tokio::runtime::Handle;

use crate::error::{CliError, CliResult};
use crate::statement::read_charter;

/// Where a log is looked at.
#[derive(Debug, Clone, Args)]
pub struct LogPlaceArgs {
    /// Folder of a node, running or not, or of a downloaded log
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "url",
        conflicts_with = "url"
    )]
    pub dir: Option<PathBuf>,
    /// Address of a running node
    #[arg(long)]
    pub url: Option<String>,
    /// Whose log: a member's code; the node's own if left out
    #[arg(long, value_name = "CODE")]
    pub member: Option<String>,
    /// The signed charter whose keys count; the one found beside the log if left out
    #[arg(long, value_name = "FILE")]
    pub charter: Option<PathBuf>,
}

/// A log that was found, and whose it is.
pub struct LogPlace {
    pub source: Box<dyn LogSource>,
    pub charter: SignedCharter,
    pub charter_brought: bool,
    pub member: Member,
    /// The store of a node's folder.
    pub store: Option<Arc<SqliteStore>>,
}

impl LogPlaceArgs {
    /// Finds the log.
    pub fn open(&self, budget: &Arc<Budget>) -> CliResult<LogPlace> {
        let code = self.member.as_deref();
        let charter = self.charter.as_deref().map(read_charter).transpose()?;
        match (&self.dir, &self.url) {
            (Some(dir), _) => LogPlace::in_folder(dir, code, charter, budget),
            (None, Some(url)) => LogPlace::at_address(url, code, charter, budget),
            (None, None) => Err(CliError::Usage("say where: --dir FOLDER or --url ADDRESS".into())),
        }
    }
}

impl LogPlace {
    /// The log in a node's folder, or in a folder of tiles.
    pub fn in_folder(
        dir: &Path,
        code: Option<&str>,
        charter: Option<SignedCharter>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        if dir.join(CONFIG_FILE).exists() {
            Self::in_node(dir, code, charter, budget)
        } else if dir.join("checkpoint").exists() {
            Self::in_tiles(dir, code, charter, budget)
        } else {
            Err(CliError::Usage(format!(
                "{} is neither a node's folder (no {CONFIG_FILE}) nor a downloaded log (no checkpoint)",
                dir.display()
            )))
        }
    }

    fn in_node(
        dir: &Path,
        code: Option<&str>,
        charter: Option<SignedCharter>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let (config, own_charter) = read_public(dir)?;
        let charter_brought = charter.is_some();
        let charter = charter.unwrap_or(own_charter);
        let member = require_member(&charter, code.unwrap_or(&config.member))?.clone();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let store = Arc::new(SqliteStore::open_read_only(dir, threads.min(8))?);
        let source = StoreSource::new(dir, Arc::clone(&store), member.origin(), Arc::clone(budget));
        Ok(Self {
            source: Box::new(source),
            charter,
            charter_brought,
            member,
            store: Some(store),
        })
    }

    fn in_tiles(
        dir: &Path,
        code: Option<&str>,
        charter: Option<SignedCharter>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let source = FolderSource::new(dir, Arc::clone(budget));
        let charter_brought = charter.is_some();
        let charter = match charter {
            Some(charter) => charter,
            None => SignedCharter::parse(&source.charter()?.ok_or_else(|| {
                CliError::Usage(format!(
                    "no {CHARTER_FILE} lies in {}: name the charter whose keys count with --charter FILE",
                    dir.display()
                ))
            })?)?,
        };
        let member = whose(&source, code, &charter)?;
        Ok(Self {
            source: Box::new(source),
            charter,
            charter_brought,
            member,
            store: None,
        })
    }

    /// The log that a node serves: its own, or its copy of another member's. To be called where blocking is allowed.
    pub fn at_address(
        url: &str,
        code: Option<&str>,
        charter: Option<SignedCharter>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let own = HttpSource::new(url, None, Handle::current(), Arc::clone(budget))?;
        let charter_brought = charter.is_some();
        let charter = match charter {
            Some(charter) => charter,
            None => SignedCharter::parse(&own.charter()?.ok_or_else(|| {
                CliError::NotFound(format!("{url} serves no charter: name one with --charter FILE"))
            })?)?,
        };
        let (source, member) = face(own, url, code, &charter, budget)?;
        Ok(Self {
            source,
            charter,
            charter_brought,
            member,
            store: None,
        })
    }
}

/// The face of a node that shows the log of a member: its own log if it is that member's node, else its copy.
pub fn face(
    own: HttpSource,
    url: &str,
    code: Option<&str>,
    charter: &SignedCharter,
    budget: &Arc<Budget>,
) -> CliResult<(Box<dyn LogSource>, Member)> {
    let Some(code) = code else {
        let member = whose(&own, None, charter)?;
        return Ok((Box::new(own), member));
    };
    let member = require_member(charter, code)?.clone();
    if origin_of(&own)?.as_deref() == Some(member.origin()) {
        return Ok((Box::new(own), member));
    }
    let copy = HttpSource::new(url, Some(code), Handle::current(), Arc::clone(budget))?;
    Ok((Box::new(copy), member))
}

/// Whose log it claims to be; the signature decides later.
fn whose(source: &dyn LogSource, code: Option<&str>, charter: &SignedCharter) -> CliResult<Member> {
    if let Some(code) = code {
        return Ok(require_member(charter, code)?.clone());
    }
    let place = source.place();
    let origin = origin_of(source)?.ok_or_else(|| {
        CliError::NotFound(format!(
            "no checkpoint that can be read is at {place}; say whose log it should be with --member CODE"
        ))
    })?;
    let member = charter
        .charter()
        .members
        .iter()
        .find(|member| member.origin() == origin);
    member.cloned().ok_or_else(|| CliError::NotVerified {
        reason: format!("the log at {place} is that of `{origin}`, which is no member's under the charter"),
        source: None,
    })
}

fn origin_of(source: &dyn LogSource) -> CliResult<Option<String>> {
    let note = source.checkpoint()?;
    let text = note
        .and_then(|note| SignedNote::parse(&note).ok())
        .map(|note| note.text);
    Ok(text
        .and_then(|text| Checkpoint::parse(&text).ok())
        .map(|checkpoint| checkpoint.origin))
}
