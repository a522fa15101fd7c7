//! A check in full, for people: the parts of its explanation one below the other.

use std::fmt::Write;

use crate::checks::{Body, Check, Part};

/// How wide a paragraph is.
const WIDTH: usize = 100;

/// The explanation of `check`, as `palisade explain` prints it.
pub fn text(check: &Check) -> String {
    let layer = format!("{}: {}", check.layer, check.layer.promise());
    let mut text = format!("{} {} · {}\n  {layer}\n", check.id, check.slug, check.severity);
    let mut dense = false;
    for Part { heading, body } in check.explanation() {
        // Single lines stand together; lists and code have room around them.
        let line = matches!(body, Body::Text(_));
        if !(line && dense) {
            text.push('\n');
        }
        dense = line;
        // Writing to a string cannot fail.
        let _ = match body {
            Body::Text(said) => writeln!(text, "  {}", wrap(&format!("{heading}: {said}"), WIDTH).join("\n    ")),
            Body::Points(points) => {
                let points: String = points.iter().map(|point| format!("\n    - {}", wrap(point, WIDTH).join("\n      "))).collect();
                writeln!(text, "  {heading}:{points}")
            }
            Body::Commands(code) | Body::Template(code) => writeln!(text, "  {heading}:\n    {}", code.replace('\n', "\n    ")),
            Body::Keys(keys) => {
                let keys: String =
                    keys.iter().map(|(framework, key, title)| format!("\n    {:<15} {key:<16} {title}", framework.word())).collect();
                writeln!(text, "  {heading}:{keys}")
            }
        };
    }
    text
}

/// Breaks `text` into lines of at most `width` characters, at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::all;

    #[test]
    fn every_part_is_there_in_its_order() {
        for check in all() {
            let text = text(check);
            let headings = check.explanation().into_iter().map(|part| format!("\n  {}:", part.heading));
            let places: Vec<usize> =
                headings.map(|heading| text.find(&heading).unwrap_or_else(|| panic!("{heading} of {}", check.id))).collect();
            assert!(places.is_sorted(), "{text}");
            assert!(text.contains(check.id) && text.contains(check.slug));
            for (_, way) in check.guide.ways() {
                assert!(way.lines().all(|line| text.contains(line)), "{}: {way}", check.id);
            }
        }
    }
}
