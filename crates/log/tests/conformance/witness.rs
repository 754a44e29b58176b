//! Published exchanges of the witness protocol: litewitness, golang.org/x/mod with transparency-dev/formats.

use crate::shared::{counted, json, vectors};
use didymium_log::checkpoint::sign_checkpoint;
use didymium_log::cosignature::Cosigner;
use didymium_log::note::{SignedNote, Signer, Verifier};
use didymium_log::witness::{
    AddCheckpoint, Answer, CosignedHead, Outcome, Persisted, Reply, WitnessedLog, read_reply, step,
};
use serde::Deserialize;

/// A witness of one log, with its store in memory.
struct Witness {
    log: Verifier,
    key: Cosigner,
    stored: Option<CosignedHead>,
    now: u64,
}

impl Witness {
    fn new(log: Verifier) -> Self {
        Witness {
            log,
            key: Cosigner::from_seed("example.com/witness", &[5; 32]).unwrap(),
            stored: None,
            now: 1_795_000_000,
        }
    }

    fn answer(&mut self, body: &str) -> Answer {
        self.now += 1;
        let request = match AddCheckpoint::parse(body.as_bytes()) {
            Ok(request) => request,
            Err(error) => return Answer::malformed(&error),
        };
        let keys = [self.log.clone()];
        let known = WitnessedLog {
            keys: &keys,
            frozen: false,
            cosigned: self.stored.as_ref(),
        };
        let known = (request.checkpoint().origin == self.log.name()).then_some(known);
        match step(known, &request, &[&self.key], self.now).unwrap().outcome {
            Outcome::Refused { answer, .. } => answer,
            Outcome::Cosigned(pending) => {
                self.stored = Some(pending.head().clone());
                let answer = pending
                    .release(Persisted::committed(self.stored.as_ref().unwrap()))
                    .unwrap();
                let reply = read_reply(
                    &request,
                    answer.status,
                    answer.body.as_bytes(),
                    &[self.key.verifier()],
                );
                assert!(matches!(reply, Ok(Reply::Cosigned(lines)) if lines.len() == 1));
                answer
            }
        }
    }
}

#[test]
fn litewitness_sequence() {
    #[derive(Deserialize)]
    struct Sequence {
        log_vkey: String,
        exchanges: Vec<Exchange>,
    }
    #[derive(Deserialize)]
    struct Exchange {
        request_body: String,
        status: u16,
        assert_: String,
    }
    let Some(folder) = vectors("witness") else { return };
    let sequence: Sequence = json(folder.join("litewitness-sequence.json"));
    let mut witness = Witness::new(sequence.log_vkey.parse().unwrap());
    for (number, exchange) in (1..).zip(&sequence.exchanges) {
        let answer = witness.answer(&exchange.request_body);
        // The recorded server answers 403 to a log that it does not know; the specification says 404.
        let expected = if number == 3 { 404 } else { exchange.status };
        assert_eq!(answer.status, expected, "exchange {number}: {answer:?}");
        let (equal, text) = match exchange.assert_.strip_prefix("body == ") {
            Some(text) => (true, text),
            None => (false, exchange.assert_.strip_prefix("body contains ").unwrap()),
        };
        let text: String = serde_json::from_str(text).unwrap();
        if equal {
            assert_eq!(
                (answer.body.as_str(), answer.content_type),
                (text.as_str(), "text/x.tlog.size"),
                "exchange {number}"
            );
        } else {
            assert!(answer.body.contains(&text), "exchange {number}: {answer:?}");
        }
    }
    counted("witness/litewitness-sequence.json", sequence.exchanges.len(), 9);
}

#[test]
fn own_reference_requests() {
    #[derive(Deserialize)]
    struct Reference {
        checkpoints: Vec<Signed>,
        log_skey: String,
        log_vkey: String,
    }
    #[derive(Deserialize)]
    struct Signed {
        checkpoint: String,
        add_checkpoint_request_from_previous: Option<String>,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("cosignatures.json"));
    let signer: Signer = reference.log_skey.parse().unwrap();
    let mut witness = Witness::new(reference.log_vkey.parse().unwrap());
    let mut requests = 0;
    for signed in &reference.checkpoints {
        let body = match &signed.add_checkpoint_request_from_previous {
            Some(body) => {
                requests += 1;
                // Ed25519 is deterministic: our request is theirs byte for byte.
                let theirs = AddCheckpoint::parse(body.as_bytes()).unwrap();
                let note = sign_checkpoint(theirs.checkpoint(), &signer).unwrap();
                let note = SignedNote::parse(note.as_bytes()).unwrap();
                let ours = AddCheckpoint::new(theirs.old_size(), theirs.proof().to_vec(), note).unwrap();
                assert_eq!(&ours.to_string(), body);
                body.clone()
            }
            // The first one has no request: every witness starts from nothing.
            None => format!("old 0\n\n{}", signed.checkpoint),
        };
        assert_eq!(witness.answer(&body).status, 200, "{body}");
        assert_eq!(witness.answer(&body).status, 409, "the same request again");
    }
    counted(
        "own-reference/cosignatures.json add-checkpoint requests",
        requests,
        4,
    );
}
