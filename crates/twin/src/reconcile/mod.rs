//! Reconciliation: what the reports must have been, if mass is conserved.
//!
//! Given variables (flows, stocks, production, losses, each in mass of one element or of the whole), some measured with
//! a standard deviation, and balances that hold exactly, the estimate minimises `Σ ((y_j − x_j)/σ_j)²` under `A x = b`.
//! [`Problem::new`] checks the input, [`Problem::solve`] answers a [`Reconciliation`]: estimates, exact posterior
//! deviations, a [`Class`] for every variable, and the tests of gross errors.
//!
//! # Method
//!
//! 1. *Canonical order*: variables and constraints are sorted by the caller's keys; a result depends on the set of what
//!    was handed in, never on its order. The problem is cut into its connected networks.
//! 2. *Unmeasured variables* are eliminated by sparse Gaussian elimination of their columns (the projection of Crowe et
//!    al. 1983, done sparsely and exactly; no large variances, no regularisation). What is left are balances among
//!    measured variables; a column that is left with an entry is redundant. Which unmeasured variables are observable is
//!    read from a general element of the null space of their columns.
//! 3. `V = G Σ Gᵀ` of the remaining balances is factored sparsely. Balances that follow from others are found, proved,
//!    and left out, or named if they contradict. One solve, refined, gives the estimates.
//! 4. *Deviations* need a few entries of `V⁻¹`, all within the structure of the factor, so they come exactly from it.
//!
//! # Why the sparse arithmetic is our own
//!
//! Everyone in the club must compute the same estimates to the bit on one architecture. The linear-algebra libraries at
//! hand choose their kernels by the features of the processor they run on (faer through `pulp`, with fused multiply-add
//! where there is one), which changes the last digits between two machines. The code here adds in an order fixed by the
//! source, uses no fused operations and no threads within a network. Selected inversion, which the libraries lack, works
//! on the same fronts.

mod bilinear;
mod bounds;
mod draws;
mod eliminate;
mod error;
mod glr;
mod gross;
mod lanes;
mod network;
mod nonlinear;
mod observe;
mod problem;
mod reduced;
mod result;
mod robust;
mod solved;
mod sparse;
mod update;

pub use bilinear::GradeBalance;
pub use bounds::{Bounded, Bounds};
pub use draws::{DRAWS_AT_ONCE, Drawing, Draws, NormalsMissing, Sheet};
pub use error::ReconcileError;
pub use glr::{Cause, GrossError, Identified, Search};
pub use gross::{GlobalTest, MeasurementTest, MeasurementTests, NodalTest};
pub use nonlinear::{Equations, NonlinearError, NonlinearReconciliation, Rounds, reconcile_nonlinear};
pub use problem::{Constraint, MAX_DEVIATION, MIN_DEVIATION, Measurement, Problem, Variable};
pub use result::{Class, Estimate, Reconciliation, Values};
pub use robust::{Huber, RobustReconciliation, RobustWeights};
pub use update::{Taken, Updated, UpdatedValues};
