//! The wire types of `/api/v1`: what the pages, a notebook or a partner's program reads.
//!
//! Decimals travel as strings so that no reader's floating point changes a figure. Labels are not sent with figures: a
//! reader takes them, in its own language, from `/api/v1/vocabulary` by key.

mod audit;
mod chain;
mod composition;
mod country;
mod figure;
mod flows;
mod governance;
mod indicators;
mod node;
mod overview;
mod page;
mod provenance;
mod reconciled;
mod series;
mod statement;
mod vintages;

pub use audit::{Audit, AuditLog, Copied, Cosigner, EvidenceView, Standing};
pub use chain::{Notice, Owner, Point, Process, Site, SitePage};
pub use composition::{Composition, DepositLine};
pub use country::{CountryPage, CountryPosition, CountryRow, MapShares};
pub use figure::{CountryShare, Figure, SeriesKey, Source, Text};
pub use flows::{FlowColumn, FlowLink, FlowNode, Flows};
pub use governance::{
    ChangeKind, CharterChange, CharterForkView, CharterKey, CharterMember, CharterProposal, CharterRefusal,
    CharterRole, CharterVersionView, CharterVotes, FormerMember, GoodHead, Governance, KeyUse, VotesNeeded,
    WitnessQuorum,
};
pub use indicators::{
    Holding, IndicatorCell, IndicatorFormula, IndicatorNote, IndicatorStage, Indicators, Measured,
    StageControl,
};
pub use node::{CutInfo, MemberInfo, MissingBlob, NodeInfo, TwinState};
pub use overview::{Overview, SiteCount, StageLine};
pub use page::Page;
pub use provenance::{ObservationTrace, Provenance, SiteTrace};
pub use reconciled::{
    ChiSquared, Concentration, Contradictions, Estimate, EstimatePoint, EstimateTrace, FindingView,
    LayerInfo, MovedEstimate, PlaceBalance, Reconciled, ReconciledLine, ReconciledStage, ReportAbout,
    ReportFit, SuspectView, VoiceCheck, VoiceInfo, WeightLine, WhatIf,
};
pub use series::{
    AreaLine, Balance, BalanceRow, Contradiction, Observation, PriceLine, Prices, SaidFigure, Series,
};
pub use statement::{InclusionProof, StatementPlace, StatementView};
pub use vintages::{
    Change, RecordedFigure, Recording, RevisionStats, Triangle, TriangleRow, Vintage, VintageSeries, Vintages,
};
