//! Which account a way of connecting led to last time: what is painted before the network answers.

use std::{collections::BTreeMap, fs, path::Path};

use super::{StoreError, folders};

/// The account that `way` led to last time, if that is known.
pub fn last_account(file: &Path, way: &str) -> Option<String> {
    // What cannot be read costs a first frame, nothing else.
    read(file).remove(way)
}

/// Keeps that `way` leads to `account`.
///
/// # Errors
/// When the file cannot be written.
pub fn keep_account(file: &Path, way: &str, account: &str) -> Result<(), StoreError> {
    let mut accounts = read(file);
    if accounts.get(way).is_some_and(|known| known == account) {
        return Ok(());
    }
    accounts.insert(way.to_owned(), account.to_owned());
    let fail = |source| StoreError::io(file, source);
    if let Some(folder) = file.parent() {
        folders::make(folder).map_err(fail)?;
    }
    let text = serde_json::to_string_pretty(&accounts).map_err(|error| fail(error.into()))?;
    fs::write(file, text).map_err(fail)
}

fn read(file: &Path) -> BTreeMap<String, String> {
    fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_and_rubbish_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/accounts.json");
        assert_eq!(last_account(&file, "prod"), None);
        keep_account(&file, "prod", "123456789012").unwrap();
        keep_account(&file, "dev", "210987654321").unwrap();
        assert_eq!(last_account(&file, "prod").as_deref(), Some("123456789012"));
        fs::write(&file, "{").unwrap();
        assert_eq!(last_account(&file, "prod"), None);
    }
}
