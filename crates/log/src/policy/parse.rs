//! Reading a policy.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::quorum::other_key_name;
use super::{Node, Policy, PolicyLog, PolicyWitness, WitnessKey};
use crate::error::{LogError, excerpt};
use crate::note::{KeyId, KeyType, Verifier};
use crate::tile::parse_decimal;

/// Longest policy that is read, in bytes: a hundred witnesses with ML-DSA keys.
pub const MAX_POLICY_BYTES: usize = 256 * 1024;

/// Most logs, most witnesses and most groups of a policy that is read (the specification asks for 32 each).
pub const MAX_POLICY_LINES: usize = 256;

/// Type byte and length of an ML-DSA-44 cosigner's key.
const ML_DSA_44: (u8, usize) = (0x06, 1312);

/// The name that stands for no cosignature at all.
const NONE: &str = "none";

impl FromStr for Policy {
    type Err = LogError;

    /// Reads a policy by the specification. A witness's key of type 0x01 is taken as the Ed25519 cosigner's
    /// key (0x04) of the same bytes, as other implementations do.
    ///
    /// # Errors
    /// [`LogError::PolicyTooLarge`], [`LogError::PolicyFormat`], [`LogError::PolicyName`] or
    /// [`LogError::PolicyKey`].
    fn from_str(text: &str) -> Result<Self, LogError> {
        parse(text, false)
    }
}

impl Policy {
    /// Reads a policy as bytes; see the [`FromStr`] implementation. Octets that are not UTF-8 are allowed in
    /// comments only.
    ///
    /// # Errors
    /// Those of the [`FromStr`] implementation.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => parse(text, false),
            Err(error) => {
                let line = 1 + bytes
                    .iter()
                    .take(error.valid_up_to())
                    .filter(|byte| **byte == b'\n')
                    .count();
                Err(LogError::PolicyFormat {
                    line,
                    reason: "names and addresses must be UTF-8",
                })
            }
        }
    }

    /// Reads a policy of another implementation that lists one key for several witnesses, which the
    /// specification forbids. Such a key counts once, under its first name.
    ///
    /// # Errors
    /// Those of the [`FromStr`] implementation.
    pub fn parse_lenient(text: &str) -> Result<Self, LogError> {
        parse(text, true)
    }
}

/// A policy while it is read.
#[derive(Default)]
struct Reader {
    lenient: bool,
    line: usize,
    logs: Vec<PolicyLog>,
    log_keys: BTreeSet<Vec<u8>>,
    nodes: Vec<Node>,
    names: BTreeMap<String, usize>,
    used: BTreeSet<usize>,
    witness_keys: BTreeSet<Vec<u8>>,
    witnesses: usize,
    groups: usize,
    quorum: Option<Option<usize>>,
}

fn parse(text: &str, lenient: bool) -> Result<Policy, LogError> {
    if text.len() > MAX_POLICY_BYTES {
        return Err(LogError::PolicyTooLarge {
            what: "bytes",
            max: MAX_POLICY_BYTES,
        });
    }
    let mut reader = Reader {
        lenient,
        ..Reader::default()
    };
    let lines = text.strip_suffix('\n').ok_or_else(|| LogError::PolicyFormat {
        line: text.split('\n').count(),
        reason: "it must end in a newline",
    })?;
    for line in lines.split('\n') {
        reader.line += 1;
        reader.read(line)?;
    }
    let quorum = reader
        .quorum
        .ok_or_else(|| reader.wrong("there must be one quorum line"))?;
    Ok(Policy {
        logs: reader.logs,
        nodes: reader.nodes,
        quorum,
    })
}

impl Reader {
    fn wrong(&self, reason: &'static str) -> LogError {
        LogError::PolicyFormat {
            line: self.line,
            reason,
        }
    }

    fn misnamed(&self, name: &str, reason: &'static str) -> LogError {
        LogError::PolicyName {
            line: self.line,
            name: excerpt(name),
            reason,
        }
    }

    fn key_error(&self, error: LogError) -> LogError {
        LogError::PolicyKey {
            line: self.line,
            error: Box::new(error),
        }
    }

