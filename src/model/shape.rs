//! Secrets that their own text gives away: tokens by how they begin or by what stands in their middle, keys, passwords in
//! URLs and connection strings.
//!
//! The shapes of tokens are those that the services publish, with the lengths they have. Where a service gives out bare letters and
//! digits there is no shape, and only the name above it can tell.

use super::secret::{is_base64, stands_for, varied};

/// Characters of a token.
#[derive(Debug, Clone, Copy)]
enum Alphabet {
    Digit,
    Upper,
    Hex,
    Alnum,
    Word,
    Url,
    Azure,
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Azure => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        }
    }
}

/// How long the rest is: this, or more.
type Length = (usize, usize);

/// So many characters of these.
type Run = (Length, Alphabet);

/// So many, and not one more.
const fn exactly(count: usize) -> Length {
    (count, count)
}

/// So many or more.
const fn least(count: usize) -> Length {
    (count, usize::MAX)
}

use Alphabet::{Alnum, Azure, Base64, Digit, Hex, Upper, Url, Word};

/// Rule, how it begins, what follows.
const PREFIXED: &[(&str, &str, Length, Alphabet)] = &[
    // Clouds.
    ("aws-access-key-id", "AKIA", exactly(16), Upper),
    ("aws-access-key-id", "ASIA", exactly(16), Upper),
    ("aws-bedrock-key", "ABSK", least(100), Base64),
    ("google-api-key", "AIza", least(35), Url),
    ("google-client-secret", "GOCSPX-", least(20), Url),
    ("google-access-token", "ya29.", least(40), Url),
    ("alibaba-access-key-id", "LTAI", (16, 24), Alnum),
    ("digitalocean-token", "dop_v1_", least(40), Hex),
    ("digitalocean-token", "doo_v1_", least(40), Hex),
    ("digitalocean-token", "dor_v1_", least(40), Hex),
    ("heroku-key", "HRKU-AA", least(40), Url),
    ("cloudflare-origin-key", "v1.0-", least(100), Url),
    ("fly-token", "fo1_", least(40), Url),
    ("netlify-token", "nfp_", least(36), Alnum),
    // Code and packages.
    ("github-token", "ghp_", least(36), Word),
    ("github-token", "gho_", least(36), Word),
    ("github-token", "ghu_", least(36), Word),
    ("github-token", "ghs_", least(36), Word),
    ("github-token", "ghr_", least(36), Word),
    ("github-token", "github_pat_", least(22), Word),
    ("gitlab-token", "glpat-", least(20), Url),
    ("gitlab-token", "gldt-", least(20), Url),
    ("gitlab-token", "glrt-", least(20), Url),
    ("gitlab-token", "glcbt-", least(20), Url),
    ("gitlab-token", "glptt-", least(40), Hex),
    ("gitlab-token", "gloas-", least(60), Url),
    ("gitlab-token", "glsoat-", least(20), Url),
    ("gitlab-token", "glagent-", least(40), Url),
    ("npm-token", "npm_", least(36), Word),
    ("pypi-token", "pypi-AgEI", least(20), Url),
    ("rubygems-token", "rubygems_", exactly(48), Hex),
    ("artifactory-key", "AKCp", exactly(69), Alnum),
    ("pulumi-token", "pul-", exactly(40), Hex),
    ("atlassian-token", "ATATT3", least(60), Url),
    ("sourcegraph-token", "sgp_", least(40), Word),
    ("docker-token", "dckr_pat_", least(20), Url),
    // People and messages.
    ("slack-token", "xoxa-", least(10), Url),
    ("slack-token", "xoxb-", least(10), Url),
    ("slack-token", "xoxe-", least(10), Url),
    ("slack-token", "xoxp-", least(10), Url),
    ("slack-token", "xoxr-", least(10), Url),
    ("slack-token", "xoxs-", least(10), Url),
    ("slack-token", "xapp-", least(20), Url),
    ("slack-webhook", "hooks.slack.com/services/T", least(8), Word),
    ("slack-webhook", "hooks.slack.com/workflows/T", least(8), Word),
    ("slack-webhook", "hooks.slack.com/triggers/", least(8), Word),
    ("discord-webhook", "discord.com/api/webhooks/", least(17), Word),
    ("discord-webhook", "discordapp.com/api/webhooks/", least(17), Word),
    ("teams-webhook", "webhook.office.com/webhookb2/", least(36), Url),
    ("sendgrid-key", "SG.", least(40), Url),
    ("twilio-key", "SK", exactly(32), Hex),
    ("mailgun-key", "key-", exactly(32), Hex),
    ("brevo-key", "xkeysib-", least(64), Url),
    // Money and shops.
    ("stripe-key", "sk_live_", least(10), Word),
    ("stripe-key", "rk_live_", least(10), Word),
    ("stripe-key", "sk_test_", least(10), Word),
    ("stripe-key", "rk_test_", least(10), Word),
    ("stripe-webhook-secret", "whsec_", least(20), Base64),
    ("square-token", "sq0atp-", least(22), Url),
    ("square-token", "sq0csp-", least(40), Url),
    ("shopify-token", "shpat_", least(32), Hex),
    ("shopify-token", "shpca_", least(32), Hex),
    ("shopify-token", "shppa_", least(32), Hex),
    ("shopify-token", "shpss_", least(32), Hex),
    ("shippo-token", "shippo_live_", exactly(40), Hex),
    ("easypost-key", "EZAK", exactly(54), Alnum),
    // Models.
    ("anthropic-key", "sk-ant-", least(20), Url),
    ("openai-key", "sk-proj-", least(20), Url),
    ("openai-key", "sk-svcacct-", least(20), Url),
    ("openai-key", "sk-admin-", least(20), Url),
    ("openrouter-key", "sk-or-v1-", exactly(64), Hex),
    ("openai-key", "sk-", least(40), Word),
    ("hugging-face-token", "hf_", least(34), Alnum),
    ("perplexity-key", "pplx-", least(40), Alnum),
    ("replicate-token", "r8_", least(37), Alnum),
    ("groq-key", "gsk_", least(40), Alnum),
    ("xai-key", "xai-", least(60), Alnum),
    // What runs and watches things.
    ("vault-token", "hvs.", least(20), Url),
    ("vault-token", "hvb.", least(60), Url),
    ("doppler-token", "dp.pt.", least(30), Word),
    ("doppler-token", "dp.st.", least(30), Url),
    ("one-password-token", "ops_eyJ", least(60), Base64),
    ("databricks-token", "dapi", exactly(32), Hex),
    ("grafana-token", "glsa_", least(32), Word),
    ("grafana-token", "glc_", least(32), Base64),
    ("new-relic-key", "NRAK-", least(20), Upper),
    ("sentry-token", "sntrys_", least(60), Base64),
    ("sentry-token", "sntryu_", exactly(64), Hex),
    ("dynatrace-token", "dt0c01.", least(60), Url),
    ("postman-key", "PMAK-", least(20), Url),
    ("linear-key", "lin_api_", least(30), Word),
    ("notion-token", "ntn_", least(40), Alnum),
    ("figma-token", "figd_", least(38), Url),
    ("planetscale-token", "pscale_tkn_", least(32), Url),
    ("planetscale-token", "pscale_pw_", least(32), Url),
    ("supabase-token", "sbp_", exactly(40), Hex),
    ("age-key", "AGE-SECRET-KEY-1", least(30), Upper),
];

