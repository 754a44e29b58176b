//! The public facts that the demo club loads: in the binary, or in a folder.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use super::ImportError;

/// The repository's fact tables, in the binary so that it runs anywhere.
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../data"]
#[include = "*.csv"]
#[include = "**/*.csv"]
#[exclude = "builders/*"]
pub struct DataFiles;

/// Where fact tables are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSource {
    /// The tables in the binary.
    Embedded,
    /// A folder of the same shape.
    Folder(PathBuf),
}

impl DataSource {
    /// Opens a table; also says how many bytes it has, where that is known.
    ///
    /// # Errors
    /// [`ImportError::NoFile`] if it is not there, [`ImportError::Read`] if it cannot be read.
    pub fn open(&self, file: &str) -> Result<(Box<dyn Read + Send>, Option<u64>), ImportError> {
        match self {
            Self::Embedded => {
                let found = DataFiles::get(file)
                    .ok_or_else(|| ImportError::NoFile { file: file.to_owned(), place: self.to_string() })?;
                let size = found.data.len() as u64;
                let bytes: Cow<'static, [u8]> = found.data;
                Ok((Box::new(Cursor::new(bytes)), Some(size)))
            }
            Self::Folder(dir) => match File::open(dir.join(file)) {
                Ok(open) => {
                    let size = open.metadata().ok().map(|meta| meta.len());
                    Ok((Box::new(open), size))
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    Err(ImportError::NoFile { file: file.to_owned(), place: self.to_string() })
                }
                Err(source) => Err(ImportError::Read { file: file.to_owned(), source }),
            },
        }
    }
}

impl std::fmt::Display for DataSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str("the tables of this program"),
            Self::Folder(dir) => write!(f, "folder {}", dir.display()),
        }
    }
}
