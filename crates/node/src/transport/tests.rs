//! The signatures of requests against the RFC's own vector, and against everything that must not count.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_statement::{TransportKey, TransportSigner};
use proptest::prelude::*;
use sfv::{Dictionary, ListEntry, Parser};
use zeroize::Zeroizing;

use super::message::check_digest;
use super::*;

const NOW: i64 = 1_800_000_000;

fn key(seed: u8) -> TransportSigner {
    TransportSigner::from_seed(&Zeroizing::new([seed; 32]))
}

fn signer() -> RequestSigner {
    RequestSigner::new("CAN", key(1))
}

fn message<'a>(method: &'a str, headers: &'a HeaderMap) -> Message<'a> {
    Message {
        method,
        authority: "node.deu.example:4843",
        path: "/charter/proposals",
        query: None,
        headers,
    }
}

/// A signed request's headers.
fn signed(method: &str, body: &[u8], now_s: i64, nonce: u8) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let said = signer()
        .sign(&message(method, &headers), body, now_s, [nonce; NONCE_BYTES])
        .unwrap();
    if let Some(digest) = &said.content_digest {
        headers.insert("content-digest", digest.parse().unwrap());
    }
    headers.insert("signature-input", said.signature_input.parse().unwrap());
    headers.insert("signature", said.signature.parse().unwrap());
    headers
}

fn verify(message: &Message<'_>, body: &[u8], now_s: i64) -> Result<Verified, SignatureRefusal> {
    let presented = Presented::read(message)?.ok_or(SignatureRefusal::Unsigned)?;
    presented.verify(message, body, &[key(1).public()], now_s)
}

/// RFC 9421 appendix B.2.6, with the key of B.1.4.
#[test]
fn the_vector_of_rfc_9421() {
    let public = STANDARD
        .decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
        .unwrap();
    let secret = STANDARD
        .decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")
        .unwrap();
    let seed: [u8; 32] = secret[16..].try_into().unwrap();
    let signer = TransportSigner::from_seed(&Zeroizing::new(seed));
    assert_eq!(signer.public().to_bytes(), public[12..]);
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let message = Message {
        method: "POST",
        authority: "example.com",
        path: "/foo",
        query: Some("param=Value&Pet=dog"),
        headers: &headers,
    };
    let params = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                  ;created=1618884473;keyid=\"test-key-ed25519\"";
    let input: Dictionary = Parser::new(&format!("sig-b26={params}")).parse().unwrap();
    let Some(ListEntry::InnerList(input)) = input.get("sig-b26") else {
        panic!("no list of components");
    };
    let base = signature_base(&message, input).unwrap();
    let expected = format!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\
         \"content-type\": application/json\n\"content-length\": 18\n\"@signature-params\": {params}"
    );
    assert_eq!(base, expected);
    let signature =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    assert_eq!(STANDARD.encode(signer.sign(base.as_bytes())), signature);
    let key = TransportKey::from_hex(&hex::encode(&public[12..])).unwrap();
    assert!(key.verifies(base.as_bytes(), &STANDARD.decode(signature).unwrap()));
}

/// The SHA-256 of RFC 9421's own example of a body.
#[test]
fn the_digest_of_a_body() {
    assert_eq!(
        content_digest(b"{\"hello\": \"world\"}"),
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    );
}

#[test]
fn what_is_signed_verifies_once() {
    let headers = signed("POST", b"body", NOW, 1);
    let message = message("POST", &headers);
    let verified = verify(&message, b"body", NOW).unwrap();
    assert_eq!(verified.member, "CAN");
    let mut nonces = Nonces::since(NOW);
    verified.seen_once(&mut nonces, NOW).unwrap();
    for later in [NOW, NOW + LIFETIME_S_MAX + CLOCK_SKEW_S_MAX] {
        let again = verify(&message, b"body", later).unwrap();
        assert_eq!(
            again.seen_once(&mut nonces, later),
            Err(SignatureRefusal::Replayed),
            "as long as it verifies it is known"
        );
    }
    let mut restarted = Nonces::since(NOW + 1);
    assert_eq!(
        verified.seen_once(&mut restarted, NOW + 1),
        Err(SignatureRefusal::BeforeStart)
    );
}

