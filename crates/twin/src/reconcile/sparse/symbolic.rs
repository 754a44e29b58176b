//! The structure of the factor: elimination order, supernodes, and the rows of their fronts.

use super::Column;
use super::order::minimum_degree;

/// A run of columns that are factored together.
#[derive(Debug)]
pub(in crate::reconcile) struct Supernode {
    /// First column (position in the elimination order).
    pub(super) first: usize,
    /// How many columns.
    pub(super) width: usize,
    /// Positions of the rows below the columns, ascending.
    pub(super) below: Vec<usize>,
    /// The supernode that its update goes to; none for a root.
    pub(super) parent: Option<usize>,
    /// Supernodes whose updates come here, ascending.
    pub(super) children: Vec<usize>,
    /// Measured variables whose first row (in elimination order) is one of these columns.
    pub(super) variables: Vec<usize>,
}

impl Supernode {
    /// Rows of the front: the columns and what is below them.
    pub(super) fn height(&self) -> usize {
        self.width + self.below.len()
    }

    /// Positions of the front's rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        (self.first..self.first + self.width).chain(self.below.iter().copied())
    }
}

/// Where every row stands and which fronts there are.
#[derive(Debug)]
pub(in crate::reconcile) struct Symbolic {
    /// Row → position.
    pub(super) position: Vec<usize>,
    /// Position → row.
    pub(super) row_at: Vec<usize>,
    pub(super) supernodes: Vec<Supernode>,
    /// Position → supernode.
    pub(super) supernode_of: Vec<usize>,
    /// First position of the subtree under a position.
    pub(super) subtree: Vec<usize>,
    /// Supernode → the root of its tree.
    root: Vec<usize>,
}

const NONE: usize = usize::MAX;

impl Symbolic {
    /// Analyses the matrix `Σ a_j a_jᵀ` of so many rows.
    pub(in crate::reconcile) fn new(rows: usize, columns: &[Column]) -> Self {
        let graph = graph_of(rows, columns);
        let order = minimum_degree(graph.clone());
        let parent = elimination_tree(&graph, &order);
        let (order, parent) = postorder(&order, &parent);
        let mut position = vec![0; rows];
        for (at, &row) in order.iter().enumerate() {
            position[row] = at;
        }
        let (mut supernodes, supernode_of) = supernodes(&graph, &order, &position, &parent);
        for at in 0..supernodes.len() {
            let parent = supernodes[at].below.first().map(|&row| supernode_of[row]);
            supernodes[at].parent = parent;
            if let Some(parent) = parent {
                supernodes[parent].children.push(at);
            }
        }
        for (variable, column) in columns.iter().enumerate() {
            if let Some(first) = column.iter().map(|(row, _)| position[*row]).min() {
                supernodes[supernode_of[first]].variables.push(variable);
            }
        }
        let mut subtree: Vec<usize> = (0..rows).collect();
        for at in 0..rows {
            if parent[at] != NONE {
                let first = subtree[at];
                let above = &mut subtree[parent[at]];
                *above = first.min(*above);
            }
        }
        let mut root: Vec<usize> = (0..supernodes.len()).collect();
        for (at, node) in supernodes.iter().enumerate().rev() {
            if let Some(parent) = node.parent {
                root[at] = root[parent];
            }
        }
        Self {
            root,
            position,
            row_at: order,
            supernodes,
            supernode_of,
            subtree,
        }
    }

    /// A sum cut into what lies in one tree each: rows of different trees share no variable, and nothing of the inverse.
    pub(super) fn by_tree(&self, sum: &Column) -> Vec<Column> {
        let tree = |row: usize| self.root[self.supernode_of[self.position[row]]];
        let mut parts = sum.clone();
        parts.sort_by_key(|(row, _)| tree(*row));
        let parts = parts.chunk_by(|one, other| tree(one.0) == tree(other.0));
        parts.map(<[_]>::to_vec).collect()
    }

    /// The lowest supernode in whose front all parts of a sum of one tree meet when they are eliminated; none if there is
    /// nothing to meet, or no such tree.
    pub(super) fn meeting(&self, sum: &Column) -> Option<usize> {
        let first = sum.iter().map(|(row, _)| self.position[*row]).min()?;
        let mut at = self.supernode_of[first];
        loop {
            let node = &self.supernodes[at];
            let last = node.first + node.width - 1;
            let under = self.supernode_of[self.subtree[last]];
            let meets = |position: usize| {
                if position <= last {
                    self.supernode_of[position] >= under
                } else {
                    node.below.binary_search(&position).is_ok()
                }
            };
            if sum.iter().all(|(row, _)| meets(self.position[*row])) {
                return Some(at);
            }
            at = node.parent?;
        }
    }

