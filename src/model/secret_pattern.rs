//! Patterns of secrets that the user knows of: tokens of one's own that no rule for everybody finds.

use std::fmt;

use regex_lite::Regex;

use super::SecretSign;

/// Patterns of secrets by name, in the order in which they are tried.
#[derive(Clone, Default)]
pub struct SecretPatterns(Vec<(String, Regex)>);

impl SecretPatterns {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, name: &str, pattern: &str) -> Result<(), String> {
        let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
        if regex.is_match("") {
            return Err("it fits the empty text, and so everything".to_owned());
        }
        self.0.push((name.to_owned(), regex));
        Ok(())
    }

    /// The first pattern that fits `value`, anywhere in it.
    pub(super) fn sign(&self, value: &str) -> Option<SecretSign> {
        let (name, _) = self.0.iter().find(|(_, regex)| regex.is_match(value))?;
        Some(SecretSign { rule: name.clone(), proven: true })
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, regex)| (name.as_str(), regex.as_str()))
    }
}

impl fmt::Debug for SecretPatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.texts()).finish()
    }
}

impl PartialEq for SecretPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

impl Eq for SecretPatterns {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Arn, EnvironmentValue, FingerprintKey, HiddenText, without_secrets};

    const TOKEN: &str = "ACME-1234-5678";

    fn keys() -> FingerprintKey {
        let mut patterns = SecretPatterns::new();
        patterns.add("acme-token", r"\bACME-[0-9]{4}-[0-9]{4}\b").unwrap();
        FingerprintKey::new([7; 32]).with_patterns(patterns)
    }

    #[test]
    fn a_pattern_that_is_none_or_fits_everything_is_refused() {
        let mut patterns = SecretPatterns::new();
        assert!(patterns.add("open", "ACME-(").is_err());
        assert!(patterns.add("all", "x*").unwrap_err().contains("everything"));
        assert_eq!(patterns, SecretPatterns::new());
    }

    #[test]
    fn what_fits_is_proven_under_the_name_of_the_pattern_and_not_kept() {
        // Under a name and in a shape that would be kept as they are.
        let value = EnvironmentValue::classify("STAGE", TOKEN, &keys());
        let EnvironmentValue::Redacted { secret: Some(sign), .. } = &value else { panic!("{value:?}") };
        assert_eq!((sign.rule.as_str(), sign.proven), ("acme-token", true));
        assert!(matches!(EnvironmentValue::classify("STAGE", "prod", &keys()), EnvironmentValue::Plain(_)));

        let home = Arn::from("arn:aws:states:eu-west-1:111122223333:stateMachine:x");
        for text in [format!(r#"{{"a":[{{"b":"use {TOKEN}"}}]}}"#), format!(r#"{{"{TOKEN}":1}}"#), format!("plain {TOKEN} <x>")] {
            let hidden = HiddenText::read(&text, &home, &keys());
            let rules: Vec<_> = hidden.secrets.iter().map(|secret| secret.sign.rule.as_str()).collect();
            assert_eq!(rules, ["acme-token"], "{text}");
            assert!(!serde_json::to_string(&hidden).unwrap().contains(TOKEN));
        }
        assert!(!without_secrets(format!(r#"{{"detail":["{TOKEN}"]}}"#), &keys()).contains(TOKEN));
    }

    proptest! {
        #[test]
        fn whatever_the_pattern_and_the_value_a_value_that_fits_is_never_kept(pattern in ".{1,12}", value in ".{0,24}") {
            let mut patterns = SecretPatterns::new();
            if patterns.add("own", &pattern).is_ok() {
                let fits = patterns.sign(&value).is_some();
                let keys = FingerprintKey::new([7; 32]).with_patterns(patterns);
                let is_kept = matches!(EnvironmentValue::classify("STAGE", &value, &keys), EnvironmentValue::Plain(_));
                prop_assert!(!(fits && is_kept));
            }
        }
    }
}
