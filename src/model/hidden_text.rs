//! Texts that may hold secrets outside a function: inputs of targets and definitions of state machines. What may be
//! kept of them, which is never the text.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Arn, EnvironmentValue, FingerprintKey, SecretSign, secret::refers};

/// What is kept of a text that may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenText {
    /// Length in bytes.
    pub length: usize,
    /// Keyed BLAKE3, 16 hexadecimal digits: equal texts of one installation compare equal.
    pub fingerprint: String,
    /// The functions that it names, some with a qualifier.
    pub functions: BTreeSet<Arn>,
    /// What in it looks like a secret; at most a hundred.
    pub secrets: BTreeSet<HiddenSecret>,
}

/// A value that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HiddenSecret {
    /// The name under which it stands; empty without one.
    pub key: String,
    /// Length of the value in bytes.
    pub length: usize,
    /// Keyed BLAKE3 of the value, 16 hexadecimal digits.
    pub fingerprint: String,
    /// Why it looks like one.
    pub sign: SecretSign,
}

/// How many secrets of one text are kept.
const SECRETS: usize = 100;
/// How often JSON may stand in a text of JSON.
const NESTED: usize = 4;
/// Characters of a name that are kept.
const KEY: usize = 128;

impl HiddenText {
    /// Reads `text` and forgets it. Functions that it calls by name only are those of the account and Region of `home`.
    pub fn read(text: &str, home: &Arn, fingerprints: &FingerprintKey) -> Self {
        let found = Self { length: text.len(), fingerprint: fingerprints.of(text), functions: BTreeSet::new(), secrets: BTreeSet::new() };
        let mut search = Search { home, fingerprints, found };
        match serde_json::from_str(text) {
            Ok(value) => search.value("", &value, 0),
            Err(_) => search.pieces(text),
        }
        search.found
    }
}

/// `pattern` without what proves to be a secret by its shape: what an event is compared with is no place for one.
pub fn without_secrets(pattern: String, fingerprints: &FingerprintKey) -> String {
    const GONE: &str = "[redacted]";
    let is_secret = |text: &str| fingerprints.proven(text).is_some();
    fn clean(value: &mut Value, is_secret: &dyn Fn(&str) -> bool) {
        match value {
            Value::String(text) if is_secret(text) => GONE.clone_into(text),
            Value::Array(items) => items.iter_mut().for_each(|item| clean(item, is_secret)),
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                fields.extend(old.into_iter().map(|(key, mut value)| {
                    clean(&mut value, is_secret);
                    (if is_secret(&key) { GONE.to_owned() } else { key }, value)
                }));
            }
            _ => {}
        }
    }
    if !is_secret(&pattern) {
        return pattern;
    }
    let Ok(mut value) = serde_json::from_str(&pattern) else { return GONE.to_owned() };
    clean(&mut value, &is_secret);
    let cleaned = value.to_string();
    // A shape that spans several values.
    if !is_secret(&cleaned) { cleaned } else { GONE.to_owned() }
}

struct Search<'a> {
    home: &'a Arn,
    fingerprints: &'a FingerprintKey,
    found: HiddenText,
}

impl Search<'_> {
    fn value(&mut self, key: &str, value: &Value, nested: usize) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(sign) = self.fingerprints.proven(name) {
                        self.keep("", name, sign);
                    }
                    self.value(name, value, nested);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(key, item, nested)),
            Value::String(text) => match serde_json::from_str(text) {
                Ok(inner @ (Value::Object(_) | Value::Array(_))) if nested < NESTED => self.value(key, &inner, nested + 1),
                _ => self.text(key, text),
            },
            Value::Number(number) => self.text(key, &number.to_string()),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// A text that is no JSON, such as a template with `<placeholders>`: what stands in quotes, under its name if it has one.
    fn pieces(&mut self, text: &str) {
        let mut key = String::new();
        for (quoted, is_key) in quoted(text) {
            if is_key {
                key = quoted;
            } else {
                self.text(&std::mem::take(&mut key), &quoted);
            }
        }
        if let Some(sign) = self.fingerprints.proven(text)
            && self.found.secrets.iter().all(|found| found.sign != sign)
        {
            self.keep("", text, sign);
        }
    }

    fn text(&mut self, key: &str, text: &str) {
        self.function(key, text);
        // `"password.$": "$.password"` takes the value from what comes in, as does JSONata between `{%` and `%}`.
        let name = key.strip_suffix(".$");
        let taken = name.is_some()
            || ["$.", "$$.", "States."].iter().any(|start| text.starts_with(start))
            || (text.starts_with("{%") && text.ends_with("%}"))
            || refers(text);
        if let EnvironmentValue::Redacted { secret: Some(sign), .. } =
            EnvironmentValue::classify(name.unwrap_or(key), text, self.fingerprints)
            && (sign.proven || !taken)
        {
            self.keep(key, text, sign);
        }
    }

    fn keep(&mut self, key: &str, value: &str, sign: SecretSign) {
        let key = if self.fingerprints.proven(key).is_some() { String::new() } else { key.chars().take(KEY).collect() };
        if self.found.secrets.len() < SECRETS {
            let fingerprint = self.fingerprints.of(value);
            self.found.secrets.insert(HiddenSecret { key, length: value.len(), fingerprint, sign });
        }
    }

    /// An ARN anywhere, or what stands under `FunctionName`: a name, or the end of an ARN from the account on.
    fn function(&mut self, key: &str, text: &str) {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:$".contains(&byte));
        let arn = Arn::from(text);
        if arn.service() == "lambda" {
            if arn.resource().strip_prefix("function:").is_some_and(plain) {
                self.found.functions.insert(arn);
            }
        } else if key.eq_ignore_ascii_case("FunctionName") && plain(text) && !text.starts_with('$') {
            let (account, name) = text.split_once(":function:").unwrap_or((self.home.account(), text));
            let resource = format!("function:{name}");
            self.found.functions.insert(Arn::build(self.home.partition(), "lambda", self.home.region(), account, &resource));
        }
    }
}

