//! Numbers, ids and hashes that AWS would draw at random: made from names, so that the account is always the same.

use crate::model::Timestamp;

use super::taken_at;

const DAY: i64 = 86_400;

fn bytes(of: &str) -> [u8; 32] {
    *blake3::hash(of.as_bytes()).as_bytes()
}

fn draw(of: &str, alphabet: &[u8], length: usize) -> String {
    let bytes = bytes(of);
    bytes.iter().cycle().take(length).filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len())).map(|&c| char::from(c)).collect()
}

/// A number from 0 to `bound` − 1.
pub(super) fn number(of: &str, bound: u32) -> u32 {
    let [a, b, c, d, ..] = bytes(of);
    u32::from_be_bytes([a, b, c, d]) % bound.max(1)
}

/// A UUID, as revisions and event source mappings have.
pub(super) fn uuid(of: &str) -> String {
    let hex = draw(of, b"0123456789abcdef", 32);
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default().to_owned()).join("-")
}

/// A `CodeSha256`: 43 characters and a padding sign.
pub(super) fn sha256(of: &str) -> String {
    format!("{}=", draw(of, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 43))
}

/// The fingerprint of a value that nobody keeps.
pub(super) fn fingerprint(of: &str) -> String {
    draw(of, b"0123456789abcdef", 16)
}

/// The id of a role, a function URL, an API.
pub(super) fn id(of: &str, length: usize) -> String {
    draw(of, b"abcdefghijklmnopqrstuvwxyz234567", length)
}

/// So many days, and some hours, before the posture was taken.
pub(super) fn days_ago(days: u32, of: &str) -> Timestamp {
    let taken = taken_at();
    let hours = i64::from(number(of, 10)) * 3_600 + i64::from(number(&of.to_uppercase(), 3_600));
    Timestamp::from_unix(taken.unix() - i64::from(days) * DAY - hours).unwrap_or(taken)
}
