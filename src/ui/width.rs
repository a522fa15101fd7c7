//! How wide text is on a terminal, and how it is cut and wrapped: the one place that measures.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Where a text that is too wide loses its middle or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// At the end.
    End,
    /// In the middle, so that the tail of a name or an ARN stays.
    Middle,
}

/// The columns that `text` takes.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// `text` in at most `room` columns.
pub(crate) fn fit<'a>(text: &'a str, room: usize, cut: Cut, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let Some(left) = room.checked_sub(width(ellipsis)) else { return Cow::Borrowed("") };
    let tail_room = match cut {
        Cut::End => 0,
        Cut::Middle => left - left / 3,
    };
    let mut tail_width = 0;
    let tail_at = text
        .grapheme_indices(true)
        .rev()
        .map_while(|(at, grapheme)| {
            tail_width += grapheme.width();
            (tail_width <= tail_room).then_some(at)
        })
        .last()
        .unwrap_or(text.len());
    let head = head(text, left - tail_room.min(left));
    Cow::Owned(format!("{head}{ellipsis}{}", text.get(tail_at..).unwrap_or_default()))
}

/// The beginning of `text` in at most `room` columns.
pub(crate) fn head(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let end = text
        .grapheme_indices(true)
        .map_while(|(at, grapheme)| {
            taken += grapheme.width();
            (taken <= room).then_some(at + grapheme.len())
        })
        .last()
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// `text` in lines of at most `room` columns: at spaces where there are any, within words where there are none.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    if room == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let indent = paragraph.len() - paragraph.trim_start_matches(' ').len();
        let indent = " ".repeat(indent.min(room / 2));
        let mut line = indent.clone();
        let mut used = indent.len();
        for mut word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if used > indent.len() {
                if used + 1 + width(word) <= room {
                    line.push(' ');
                    used += 1;
                } else {
                    lines.push(std::mem::replace(&mut line, indent.clone()));
                    used = indent.len();
                }
            }
            while used + width(word) > room {
                let taken = head(word, room - used);
                // A glyph wider than the whole line cannot be drawn at all.
                if taken.is_empty() {
                    word = "";
                    break;
                }
                line.push_str(taken);
                word = word.get(taken.len()..).unwrap_or_default();
                lines.push(std::mem::replace(&mut line, indent.clone()));
                used = indent.len();
            }
            line.push_str(word);
            used += width(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cut_in_the_middle_keeps_the_tail() {
        assert_eq!(fit("arn:aws:lambda:eu-west-1:123456789012:function:orders", 20, Cut::Middle, "…"), "arn:aw…nction:orders");
        assert_eq!(fit("short", 5, Cut::Middle, "…"), "short");
        assert_eq!(fit("注文を処理する関数", 8, Cut::End, "…"), "注文を…");
        assert_eq!(fit("anything", 0, Cut::End, "…"), "");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "\\PC{0,60}", room in 0usize..40) {
            for cut in [Cut::End, Cut::Middle] {
                prop_assert!(width(&fit(&text, room, cut, "…")) <= room);
            }
            for line in wrap(&text, room) {
                prop_assert!(width(&line) <= room, "{line:?}");
            }
        }
    }
}
