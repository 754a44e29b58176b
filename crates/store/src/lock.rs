//! One process a folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::{StoreError, StoreResult};

/// Holds a folder for this process; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

/// Let go of in so many words: closing alone waits for the last copy of the descriptor, and a process that is being started
/// by another thread has one until it runs its own program.
impl Drop for FolderLock {
    fn drop(&mut self) {
        // Where that fails, closing lets go of it.
        let _ = self.file.unlock();
    }
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
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::FolderInUse { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}
