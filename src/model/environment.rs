//! Environment variables: what may be kept of a value, and what it gives away.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    SecretPatterns,
    secret::{self, Key, is_plain_word},
};

/// What is kept of an environment variable's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentValue {
    /// Provably harmless: a number, a boolean, a Region, a log level, an ARN, a path.
    Plain(String),
    /// Anything else: only its length, a fingerprint to compare it by, and what it looks like.
    Redacted {
        /// Length in bytes.
        length: usize,
        /// Keyed BLAKE3, 16 hexadecimal digits: equal values of one installation compare equal.
        fingerprint: String,
        /// What kind of secret it looks like, if any.
        secret: Option<SecretSign>,
    },
}

/// Why a value looks like a secret: the rule that matched, never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretSign {
    /// The rule, such as `aws-secret-access-key` or `entropy-under-telling-name`.
    pub rule: String,
    /// Whether the shape alone proves it (a token prefix, a PEM block), as against a guess by name and entropy.
    pub proven: bool,
}

/// The key of fingerprints: one an installation, so that a snapshot alone cannot be guessed against. With it go the user's
/// own patterns of secrets, which are asked wherever a value is.
#[derive(Clone)]
pub struct FingerprintKey {
    bytes: [u8; 32],
    patterns: SecretPatterns,
}

impl FingerprintKey {
    /// Wraps 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self { bytes, patterns: SecretPatterns::new() }
    }

    /// With the user's own patterns of secrets.
    #[must_use]
    pub fn with_patterns(self, patterns: SecretPatterns) -> Self {
        Self { patterns, ..self }
    }

    /// Why `value` looks like a secret by its shape alone: to the user, or to everybody.
    pub(super) fn proven(&self, value: &str) -> Option<SecretSign> {
        self.patterns.sign(value).or_else(|| secret::proven(value))
    }

    /// Keyed BLAKE3 of `text`, 16 hexadecimal digits.
    pub(super) fn of(&self, text: &str) -> String {
        blake3::keyed_hash(&self.bytes, text.as_bytes()).to_hex().chars().take(16).collect()
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

impl EnvironmentValue {
    /// What may be kept of `value` under the name `key`.
    pub fn classify(key: &str, value: &str, fingerprints: &FingerprintKey) -> Self {
        let name = Key::new(key);
        let secret = match fingerprints.proven(value) {
            None if is_harmless(&name, value) => return Self::Plain(value.to_owned()),
            None => secret::guessed(&name, value),
            proven => proven,
        };
        Self::Redacted { length: value.len(), fingerprint: fingerprints.of(value), secret }
    }
}

/// Values that say nothing in any case.
const WORDS: &[&str] = &[
    "all",
    "async",
    "auto",
    "aws",
    "critical",
    "csv",
    "debug",
    "default",
    "demo",
    "dev",
    "development",
    "disabled",
    "enabled",
    "error",
    "false",
    "fatal",
    "gzip",
    "info",
    "json",
    "live",
    "local",
    "no",
    "none",
    "null",
    "off",
    "on",
    "preview",
    "prod",
    "production",
    "qa",
    "sandbox",
    "staging",
    "stage",
    "strict",
    "sync",
    "test",
    "testing",
    "text",
    "trace",
    "true",
    "uat",
    "utc",
    "utf-8",
    "utf8",
    "warn",
    "warning",
    "xml",
    "yaml",
    "yes",
];

/// Names whose values are one of a few.
const ENUMERATIONS: &[&str] =
    &["env", "environment", "format", "lang", "language", "level", "locale", "mode", "runtime", "stage", "tier", "timezone", "tz"];

/// Whether `value` is provably no secret: when in doubt it is not.
fn is_harmless(key: &Key, value: &str) -> bool {
    // A literal under a telling name is a secret, however dull it looks: `DB_PASSWORD=12345678`.
    let named = !key.is_telling();
    value.is_empty()
        || (WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
            && (named || !matches!(value.to_ascii_lowercase().as_str(), "test" | "default")))
        || is_region(value)
        || is_arn(value)
        || is_template(value)
        || is_path(value)
        || is_url(value)
        || is_tuning(key, value)
        || (value.starts_with("alias/") && value.split('/').all(is_plain_word))
        || (named && (is_number(value) || is_host(value)))
        || (key.is_reference() && (is_plain_name(value) || is_uuid(value)))
        || (named && (key.has("powertools") || ENUMERATIONS.contains(&key.last())) && is_plain_name(value))
}

/// Up to twelve digits, as an account id has: longer ones may be a card's.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    (1..=12).contains(&count) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && digits.matches('.').count() <= 1
}

