//! The real binary, as people and programs use it.

mod charter;
mod common;
mod demo;
mod kill;
mod million;
mod refused;
mod said;
