//! A club in a box: a deterministic simulation of all members, their disks, clocks and network.
//!
//! One seed decides everything. Nothing here reads a clock, draws at random elsewhere, starts a thread or iterates in the
//! order of a hash map, so a seed that fails fails again.
//!
//! Each member is a shell around the real cores of `didymium-log` — sequencer, witness, fence, mirror, evidence, policy —
//! with real signatures. Around it are a disk that loses, fails and lies, a network that loses, repeats, reorders and
//! splits, and a clock that steps. Some members lie. An oracle that shares no code with the cores watches every message
//! and every write, and names the [`Invariant`] that breaks. [`Mutation`]s are bugs planted in the shell, to show that it
//! would; [`Coverage`] counts what a run went through.
//!
//! ```
//! use didymium_testkit::simulation::{Club, run};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let club = Club::new(7)?;
//! let report = run(&club, 1, None)?;
//! assert_eq!(report, run(&club, 1, None)?);
//! # Ok(())
//! # }
//! ```

mod club;
mod copy;
mod coverage;
mod disk;
mod healed;
mod invariant;
mod liar;
mod message;
mod mutation;
mod oracle;
mod plan;
mod process;
mod random;
mod run;

pub use club::Club;
pub use coverage::{Coverage, Reached};
pub use invariant::{Invariant, Violation};
pub use mutation::Mutation;
pub use run::{Report, run};
