//! The real binary, as people and programs use it.

mod common;
mod demo;
mod kill;
mod kill_load;
mod million;
mod refused;
mod said;