    fn read(&mut self, line: &str) -> Result<(), LogError> {
        if line
            .bytes()
            .any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f)
        {
            return Err(self.wrong("it holds a control character other than tab"));
        }
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", vkey] => self.log(vkey, None),
            ["log", vkey, url] => self.log(vkey, Some(url)),
            ["witness", name, vkey] => self.witness(name, vkey, None),
            ["witness", name, vkey, url] => self.witness(name, vkey, Some(url)),
            ["group", name, needed, members @ ..] => self.group(name, needed, members),
            ["quorum", name] => self.quorum(name),
            _ => Err(self.wrong("it must be a log, witness, group or quorum with its parts")),
        }
    }

    fn log(&mut self, vkey: &str, url: Option<&str>) -> Result<(), LogError> {
        let key: Verifier = vkey.parse().map_err(|error| self.key_error(error))?;
        if key.key_type() != KeyType::Ed25519 {
            return Err(self.wrong("a log needs a key that signs checkpoints"));
        }
        if !self.log_keys.insert(key.public_key().to_vec()) {
            return Err(self.wrong("another log has the same key"));
        }
        if self.logs.len() == MAX_POLICY_LINES {
            return Err(too_many("logs"));
        }
        self.logs.push(PolicyLog {
            key,
            url: url.map(str::to_owned),
        });
        Ok(())
    }

    fn witness(&mut self, name: &str, vkey: &str, url: Option<&str>) -> Result<(), LogError> {
        let (key, bytes) = self.witness_key(vkey)?;
        let duplicate = !self.witness_keys.insert(bytes);
        if duplicate && !self.lenient {
            return Err(self.misnamed(name, "has the key of another witness"));
        }
        self.witnesses += 1;
        if self.witnesses > MAX_POLICY_LINES {
            return Err(too_many("witnesses"));
        }
        self.define(
            name,
            Node::Witness(Box::new(PolicyWitness {
                name: name.to_owned(),
                key,
                url: url.map(str::to_owned),
                duplicate,
                other_key_of: None,
            })),
        )
    }

    /// The key of a witness, and the bytes of the public key, by which duplicates are found.
    fn witness_key(&self, vkey: &str) -> Result<(WitnessKey, Vec<u8>), LogError> {
        let key = match vkey.parse::<Verifier>() {
            Ok(key) if key.key_type() != KeyType::Ed25519 => key,
            Ok(key) => Verifier::new(key.name(), KeyType::CosignatureEd25519, key.public_key())
                .map_err(|error| self.key_error(error))?,
            Err(error @ LogError::KeyTypeUnsupported { .. }) => {
                return unsupported(vkey).ok_or_else(|| self.key_error(error));
            }
            Err(error) => return Err(self.key_error(error)),
        };
        let bytes = key.public_key().to_vec();
        Ok((WitnessKey::Usable(Box::new(key)), bytes))
    }

    fn group(&mut self, name: &str, needed: &str, members: &[&str]) -> Result<(), LogError> {
        let mut positions = Vec::new();
        for member in members {
            let position = match self.names.get(*member) {
                Some(position) => *position,
                None => return Err(self.misnamed(member, "is not defined above")),
            };
            if !self.used.insert(position) {
                return Err(self.misnamed(member, "is a member already"));
            }
            positions.push(position);
        }
        let needed = match needed {
            "any" => 1,
            "all" => positions.len(),
            number => parse_decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(0),
        };
        if needed == 0 || needed > positions.len() {
            return Err(self.wrong("a group needs `any`, `all`, or 1 to as many members as it has"));
        }
        self.note_other_key(needed, &positions);
        self.groups += 1;
        if self.groups > MAX_POLICY_LINES {
            return Err(too_many("groups"));
        }
        let group = Node::Group {
            name: name.to_owned(),
            needed,
            members: positions,
        };
        self.define(name, group)
    }

    /// Notes that the second of two witnesses, of which either is enough, is named as another key of the first.
    fn note_other_key(&mut self, needed: usize, positions: &[usize]) {
        let (1, [first, second]) = (needed, positions) else {
            return;
        };
        let Some(Node::Witness(first)) = self.nodes.get(*first) else {
            return;
        };
        let name = first.name.clone();
        if let Some(Node::Witness(second)) = self.nodes.get_mut(*second)
            && second.name == other_key_name(&name)
        {
            second.other_key_of = Some(name);
        }
    }

    fn quorum(&mut self, name: &str) -> Result<(), LogError> {
        if self.quorum.is_some() {
            return Err(self.wrong("there must be only one quorum line"));
        }
        let position = match self.names.get(name) {
            Some(position) => Some(*position),
            None if name == NONE => None,
            None => return Err(self.misnamed(name, "is not defined above")),
        };
        self.quorum = Some(position);
        Ok(())
    }

    fn define(&mut self, name: &str, node: Node) -> Result<(), LogError> {
        if name == NONE {
            return Err(self.misnamed(name, "stands for no cosignature and cannot be defined"));
        }
        if self.names.insert(name.to_owned(), self.nodes.len()).is_some() {
            return Err(self.misnamed(name, "is defined twice"));
        }
        self.nodes.push(node);
        Ok(())
    }
}

