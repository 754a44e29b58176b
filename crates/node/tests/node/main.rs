//! The node through its public face: folders and clubs, admission, ledger, federation, server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod admission;
mod charter;
mod club;
mod common;
mod copying;
mod evidence;
mod federation;
mod fencing;
mod history;
mod intake;
mod leaving;
mod ledger;
mod log_face;
mod overlay;
mod readers;
mod receipts;
mod registration;
mod restore;
mod retraction;
mod room;
mod second_key;
mod server;
mod shown;
mod split;
mod transport;
mod trust;
mod witness;
