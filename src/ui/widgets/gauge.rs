//! A bar for a share.

use std::cmp::Ordering;

use crate::ui::theme::Glyphs;

/// A bar of `width` columns, `share` of it full; without a share a dotted line.
pub(crate) fn bar(glyphs: Glyphs, share: Option<f64>, width: usize) -> String {
    let (full, empty) = glyphs.bar();
    let Some(share) = share else { return glyphs.dot().repeat(width) };
    // Neither full before it is, nor empty while there is something.
    let cells = (share.clamp(0.0, 1.0) * width as f64).floor() as usize;
    let cells = if share > 0.0 { cells.max(1) } else { cells };
    format!("{}{}", full.repeat(cells.min(width)), empty.repeat(width.saturating_sub(cells)))
}

/// How `width` columns are shared out by count: whatever there is of gets one, and the most get what is left over.
pub(crate) fn shares(counts: &[usize], width: usize) -> Vec<usize> {
    let all: usize = counts.iter().sum();
    let mut shares: Vec<usize> =
        counts.iter().map(|&count| (count * width).checked_div(all).unwrap_or_default().max(usize::from(count > 0))).collect();
    loop {
        let used: usize = shares.iter().sum();
        let Some(widest) = shares.iter_mut().max().filter(|_| all > 0) else { return shares };
        match used.cmp(&width) {
            Ordering::Less => *widest += width - used,
            // There are more kinds than columns: the bar says less, and stays in its room.
            Ordering::Greater => *widest -= 1,
            Ordering::Equal => return shares,
        }
    }
}

/// A share as whole percents, never 100 before it is.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}%", (share.clamp(0.0, 1.0) * 100.0).floor())
}

/// A count in at most four columns.
pub(crate) fn count(count: usize) -> String {
    match count {
        0..=9_999 => count.to_string(),
        10_000..=999_999 => format!("{}k", count / 1_000),
        _ => format!("{}M", (count / 1_000_000).min(999)),
    }
}

/// `10,000`: where every one of them counts.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8_lossy(&groups.join(&b',')).into_owned()
}

/// Seconds as `7:32`, or `1:07:32`.
pub(crate) fn clock(seconds: f64) -> String {
    let whole = seconds.ceil() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_do_not_exaggerate() {
        assert_eq!(bar(Glyphs::Ascii, Some(0.999), 4), "###.");
        assert_eq!(bar(Glyphs::Ascii, Some(0.001), 4), "#...");
        assert_eq!(bar(Glyphs::Ascii, Some(0.0), 4), "....");
        assert_eq!(bar(Glyphs::Ascii, Some(7.0), 4), "####");
        assert_eq!(bar(Glyphs::Ascii, None, 4), "----");
        assert_eq!(percent(0.999), "99%");
        assert_eq!(count(123_456), "123k");
    }

    #[test]
    fn columns_are_shared_out_to_the_last() {
        assert_eq!(shares(&[1, 0, 99], 10), [1, 0, 9]);
        assert_eq!(shares(&[1, 1, 1], 10), [3, 3, 4]);
        assert_eq!(shares(&[5, 5, 5], 2).iter().sum::<usize>(), 2);
        assert_eq!(shares(&[0, 0], 10), [0, 0]);
        assert_eq!(shares(&[7], 0), [0]);
    }

    #[test]
    fn numbers_in_full_and_times() {
        assert_eq!([0, 999, 3210, 1_234_567].map(grouped), ["0", "999", "3,210", "1,234,567"]);
        assert_eq!([7.1, 452.0, 4052.0].map(clock), ["0:08", "7:32", "1:07:32"]);
    }
}
