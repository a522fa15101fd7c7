//! The table of keys, for people: as text and as Markdown.

use super::{BINDINGS, Binding, Group, written};

/// The bindings of each group that has any.
fn groups() -> impl Iterator<Item = (Group, impl Iterator<Item = &'static Binding>)> {
    Group::ALL.into_iter().map(|group| (group, BINDINGS.iter().filter(move |binding| binding.group == group)))
}

fn keys(binding: &Binding, between: &str, quote: &str) -> String {
    binding.keys.iter().map(|keys| format!("{quote}{}{quote}", written(keys))).collect::<Vec<_>>().join(between)
}

/// The table as text: name, keys and what they do, for `keymap print`.
pub fn table() -> String {
    let mut text = String::new();
    for (group, bindings) in groups() {
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}# {}\n", group.title()));
        for binding in bindings {
            text.push_str(&format!("{:<16} {:<34} {}\n", binding.name, keys(binding, ", ", ""), binding.help));
        }
    }
    text
}

/// The table as Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::from("| keys | what they do |\n|---|---|\n");
    for (group, bindings) in groups() {
        text.push_str(&format!("| **{}** | |\n", group.title()));
        for binding in bindings {
            text.push_str(&format!("| {} | {} |\n", keys(binding, " ", "`"), binding.help));
        }
    }
    text
}
