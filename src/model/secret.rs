//! What gives a secret away: known token shapes, telling names, entropy. And what only looks like one.

use super::environment::SecretSign;

/// Why `value` under `key` looks like a secret by its shape alone, whatever its name.
pub(super) fn proven(value: &str) -> Option<SecretSign> {
    let rule = token(value).or_else(|| structure(value))?;
    Some(SecretSign { rule: rule.to_owned(), proven: true })
}

/// Why `value` may be a secret, going by the name it stands under.
pub(super) fn guessed(key: &Key, value: &str) -> Option<SecretSign> {
    let trimmed = value.trim();
    if !key.is_telling() || trimmed.len() < 3 || refers(trimmed) {
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

    /// Whether it says that its value is a secret.
    pub(super) fn is_telling(&self) -> bool {
        if self.is_reference() {
            return false;
        }
        self.0.iter().any(|word| TELLING.contains(&word.as_str()))
            || SECRET_KEYS.iter().any(|kind| self.pair(kind, "key"))
            || self.pair("connection", "string")
    }

    fn pair(&self, first: &str, second: &str) -> bool {
        self.0.windows(2).any(|pair| matches!(pair, [a, b] if a == first && b == second))
    }
}

/// Whether `name` says that what it names is a secret, and not only refers to one: `db-password`, but not `db-password-arn`.
pub fn names_a_secret(name: &str) -> bool {
    Key::new(name).is_telling()
}

/// Characters of a token after its prefix.
#[derive(Clone, Copy)]
enum Alphabet {
    Upper,
    Hex,
    Word,
    Url,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        }
    }
}

/// Rule, prefix, least length of the rest, its characters.
const TOKENS: &[(&str, &str, usize, Alphabet)] = &[
    ("aws-access-key-id", "AKIA", 16, Alphabet::Upper),
    ("aws-access-key-id", "ASIA", 16, Alphabet::Upper),
    ("github-token", "ghp_", 36, Alphabet::Word),
    ("github-token", "gho_", 36, Alphabet::Word),
    ("github-token", "ghu_", 36, Alphabet::Word),
    ("github-token", "ghs_", 36, Alphabet::Word),
    ("github-token", "ghr_", 36, Alphabet::Word),
    ("github-token", "github_pat_", 22, Alphabet::Word),
    ("gitlab-token", "glpat-", 20, Alphabet::Url),
    ("slack-token", "xoxa-", 10, Alphabet::Url),
    ("slack-token", "xoxb-", 10, Alphabet::Url),
    ("slack-token", "xoxe-", 10, Alphabet::Url),
    ("slack-token", "xoxp-", 10, Alphabet::Url),
    ("slack-token", "xoxr-", 10, Alphabet::Url),
    ("slack-token", "xoxs-", 10, Alphabet::Url),
    ("slack-webhook", "hooks.slack.com/services/T", 8, Alphabet::Word),
    ("discord-webhook", "discord.com/api/webhooks/", 17, Alphabet::Word),
    ("stripe-key", "sk_live_", 10, Alphabet::Word),
    ("stripe-key", "rk_live_", 10, Alphabet::Word),
    ("stripe-key", "sk_test_", 10, Alphabet::Word),
    ("stripe-webhook-secret", "whsec_", 20, Alphabet::Word),
    ("google-api-key", "AIza", 35, Alphabet::Url),
    ("google-client-secret", "GOCSPX-", 20, Alphabet::Url),
    ("npm-token", "npm_", 36, Alphabet::Word),
    ("pypi-token", "pypi-AgEI", 20, Alphabet::Url),
    ("sendgrid-key", "SG.", 40, Alphabet::Url),
    ("twilio-key", "SK", 32, Alphabet::Hex),
    ("mailgun-key", "key-", 32, Alphabet::Hex),
    ("anthropic-key", "sk-ant-", 20, Alphabet::Url),
    ("openai-key", "sk-proj-", 20, Alphabet::Url),
    ("openai-key", "sk-", 40, Alphabet::Word),
    ("shopify-token", "shpat_", 32, Alphabet::Hex),
    ("digitalocean-token", "dop_v1_", 40, Alphabet::Hex),
    ("databricks-token", "dapi", 32, Alphabet::Hex),
    ("vault-token", "hvs.", 20, Alphabet::Url),
    ("doppler-token", "dp.pt.", 30, Alphabet::Word),
    ("new-relic-key", "NRAK-", 20, Alphabet::Upper),
    ("postman-key", "PMAK-", 20, Alphabet::Url),
    ("linear-key", "lin_api_", 30, Alphabet::Word),
    ("age-key", "AGE-SECRET-KEY-1", 30, Alphabet::Upper),
];

fn token(value: &str) -> Option<&'static str> {
    let found = |prefix: &str, least: usize, alphabet: Alphabet| {
        value.match_indices(prefix).any(|(at, _)| {
            let (before, from) = value.as_bytes().split_at(at);
            let fresh = before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
            let rest = from.get(prefix.len()..).unwrap_or_default();
            fresh && rest.iter().take_while(|byte| alphabet.has(**byte)).count() >= least
        })
    };
    TOKENS.iter().find(|(_, prefix, least, alphabet)| found(prefix, *least, *alphabet)).map(|(rule, ..)| *rule)
}

fn structure(value: &str) -> Option<&'static str> {
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY") {
        return Some("private-key");
    }
    if value.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).any(is_jwt) {
        return Some("json-web-token");
    }
    if password_in_url(value) {
        return Some("password-in-url");
    }
    if password_in_pairs(value) {
        return Some("password-in-connection-string");
    }
    None
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let base64url = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => {
            header.starts_with("eyJ") && header.len() >= 10 && claims.len() >= 10 && [header, claims, signature].into_iter().all(base64url)
        }
        _ => false,
    }
}

/// `scheme://user:password@host`
fn password_in_url(value: &str) -> bool {
    value.match_indices("://").any(|(at, separator)| {
        let rest = value.get(at + separator.len()..).unwrap_or_default();
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty() && !refers(password))
    })
}

/// `Server=db;Password=…;`, `AccountKey=…`
fn password_in_pairs(value: &str) -> bool {
    value.split([';', '&', ' ', '\n']).filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let name = name.trim().rsplit(['?', '"']).next().unwrap_or_default().to_ascii_lowercase();
        let telling = ["password", "passwd", "pwd", "accountkey", "sharedaccesskey", "sharedaccesssignature", "x-amz-signature"];
        telling.contains(&name.as_str()) && value.len() >= 3 && !refers(value)
    })
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
fn varied(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

fn is_base64(byte: u8) -> bool {
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
