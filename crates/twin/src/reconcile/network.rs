//! The networks of a problem: variables that balances connect, directly or through others.

use super::Problem;
use super::eliminate::Row;

/// One connected network. Variables and balances are in the order of their keys.
#[derive(Debug)]
pub(super) struct Network {
    /// The caller's numbers of the variables.
    pub(super) variables: Vec<usize>,
    /// The caller's numbers of the constraints.
    pub(super) constraints: Vec<usize>,
    /// The constraints over the network's own numbering.
    pub(super) rows: Vec<Row>,
}

/// Cuts a problem into its networks, in the order of their first variables. A variable that no constraint names is a
/// network of its own.
pub(super) fn networks(problem: &Problem) -> Vec<Network> {
    let mut leader: Vec<usize> = (0..problem.variables.len()).collect();
    for constraint in &problem.constraints {
        if let Some(&(first, _)) = constraint.terms.first() {
            for &(variable, _) in &constraint.terms {
                let (one, two) = (find(&mut leader, first), find(&mut leader, variable));
                leader[one] = two;
            }
        }
    }
    let mut network_of = vec![usize::MAX; problem.variables.len()];
    let mut local = vec![0; problem.variables.len()];
    let mut networks: Vec<Network> = Vec::new();
    for &variable in &problem.variable_order {
        let leader = find(&mut leader, variable);
        if network_of[leader] == usize::MAX {
            network_of[leader] = networks.len();
            networks.push(Network {
                variables: Vec::new(),
                constraints: Vec::new(),
                rows: Vec::new(),
            });
        }
        let network = &mut networks[network_of[leader]];
        local[variable] = network.variables.len();
        network.variables.push(variable);
    }
    for &number in &problem.constraint_order {
        let constraint = &problem.constraints[number];
        if let Some(&(first, _)) = constraint.terms.first() {
            let network = &mut networks[network_of[find(&mut leader, first)]];
            let mut terms: Vec<(usize, f64)> = constraint
                .terms
                .iter()
                .map(|(variable, coefficient)| (local[*variable], *coefficient))
                .collect();
            terms.sort_unstable_by_key(|term| term.0);
            network.rows.push(Row {
                terms,
                rhs: constraint.rhs,
                magnitude: constraint.rhs.abs(),
                weights: vec![(network.constraints.len(), 1.0)],
            });
            network.constraints.push(number);
        }
    }
    networks
}

/// The leader of a variable's network; shortens the way there.
fn find(leader: &mut [usize], variable: usize) -> usize {
    let mut at = variable;
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}
