//! What may be wrong with a reconciliation problem. Numbers are the caller's own: positions in the lists it handed in.

use thiserror::Error;

/// Why a problem cannot be reconciled.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// A measured value is NaN or infinite.
    #[error("the measured value of variable {variable} is {value}, not a finite number")]
    ValueNotFinite {
        /// The variable.
        variable: usize,
        /// What was given.
        value: f64,
    },
    /// A standard deviation is NaN or infinite.
    #[error("the standard deviation of variable {variable} is {deviation}, not a finite number")]
    DeviationNotFinite {
        /// The variable.
        variable: usize,
        /// What was given.
        deviation: f64,
    },
    /// A standard deviation is zero or negative: what is known exactly belongs on the right-hand side.
    #[error(
        "the standard deviation of variable {variable} is {deviation}, it must be above zero; a value known exactly is \
         a constraint, not a measurement"
    )]
    DeviationNotPositive {
        /// The variable.
        variable: usize,
        /// What was given.
        deviation: f64,
    },
    /// A standard deviation so small or so large that its square is no ordinary number.
    #[error("the standard deviation of variable {variable} is {deviation}, outside {min:e} to {max:e}", min = super::MIN_DEVIATION, max = super::MAX_DEVIATION)]
    DeviationOutOfRange {
        /// The variable.
        variable: usize,
        /// What was given.
        deviation: f64,
    },
    /// A coefficient is NaN or infinite.
    #[error(
        "the coefficient of variable {variable} in constraint {constraint} is {coefficient}, not a finite number"
    )]
    CoefficientNotFinite {
        /// The constraint.
        constraint: usize,
        /// The variable.
        variable: usize,
        /// What was given.
        coefficient: f64,
    },
    /// A coefficient is zero, so the constraint does not speak of the variable it names.
    #[error("the coefficient of variable {variable} in constraint {constraint} is zero: leave the term out")]
    CoefficientZero {
        /// The constraint.
        constraint: usize,
        /// The variable.
        variable: usize,
    },
    /// The same variable stands twice in one constraint.
    #[error("variable {variable} stands twice in constraint {constraint}")]
    DuplicateCoefficient {
        /// The constraint.
        constraint: usize,
        /// The variable.
        variable: usize,
    },
    /// A constraint names a variable that is not there.
    #[error("constraint {constraint} names variable {variable}, but there are {variables} variables")]
    VariableOutOfRange {
        /// The constraint.
        constraint: usize,
        /// What it names.
        variable: usize,
        /// How many there are.
        variables: usize,
    },
    /// A right-hand side is NaN or infinite.
    #[error("the right-hand side of constraint {constraint} is {rhs}, not a finite number")]
    RhsNotFinite {
        /// The constraint.
        constraint: usize,
        /// What was given.
        rhs: f64,
    },
    /// A constraint without terms says nothing, or says that nothing is something.
    #[error("constraint {constraint} has no terms")]
    EmptyConstraint {
        /// The constraint.
        constraint: usize,
    },
    /// Two variables bear one key, so their order is not defined.
    #[error("variables {first} and {second} have the same key {key}")]
    DuplicateVariableKey {
        /// The earlier variable.
        first: usize,
        /// The later variable.
        second: usize,
        /// Their key.
        key: u64,
    },
    /// Two constraints bear one key, so their order is not defined.
    #[error("constraints {first} and {second} have the same key {key}")]
    DuplicateConstraintKey {
        /// The earlier constraint.
        first: usize,
        /// The later constraint.
        second: usize,
        /// Their key.
        key: u64,
    },
    /// Constraints contradict each other whatever the measurements say: added up, the variables cancel and a number
    /// other than zero is left.
    #[error("constraints {constraints:?} contradict each other: combined, they ask that 0 = {gap}")]
    ContradictoryConstraints {
        /// The constraints, ascending.
        constraints: Vec<usize>,
        /// What is left of their right-hand sides; in the scale of the first of them.
        gap: f64,
    },
    /// The deviations and coefficients of one network differ by so much that double precision cannot solve it.
    #[error(
        "the constraints around {constraint} cannot be solved in double precision: deviations or coefficients there \
         differ by too many orders of magnitude"
    )]
    TooFarApart {
        /// A constraint of the network.
        constraint: usize,
    },
    /// The bend of Huber's function is not a number above zero.
    #[error("Huber's function bends at {bend} deviations; it must be a finite number above zero")]
    BendNotPositive {
        /// What was given.
        bend: f64,
    },
    /// A bound is NaN, or leaves a variable no room.
    #[error("variable {variable} is bounded by {lower} and {upper}: no interval")]
    BoundsCross {
        /// The variable.
        variable: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// The balances and the bounds have no solution in common.
    #[error(
        "variable {variable} cannot come within its bound {bound}: the balances and the bounds of variables {others:?}          forbid it"
    )]
    BoundsContradict {
        /// The variable whose bound is violated.
        variable: usize,
        /// That bound.
        bound: f64,
        /// Variables whose bounds already hold them, ascending.
        others: Vec<usize>,
    },
    /// The search for the active bounds did not end within its limit.
    #[error("the bounds that hold were not settled after {rounds} rounds")]
    BoundsNotSettled {
        /// Rounds made.
        rounds: usize,
    },
    /// A question about a variable that is not there.
    #[error("there is no variable {variable}: the problem has {variables} variables")]
    NoSuchVariable {
        /// What was asked for.
        variable: usize,
        /// How many there are.
        variables: usize,
    },
    /// The arithmetic left the range of double precision.
    #[error(
        "reconciling the network of variable {variable} overflowed: its values are too large for its deviations"
    )]
    Overflow {
        /// A variable of the network.
        variable: usize,
    },
}
