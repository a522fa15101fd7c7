//! Tables of others, embedded: `data/manifest.toml` names their sources, licences and dates.

/// The text of a packed table, kept for as long as the program runs; none when it cannot be read, which the tests see.
pub(super) fn unpack(packed: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8(zstd::decode_all(packed).ok()?).ok()?;
    Some(text.leak())
}
