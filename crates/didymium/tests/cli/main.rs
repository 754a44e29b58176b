//! The real binary, as people and programs use it.

mod audit;
mod charter;
mod club;
mod clubs;
mod common;
mod demo;
mod history;
mod joining;
mod judge;
mod judge_charter;
mod judge_revoked;
mod kill;
mod kill_load;
mod log;
mod million;
mod mirror;
mod receipt;
mod receipt_kept;
mod refused;
mod relay;
mod restore;
mod revoked_by_others;
mod said;
mod sealed;
mod shelf;
mod stolen;
