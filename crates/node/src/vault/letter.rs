//! A letter: the opening of one sealed statement, encrypted to one public key (HPKE, RFC 9180: X25519, HKDF-SHA256,
//! ChaCha20-Poly1305).

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_statement::limits::{BLOB_BYTES_MAX, STATEMENT_BYTES_MAX};
use didymium_statement::{Opening, Statement, StatementError};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{
    Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _, single_shot_open, single_shot_seal,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Public, Secret, VaultKey};
use crate::{NodeError, NodeResult};

/// Largest letter in bytes: payload and statement in base64, and the words around them.
pub const LETTER_BYTES_MAX: usize = (BLOB_BYTES_MAX + STATEMENT_BYTES_MAX) / 3 * 4 + 4_096;

/// Binds a ciphertext to what it is for.
const INFO: &[u8] = b"didymium opening v1";

/// What a letter says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    #[serde(rename = "didymium-opening-1")]
    Opening1,
}

/// The opening of a sealed statement for one reader. It is safe to send: only the holder of the key can read it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    form: Form,
    /// The sealed statement, COSE in base64.
    statement: String,
    /// The key that it is encrypted to.
    to: VaultKey,
    /// The encapsulated key, base64.
    key: String,
    /// The ciphertext, base64.
    sealed: String,
}

impl Letter {
    /// Encrypts the opening of `statement` to a public key.
    ///
    /// # Errors
    /// [`NodeError::Refused`] if it is not the statement's opening, [`NodeError::Sealing`] for a key that is none.
    pub fn write(statement: &Statement, opening: &Opening, to: VaultKey) -> NodeResult<Self> {
        statement
            .unseal(opening)
            .map_err(NodeError::refused(statement.id()))?;
        let bad_key = || NodeError::Sealing { to };
        let public = Public::from_bytes(to.as_bytes()).map_err(|_| bad_key())?;
        let (key, sealed) = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            INFO,
            &opening.to_bytes(),
            statement.id().as_bytes(),
        )
        .map_err(|_| bad_key())?;
        Ok(Self {
            form: Form::Opening1,
            statement: STANDARD.encode(statement.bytes()),
            to,
            key: STANDARD.encode(key.to_bytes()),
            sealed: STANDARD.encode(sealed),
        })
    }

    /// Reads a letter's file.
    ///
    /// # Errors
    /// [`NodeError::LetterMalformed`], [`NodeError::Io`].
    pub fn from_file(file: &Path) -> NodeResult<Self> {
        serde_json::from_slice(&read_bounded(file)?).map_err(malformed)
    }

    /// Writes the letter to a file, which must not be there yet.
    ///
    /// # Errors
    /// [`NodeError::Io`].
    pub fn to_file(&self, file: &Path) -> NodeResult<()> {
        let bytes = json(self)?;
        let made = std::fs::File::create_new(file);
        let written = made
            .and_then(|mut made| std::io::Write::write_all(&mut made, &bytes).and_then(|()| made.sync_all()));
        written.map_err(NodeError::io(file))
    }

    /// The sealed statement. Its signature is not checked here.
    ///
    /// # Errors
    /// [`NodeError::LetterMalformed`].
    pub fn statement(&self) -> NodeResult<Statement> {
        Statement::parse(&decode(&self.statement)?).map_err(malformed)
    }

    /// The key that the letter is for.
    pub const fn to(&self) -> VaultKey {
        self.to
    }

    /// How long its ciphertext is, in characters of base64.
    pub(super) fn ciphertext_length(&self) -> usize {
        self.sealed.len()
    }

    /// Decrypts the opening, and holds it against the statement.
    pub(super) fn read(&self, secret: &Secret, public: VaultKey) -> NodeResult<(Statement, Opening)> {
        if self.to != public {
            let to = self.to;
            return Err(NodeError::LetterForAnother { to, own: public });
        }
        let statement = self.statement()?;
        let key =
            <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&decode(&self.key)?).map_err(malformed)?;
        let plain = single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            secret,
            &key,
            INFO,
            &decode(&self.sealed)?,
            statement.id().as_bytes(),
        )
        .map_err(malformed)?;
        let opening = Opening::from_bytes(&Zeroizing::new(plain)).map_err(malformed)?;
        statement
            .unseal(&opening)
            .map_err(NodeError::refused(statement.id()))?;
        Ok((statement, opening))
    }
}

/// The bytes of a file that is not larger than a letter may be.
pub(super) fn read_bounded(file: &Path) -> NodeResult<Zeroizing<Vec<u8>>> {
    let length = std::fs::metadata(file).map_err(NodeError::io(file))?.len();
    if length > LETTER_BYTES_MAX as u64 {
        return Err(malformed(StatementError::TooMany {
            what: "bytes of a letter",
            count: usize::try_from(length).unwrap_or(usize::MAX),
            max: LETTER_BYTES_MAX,
        }));
    }
    std::fs::read(file)
        .map(Zeroizing::new)
        .map_err(NodeError::io(file))
}

/// A document as it stands in a file.
pub(super) fn json(document: &impl Serialize) -> NodeResult<Vec<u8>> {
    serde_json::to_vec_pretty(document).map_err(|error| NodeError::Encode {
        what: "a letter",
        reason: error.to_string(),
    })
}

fn decode(text: &str) -> NodeResult<Vec<u8>> {
    STANDARD.decode(text).map_err(malformed)
}

fn malformed(reason: impl std::fmt::Display) -> NodeError {
    NodeError::LetterMalformed {
        reason: reason.to_string(),
    }
}
