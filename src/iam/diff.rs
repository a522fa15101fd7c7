//! The difference of two texts, line by line.

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Pairs of lines that are compared; beyond that everything counts as changed.
const MOST: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// A unified diff from `before` to `after`, without the lines that name files; empty when they are alike.
pub(super) fn unified(before: &str, after: &str) -> String {
    let lines = lines(before, after);
    let changed: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Same(_))).map(|(at, _)| at).collect();
    let mut out = String::new();
    let mut rest = changed.as_slice();
    while let Some((&first, _)) = rest.split_first() {
        // Changes whose surroundings touch stand together.
        let count = 1 + rest.windows(2).take_while(|pair| matches!(pair, [a, b] if b - a <= 2 * CONTEXT)).count();
        let (group, after) = rest.split_at(count);
        rest = after;
        let start = first.saturating_sub(CONTEXT);
        let end = (group.last().copied().unwrap_or(first) + CONTEXT + 1).min(lines.len());
        let count = |lines: &[Line<'_>], new: bool| {
            lines.iter().filter(|line| if new { !matches!(line, Line::Gone(_)) } else { !matches!(line, Line::New(_)) }).count()
        };
        let (earlier, hunk) = (lines.get(..start).unwrap_or_default(), lines.get(start..end).unwrap_or_default());
        let range = |new: bool| {
            let length = count(hunk, new);
            // Of an empty range, the line before it is named.
            format!("{},{length}", count(earlier, new) + usize::from(length > 0))
        };
        out.push_str(&format!("@@ -{} +{} @@\n", range(false), range(true)));
        for line in hunk {
            let (sign, text) = match line {
                Line::Same(text) => (' ', text),
                Line::Gone(text) => ('-', text),
                Line::New(text) => ('+', text),
            };
            out.push(sign);
            out.push_str(text);
            out.push('\n');
        }
    }
    out
}

/// Both texts in one, by their longest common subsequence.
fn lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut all = Vec::new();
    let (mut i, mut j) = (0, 0);
    if a.len().saturating_mul(b.len()) <= MOST {
        // longest[i][j]: of what is left from these lines on.
        let width = b.len() + 1;
        let mut longest = vec![0_u32; (a.len() + 1) * width];
        for x in (0..a.len()).rev() {
            for y in (0..b.len()).rev() {
                longest[x * width + y] = if a[x] == b[y] {
                    longest[(x + 1) * width + y + 1] + 1
                } else {
                    longest[(x + 1) * width + y].max(longest[x * width + y + 1])
                };
            }
        }
        while i < a.len() && j < b.len() {
            if a[i] == b[j] {
                all.push(Line::Same(a[i]));
                (i, j) = (i + 1, j + 1);
            } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
                all.push(Line::Gone(a[i]));
                i += 1;
            } else {
                all.push(Line::New(b[j]));
                j += 1;
            }
        }
    }
    all.extend(a.iter().skip(i).map(|line| Line::Gone(line)));
    all.extend(b.iter().skip(j).map(|line| Line::New(line)));
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn changes_stand_in_their_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n";
        assert_eq!(unified(before, after), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -10,3 +10,4 @@\n 10\n 11\n 12\n+13\n");
        assert_eq!(unified(before, before), "");
        assert_eq!(unified("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
    }

    proptest! {
        #[test]
        fn both_texts_are_in_it(a in "([abc]\n){0,12}", b in "([abc]\n){0,12}") {
            let all = lines(&a, &b);
            let pick = |new: bool| -> Vec<&str> {
                all.iter().filter_map(|line| match line {
                    Line::Same(text) => Some(*text),
                    Line::Gone(text) => (!new).then_some(*text),
                    Line::New(text) => new.then_some(*text),
                }).collect()
            };
            prop_assert_eq!(pick(false), a.lines().collect::<Vec<_>>());
            prop_assert_eq!(pick(true), b.lines().collect::<Vec<_>>());
        }
    }
}