/// `eu-west-1`
fn is_region(value: &str) -> bool {
    let mut parts = value.rsplit('-');
    let number = parts.next().is_some_and(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    let area = words.last().is_some_and(|area| area.len() == 2);
    number
        && area
        && matches!(words.len(), 2 | 3)
        && words.iter().all(|word| word.len() <= 9 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn is_arn(value: &str) -> bool {
    value.starts_with("arn:aws")
        && value.len() <= 512
        && value.split(':').count() >= 6
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/_.@$*+=,-".contains(&byte))
}

/// CloudFormation's reference to a secret.
fn is_template(value: &str) -> bool {
    value.starts_with("{{resolve:") && value.ends_with("}}") && value.len() <= 512 && !value.contains(char::is_whitespace)
}

/// `/opt/python`, `/prod/db/password`, several with colons between: words with slashes, nothing random.
fn is_path(value: &str) -> bool {
    value.split(':').all(|path| {
        let rest = path.strip_prefix('/').or_else(|| path.strip_prefix("./")).or_else(|| path.strip_prefix("../"));
        rest.is_some_and(|rest| rest.trim_end_matches('/').split('/').all(is_plain_word))
    })
}

/// A URL without user, query or fragment, whose path has nothing random.
fn is_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = is_host(authority) || authority.split(':').next() == Some("localhost");
    scheme.len() <= 12
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'+')
        && host
        && (path.is_empty() || path.trim_end_matches('/').split('/').all(is_plain_word))
}

/// `db.internal.example.com`, perhaps with a port.
fn is_host(value: &str) -> bool {
    let (host, port) = value.split_once(':').map_or((value, None), |(host, port)| (host, Some(port)));
    let port = port.is_none_or(|port| port.len() <= 5 && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    port && host.contains('.') && host.len() <= 253 && host.split('.').all(label)
}

/// A name as tables and buckets have them, in words.
fn is_plain_name(value: &str) -> bool {
    value.len() <= 128 && value.trim_start_matches('/').split(['/', ':', ',']).all(is_plain_word)
}

fn is_uuid(value: &str) -> bool {
    let parts: Vec<&str> = value.strip_prefix("mrk-").unwrap_or(value).split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Options of Node.js that take one of a few words.
const NODE_CHOICES: &[(&str, &[&str])] = &[
    ("disable-proto", &["delete", "throw"]),
    ("dns-result-order", &["ipv4first", "ipv6first", "verbatim"]),
    ("unhandled-rejections", &["none", "strict", "throw", "warn", "warn-with-error-code"]),
];

/// Switches of Node.js that have a number in their name.
const NODE_SWITCHES: &[&str] = &["tls-max-v1.2", "tls-max-v1.3", "tls-min-v1.0", "tls-min-v1.1", "tls-min-v1.2", "tls-min-v1.3"];

/// Whether `value` gives a language runtime options that only tune it: switches, sizes or counts, and one of a few words.
fn is_tuning(key: &Key, value: &str) -> bool {
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let size = |text: &str| is_number(text.trim_end_matches(['k', 'm', 'g', 'K', 'M', 'G']));
    let node = |option: &str| {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        // Node.js takes underscores for hyphens.
        let is_name = |name: &str| name.split(['-', '_']).all(word);
        let is_choice = |name: &str, value: &str| NODE_CHOICES.iter().any(|(of, words)| *of == name && words.contains(&value));
        name.strip_prefix("--").is_some_and(|name| match value {
            None => is_name(name) || NODE_SWITCHES.contains(&name),
            Some(value) => is_name(name) && (is_number(value) || is_choice(name, value)),
        })
    };
    let java = |option: &str| {
        if let Some(size_of) = ["-Xmx", "-Xms", "-Xss"].iter().find_map(|prefix| option.strip_prefix(prefix)) {
            return size(size_of);
        }
        option.strip_prefix("-XX:").is_some_and(|option| match option.split_once('=') {
            Some((name, value)) => letters(name) && size(value),
            None => option.strip_prefix(['+', '-']).is_some_and(letters),
        })
    };
    let mut options = value.split_ascii_whitespace();
    (key.has("node") && key.last() == "options" && options.clone().all(node))
        || (key.has("java") && key.last() == "options" && options.all(java))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: FingerprintKey = FingerprintKey::new([7; 32]);

    /// `plain`, `redacted`, or the rule; `!` after rules that prove it.
    fn class(key: &str, value: &str) -> String {
        match EnvironmentValue::classify(key, value, &KEY) {
            EnvironmentValue::Plain(kept) => {
                assert_eq!(kept, value);
                "plain".to_owned()
            }
            EnvironmentValue::Redacted { secret: None, .. } => "redacted".to_owned(),
            EnvironmentValue::Redacted { secret: Some(sign), .. } => format!("{}{}", sign.rule, if sign.proven { "!" } else { "" }),
        }
    }

    #[test]
    fn secrets_by_their_shape_under_any_name() {
        // Put together here, so that no scanner takes this file for a leak.
        let rest = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
        let hex = "0123456789abcdef0123456789abcdef0123456789";
        let upper = "ABCDEFGHIJKLMNOPQRSTUVWX2345672345";
        let cases = [
            (format!("AKIA{}", &upper[..16]), "aws-access-key-id!"),
            (format!("key=ASIA{}", &upper[..16]), "aws-access-key-id!"),
            (format!("ghp_{}", &rest[..36]), "github-token!"),
            (format!("github_pat_{rest}"), "github-token!"),
            (format!("glpat-{}", &rest[..20]), "gitlab-token!"),
            (format!("xoxb-{}", &rest[..24]), "slack-token!"),
            (format!("https://hooks.slack.com/services/T{}/B1/x", &upper[..9]), "slack-webhook!"),
            (format!("sk_live_{}", &rest[..24]), "stripe-key!"),
            (format!("rk_live_{}", &rest[..24]), "stripe-key!"),
            (format!("AIza{}", &rest[..35]), "google-api-key!"),
            (format!("npm_{}", &rest[..36]), "npm-token!"),
            (format!("SG.{}.{}", &rest[..22], &rest[..43]), "sendgrid-key!"),
            (format!("SK{}", &hex[..32]), "twilio-key!"),
            (format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{}", &rest[..20]), "json-web-token!"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE".to_owned(), "private-key!"),
            ("postgres://app:hunter2@db.internal:5432/orders".to_owned(), "password-in-url!"),
            ("redis://:hunter2@cache.internal".to_owned(), "password-in-url!"),
            ("Server=db;User Id=app;Password=hunter2;".to_owned(), "password-in-connection-string!"),
        ];
        for (value, rule) in cases {
            for key in ["X", "CONFIG", "DB_SECRET_NAME", "POWERTOOLS_X", "GITHUB_TOKEN"] {
                assert_eq!(class(key, &value), rule, "{key}={value}");
            }
        }
    }

    #[test]
    fn secrets_by_their_name() {
        let secret_key = ["wJalrXUtnFEMI", "/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
        let cases = [
            ("DB_PASSWORD", "S3cr3t-Hunter2", "entropy-under-telling-name"),
            ("dbPassword", "correct horse", "literal-under-telling-name"),
            ("DB_PASSWORD", "12345678", "entropy-under-telling-name"),
            ("DB_PASSWORD", "hunter2", "literal-under-telling-name"),
            ("DB_PASSWORD", "changeme", "placeholder-under-telling-name"),
            ("API_KEY", "f3a9c1d07b52", "entropy-under-telling-name"),
            ("AWS_SECRET_KEY", secret_key.as_str(), "aws-secret-access-key"),
            ("AUTH_TOKEN", "0b9f2b0e-6a0d-4c3e-9a55-0f5f3f1f7a11", "entropy-under-telling-name"),
            ("CLIENT_SECRET", "db.internal.example.com", "entropy-under-telling-name"),
            // Bare letters and digits, as Datadog and others give out.
            ("DD_API_KEY", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "entropy-under-telling-name"),
            ("DB_SECRET", "correct-horse", "literal-under-telling-name"),
            ("DB_PASSWORD", "my-secret-password", "entropy-under-telling-name"),
            ("BASIC_AUTH", "app:hunter2", "entropy-under-telling-name"),
            ("AUTH", "a8f3c2d1e5b7", "entropy-under-telling-name"),
        ];
        for (key, value, rule) in cases {
            assert_eq!(class(key, value), rule, "{key}={value}");
        }
    }

    #[test]
    fn named_false_positives_are_left_alone() {
        let cases = [
            ("DB_SECRET_NAME", "prod/orders/db"),
            ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"),
            ("SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"),
            ("DB_PASSWORD", "/prod/db/password"),
            ("DB_PASSWORD", "{{resolve:secretsmanager:prod/db:SecretString:password}}"),
            ("DB_PASSWORD_PARAMETER", "orders-db-password"),
            ("NODE_EXTRA_CA_CERTS", "/etc/ssl/certs/ca-bundle.pem"),
            ("TOKEN_CA_BUNDLE", "/opt/certs/rds-combined-ca-bundle.pem"),
            ("PASSWORD_REQUIRED", "true"),
            ("USE_TOKEN", "FALSE"),
            ("DB_PASSWORD", ""),
            ("POWERTOOLS_SERVICE_NAME", "orders"),
            ("POWERTOOLS_METRICS_NAMESPACE", "Shop"),
            ("POWERTOOLS_LOGGER_LOG_EVENT", "true"),
            ("TOKEN_ENDPOINT", "https://auth.example.com/oauth2/token"),
            ("AUTH_TOKEN", "https://auth.example.com/oauth2/token"),
            ("KMS_KEY_ID", "0b9f2b0e-6a0d-4c3e-9a55-0f5f3f1f7a11"),
            ("KMS_KEY", "alias/orders"),
            ("ENCRYPTION_KEY", "alias/orders"),
            ("TOKEN_TTL_SECONDS", "3600"),
            ("CLIENT_ID", "orders-frontend"),
        ];
        for (key, value) in cases {
            assert_eq!(class(key, value), "plain", "{key}={value}");
        }
    }

    #[test]
    fn what_is_provably_harmless_is_kept() {
        let cases = [
            ("DEBUG", "1"),
            ("RATE", "0.25"),
            ("ACCOUNT", "123456789012"),
            ("REGION", "eu-west-1"),
            ("REGION", "us-gov-west-1"),
            ("LOG_LEVEL", "INFO"),
            ("TABLE_NAME", "orders-prod"),
            ("ORDERS_TABLE", "shop-OrdersTable-1XKQJ2V7J5Z0M"),
            ("BUCKET", "shop-uploads"),
            ("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"),
            ("DB_HOST", "db.internal.example.com:5432"),
            ("PYTHONPATH", "/opt/python:/var/task/lib"),
            ("AWS_LAMBDA_EXEC_WRAPPER", "/opt/otel-instrument"),
            ("NODE_OPTIONS", "--enable-source-maps --max-old-space-size=1536"),
            ("NODE_OPTIONS", "--dns-result-order=ipv4first --trace-warnings --max-http-header-size=16384"),
            ("NODE_OPTIONS", "--max_old_space_size=1536 --unhandled-rejections=strict --tls-min-v1.2"),
            ("JAVA_TOOL_OPTIONS", "-XX:+TieredCompilation -XX:TieredStopAtLevel=1 -Xmx512m"),
            ("STAGE", "canary"),
            ("TZ", "Europe/Berlin"),
        ];
        for (key, value) in cases {
            assert_eq!(class(key, value), "plain", "{key}={value}");
        }
    }

    #[test]
    fn what_might_be_anything_is_not() {
        let cases = [
            ("LICENCE", "aGVsbG8gd29ybGQgdGhpcyBpcyBiYXNlNjQ"),
            ("CARD", "4111111111111111"),
            ("CALLBACK", "https://example.com/hook?key=a1b2c3"),
            ("CALLBACK", "https://example.com/hook/aB3dE5fG7hI9jK1l"),
            ("BLOB", "/9j/4AAQSkZJRgABAQAASABIAAD"),
            ("CLIENT_ID", "3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn"),
            ("GREETING", "hello world"),
            ("STAGE_DOOR", "Xyzzy"),
            ("DB_URL", "postgres://app@db.internal/orders"),
            ("DB_PASSWORD", "${DB_PASSWORD}"),
            ("DB_SECRET", "prod/db/credentials"),
            ("NODE_OPTIONS", "--require /opt/x.js"),
            ("NODE_OPTIONS", "--title=Xyzzy"),
            ("NODE_OPTIONS", "--title=ipv4first"),
            ("NODE_OPTIONS", "--dns-result-order=Xyzzy"),
            ("NODE_OPTIONS", "--enable-source-maps -r ./x.js"),
            ("NODE_OPTIONS", "--import=file:///opt/x.mjs"),
            ("NODE_OPTIONS", "--loader=ts-node/esm"),
            ("NODE_OPTIONS", "--inspect=0.0.0.0:9229"),
            ("JAVA_TOOL_OPTIONS", "-javaagent:/opt/x.jar -Ddb.password=Xyzzy"),
            ("SSH_OPTIONS", "--quiet"),
            ("NAME", "名前"),
            // Who signs in is nobody else's business either.
            ("DB_USERNAME", "orders_app"),
            ("SESSION_COOKIE", "abc123def"),
            ("AUTH", "cognito"),
        ];
        for (key, value) in cases {
            assert_eq!(class(key, value), "redacted", "{key}={value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_redacted_is_nowhere_in_what_is_written(key in "[A-Za-z_]{1,24}", value in "[ -~]{8,80}") {
            let kept = EnvironmentValue::classify(&key, &value, &KEY);
            if let EnvironmentValue::Redacted { secret, length, .. } = &kept {
                let json = serde_json::to_string(&kept).unwrap();
                prop_assert!(!json.contains(&value));
                prop_assert_eq!(*length, value.len());
                // The rule is one of ours.
                prop_assert!(secret.iter().all(|sign| sign.rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
            }
        }

        #[test]
        fn random_text_is_never_kept(key in "[A-Z]{1,8}_(PASSWORD|TOKEN|SECRET|KEY|VALUE|ID|NAME|URL)", value in "[A-Z][a-z][0-9][A-Za-z0-9+/=]{29,60}") {
            let kept = matches!(EnvironmentValue::classify(&key, &value, &KEY), EnvironmentValue::Plain(_));
            prop_assert!(!kept);
        }

        #[test]
        fn any_text_is_classified(key in any::<String>(), value in any::<String>()) {
            let once = EnvironmentValue::classify(&key, &value, &KEY);
            prop_assert_eq!(once, EnvironmentValue::classify(&key, &value, &KEY));
        }
    }

    #[test]
    fn fingerprints_compare_within_an_installation_only() {
        let of = |value: &str, key: FingerprintKey| match EnvironmentValue::classify("X", value, &key) {
            EnvironmentValue::Redacted { fingerprint, .. } => fingerprint,
            EnvironmentValue::Plain(_) => panic!("{value} was kept"),
        };
        assert_eq!(of("hello world", KEY), of("hello world", KEY));
        assert_ne!(of("hello world", KEY), of("hello worle", KEY));
        assert_ne!(of("hello world", KEY), of("hello world", FingerprintKey::new([8; 32])));
    }
}
