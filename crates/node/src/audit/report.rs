//! What an audit answers: one line a question, yes or no, with reasons.

use serde::Serialize;

/// Most reasons that one check lists; the rest is counted.
pub(super) const REASONS_MAX: usize = 12;

/// The answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It was checked and holds.
    Yes,
    /// Nothing speaks against it, and it is not shown: the reasons say what would show it.
    Open,
    /// It could not be checked, because something is not here.
    Missing,
    /// It was checked and does not hold.
    No,
}

impl Answer {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Open => "open",
            Self::Missing => "missing",
            Self::No => "no",
        }
    }
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Name of the check, for programs.
    pub check: &'static str,
    /// The answer.
    pub answer: Answer,
    /// What was found, one sentence.
    pub said: String,
    /// Details, such as the entries that are wrong: the first few.
    pub reasons: Vec<String>,
}

/// Verified evidence that the log's entries hold, or that this audit has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Entry that says it; absent where this audit has found it.
    pub index: Option<u64>,
    /// What it proves: the country in plain words first, sizes and roots after.
    pub said: String,
    /// The evidence itself (`split-view/v1`): it convinces whoever knows the log's key.
    pub evidence: String,
}

/// All that was checked of one log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The answer to all: the worst of the single ones.
    pub verdict: Answer,
    /// Where the log was read.
    pub place: String,
    /// Member whose log it is.
    pub member: String,
    /// Origin of the log.
    pub origin: String,
    /// Entries under the checkpoint; absent if there is no checkpoint to go by.
    pub size: Option<u64>,
    /// Root of the checkpoint, hexadecimal.
    pub root: Option<String>,
    /// Id of the charter whose keys counted.
    pub charter: String,
    /// Every question.
    pub checks: Vec<Check>,
    /// Evidence that logs contradict themselves.
    pub evidence: Vec<Told>,
    /// Bytes that were read.
    pub bytes: u64,
    /// How long it took, milliseconds.
    pub milliseconds: u64,
}

impl Report {
    pub(super) fn new(place: String, member: &didymium_statement::Member, charter: String) -> Self {
        Self {
            verdict: Answer::Yes,
            place,
            member: member.member.clone(),
            origin: member.origin().to_owned(),
            size: None,
            root: None,
            charter,
            checks: Vec::new(),
            evidence: Vec::new(),
            bytes: 0,
            milliseconds: 0,
        }
    }

    pub(super) fn add(&mut self, check: &'static str, answer: Answer, said: impl Into<String>) {
        self.add_with(check, answer, said, Vec::new());
    }

    pub(super) fn add_with(
        &mut self,
        check: &'static str,
        answer: Answer,
        said: impl Into<String>,
        reasons: Vec<String>,
    ) {
        self.verdict = self.verdict.max(answer);
        self.checks.push(Check {
            check,
            answer,
            said: said.into(),
            reasons,
        });
    }

    /// The check of that name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.check == name)
    }
}

/// Faults of one kind: the first few in the order of the log, and how many there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    listed: Vec<(u64, String)>,
    pub(super) count: u64,
}

impl Faults {
    /// A fault at an index.
    pub(super) fn add(&mut self, index: u64, fault: impl FnOnce() -> String) {
        self.count += 1;
        if self.listed.len() < REASONS_MAX {
            self.listed.push((index, fault()));
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.listed.extend(other.listed);
        self.listed.sort();
        self.listed.truncate(REASONS_MAX);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The reasons, with how many more there are.
    pub(super) fn reasons(self) -> Vec<String> {
        let more = self.count - self.listed.len() as u64;
        let listed = self.listed.into_iter().map(|(_, fault)| fault);
        let rest = (more > 0).then(|| format!("and {more} more"));
        listed.chain(rest).collect()
    }
}
