//! Which log, and where: a node's folder (running or not), a folder of tiles, or an address.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_node::NodeFolder;
use didymium_node::audit::{Budget, FolderSource, HttpSource, LogSource, Reader, StoreSource};
use didymium_node::folder::{CHAIN_FILE, CHARTER_FILE, CONFIG_FILE, read_public, require_member_ever};
use didymium_statement::{CharterLog, Member};
use didymium_store::SqliteStore;
use tokio::runtime::Handle;

use crate::error::{CliError, CliResult};
use crate::statement::read_charter;
use crate::verify::unverified;

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
    /// The charter whose keys count, its first version or the chain of all; the one found beside the log if left out
    #[arg(long, value_name = "FILE")]
    pub charter: Option<PathBuf>,
    /// Read as a member, with the keys of its node's folder: what is not public too, at a node on another machine
    #[arg(long = "as", value_name = "FOLDER", requires = "url")]
    pub reader: Option<PathBuf>,
}

/// As whom logs are read over HTTP: as the member of a folder, or as nobody.
pub fn reader(folder: Option<&Path>) -> CliResult<Reader> {
    Ok(match folder {
        Some(dir) => Reader::member(NodeFolder::open(dir)?)?,
        None => Reader::nobody()?,
    })
}

/// A log that was found, and whose it is.
pub struct LogPlace {
    pub source: Box<dyn LogSource>,
    pub charters: CharterLog,
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
            (None, Some(url)) => {
                LogPlace::at_address(url, code, charter, &reader(self.reader.as_deref())?, budget)
            }
            (None, None) => Err(CliError::Usage("say where: --dir FOLDER or --url ADDRESS".into())),
        }
    }
}

impl LogPlace {
    /// The log in a node's folder, or in a folder of tiles.
    pub fn in_folder(
        dir: &Path,
        code: Option<&str>,
        charter: Option<CharterLog>,
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
        charter: Option<CharterLog>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let (config, own_charters) = read_public(dir)?;
        let charter_brought = charter.is_some();
        let charters = match charter {
            Some(brought) => brought.extended(&own_charters.to_bytes()?)?,
            None => own_charters,
        };
        let member = require_member_ever(&charters, code.unwrap_or(&config.member))?.clone();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let store = Arc::new(SqliteStore::open_read_only(dir, threads.min(8))?);
        let source = StoreSource::new(dir, Arc::clone(&store), member.origin(), Arc::clone(budget));
        Ok(Self {
            source: Box::new(source),
            charters,
            charter_brought,
            member,
            store: Some(store),
        })
    }

    fn in_tiles(
        dir: &Path,
        code: Option<&str>,
        charter: Option<CharterLog>,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let source = FolderSource::new(dir, Arc::clone(budget));
        let charter_brought = charter.is_some();
        let charters = charters_of(&source, charter, || {
            CliError::Usage(format!(
                "no {CHAIN_FILE} and no {CHARTER_FILE} lies in {}: name the charter whose keys count with --charter FILE",
                dir.display()
            ))
        })?;
        let member = whose(&source, code, &charters)?;
        Ok(Self {
            source: Box::new(source),
            charters,
            charter_brought,
            member,
            store: None,
        })
    }

    /// The log that a node serves: its own, or its copy of another member's. To be called where blocking is allowed.
    pub fn at_address(
        url: &str,
        code: Option<&str>,
        charter: Option<CharterLog>,
        reader: &Reader,
        budget: &Arc<Budget>,
    ) -> CliResult<Self> {
        let own = HttpSource::new(url, None, reader, Handle::current(), Arc::clone(budget))?;
        let charter_brought = charter.is_some();
        let charters = charters_of(&own, charter, || {
            CliError::NotFound(format!("{url} serves no charter: name one with --charter FILE"))
        })?;
        let (source, member) = face(own, url, code, &charters, reader, budget)?;
        Ok(Self {
            source,
            charters,
            charter_brought,
            member,
            store: None,
        })
    }
}

/// The versions of the charter: what was brought, with what lies beside the log and follows it; without anything brought,
/// what lies there.
fn charters_of(
    source: &dyn LogSource,
    brought: Option<CharterLog>,
    missing: impl FnOnce() -> CliError,
) -> CliResult<CharterLog> {
    let beside = source.charter()?;
    match (brought, beside) {
        (Some(brought), None) => Ok(brought),
        (Some(brought), Some(beside)) => {
            let beside = CharterLog::brought(&beside).map_err(unverified("the charter beside the log"))?;
            let chain = beside.to_bytes()?;
            let whole = brought.extended(&chain);
            Ok(whole.map_err(unverified(
                "the charter beside the log does not follow the one that you brought",
            ))?)
        }
        (None, Some(beside)) => {
            Ok(CharterLog::brought(&beside).map_err(unverified("the charter beside the log"))?)
        }
        (None, None) => Err(missing()),
    }
}

/// The face of a node that shows the log of a member: its own log if it is that member's node, else its copy.
pub fn face(
    own: HttpSource,
    url: &str,
    code: Option<&str>,
    charter: &CharterLog,
    reader: &Reader,
    budget: &Arc<Budget>,
) -> CliResult<(Box<dyn LogSource>, Member)> {
    let Some(code) = code else {
        let member = whose(&own, None, charter)?;
        return Ok((Box::new(own), member));
    };
    let member = require_member_ever(charter, code)?.clone();
    if origin_of(&own)?.as_deref() == Some(member.origin()) {
        return Ok((Box::new(own), member));
    }
    let copy = HttpSource::new(url, Some(code), reader, Handle::current(), Arc::clone(budget))?;
    Ok((Box::new(copy), member))
}

/// Whose log it claims to be; the signature decides later.
fn whose(source: &dyn LogSource, code: Option<&str>, charter: &CharterLog) -> CliResult<Member> {
    if let Some(code) = code {
        return Ok(require_member_ever(charter, code)?.clone());
    }
    let place = source.place();
    let origin = origin_of(source)?.ok_or_else(|| {
        CliError::NotFound(format!(
            "no checkpoint that can be read is at {place}; say whose log it should be with --member CODE"
        ))
    })?;
    let known = charter.origins().into_iter().find(|log| log.origin == origin);
    let member = known.and_then(|log| charter.member_ever(&log.member).cloned());
    member.ok_or_else(|| CliError::NotVerified {
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