/// Rule, how many of which characters stand before, the middle, how many of which stand after.
const MARKED: &[(&str, Run, &str, Run)] = &[
    ("azure-client-secret", (exactly(4), Azure), "Q~", ((31, 34), Azure)),
    ("azure-devops-token", (exactly(76), Alnum), "AZDO", (exactly(4), Alnum)),
    ("azure-storage-key", (exactly(76), Base64), "+ASt", (exactly(6), Base64)),
    ("azure-cosmos-key", (exactly(76), Base64), "ACDb", (exactly(6), Base64)),
    ("azure-service-bus-key", (exactly(33), Base64), "+ASb", (exactly(6), Base64)),
    ("azure-event-hub-key", (exactly(33), Base64), "+AEh", (exactly(6), Base64)),
    ("azure-iot-hub-key", (exactly(33), Base64), "AIoT", (exactly(6), Base64)),
    ("terraform-token", (exactly(14), Alnum), ".atlasv1.", (least(60), Url)),
    ("telegram-bot-token", ((8, 10), Digit), ":AA", (least(33), Url)),
];

/// The rule that `value` meets, if there is a secret anywhere in it.
pub(super) fn rule(value: &str) -> Option<&'static str> {
    token(value).or_else(|| structure(value))
}

fn token(value: &str) -> Option<&'static str> {
    let begins = PREFIXED.iter().find(|(_, prefix, length, alphabet)| begins(value, prefix, *length, *alphabet));
    let marked = || MARKED.iter().find(|(_, before, middle, after)| surrounds(value, *before, middle, *after));
    begins.map(|(rule, ..)| *rule).or_else(|| marked().map(|(rule, ..)| *rule))
}

