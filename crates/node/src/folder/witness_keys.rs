//! The keys of a member's witness: one always, and where the charter names it a second one of ML-DSA-44, which a build with
//! the feature `ml-dsa` cosigns with too.

use std::path::Path;

#[cfg(feature = "ml-dsa")]
use didymium_log::cosignature::MlDsaCosigner;
use didymium_log::cosignature::{CheckpointCosigner, Cosigner};
use didymium_statement::{KeyPurpose, Member};
use zeroize::Zeroizing;

use super::keys::{next_of, read_seed};
use crate::NodeResult;

/// A cosigner of whichever type.
pub(crate) type BoxedCosigner = Box<dyn CheckpointCosigner + Send + Sync>;

/// The signing keys of a member's witness.
#[derive(Debug)]
pub struct WitnessKeys {
    first: Cosigner,
    #[cfg(feature = "ml-dsa")]
    second: Option<MlDsaCosigner>,
}

impl WitnessKeys {
    /// The keys of those seeds; both have the name `<domain>/witness`. A build without the feature makes nothing of the
    /// second seed.
    ///
    /// # Errors
    /// [`crate::NodeError::Log`] for a domain that cannot name a key.
    pub(super) fn of_seeds(
        domain: &str,
        first: &[u8; 32],
        second: Option<&Zeroizing<[u8; 32]>>,
    ) -> NodeResult<Self> {
        let name = name_of(domain);
        #[cfg(not(feature = "ml-dsa"))]
        let _ = second;
        Ok(Self {
            first: Cosigner::from_seed(&name, first)?,
            #[cfg(feature = "ml-dsa")]
            second: second
                .map(|seed| MlDsaCosigner::from_seed(&name, seed))
                .transpose()?,
        })
    }

    /// The key that every witness has.
    pub const fn first(&self) -> &Cosigner {
        &self.first
    }

    /// The public half of the second, as the charter carries it; none in a build without the feature `ml-dsa`.
    pub fn second(&self) -> Option<String> {
        #[cfg(feature = "ml-dsa")]
        return self
            .second
            .as_ref()
            .map(|key| CheckpointCosigner::verifier(key).vkey());
        #[cfg(not(feature = "ml-dsa"))]
        None
    }

    /// What the witness cosigns with: the keys that the charter names, and those in the folder of keys that are to take
    /// their place.
    ///
    /// # Errors
    /// [`crate::NodeError::Io`], [`crate::NodeError::KeyExposed`], [`crate::NodeError::KeyMalformed`] for a key that waits.
    pub(crate) fn into_cosigners(self, dir: &Path, member: &Member) -> NodeResult<Vec<BoxedCosigner>> {
        let waiting = |purpose| {
            let path = dir.join(next_of(purpose));
            path.exists().then(|| read_seed(&path)).transpose()
        };
        let name = name_of(&member.domain);
        let mut cosigners: Vec<BoxedCosigner> = Vec::new();
        #[cfg(feature = "ml-dsa")]
        let named = self
            .second()
            .filter(|key| member.keys.witness_ml_dsa.as_ref() == Some(key));
        cosigners.push(Box::new(self.first));
        #[cfg(feature = "ml-dsa")]
        if let (Some(second), Some(_)) = (self.second, named) {
            cosigners.push(Box::new(second));
        }
        if let Some(seed) = waiting(KeyPurpose::Witness)? {
            cosigners.push(Box::new(Cosigner::from_seed(&name, &seed)?));
        }
        #[cfg(feature = "ml-dsa")]
        if let Some(seed) = waiting(KeyPurpose::WitnessMlDsa)? {
            cosigners.push(Box::new(MlDsaCosigner::from_seed(&name, &seed)?));
        }
        // A key that waited and is in force by now stands in its file still.
        let mut seen = Vec::new();
        cosigners.retain(|cosigner| {
            let id = cosigner.verifier().key_id();
            let first = !seen.contains(&id);
            seen.push(id);
            first
        });
        #[cfg(not(feature = "ml-dsa"))]
        if member.keys.witness_ml_dsa.is_some() {
            tracing::warn!(
                "the charter gives this member a second witness key (ML-DSA-44): this build is without the feature `ml-dsa` \
                 and cosigns with the first alone"
            );
        }
        Ok(cosigners)
    }
}

/// The name under which a member's witness cosigns, with whichever key.
fn name_of(domain: &str) -> String {
    format!("{domain}/witness")
}
