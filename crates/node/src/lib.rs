//! Floor 6: HTTP faces, federation loops, jobs and access control of one member's node.
//!
//! ```text
//!  folder ──► state ──┬── admission ──► ledger ──► store      what this member says
//!                     ├── federation ── admission ─► store     what the others said
//!                     ├── jobs ──► twin                        what it all means
//!                     └── server: api, log face, pages         who asks
//! ```
//!
//! Beside it stands the charter's desk ([`charter`]): what is proposed, signed and adopted while the node runs.
//!
//! Whatever enters a log passes [`admission`], and whatever is signed was computed by two paths ([`ledger`]). Over HTTP
//! only what the member itself has signed is taken in ([`intake`]), and other members' checkpoints to be cosigned
//! ([`witness`]).

pub mod admission;
pub mod api;
pub mod as_of;
pub mod audit;
mod blocking;
mod changed;
pub mod charter;
pub mod clock;
pub mod club;
mod error;
pub mod evidence;
pub mod federation;
mod fencing;
pub mod folder;
pub mod gate;
pub mod held;
pub mod import;
pub mod intake;
mod jobs;
pub mod joining;
pub mod ledger;
mod node;
pub mod receipt;
mod retraction;
mod room;
pub mod server;
pub mod shown;
mod shutdown;
mod state;
pub mod transport;
pub mod twin_job;
pub mod vault;
pub mod witness;
pub mod witnessing;
mod words;

/// Whether this build makes ML-DSA-44 witness keys, cosigns and verifies with them: the feature `ml-dsa`.
pub const ML_DSA: bool = cfg!(feature = "ml-dsa");

pub use changed::Changed;
pub use error::{NodeError, NodeResult};
pub use federation::{Federation, PeerStatus, Pulled};
pub use fencing::{ask_before_signing, open_unasked};
pub use folder::NodeFolder;
pub use intake::Intake;
pub use jobs::rebuild_twin;
pub use ledger::{Appended, Entry, Ledger};
pub use node::{Doors, Node};
pub use server::{bind, bind_nodes};
pub use shutdown::{Shutdown, ShutdownSwitch, shutdown_switch};
pub use state::NodeState;
