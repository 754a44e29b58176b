//! Work that reads or writes the store, where blocking is allowed.

use crate::NodeError;

/// Runs `work` beside the threads that serve.
///
/// # Errors
/// Those of `work`; [`NodeError::Task`] where it panicked or the runtime is going down.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<NodeError> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| E::from(NodeError::from(error)))?
}
