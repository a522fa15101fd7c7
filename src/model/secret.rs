//! What gives a secret away: known shapes, telling names, entropy. And what only looks like one.

use super::{environment::SecretSign, shape};

/// Why `value` under `key` looks like a secret by its shape alone, whatever its name.
pub(super) fn proven(value: &str) -> Option<SecretSign> {
    let rule = shape::rule(value)?;
    Some(SecretSign { rule: rule.to_owned(), proven: true })
}

/// Why `value` may be a secret, going by the name it stands under.
pub(super) fn guessed(key: &Key, value: &str) -> Option<SecretSign> {
    let trimmed = value.trim();
    if !key.is_telling() || trimmed.len() < 3 || stands_for(trimmed) || key.names(trimmed) {
        return None;
    }
    let rule = if is_placeholder(trimmed) {
        "placeholder-under-telling-name"
    } else if trimmed.len() == 40 && trimmed.bytes().all(is_base64) && varied(trimmed) {
        "aws-secret-access-key"
    } else if trimmed.len() >= 8 && entropy(trimmed) >= 3.0 {
        "entropy-under-telling-name"
    } else {
        "literal-under-telling-name"
    };
    Some(SecretSign { rule: rule.to_owned(), proven: false })
}

/// The name of a variable in words: `dbPassword`, `DB_PASSWORD` and `db-password` are the same.
pub(super) struct Key(Vec<String>);

/// Words that say: here is a secret.
const TELLING: &[&str] = &[
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "creds",
    "jwt",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pat",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
];

/// Kinds of keys (before `_KEY`) that are secrets.
const SECRET_KEYS: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "client",
    "encryption",
    "hmac",
    "license",
    "master",
    "private",
    "secret",
    "shared",
    "signing",
    "storage",
];

/// Last words that make a name point at a secret, or describe one, rather than hold it.
const REFERENCES: &[&str] = &[
    "algorithm",
    "alias",
    "arn",
    "arns",
    "audience",
    "bucket",
    "class",
    "count",
    "days",
    "dir",
    "directory",
    "disabled",
    "domain",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "format",
    "function",
    "group",
    "header",
    "host",
    "hostname",
    "hours",
    "id",
    "identifier",
    "ids",
    "index",
    "issuer",
    "label",
    "length",
    "limit",
    "location",
    "manager",
    "max",
    "method",
    "min",
    "minutes",
    "mode",
    "ms",
    "name",
    "names",
    "namespace",
    "param",
    "parameter",
    "parameters",
    "path",
    "paths",
    "policy",
    "port",
    "prefix",
    "provider",
    "queue",
    "ref",
    "reference",
    "region",
    "required",
    "role",
    "rotation",
    "scope",
    "seconds",
    "size",
    "source",
    "stage",
    "store",
    "suffix",
    "table",
    "timeout",
    "topic",
    "ttl",
    "type",
    "uri",
    "url",
    "urls",
    "version",
];

/// Last words of names that say how secrets are made, how long they last or what handles them. Nobody has to keep the values.
const DESCRIPTIONS: &[&str] = &[
    "age",
    "alg",
    "algo",
    "attempts",
    "aud",
    "cache",
    "claim",
    "claims",
    "cookie",
    "cost",
    "digits",
    "duration",
    "encoding",
    "event",
    "flow",
    "grant",
    "in",
    "interval",
    "iss",
    "iterations",
    "kid",
    "kind",
    "lambda",
    "level",
    "lifetime",
    "page",
    "pattern",
    "percent",
    "percentage",
    "pool",
    "rate",
    "ratio",
    "realm",
    "regex",
    "retries",
    "rounds",
    "rules",
    "scheme",
    "service",
    "stack",
    "strategy",
    "strength",
    "template",
    "tenant",
    "threshold",
    "time",
    "user",
    "username",
    "validator",
    "window",
];

impl Key {
    pub(super) fn new(key: &str) -> Self {
        let mut words = Vec::new();
        let mut word = String::new();
        let mut was_lower = false;
        for c in key.chars() {
            if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
                words.push(std::mem::take(&mut word));
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            was_lower = c.is_lowercase();
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        Self(words)
    }

    /// Whether any of its words is `word`.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }

    /// Its last word.
    pub(super) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// Whether it names where something is, or describes it.
    pub(super) fn is_reference(&self) -> bool {
        REFERENCES.contains(&self.last())
            || ["powertools", "ssm", "secretsmanager", "kms"].iter().any(|word| self.has(word))
            || self.pair("secrets", "manager")
    }

    /// Whether it says something about secrets, or means another kind of token.
    fn describes(&self) -> bool {
        DESCRIPTIONS.contains(&self.last())
            // Tokens of a language model are counted, and those of a list or a task come and go.
            || (self.last() == "tokens" && ["budget", "input", "max", "min", "num", "output", "per", "total"].iter().any(|word| self.has(word)))
            || ["continuation", "idempotency", "next", "page", "request", "task"].iter().any(|kind| self.pair(kind, "token"))
    }

    /// Whether it says that its value is a secret.
    pub(super) fn is_telling(&self) -> bool {
        if self.is_reference() || self.describes() {
            return false;
        }
        self.0.iter().any(|word| TELLING.contains(&word.as_str()))
            || SECRET_KEYS.iter().any(|kind| self.pair(kind, "key"))
            || self.pair("connection", "string")
    }

    /// Whether `value` is the name of what the key calls a secret, or of a way to sign in, and not the thing itself:
    /// `DB_SECRET=orders-db-credentials`, `AUTH=cognito`. A password may be made of such words, so under that nothing is.
    fn names(&self, value: &str) -> bool {
        let telling: Vec<&str> = self.0.iter().map(String::as_str).filter(|word| TELLING.contains(word)).collect();
        let only = |words: &[&str]| !telling.is_empty() && telling.iter().all(|word| words.contains(word));
        let is_lower = value.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'/' | b'.'));
        let says_so = || Key::new(value).0.iter().any(|word| TELLING.contains(&word.as_str()) || word == "key");
        // Secrets that RDS keeps by itself.
        (only(&["secret", "secrets", "credential", "credentials", "creds"])
            && (value.starts_with("rds!") || (is_lower && value.contains(['-', '_']) && says_so())))
            || (only(&["auth", "authorization"]) && self.0.len() <= 3 && is_lower)
    }

    fn pair(&self, first: &str, second: &str) -> bool {
        self.0.windows(2).any(|pair| matches!(pair, [a, b] if a == first && b == second))
    }
}

