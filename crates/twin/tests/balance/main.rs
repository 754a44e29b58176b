//! The balance of a chain, from statements.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first fault")]

mod adding_up;
mod anything;
mod bad_input;
mod bounds;
mod capacities;
mod club;
mod concentrations;
mod doubts;
mod editions;
mod facts;
mod going_on;
mod goods;
mod honest;
mod moved;
mod overlay;
mod robust;
mod sites;
mod what_ifs;
