//! The public facts that the demo club loads: in the binary, or in a folder.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::ImportError;

/// The repository's fact tables by name, in the binary so that it runs anywhere; `build.rs` lists them.
static DATA_FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/data_files.rs"));

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
                let (_, bytes) =
                    DATA_FILES
                        .iter()
                        .find(|(name, _)| *name == file)
                        .ok_or_else(|| ImportError::NoFile {
                            file: file.to_owned(),
                            place: self.to_string(),
                        })?;
                Ok((Box::new(*bytes), Some(bytes.len() as u64)))
            }
            Self::Folder(dir) => match File::open(dir.join(file)) {
                Ok(open) => {
                    let size = open.metadata().ok().map(|meta| meta.len());
                    Ok((Box::new(open), size))
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(ImportError::NoFile {
                    file: file.to_owned(),
                    place: self.to_string(),
                }),
                Err(source) => Err(ImportError::Read {
                    file: file.to_owned(),
                    source,
                }),
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