#[test]
fn every_part_of_the_request_is_covered() {
    let headers = signed("POST", b"body", NOW, 1);
    let message = message("POST", &headers);
    let forged = [
        Message {
            method: "PUT",
            ..message
        },
        Message {
            authority: "node.fra.example:4843",
            ..message
        },
        Message {
            authority: "node.deu.example:4844",
            ..message
        },
        Message {
            path: "/charter/proposal",
            ..message
        },
        Message {
            query: Some(""),
            ..message
        },
        Message {
            query: Some("x=1"),
            ..message
        },
    ];
    // An empty query and none are one in RFC 9421.
    for (place, changed) in forged.iter().enumerate().filter(|(place, _)| *place != 4) {
        assert_eq!(
            verify(changed, b"body", NOW),
            Err(SignatureRefusal::Forged),
            "{place}"
        );
    }
    assert_eq!(verify(&message, b"bodY", NOW), Err(SignatureRefusal::BodyChanged));
    assert_eq!(verify(&message, b"", NOW), Err(SignatureRefusal::BodyChanged));
    let unread = signed("POST", b"", NOW, 1);
    assert_eq!(
        verify(&self::message("POST", &unread), b"added", NOW),
        Err(SignatureRefusal::NotCovered {
            name: "content-digest"
        })
    );
}

#[test]
fn times_are_bounded_on_both_sides() {
    let headers = signed("GET", b"", NOW, 1);
    let message = message("GET", &headers);
    let last = NOW + LIFETIME_S_MAX + CLOCK_SKEW_S_MAX;
    for at in [NOW - CLOCK_SKEW_S_MAX, NOW, last] {
        verify(&message, b"", at).unwrap();
    }
    assert_eq!(
        verify(&message, b"", last + 1),
        Err(SignatureRefusal::Stale {
            seconds: CLOCK_SKEW_S_MAX + 1
        })
    );
    assert_eq!(
        verify(&message, b"", NOW - CLOCK_SKEW_S_MAX - 1),
        Err(SignatureRefusal::Future {
            seconds: CLOCK_SKEW_S_MAX + 1
        })
    );
}

#[test]
fn each_wrong_header_has_its_reason() {
    let refused = |change: &dyn Fn(&mut HeaderMap)| {
        let mut headers = signed("POST", b"body", NOW, 1);
        change(&mut headers);
        verify(&message("POST", &headers), b"body", NOW)
            .unwrap_err()
            .slug()
    };
    let replace = |from: &'static str, to: &'static str| {
        refused(&move |headers| {
            let input = headers["signature-input"].to_str().unwrap();
            assert!(input.contains(from), "{input}");
            headers.insert("signature-input", input.replace(from, to).parse().unwrap());
        })
    };
    assert_eq!(
        refused(&|headers| {
            headers.remove("signature");
            headers.remove("signature-input");
        }),
        "unsigned"
    );
    for name in ["signature", "signature-input"] {
        let name = HeaderName::from_static(name);
        let twice = refused(&|headers| {
            let value = headers[&name].clone();
            headers.append(&name, value);
        });
        assert_eq!(twice, "header-count");
        assert_eq!(refused(&|headers| drop(headers.remove(&name))), "header-count");
        assert_eq!(
            refused(&|headers| drop(headers.insert(&name, HeaderValue::from_static("=")))),
            "malformed"
        );
        let several = refused(&|headers| {
            let value = headers[&name].to_str().unwrap();
            let value = format!("{value}, other{}", value.trim_start_matches(LABEL));
            headers.insert(&name, value.parse().unwrap());
        });
        assert_eq!(several, "malformed");
    }
    assert_eq!(replace("didymium=(", "other=("), "malformed");
    assert_eq!(replace("didymium-node", "other"), "wrong-tag");
    assert_eq!(replace(";tag=\"didymium-node\"", ""), "parameter");
    assert_eq!(replace("\"ed25519\"", "\"hmac-sha256\""), "wrong-algorithm");
    for name in ["created=1800000000;", "expires=1800000030;"] {
        assert_eq!(replace(name, ""), "parameter");
    }
    assert_eq!(replace("nonce=\"", "nonce=\"AA"), "parameter");
    // Here the key is looked up as if it were DEU's too: the name is covered.
    assert_eq!(replace("CAN#", "DEU#"), "forged");
    assert_eq!(replace("CAN#", "CAN"), "parameter");
    assert_eq!(replace("CAN#", "CAN#0"), "unknown-key");
    assert_eq!(replace("=1800000030", "=1800000031"), "lifetime");
    assert_eq!(replace("=1800000030", "=1800000000"), "lifetime");
    assert_eq!(replace("=1800000000", "=1800000001"), "forged");
    assert_eq!(replace("\"@path\" ", ""), "not-covered");
    assert_eq!(replace(" \"content-digest\"", ""), "not-covered");
    assert_eq!(replace("\"@path\"", "\"@path\" \"@path\""), "covered-twice");
    assert_eq!(replace("\"@path\"", "\"@path\" \"@target-uri\""), "component");
    assert_eq!(replace("\"@path\"", "\"@path\" \"x-absent\""), "component");
    assert_eq!(replace("\"@path\"", "\"@path\" \"@query\";req"), "component");
    let digest = |value: &'static str| {
        refused(&move |headers| drop(headers.insert("content-digest", HeaderValue::from_static(value))))
    };
    assert_eq!(digest("sha-256=:AAAA:"), "forged");
}