fn begins(value: &str, prefix: &str, length: Length, alphabet: Alphabet) -> bool {
    value.match_indices(prefix).any(|(at, _)| {
        let (before, from) = value.as_bytes().split_at(at);
        let is_fresh = before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        is_fresh && follows(from.get(prefix.len()..).unwrap_or_default(), length, alphabet)
    })
}

fn surrounds(value: &str, before: Run, middle: &str, after: Run) -> bool {
    value.match_indices(middle).any(|(at, _)| {
        let (start, from) = value.as_bytes().split_at(at);
        let count = start.iter().rev().take_while(|byte| before.1.has(**byte)).count();
        is_within(count, before.0) && follows(from.get(middle.len()..).unwrap_or_default(), after.0, after.1)
    })
}

fn is_within(count: usize, (from, to): Length) -> bool {
    (from..=to).contains(&count)
}

/// Whether `text` goes on with so many characters of a token, and no more.
fn follows(text: &[u8], length: Length, alphabet: Alphabet) -> bool {
    let (rest, after) = text.split_at(text.iter().take_while(|byte| alphabet.has(**byte)).count());
    let ends = after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ends && is_within(rest.len(), length) && is_made(rest, alphabet)
}

/// Whether a machine made `rest`, and nobody wrote it to show what belongs there: `your-token-here`, `xxxxxxxx`.
fn is_made(rest: &[u8], alphabet: Alphabet) -> bool {
    const SHOWN: &[&str] = &["example", "placeholder", "redacted", "changeme", "dummy", "your_", "your-", "xxxx", "0000000000"];
    let text = String::from_utf8_lossy(rest).to_ascii_lowercase();
    let has = |test: fn(&u8) -> bool| rest.iter().any(test);
    let is_mixed = has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
    // Few capitals, or a few of anything, may happen to be letters alone.
    (is_mixed || rest.len() < 10 || matches!(alphabet, Upper)) && !SHOWN.iter().any(|shown| text.contains(shown))
}

fn structure(value: &str) -> Option<&'static str> {
    if private_key(value) {
        return Some("private-key");
    }
    if authorization(value) {
        return Some("authorization-header");
    }
    if value.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.')).any(is_jwt) {
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

