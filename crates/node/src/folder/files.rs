//! Files that are whole or not there, and hidden from others where they must be.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::{NodeError, NodeResult};

/// Permission bits of a secret file.
pub const SECRET_MODE: u32 = 0o600;
/// Permission bits of any other file.
pub const PLAIN_MODE: u32 = 0o644;

/// Writes a file through a temporary one, a sync and a rename, then syncs the folder. `mode` is its permission bits, as far as the
/// umask leaves them.
///
/// # Errors
/// [`NodeError::Io`] with the file.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> NodeResult<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
    let temporary = path.with_file_name(format!(".{name}.new"));
    if temporary.exists() {
        std::fs::remove_file(&temporary).map_err(NodeError::io(&temporary))?;
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(NodeError::io(&temporary))?;
    std::fs::rename(&temporary, path).map_err(NodeError::io(path))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Makes a folder that only its owner may enter.
pub(crate) fn make_private_dir(dir: &Path) -> NodeResult<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(NodeError::io(dir))
}

/// Makes what was created, renamed or removed in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> NodeResult<()> {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    File::open(dir)
        .and_then(|file| file.sync_all())
        .map_err(NodeError::io(dir))
}

/// A file's bytes, if they are not more than there can be.
pub(crate) fn bounded(path: &Path, max: usize) -> NodeResult<Vec<u8>> {
    let length = std::fs::metadata(path).map_err(NodeError::io(path))?.len();
    if length > max as u64 {
        return Err(NodeError::FileTooLarge {
            path: path.to_owned(),
            max,
        });
    }
    std::fs::read(path).map_err(NodeError::io(path))
}
