//! The balance of a chain, from statements.

mod adding_up;
mod bad_input;
mod club;
mod doubts;
mod facts;
mod honest;