/// Every text in quotes, and whether a colon follows it.
fn quoted(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut rest = text.chars();
    while rest.any(|c| c == '"') {
        let mut piece = String::new();
        loop {
            match rest.next() {
                // It does not end: whatever it is, it has no name.
                None => {
                    found.push((piece, false));
                    return found;
                }
                Some('"') => break,
                Some('\\') => piece.extend(rest.next()),
                Some(c) => piece.push(c),
            }
        }
        let is_key = rest.as_str().trim_start().starts_with(':');
        found.push((piece, is_key));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYS: FingerprintKey = FingerprintKey::new([7; 32]);

    fn read(text: &str) -> HiddenText {
        HiddenText::read(text, &Arn::from("arn:aws:states:eu-west-1:111122223333:stateMachine:x"), &KEYS)
    }

    fn secrets(text: &str) -> Vec<(String, String)> {
        read(text).secrets.into_iter().map(|secret| (secret.key, secret.sign.rule)).collect()
    }

    fn pair(key: &str, rule: &str) -> (String, String) {
        (key.to_owned(), rule.to_owned())
    }

    #[test]
    fn secrets_are_found_at_any_depth_and_not_kept() {
        let token = ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat();
        let inner = serde_json::json!({ "dbPassword": "S3cr3t-Hunter2" }).to_string();
        let text = serde_json::json!({ "a": [{ "b": token }], "Input": inner, "DB_PASSWORD": 12_345_678 }).to_string();
        assert_eq!(
            secrets(&text),
            [
                pair("DB_PASSWORD", "entropy-under-telling-name"),
                pair("b", "github-token"),
                pair("dbPassword", "entropy-under-telling-name")
            ]
        );
        let kept = serde_json::to_string(&read(&text)).unwrap();
        for gone in [token.as_str(), "Hunter2", "12345678"] {
            assert!(!kept.contains(gone), "{kept}");
        }
        assert_eq!(read(&text).length, text.len());
    }

    #[test]
    fn a_secret_for_a_name_is_not_kept_either() {
        let token = ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat();
        let text = serde_json::json!({ (token.clone()): { "password": "S3cr3t-Hunter2" } }).to_string();
        assert_eq!(secrets(&text), [pair("", "github-token"), pair("password", "entropy-under-telling-name")]);
        assert!(!serde_json::to_string(&read(&text)).unwrap().contains(&token));
    }

    #[test]
    fn what_is_taken_from_elsewhere_is_no_secret() {
        for text in [
            r#"{"password.$":"$.password"}"#,
            r#"{"password":"$.detail.password"}"#,
            r#"{"password":"{% $states.input.password %}"}"#,
            r#"{"password":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"}"#,
            r#"{"password": <password>}"#,
            r#"{"password": "<password>"}"#,
            r#"{"password":true}"#,
            "",
            "{",
        ] {
            assert_eq!(secrets(text), [], "{text}");
        }
    }

    #[test]
    fn a_template_that_is_no_json_is_read_by_its_quotes() {
        assert_eq!(
            secrets(r#"{"id": <id>, "password": "S3cr3t-\"Hunter2", "note": "x"}"#),
            [pair("password", "entropy-under-telling-name")]
        );
        assert_eq!(secrets("Server=db;User Id=app;Password=hunter2;"), [pair("", "password-in-connection-string")]);
    }

    #[test]
    fn functions_by_arn_and_by_name() {
        let text = r#"{"States":{
            "A":{"Resource":"arn:aws:lambda:eu-west-1:111122223333:function:orders:live"},
            "B":{"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"mail"}},
            "C":{"Arguments":{"FunctionName":"444455556666:function:other"}},
            "D":{"Parameters":{"FunctionName.$":"$.name","FunctionName":"$.name"}},
            "E":{"Resource":"arn:aws:lambda:eu-west-1:111122223333:layer:x:1"},
            "F":{"Arguments":{"FunctionName":"{% $name %}"}}}}"#;
        let named: Vec<String> = read(text).functions.iter().map(ToString::to_string).collect();
        assert_eq!(
            named,
            [
                "arn:aws:lambda:eu-west-1:111122223333:function:mail",
                "arn:aws:lambda:eu-west-1:111122223333:function:orders:live",
                "arn:aws:lambda:eu-west-1:444455556666:function:other",
            ]
        );
    }

    #[test]
    fn a_pattern_loses_its_secrets_and_nothing_else() {
        let plain = r#"{"source": ["aws.lambda"]}"#;
        assert_eq!(without_secrets(plain.to_owned(), &KEYS), plain);
        let id = ["AKIA", "ABCDEFGHIJKLMNOP"].concat();
        let pattern = format!(r#"{{"source":["aws.iam"],"detail":{{"key":["{id}"],"{id}":[1]}}}}"#);
        assert_eq!(without_secrets(pattern, &KEYS), r#"{"detail":{"[redacted]":[1],"key":["[redacted]"]},"source":["aws.iam"]}"#);
        assert_eq!(without_secrets(format!("no JSON {id}"), &KEYS), "[redacted]");
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_forgotten(text in any::<String>()) {
            let once = read(&text);
            prop_assert_eq!(&once, &read(&text));
        }

        #[test]
        fn no_value_is_kept(key in "[a-z]{1,8}_(password|token)", value in "[A-Za-z0-9+!]{12,40}") {
            let text = serde_json::json!({ (key): value }).to_string();
            prop_assert!(!serde_json::to_string(&read(&text)).unwrap().contains(&value));
        }
    }
}