/// A PEM block with something in it: its first line alone is what code looks for.
fn private_key(value: &str) -> bool {
    value.match_indices("PRIVATE KEY").any(|(at, title)| {
        let is_begun = value.get(..at).is_some_and(|before| before.contains("-----BEGIN "));
        let inside = value.get(at + title.len()..).unwrap_or_default().trim_start_matches(" BLOCK").trim_start_matches('-');
        // In an environment variable the line may end in the two characters of an escape.
        let inside = inside.trim_start_matches([' ', '\r', '\n', '"', ',', '+']).trim_start_matches("\\r").trim_start_matches("\\n");
        is_begun && inside.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
    })
}

/// `Basic dXNlcjpwYXNz…`, `Bearer 0a1b…`: what goes into the header `Authorization`.
fn authorization(value: &str) -> bool {
    ["Basic ", "Bearer "].iter().any(|scheme| {
        let rest = value.match_indices(scheme).map(|(at, _)| value.get(at + scheme.len()..).unwrap_or_default());
        rest.map(|rest| rest.split([' ', '"', '\'', ',', '\n']).next().unwrap_or_default())
            .any(|token| token.len() >= 16 && token.bytes().all(|byte| is_base64(byte) || b"=._~-".contains(&byte)) && varied(token))
    })
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let base64url = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => {
            header.starts_with("eyJ")
                && header.len() >= 10
                && claims.starts_with("ey")
                && claims.len() >= 10
                && [header, claims, signature].into_iter().all(base64url)
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
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty() && !stands_for(password))
    })
}

