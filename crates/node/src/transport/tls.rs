//! TLS 1.3 with self-signed certificates: what counts is the key, which the charter pins. No other authority is asked.

use std::fmt;
use std::sync::Arc;

use didymium_statement::{Digest, TransportSigner, ed25519_spki, tls_pin};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_ED25519, PublicKeyData, SerialNumber};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, Error, ServerConfig, SignatureAlgorithm, SignatureScheme};

use crate::{NodeError, NodeResult};

const VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The member's TLS key as the libraries use it: the secret stays where it is wiped.
#[derive(Clone)]
struct TlsKey {
    signer: Arc<TransportSigner>,
    public: [u8; 32],
}

impl fmt::Debug for TlsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsKey({})", self.signer.pin())
    }
}

impl SigningKey for TlsKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let offered = offered.contains(&SignatureScheme::ED25519);
        offered.then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(ed25519_spki(&self.public).into())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl Signer for TlsKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.signer.sign(message))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl PublicKeyData for TlsKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl rcgen::SigningKey for TlsKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.signer.sign(message))
    }
}

/// The server's side: the key with a certificate of its own, which is the same each time.
///
/// # Errors
/// [`NodeError::Tls`].
pub(crate) fn server_config(key: Arc<TransportSigner>, domain: &str) -> NodeResult<Arc<ServerConfig>> {
    let key = TlsKey {
        public: key.public().to_bytes(),
        signer: key,
    };
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, domain);
    let mut params = CertificateParams::new(vec![domain.to_owned()]).map_err(NodeError::tls)?;
    params.distinguished_name = names;
    // A positive number: the first byte of a DER integer is below 0x80.
    let mut serial = key.signer.pin().as_bytes()[..16].to_vec();
    serial[0] = (serial[0] & 0x3f) | 0x40;
    params.serial_number = Some(SerialNumber::from(serial));
    let certificate = params.self_signed(&key).map_err(NodeError::tls)?;
    let certified = CertifiedKey::new(vec![certificate.der().clone()], Arc::new(key));
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .map_err(NodeError::tls)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    Ok(Arc::new(config))
}

/// The pins that a member's node may show now.
pub(crate) type Pins = Arc<dyn Fn() -> Vec<Digest> + Send + Sync>;

/// Which keys the client's side believes.
#[derive(Clone)]
pub(crate) enum Trust {
    /// Those that the charter pins for a member.
    Pinned {
        /// Its code.
        member: String,
        /// The pins.
        pins: Pins,
    },
    /// Any: for reading what is verified by its own signatures, whoever hands it over.
    Any,
    /// None: for clients that ask nodes on this machine alone.
    Nobody,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned { member, .. } => write!(f, "Pinned({member})"),
            Self::Any => f.write_str("Any"),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}

impl Trust {
    /// Why that key is not believed, if it is not.
    fn objection(&self, shown: Digest) -> Option<String> {
        match self {
            Self::Any => None,
            Self::Nobody => Some(
                "nodes on other machines are asked by nodes alone: ask the node of this machine, such as \
                 http://127.0.0.1:7410"
                    .to_owned(),
            ),
            Self::Pinned { member, pins } => {
                let pins = pins();
                let pinned = || {
                    pins.iter()
                        .map(Digest::to_string)
                        .collect::<Vec<_>>()
                        .join(" or ")
                };
                (!pins.contains(&shown)).then(|| {
                    format!(
                        "who answers there is not the node of {member}: it shows the TLS key {shown}, and the charter pins \
                         {}; is the address right, has {member} changed its key without the charter?",
                        pinned()
                    )
                })
            }
        }
    }
}

#[derive(Debug)]
struct KeyVerifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for KeyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let spki = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        match self.trust.objection(tls_pin(spki.as_ref())) {
            None => Ok(ServerCertVerified::assertion()),
            Some(objection) => Err(Error::General(objection)),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("nodes speak TLS 1.3 alone".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The client's side.
///
/// # Errors
/// [`NodeError::Tls`].
pub(crate) fn client_config(trust: Trust) -> NodeResult<ClientConfig> {
    let provider = provider();
    let verifier = KeyVerifier {
        trust,
        provider: Arc::clone(&provider),
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)
        .map_err(NodeError::tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// What the TLS library says of a request that failed, if it was that.
pub(crate) fn objection_of(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(next) = cause {
        let inner = next
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let inner = inner.and_then(|inner| inner.downcast_ref::<Error>());
        if let Some(Error::General(said)) = inner.or_else(|| next.downcast_ref()) {
            return Some(said.clone());
        }
        cause = next.source();
    }
    None
}

/// A builder of clients that ask nodes on this machine: no proxy, and no TLS key that it believes.
///
/// # Errors
/// [`NodeError::Tls`].
pub fn local_client() -> NodeResult<reqwest::ClientBuilder> {
    builder(Trust::Nobody)
}

/// A builder of clients that read what proves itself by its own signatures: no proxy, and any TLS key.
///
/// # Errors
/// [`NodeError::Tls`].
pub fn unpinned_client() -> NodeResult<reqwest::ClientBuilder> {
    builder(Trust::Any)
}

pub(crate) fn builder(trust: Trust) -> NodeResult<reqwest::ClientBuilder> {
    Ok(reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(client_config(trust)?))
}
