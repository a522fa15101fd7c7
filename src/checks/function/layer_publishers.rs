//! The accounts from which AWS itself publishes layers, which `layer_publishers.toml` holds with its date and sources.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    checks::Context,
    model::{Arn, Gap},
};

static PUBLISHERS: LazyLock<Result<BTreeMap<String, String>, toml::de::Error>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("layer_publishers.toml"))?;
    Ok(file
        .publishers
        .into_iter()
        .flat_map(|publisher| publisher.accounts.into_iter().map(move |account| (account, publisher.name.clone())))
        .collect())
});

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(rename = "as-of")]
    _as_of: String,
    publishers: Vec<Publisher>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    name: String,
    accounts: Vec<String>,
}

/// Whether `layer` is published by AWS or by somebody whom the user named as a publisher.
///
/// # Errors
/// A gap when the file that was built in is broken; a test sees to it that it is not.
pub(super) fn is_published(context: &Context<'_>, layer: &Arn) -> Result<bool, Gap> {
    let publishers = PUBLISHERS.as_ref().map_err(|error| Gap::failed("", format!("layer_publishers.toml: {}", error.message())))?;
    Ok(publishers.contains_key(layer.account()) || context.settings.layer_publishers.iter().any(|named| named == layer.account()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        let publishers = PUBLISHERS.as_ref().unwrap();
        assert_eq!(publishers["017000801446"], "Powertools for AWS Lambda");
        assert_eq!(publishers["580247275435"], "CloudWatch Lambda Insights");
        for account in publishers.keys() {
            assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{account}");
        }
    }
}
