//! What the demo says when it is up, for people and for programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use didymium_node::NodeState;
use didymium_node::api::types::{BalanceRow, CutInfo, Figure, MissingBlob};
use didymium_node::api::views::{self, Lens, SeriesQuery};
use didymium_twin::Twin;
use serde::Serialize;

use super::tables::TableLine;

/// How long each step took, milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Timings {
    #[serde(skip)]
    begun: Instant,
    #[serde(skip)]
    last: Instant,
    #[serde(flatten)]
    steps: BTreeMap<&'static str, u64>,
}

impl Timings {
    pub(super) fn start() -> Self {
        Self {
            begun: Instant::now(),
            last: Instant::now(),
            steps: BTreeMap::new(),
        }
    }

    /// The step of that name ends now.
    pub(super) fn mark(&mut self, step: &'static str) {
        let milliseconds = |since: Instant| u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.steps.insert(step, milliseconds(self.last));
        self.steps.insert("total", milliseconds(self.begun));
        self.last = Instant::now();
    }
}

/// The club as it stands.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    club: String,
    charter: String,
    dir: PathBuf,
    founded: bool,
    /// The digest that all nodes have, absent unless they all have one and the same.
    digest: Option<String>,
    cut: Option<CutInfo>,
    nodes: Vec<NodeLine>,
    tables: Vec<TableLine>,
    rare_earth_mine_production_2023: Option<Production>,
    milliseconds: Timings,
}

#[derive(Debug, Serialize)]
struct NodeLine {
    member: String,
    address: String,
    state: String,
    digest: Option<String>,
    cut: Option<String>,
    missing: Vec<MissingBlob>,
}

/// World total, the largest producer, and where the figures come from.
#[derive(Debug, Serialize)]
struct Production {
    world: Option<Figure>,
    china: Option<BalanceRow>,
    sources: Vec<String>,
    chosen: Option<String>,
}

impl Summary {
    /// Asks every node for its twin.
    pub(super) fn of(
        dir: &Path,
        founded: bool,
        states: &[NodeState],
        tables: Vec<TableLine>,
        timings: Timings,
    ) -> Self {
        let nodes: Vec<NodeLine> = states.iter().map(node_line).collect();
        let first = states.first();
        let twin = first.and_then(NodeState::twin);
        let digest = nodes.first().and_then(|node| node.digest.clone());
        let same = nodes
            .iter()
            .all(|node| node.digest == digest && node.cut == nodes[0].cut);
        Self {
            club: first
                .map(|state| state.charter().charter().club.clone())
                .unwrap_or_default(),
            charter: first
                .map(|state| state.charter().id().to_string())
                .unwrap_or_default(),
            dir: dir.to_owned(),
            founded,
            digest: digest.filter(|_| same),
            cut: twin
                .as_ref()
                .map(|twin| views::twin_state(twin).cut)
                .filter(|_| same),
            nodes,
            tables,
            rare_earth_mine_production_2023: twin.as_ref().and_then(|twin| production(twin)),
            milliseconds: timings,
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            let state = if node.state == "complete" {
                "complete".to_owned()
            } else {
                format!("{}, {} blobs missing", node.state, node.missing.len())
            };
            text.push_str(&format!("  {}  {}  {state}\n", node.member, node.address));
        }
        let rows: u64 = self.tables.iter().map(|table| table.rows).sum();
        text.push_str(&format!("\n{} tables, {rows} rows", self.tables.len()));
        match &self.digest {
            Some(digest) => text.push_str(&format!(
                "; all {} nodes have the same twin:\n  {digest}\n",
                self.nodes.len()
            )),
            None => text.push_str("; the nodes do not have the same twin yet\n"),
        }
        if let Some(figure) = self
            .rare_earth_mine_production_2023
            .as_ref()
            .and_then(|found| found.world.as_ref())
        {
            let china = self
                .rare_earth_mine_production_2023
                .as_ref()
                .and_then(|found| found.china.as_ref()?.share.as_ref()?.value.clone());
            text.push_str(&format!(
                "world rare-earth mine production 2023: {} {} {}, China {} %\n",
                figure.value.as_deref().unwrap_or("–"),
                figure.unit,
                figure.substance.as_deref().unwrap_or_default(),
                china.as_deref().unwrap_or("–")
            ));
        }
        let seconds = self.milliseconds.steps.get("total").copied().unwrap_or_default() as f64 / 1000.0;
        let address = self
            .nodes
            .first()
            .map(|node| node.address.as_str())
            .unwrap_or_default();
        text.push_str(&format!(
            "\nready in {seconds:.1} s: open {address}   (Ctrl-C stops the club)"
        ));
        text
    }
}

fn node_line(state: &NodeState) -> NodeLine {
    let twin = state.twin().map(|twin| views::twin_state(&twin));
    NodeLine {
        member: state.member().member.clone(),
        address: format!("http://{}", state.config().listen),
        state: twin
            .as_ref()
            .map_or_else(|| "building".to_owned(), |twin| twin.state.clone()),
        digest: twin.as_ref().and_then(|twin| twin.digest.clone()),
        cut: twin.as_ref().map(|twin| twin.cut.id.clone()),
        missing: twin.map(|twin| twin.missing).unwrap_or_default(),
    }
}

fn production(twin: &Twin) -> Option<Production> {
    let text = |text: &str| Some(text.to_owned());
    let query = SeriesQuery {
        measure: text("production"),
        commodity: text("rare_earths"),
        stage: text("mine"),
        ..SeriesQuery::default()
    };
    let balance = views::balance(Lens { twin }, &query, "2023".parse().ok())?;
    Some(Production {
        world: balance.world,
        china: balance.rows.into_iter().find(|row| row.area == "CHN"),
        chosen: balance.sources.first().map(|source| source.source.clone()),
        sources: balance.sources.into_iter().map(|source| source.source).collect(),
    })
}
