//! One process a folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::{StoreError, StoreResult};

/// Holds a folder for this process; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, creating it if need be.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`] if another process holds it, [`StoreError::Folder`] if it cannot be used.
    pub fn take(dir: &Path) -> StoreResult<Self> {
        let io = |source| StoreError::Folder {
            path: dir.to_owned(),
            source,
        };
        std::fs::create_dir_all(dir).map_err(io)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join("lock"))
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::FolderInUse { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}