/// Whether `name` says that what it names is a secret, and not only refers to one: `db-password`, but not `db-password-arn`.
pub fn names_a_secret(name: &str) -> bool {
    Key::new(name).is_telling()
}

/// Whether `value` only says where something is: a template, an ARN, a path of the parameter store, a key's alias.
pub(super) fn refers(value: &str) -> bool {
    let template = [("${", "}"), ("{{", "}}"), ("<", ">"), ("%", "%"), ("#{", "}")];
    template.iter().any(|(open, close)| value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close))
        || value.starts_with("arn:aws")
        || value.starts_with("alias/")
        || value.starts_with("resolve:")
        || value.contains("{{resolve:")
        // `prod/db/password`: a name of Secrets Manager; random text mixes its cases.
        || (value.contains('/')
            && !value.bytes().any(|byte| byte.is_ascii_uppercase())
            && value.split('/').skip_while(|part| part.is_empty()).all(is_plain_word))
}

/// Whether something else is to be put in place of `value`, or was: `$PASSWORD`, `{password}`, `%s`, `****`.
pub(super) fn stands_for(value: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    refers(value)
        || value == "%s"
        || value.strip_prefix('$').is_some_and(is_name)
        || value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(is_name)
        || value.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'*' | b'.'))
}

/// A word as people write them in names: one case or CamelCase, short, not random.
pub(super) fn is_plain_word(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 64
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'))
        && !word.split(['_', '-', '.', '@']).any(is_random)
}

/// Whether lower case, upper case and digits change places too often for words.
fn is_random(part: &str) -> bool {
    if part.len() < 10 {
        return false;
    }
    let class = |byte: u8| (byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let bytes = part.as_bytes();
    let runs = 1 + bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| class(**a) != class(**b)).count();
    let lower = bytes.iter().any(u8::is_ascii_lowercase);
    // CloudFormation ends names with up to 13 capitals and digits.
    let changing = (lower || part.len() > 13) && runs > 1 && runs * 22 > part.len() * 10;
    let hexadecimal = part.len() >= 16 && bytes.iter().all(u8::is_ascii_hexdigit) && bytes.iter().any(u8::is_ascii_digit);
    changing || varied(part) || hexadecimal
}

/// Upper and lower case and digits together.
pub(super) fn varied(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words =
        ["changeme", "change_me", "change-me", "dummy", "example", "password", "placeholder", "replaceme", "secret", "test", "todo"];
    words.contains(&lower.as_str()) || value.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'*' | b'.'))
}

/// Shannon's entropy in bits a byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_words() {
        for key in [
            "DB_PASSWORD",
            "dbPassword",
            "db-password",
            "db.password",
            "PASSWORD",
            "MY_API_KEY",
            "apiKey",
            "GITHUB_TOKEN",
            "clientSecret",
            "ConnectionString",
        ] {
            assert!(Key::new(key).is_telling(), "{key}");
        }
        for key in [
            "DB_SECRET_NAME",
            "DB_SECRET_ARN",
            "TOKEN_TTL",
            "PASSWORD_MIN_LENGTH",
            "KMS_KEY",
            "SECRETS_MANAGER_SECRET",
            "AUTH_URL",
            "COMPASS",
            "KEYBOARD",
            "PARTITION_KEY",
            "",
        ] {
            assert!(!Key::new(key).is_telling(), "{key}");
        }
    }

    #[test]
    fn words_and_noise() {
        for word in ["orders", "OrdersTable", "1XKQJ2V7J5Z0M", "otel-instrument", "ca-bundle.pem", "python3.13", "eu-west-1", "x86_64"] {
            assert!(is_plain_word(word), "{word}");
        }
        for noise in ["wJalrXUtnFEMI", "aB3dE5fG7hI9", "3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn", "0123456789abcdef0a1b2c3d", "a b", "", "ü"] {
            assert!(!is_plain_word(noise), "{noise}");
        }
    }

    #[test]
    fn entropy_in_bits() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abcd"), 2.0);
        assert_eq!(entropy(""), 0.0);
    }
}
