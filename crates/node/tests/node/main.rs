//! The node through its public face: folders and clubs, admission, ledger, federation, server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod admission;
mod charter;
mod club;
mod common;
mod evidence;
mod federation;
mod fencing;
mod history;
mod intake;
mod ledger;
mod log_face;
mod readers;
mod receipts;
mod server;
mod transport;
mod trust;
mod witness;
