//! The key of fingerprints of environment values: random, one an installation, never in a snapshot.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{StoreError, folders};
use crate::model::FingerprintKey;

const LENGTH: usize = 32;

/// The key of this installation; made when there is none yet. Mode 0600.
///
/// # Errors
/// When it can be neither read nor made.
pub fn fingerprint_key(path: &Path) -> Result<FingerprintKey, StoreError> {
    let fail = |source| StoreError::io(path, source);
    match fs::read(path) {
        Ok(bytes) => match <[u8; LENGTH]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(FingerprintKey::new(bytes)),
            Err(_) => Err(fail(io::Error::new(io::ErrorKind::InvalidData, "not a key of 32 bytes; remove it to make a new one"))),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path).map_err(fail),
        Err(error) => Err(fail(error)),
    }
}

fn make(path: &Path) -> io::Result<FingerprintKey> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    if let Some(folder) = path.parent() {
        folders::make(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(&bytes)?;
            file.sync_all()?;
        }
        // Somebody else was faster: only this run's fingerprints are its own.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(FingerprintKey::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EnvironmentValue;

    #[test]
    fn it_is_made_once_and_told_from_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palisade/fingerprint.key");
        let classify = |key| EnvironmentValue::classify("PASSWORD", "correct horse battery staple", &key);
        let first = classify(fingerprint_key(&path).unwrap());
        assert_eq!(first, classify(fingerprint_key(&path).unwrap()));
        fs::write(&path, "short").unwrap();
        assert!(fingerprint_key(&path).unwrap_err().to_string().contains("remove it"));
    }
}