#[test]
fn a_digest_that_is_none_is_refused() {
    for value in ["", "sha-512=:AAAA:", "sha-256=1", "sha-256=(:AAAA:)", "="] {
        let mut headers = HeaderMap::new();
        headers.insert("content-digest", HeaderValue::from_static(value));
        let refused = check_digest(&message("POST", &headers), b"body").unwrap_err();
        assert_eq!(refused.slug(), "malformed", "{value}");
    }
    assert!(check_digest(&message("POST", &HeaderMap::new()), b"body").is_err());
}

proptest! {
    /// Whatever stands in the headers, there is an answer, and it is no yes.
    #[test]
    fn hostile_headers_are_refused(input in "\\PC{0,200}", signature in "\\PC{0,120}", digest in "\\PC{0,80}") {
        let mut headers = HeaderMap::new();
        for (name, value) in [("signature-input", &input), ("signature", &signature), ("content-digest", &digest)] {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(name, value);
            }
        }
        prop_assert!(verify(&message("POST", &headers), b"body", NOW).is_err());
    }

    /// Text that looks like the real one, cut and spliced anywhere: nothing but the whole verifies.
    #[test]
    fn no_splice_of_a_signature_verifies(from in 0_usize..400, length in 0_usize..40, with in "[ -~]{0,12}") {
        let mut headers = signed("POST", b"body", NOW, 1);
        let whole = headers["signature-input"].to_str().unwrap().to_owned();
        let from = from.min(whole.len());
        let to = (from + length).min(whole.len());
        let spliced = format!("{}{with}{}", &whole[..from], &whole[to..]);
        headers.insert("signature-input", spliced.parse().unwrap());
        let answer = verify(&message("POST", &headers), b"body", NOW);
        // Space within the list, and the label's own value, are no part of what is signed.
        let same = |text: &str| Parser::new(text).parse::<Dictionary>().ok();
        if answer.is_ok() {
            prop_assert_eq!(same(&whole), same(&spliced));
        }
    }

    /// Any body, path and query that a request can have is signed and verified as it is.
    #[test]
    fn any_request_is_signed_as_it_is(
        body in proptest::collection::vec(any::<u8>(), 0..200), path in "/[!-~]{0,40}", query in proptest::option::of("[!-~]{0,40}"),
        seed in any::<u8>(), other in any::<u8>(), nonce in any::<[u8; NONCE_BYTES]>(),
    ) {
        let signer = RequestSigner::new("CAN", key(seed));
        let empty = HeaderMap::new();
        let asked = Message { path: &path, query: query.as_deref(), ..message("POST", &empty) };
        let said = signer.sign(&asked, &body, NOW, nonce).unwrap();
        let mut headers = HeaderMap::new();
        if let Some(digest) = &said.content_digest {
            headers.insert("content-digest", digest.parse().unwrap());
        }
        headers.insert("signature-input", said.signature_input.parse().unwrap());
        headers.insert("signature", said.signature.parse().unwrap());
        let sent = Message { headers: &headers, ..asked };
        let presented = Presented::read(&sent).unwrap().unwrap();
        prop_assert_eq!(presented.covers_body(), !body.is_empty());
        prop_assert!(presented.verify(&sent, &body, &[key(seed).public()], NOW).is_ok());
        if seed != other {
            prop_assert!(presented.verify(&sent, &body, &[key(other).public()], NOW).is_err());
        }
    }
}
