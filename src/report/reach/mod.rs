//! Answers about reach, written for people, for programs and as drawings.

mod dot;
mod drawing;
mod json;
mod mermaid;
mod text;

use std::io::{self, Write};

use crate::{
    model::{Arn, Posture},
    paths::{Path, Radius, Reacher},
    world::Origin,
};

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Attack paths.
    Paths(Vec<Path>),
    /// A blast radius.
    Reach(Radius),
    /// Who can reach a resource.
    Who {
        /// The resource.
        resource: Arn,
        /// Who.
        principals: Vec<Reacher>,
    },
}

/// An answer, and the account that it is about.
#[derive(Debug)]
pub struct Told<'a> {
    /// The account.
    pub posture: &'a Posture,
    /// Where its posture comes from.
    pub origin: &'a Origin,
    /// The answer.
    pub answer: Answer,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object, or an array when there are several accounts.
    Json,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
}

/// Writes the answers; drawings have all accounts in one graph.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(told: &[Told<'_>], format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            for (index, one) in told.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                text::write(one, out)?;
            }
            Ok(())
        }
        Format::Json => json::write(told, out),
        Format::Mermaid => mermaid::write(&drawing::of(told), out),
        Format::Dot => dot::write(&drawing::of(told), out),
    }
}

/// One path, as it is copied from the screen.
pub fn path_text(number: usize, path: &Path) -> String {
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = text::path(number, path, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Some paths, as they are written from the screen: a Mermaid flowchart.
pub fn path_drawing<'a>(paths: impl Iterator<Item = &'a Path>) -> String {
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = mermaid::write(&drawing::of_paths(paths), &mut text);
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests;
