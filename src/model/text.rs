//! Text from an account is hostile until cleaned: names, tags, descriptions and policies can be chosen by an attacker.

use std::borrow::Cow;

/// The longest text, in characters, that a message or a cell carries on.
pub const LONGEST: usize = 512;

/// Whether `c` can move the cursor, hide text or turn its direction.
///
/// Control characters (C0, DEL, C1), and the bidirectional and invisible formatting characters of
/// Unicode Standard Annex 9 and of the "Trojan Source" paper.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// One line of `text` that is safe to draw, print or copy: hostile characters become `�`, and
/// what is longer than [`LONGEST`] characters is cut with `…`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST && !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut cleaned: String = text.chars().take(LONGEST).map(|c| if is_hostile(c) { '\u{FFFD}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        cleaned.push('…');
    }
    Cow::Owned(cleaned)
}

/// Like [`clean`], for texts of several lines that may be long: newlines stay, a tab becomes spaces.
pub fn clean_block(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => cleaned.push('\n'),
            '\t' => cleaned.push_str("  "),
            c if is_hostile(c) => cleaned.push('\u{FFFD}'),
            c => cleaned.push(c),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_overrides_do_not_pass() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\u{FFFD}[31mb");
        assert_eq!(clean("x\u{202E}gpj.exe"), "x\u{FFFD}gpj.exe");
        assert_eq!(clean("\u{9b}0m\r\n"), "\u{FFFD}0m\u{FFFD}\u{FFFD}");
        assert_eq!(clean("関数-💡"), "関数-💡");
        assert_eq!(clean_block("a\n\tb\u{7}"), "a\n  b\u{FFFD}");
    }

    #[test]
    fn ten_kilobytes_become_one_line_of_bounded_length() {
        let long = "長".repeat(10_000);
        assert_eq!(clean(&long).chars().count(), LONGEST + 1);
    }
}