fn too_many(what: &'static str) -> LogError {
    LogError::PolicyTooLarge {
        what,
        max: MAX_POLICY_LINES,
    }
}

/// An ML-DSA-44 cosigner's vkey, where this build cannot verify with it.
fn unsupported(vkey: &str) -> Option<(WitnessKey, Vec<u8>)> {
    let mut parts = vkey.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = STANDARD.decode(key).ok()?;
    let (key_type, public_key) = bytes.split_first()?;
    let id: KeyId = id_of(name, id, &bytes)?;
    ((*key_type, public_key.len()) == ML_DSA_44).then(|| {
        let key = WitnessKey::Unsupported {
            name: name.to_owned(),
            id,
            vkey: vkey.to_owned(),
        };
        (key, public_key.to_vec())
    })
}

/// The id of a key, if it is the one written.
fn id_of(name: &str, written: &str, typed_key: &[u8]) -> Option<KeyId> {
    let id = KeyId::of_bytes(name, typed_key);
    (id.to_string() == written.to_ascii_lowercase()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::Cosigner;
    use crate::note::Signer;

    fn vkey(number: u8) -> String {
        let name = format!("w{number}.example");
        Cosigner::from_seed(&name, &[number; 32])
            .unwrap()
            .verifier()
            .vkey()
    }

    fn log() -> String {
        Signer::from_seed("log.example", &[0x77; 32])
            .unwrap()
            .verifier()
            .vkey()
    }

    #[test]
    fn a_policy_of_two_levels_round_trips() {
        let [a, b, c, log] = [vkey(1), vkey(2), vkey(3), log()];
        let text = format!(
            "log {log} https://log.example\nwitness a {a}\nwitness b {b} https://b.example/w\nwitness c {c}\n\
             group north 1 a b\ngroup all 2 north c\nquorum all\n"
        );
        let policy: Policy = text.parse().unwrap();
        assert_eq!(policy.to_string(), text);
        assert_eq!(policy.witnesses().count(), 3);
        assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example"));
        let written = format!(
            "# comment\n\n \tlog\t{log}  https://log.example \n  # another é\nwitness a {a}\n\
             witness b {b} https://b.example/w\nwitness c {c}\ngroup north any a b\ngroup all all north c\n\
             quorum all\n\t\n"
        );
        assert_eq!(written.parse(), Ok(policy));
    }

    #[test]
    fn broken_policies_are_refused_with_their_line() {
        let [a, b, log] = [vkey(1), vkey(2), log()];
        let ab = format!("witness a {a}\nwitness b {b}\n");
        for (line, text) in [
            (1, String::new()),
            (1, "quorum none".to_owned()),
            (1, "quorum a\n".to_owned()),
            (1, "quorum none x\n".to_owned()),
            (1, "quorums none\n".to_owned()),
            (1, "quorum none\r\n".to_owned()),
            (1, "quorum\u{a0}none\n".to_owned()),
            (1, format!("log {a}\nquorum none\n")),
            (1, format!("log {log} url more\nquorum none\n")),
            (2, format!("log {log}\nlog {log}\nquorum none\n")),
            (2, "quorum none\nquorum none\n".to_owned()),
            (1, format!("witness none {a}\nquorum none\n")),
            (1, "witness a b.example+00000000+AAAA\nquorum a\n".to_owned()),
            (2, format!("witness a {a}\nwitness a {b}\nquorum a\n")),
            (2, format!("witness a {a}\nwitness b {a}\nquorum a\n")),
            (3, format!("{ab}group a 1 b\nquorum a\n")),
            (3, format!("{ab}group g 0 a b\nquorum g\n")),
            (3, format!("{ab}group g 3 a b\nquorum g\n")),
            (3, format!("{ab}group g 01 a b\nquorum g\n")),
            (3, format!("{ab}group g -1 a b\nquorum g\n")),
            (3, format!("{ab}group g some a b\nquorum g\n")),
            (3, format!("{ab}group g all\nquorum g\n")),
            (3, format!("{ab}group g 1 a a\nquorum g\n")),
            (3, format!("{ab}group g 1 g\nquorum g\n")),
            (3, format!("{ab}group g 1 none\nquorum g\n")),
            (4, format!("{ab}group g 1 a\ngroup h 1 a\nquorum g\n")),
            (3, format!("{ab}group none 1 a\nquorum none\n")),
            (2, ab.clone()),
        ] {
            let found = match text.parse::<Policy>() {
                Err(
                    LogError::PolicyFormat { line, .. }
                    | LogError::PolicyName { line, .. }
                    | LogError::PolicyKey { line, .. },
                ) => line,
                other => panic!("{text:?} gave {other:?}"),
            };
            assert_eq!(found, line, "{text:?}");
        }
        let latin1 = [b"# ok\nwitness \xe9".as_slice(), b" x\nquorum none\n"].concat();
        assert!(matches!(
            Policy::parse(&latin1),
            Err(LogError::PolicyFormat { line: 2, .. })
        ));
    }

    #[test]
    fn sixty_four_members_and_more_are_read_and_sizes_are_bounded() {
        let many = |count: u16| {
            let lines: String = (0..count)
                .map(|number| {
                    let mut seed = [7; 32];
                    seed[..2].copy_from_slice(&number.to_be_bytes());
                    let key = Cosigner::from_seed(&format!("w{number}"), &seed).unwrap();
                    format!("witness w{number} {}\n", key.verifier())
                })
                .collect();
            let names: String = (0..count).map(|number| format!(" w{number}")).collect();
            format!("{lines}group g all{names}\nquorum g\n").parse::<Policy>()
        };
        assert_eq!(many(64).unwrap().witnesses().count(), 64);
        assert_eq!(many(256).unwrap().witnesses().count(), 256);
        assert_eq!(
            many(257),
            Err(LogError::PolicyTooLarge {
                what: "witnesses",
                max: 256
            })
        );
        let long = "#\n".repeat(MAX_POLICY_BYTES);
        assert!(matches!(
            long.parse::<Policy>(),
            Err(LogError::PolicyTooLarge { what: "bytes", .. })
        ));
    }

    #[test]
    fn one_key_under_two_names_only_for_the_lenient() {
        let [a, b] = [vkey(1), vkey(2)];
        let text = format!("witness a {a}\nwitness b {b}\nwitness c {a}\ngroup g 2 a b c\nquorum g\n");
        assert!(text.parse::<Policy>().is_err());
        let policy = Policy::parse_lenient(&text).unwrap();
        let duplicates: Vec<bool> = policy.witnesses().map(|witness| witness.duplicate).collect();
        assert_eq!(duplicates, [false, false, true]);
        assert_eq!(policy.witness_keys().len(), 2);
    }

    #[test]
    fn a_key_of_type_01_becomes_a_cosigners_key() {
        let plain = Signer::from_seed("w1.example", &[1; 32]).unwrap().verifier();
        let policy: Policy = format!("witness a {plain}\nquorum a\n").parse().unwrap();
        assert_eq!(policy.to_string(), format!("witness a {}\nquorum a\n", vkey(1)));
        // The same key as a type 0x04 key is a duplicate all the same.
        let twice = format!("witness a {plain}\nwitness b {}\nquorum a\n", vkey(1));
        assert!(twice.parse::<Policy>().is_err());
    }
}