/// `Server=db;Password=…;`, `AccountKey=…`, the signature of a URL that S3 or Azure signed.
fn password_in_pairs(value: &str) -> bool {
    let is_azure = value.contains("sv=20") && value.contains("se=");
    value.split([';', '&', ' ', '\n']).filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let name = name.trim().rsplit(['?', '"']).next().unwrap_or_default().to_ascii_lowercase();
        let telling = ["password", "passwd", "pwd", "accountkey", "sharedaccesskey", "sharedaccesssignature", "x-amz-signature"];
        let answers = ["disabled", "enabled", "false", "none", "null", "optional", "required", "true", "yes"];
        let is_telling = telling.contains(&name.as_str()) || (is_azure && name == "sig");
        is_telling && value.len() >= 3 && !stands_for(value) && !answers.iter().any(|answer| value.eq_ignore_ascii_case(answer))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of `count` characters that `alphabet` has, always the same for the same `seed`. Every token here is made of
    /// such texts while the tests run, so that no scanner takes this file for a leak.
    fn made(count: usize, alphabet: Alphabet, seed: u32) -> String {
        let has: Vec<char> = (b'!'..=b'z').filter(|byte| alphabet.has(*byte) && byte.is_ascii_alphanumeric()).map(char::from).collect();
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            has[(state >> 8) as usize % has.len()]
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn every_token_is_told_by_how_it_begins() {
        for (rule, prefix, (least, _), alphabet) in PREFIXED {
            for seed in [7, 23] {
                let token = format!("{prefix}{}", made(*least, *alphabet, seed));
                for value in
                    [token.clone(), format!("key={token}"), format!("{{\"a\":\"{token}\"}}"), format!("https://x.example/{token}?y")]
                {
                    assert_eq!(super::token(&value), Some(*rule), "{value}");
                }
                // Within a word, and cut short.
                assert_eq!(super::token(&format!("x{token}")), None, "x{token}");
                assert_eq!(super::token(&token[..token.len() - 1]), None, "{token}");
            }
        }
    }

    #[test]
    fn every_token_is_told_by_its_middle() {
        for (rule, (before, front), middle, (after, back)) in MARKED {
            for seed in [7, 23] {
                let token = format!("{}{middle}{}", made(before.0, *front, seed), made(after.0, *back, seed + 1));
                for value in [token.clone(), format!("AccountKey={token}==;"), format!("\"{token}\"")] {
                    assert_eq!(super::token(&value), Some(*rule), "{value}");
                }
                assert_eq!(super::token(&token[1..]), None, "{token}");
                assert_eq!(super::token(&token[..token.len() - 1]), None, "{token}");
            }
        }
    }

    #[test]
    fn what_shows_where_a_token_belongs_is_none() {
        for value in [
            ["AKIA", "IOSFODNN7EXAMPLE"].concat(),
            ["ghp_", "your_personal_access_token_goes_here_0"].concat(),
            ["ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"].concat(),
            ["xoxb-", "your-token-here"].concat(),
            ["sk_live_", "replacewithyourkey"].concat(),
            ["glpat-", "00000000000000000000"].concat(),
            ["SG.", "placeholder.placeholder.placeholder.placeholder1"].concat(),
        ] {
            assert_eq!(rule(&value), None, "{value}");
        }
    }

    #[test]
    fn keys_headers_and_passwords() {
        let (word, key) = (made(24, Alnum, 7), made(64, Base64, 7));
        let title = ["PRIVATE", "KEY"].join(" ");
        for (value, expected) in [
            (format!("-----BEGIN {title}-----\n{key}"), "private-key"),
            (format!("-----BEGIN RSA {title}-----\\n{key}\\n-----END RSA {title}-----"), "private-key"),
            (format!("-----BEGIN PGP {title} BLOCK-----\n\n{key}"), "private-key"),
            (format!("Authorization: Basic {key}=="), "authorization-header"),
            (format!("{{\"Authorization\":\"Bearer {word}\"}}"), "authorization-header"),
            (format!("{}.{}.{word}", ["eyJ", "hbGciOiJI"].concat(), ["eyJ", "zdWIiOiIx"].concat()), "json-web-token"),
            (format!("token={}.{}.{word}", ["eyJ", "0eXAiOiJK"].concat(), ["eyJ", "pc3MiOiJz"].concat()), "json-web-token"),
            (format!("postgres://app:{word}@db.internal/orders"), "password-in-url"),
            (format!("amqps://orders:{word}@mq.internal:5671"), "password-in-url"),
            (format!("Server=db;User Id=app;Password={word};"), "password-in-connection-string"),
            (format!("jdbc:mysql://db/orders?user=app&password={word}"), "password-in-connection-string"),
            (format!("https://a.example/b?sv=2024-08-04&se=2027&sr=b&sig={word}"), "password-in-connection-string"),
        ] {
            assert_eq!(rule(&value), Some(expected), "{value}");
        }
        for value in [
            format!("-----BEGIN {title}-----"),
            format!("-----BEGIN {title}-----\n-----END {title}-----"),
            format!("-----BEGIN CERTIFICATE-----\n{key}"),
            format!("-----BEGIN PUBLIC KEY-----\n{key}"),
            "postgres://app:$DB_PASSWORD@db.internal/orders".to_owned(),
            "postgres://app:${DB_PASSWORD}@db.internal/orders".to_owned(),
            "mongodb://{user}:{password}@db.internal".to_owned(),
            "redis://app:****@cache.internal".to_owned(),
            "mysql://%s:%s@db.internal".to_owned(),
            "Server=db;Password=${PASSWORD};".to_owned(),
            "password=required sufficient".to_owned(),
            "Bearer token".to_owned(),
            "Basic authentication".to_owned(),
            "https://a.example/b?sig=abc".to_owned(),
        ] {
            assert_eq!(rule(&value), None, "{value}");
        }
    }

    /// What stands in the variables of functions and is no secret, whatever it looks like.
    #[test]
    fn harmless_values_are_silent() {
        let values = include_str!("shape_harmless.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut count = 0;
        for line in values {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            let fingerprints = crate::model::FingerprintKey::new([7; 32]);
            let kept = crate::model::EnvironmentValue::classify(name, value, &fingerprints);
            let is_silent = !matches!(kept, crate::model::EnvironmentValue::Redacted { secret: Some(_), .. });
            assert!(is_silent, "{line}: {kept:?}");
            count += 1;
        }
        assert!(count >= 100, "{count}");
    }
}