    /// Number of rows.
    pub(in crate::reconcile) fn rows(&self) -> usize {
        self.row_at.len()
    }
}

/// Which rows share a variable.
fn graph_of(rows: usize, columns: &[Column]) -> Vec<Vec<usize>> {
    let mut graph = vec![Vec::new(); rows];
    for column in columns {
        for (row, _) in column {
            graph[*row].extend(
                column
                    .iter()
                    .map(|(other, _)| *other)
                    .filter(|other| other != row),
            );
        }
    }
    for list in &mut graph {
        list.sort_unstable();
        list.dedup();
        list.shrink_to_fit();
    }
    graph
}

/// The parent of every position (Liu 1986, ACM TOMS 12:127).
fn elimination_tree(graph: &[Vec<usize>], order: &[usize]) -> Vec<usize> {
    let mut position = vec![0; order.len()];
    for (at, &row) in order.iter().enumerate() {
        position[row] = at;
    }
    let mut parent = vec![NONE; order.len()];
    let mut ancestor = vec![NONE; order.len()];
    for (at, &row) in order.iter().enumerate() {
        for &other in &graph[row] {
            let mut below = position[other];
            while below < at {
                let next = std::mem::replace(&mut ancestor[below], at);
                if next == NONE {
                    parent[below] = at;
                    break;
                }
                below = next;
            }
        }
    }
    parent
}

/// The same elimination with every subtree in one run: the order and the parents in it.
fn postorder(order: &[usize], parent: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let count = order.len();
    let mut children = vec![Vec::new(); count];
    let mut stack = Vec::new();
    for at in (0..count).rev() {
        if parent[at] == NONE {
            stack.push((at, false));
        } else {
            children[parent[at]].push(at);
        }
    }
    let mut moved = vec![0; count];
    let mut visited = Vec::with_capacity(count);
    while let Some((at, done)) = stack.pop() {
        if done {
            moved[at] = visited.len();
            visited.push(at);
        } else {
            stack.push((at, true));
            stack.extend(children[at].iter().map(|&child| (child, false)));
        }
    }
    let parents = visited
        .iter()
        .map(|&at| {
            if parent[at] == NONE {
                NONE
            } else {
                moved[parent[at]]
            }
        })
        .collect();
    (visited.iter().map(|&at| order[at]).collect(), parents)
}

/// Whether so many zeros among so many entries are a fair price for fewer fronts of such a width.
fn worth_joining(width: usize, zeros: usize, entries: usize) -> bool {
    match width {
        0..=4 => true,
        5..=16 => zeros * 2 < entries,
        17..=48 => zeros * 10 < entries,
        _ => zeros * 20 < entries,
    }
}

/// Cuts the columns into supernodes, joining a column to the one before where its structure allows it or nearly so.
fn supernodes(
    graph: &[Vec<usize>],
    order: &[usize],
    position: &[usize],
    parent: &[usize],
) -> (Vec<Supernode>, Vec<usize>) {
    let count = order.len();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut structure: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut mark = vec![NONE; count];
    let mut nodes: Vec<Supernode> = Vec::new();
    let mut zeros = 0;
    let mut supernode_of = vec![0; count];
    for at in 0..count {
        mark[at] = at;
        let mut rows = Vec::new();
        let above = graph[order[at]]
            .iter()
            .map(|&row| position[row])
            .filter(|&row| row > at);
        let inherited: Vec<Vec<usize>> = children[at]
            .iter()
            .map(|&child| std::mem::take(&mut structure[child]))
            .collect();
        for row in above.chain(inherited.iter().flatten().copied()) {
            if mark[row] != at {
                mark[row] = at;
                rows.push(row);
            }
        }
        rows.sort_unstable();
        if parent[at] != NONE {
            children[parent[at]].push(at);
        }
        let joined = match nodes.last_mut() {
            Some(node) if at > 0 && parent[at - 1] == at => {
                let more = node.width * (1 + rows.len() - node.below.len());
                let width = node.width + 1;
                if more == 0 || worth_joining(width, zeros + more, width * (width + rows.len())) {
                    zeros += more;
                    node.width = width;
                    true
                } else {
                    false
                }
            }
            _ => false,
        };
        if !joined {
            zeros = 0;
            nodes.push(Supernode {
                first: at,
                width: 1,
                below: Vec::new(),
                parent: None,
                children: Vec::new(),
                variables: Vec::new(),
            });
        }
        supernode_of[at] = nodes.len() - 1;
        if let Some(node) = nodes.last_mut() {
            node.below.clone_from(&rows);
        }
        structure[at] = rows;
    }
    (nodes, supernode_of)
}
