//! The real binary, as people and programs use it.

mod audit;
mod charter;
mod common;
mod demo;
mod history;
mod judge;
mod kill;
mod kill_load;
mod log;
mod million;
mod refused;
mod said;
mod sealed;
mod shelf;
