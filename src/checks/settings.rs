//! What the user says of the account: whom to trust, what matters, which bounds hold.

use std::{collections::BTreeMap, sync::Arc};

use super::Waiver;
use crate::model::{Arn, Function, Posture};

/// What the user says of the account. The defaults are cautious.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Account ids that may be granted access.
    pub trusted_accounts: Vec<String>,
    /// AWS Organizations ids (`o-…`) that may be granted access.
    pub trusted_organizations: Vec<String>,
    /// Accounts whose layers are trusted, beside AWS's own publishers.
    pub layer_publishers: Vec<String>,
    /// Least days that logs are kept.
    pub retention_min_days: u32,
    /// Most days that logs are kept; none sets no upper bound, but never-expire is reported all the same.
    pub retention_max_days: Option<u32>,
    /// How many days before the end of support a runtime is reported.
    pub runtime_notice_days: u32,
    /// From how many functions on a shared role is reported.
    pub shared_role_functions: usize,
    /// Tags that mark sensitive resources: key to values, compared without case.
    pub sensitive_tags: BTreeMap<String, Vec<String>>,
    /// Tags that mark development resources: key to values, compared without case.
    pub development_tags: BTreeMap<String, Vec<String>>,
    /// Regions where data may be; empty sets no bound.
    pub allowed_regions: Vec<String>,
    /// Fails that somebody answers for.
    pub waivers: Vec<Arc<Waiver>>,
    /// Snapshots in which the user finds nothing amiss, one an account.
    pub baselines: Vec<Arc<Posture>>,
}

impl Default for Settings {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let environment = words(&["dev", "development", "test", "sandbox", "staging"]);
        let class = words(&["confidential", "restricted", "sensitive", "secret", "pii", "pci", "phi"]);
        Self {
            baselines: Vec::new(),
            trusted_accounts: Vec::new(),
            trusted_organizations: Vec::new(),
            layer_publishers: Vec::new(),
            allowed_regions: Vec::new(),
            retention_min_days: 30,
            retention_max_days: None,
            runtime_notice_days: 180,
            shared_role_functions: 3,
            sensitive_tags: ["data-class", "data-classification", "dataclass", "classification"]
                .map(|key| (key.to_owned(), class.clone()))
                .into(),
            waivers: Vec::new(),
            development_tags: ["env", "environment", "stage"].map(|key| (key.to_owned(), environment.clone())).into(),
        }
    }
}

/// How much a resource matters to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// Tagged as holding sensitive data.
    Sensitive,
    /// Neither.
    Ordinary,
    /// Tagged as development.
    Development,
}

impl Settings {
    /// The snapshot of `account` in which the user finds nothing amiss, if there is one.
    pub fn baseline(&self, account: &str) -> Option<&Posture> {
        self.baselines.iter().find(|baseline| baseline.account == account).map(|baseline| &**baseline)
    }

    /// How much `function` matters, by its tags; ordinary when they are not known.
    pub fn asset(&self, function: &Function) -> Asset {
        let Ok(tags) = function.tags.known() else { return Asset::Ordinary };
        if marked(&self.sensitive_tags, tags) {
            Asset::Sensitive
        } else if marked(&self.development_tags, tags) {
            Asset::Development
        } else {
            Asset::Ordinary
        }
    }

    /// Whether `tags` mark what they are on as sensitive.
    pub fn is_sensitive(&self, tags: &BTreeMap<String, String>) -> bool {
        marked(&self.sensitive_tags, tags)
    }

    /// Whether `tags` mark what they are on as development.
    pub fn is_development(&self, tags: &BTreeMap<String, String>) -> bool {
        marked(&self.development_tags, tags)
    }

    /// What the tags of a store say of its class, and which of them says it; none when no tag is about a class.
    pub fn class_by_tag<'t>(&self, tags: &'t BTreeMap<String, String>) -> Option<(Asset, &'t str, &'t str)> {
        let by = |marks, asset| mark(marks, tags).map(|(key, value)| (asset, key, value));
        let is_class = |key: &str| self.sensitive_tags.keys().any(|mark| mark.eq_ignore_ascii_case(key));
        let other = || tags.iter().find(|(key, _)| is_class(key)).map(|(key, value)| (Asset::Ordinary, key.as_str(), value.as_str()));
        by(&self.sensitive_tags, Asset::Sensitive).or_else(|| by(&self.development_tags, Asset::Development)).or_else(other)
    }

    /// Whether the user trusts the account `id`; `home` is always trusted.
    pub fn trusts(&self, home: &str, id: &str) -> bool {
        id == home || self.trusted_accounts.iter().any(|trusted| trusted == id)
    }

    /// Whether `layer` comes from a publisher the user named.
    pub fn trusts_layer(&self, home: &str, layer: &Arn) -> bool {
        self.trusts(home, layer.account()) || self.layer_publishers.iter().any(|publisher| publisher == layer.account())
    }
}

fn marked(marks: &BTreeMap<String, Vec<String>>, tags: &BTreeMap<String, String>) -> bool {
    mark(marks, tags).is_some()
}

/// The first of `tags` that is among `marks`.
fn mark<'t>(marks: &BTreeMap<String, Vec<String>>, tags: &'t BTreeMap<String, String>) -> Option<(&'t str, &'t str)> {
    let is_marked = |key: &str, value: &str| {
        marks.iter().any(|(mark, values)| mark.eq_ignore_ascii_case(key) && values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
    };
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).find(|(key, value)| is_marked(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_told_with_the_tag_that_says_so() {
        let class = |tags: &[(&str, &str)]| {
            let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            Settings::default().class_by_tag(&tags).map(|(asset, key, value)| (asset, format!("{key}={value}")))
        };
        assert_eq!(class(&[("env", "dev"), ("Data-Class", "PII")]), Some((Asset::Sensitive, "Data-Class=PII".to_owned())));
        assert_eq!(class(&[("data-class", "public"), ("env", "dev")]), Some((Asset::Development, "env=dev".to_owned())));
        assert_eq!(class(&[("data-class", "public"), ("env", "prod")]), Some((Asset::Ordinary, "data-class=public".to_owned())));
        assert_eq!(class(&[("env", "prod"), ("team", "shop")]), None);
    }
}
