//! What the signature of a request between nodes costs, on either side.
//!
//! Conditions: one thread; a request as a pull sends it (no body), and a proposal of 16 KiB; to verify is to read both headers,
//! verify the Ed25519 signature, hash the body, and take the nonce. Without HTTP and TLS.
//!
//! `cargo bench -p didymium-node --bench transport`.

use std::time::Instant;

use axum::http::HeaderMap;
use didymium_node::transport::{Message, NONCE_BYTES, Nonces, Presented, RequestSigner};
use didymium_statement::TransportSigner;
use zeroize::Zeroizing;

/// Requests a row.
const REQUESTS: u64 = 20_000;
const NOW_S: i64 = 1_800_000_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn nonce(number: u64) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn micros(begun: Instant) -> f64 {
    begun.elapsed().as_micros() as f64 / REQUESTS as f64
}

fn row(what: &str, method: &str, body: &[u8]) -> Outcome<()> {
    let key = || TransportSigner::from_seed(&Zeroizing::new([7; 32]));
    let signer = RequestSigner::new("CAN", key());
    let empty = HeaderMap::new();
    let message = |headers| Message {
        method,
        authority: "node.deu.example:4843",
        path: "/log/tile/entries/x001/234",
        query: None,
        headers,
    };
    let begun = Instant::now();
    let mut signed = Vec::new();
    for number in 0..REQUESTS {
        signed.push(signer.sign(&message(&empty), body, NOW_S, nonce(number))?);
    }
    let signing = micros(begun);
    let mut requests = Vec::new();
    for said in signed {
        let mut headers = HeaderMap::new();
        headers.insert("signature-input", said.signature_input.parse()?);
        headers.insert("signature", said.signature.parse()?);
        if let Some(digest) = said.content_digest {
            headers.insert("content-digest", digest.parse()?);
        }
        requests.push(headers);
    }
    let (keys, mut nonces) = ([key().public()], Nonces::since(NOW_S));
    let begun = Instant::now();
    for headers in &requests {
        let message = message(headers);
        let presented = Presented::read(&message)?.ok_or("not signed")?;
        let verified = presented.verify(&message, body, &keys, NOW_S)?;
        verified.seen_once(&mut nonces, NOW_S)?;
    }
    println!(
        "{what}: {signing:.0} \u{b5}s to sign, {:.0} \u{b5}s to verify",
        micros(begun)
    );
    Ok(())
}

fn main() -> Outcome<()> {
    row("a pull's request", "GET", b"")?;
    row("a proposal of 16 KiB", "POST", &[b'x'; 16 * 1024])
}
