//! The normal matrix of a network, `V = Σ_j v_j a_j a_jᵀ`, factored as `L D Lᵀ`, and those entries of its inverse that
//! deviations and tests need.
//!
//! Rows are put in the order of approximate minimum degree, columns of like structure joined in *supernodes*, and each
//! supernode is factored as a dense front (Duff & Reid 1983, ACM TOMS 9:302). The entries of `V⁻¹` inside the fronts
//! come from the factor alone (Takahashi, Fagan & Chen 1973; Erisman & Tinney 1975, CACM 18:177): exact, and the
//! inverse is never formed. Everything is plain Rust on one thread with a fixed order of additions.

mod dense;
mod factor;
mod inverse;
mod meet;
mod order;
mod solve;
mod symbolic;

pub(super) use factor::{Factor, LAST_RESORT, SUSPECT};
pub(super) use inverse::Selected;
pub(super) use symbolic::Symbolic;

/// A column of the balances: a measured variable's coefficients, by row.
pub(super) type Column = Vec<(usize, f64)>;
