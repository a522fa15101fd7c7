//! A Mermaid flowchart: what GitHub and GitLab draw inside Markdown.

use std::io::{self, Write};

use super::drawing::Drawing;
use crate::{model::text::clean, paths::Node};

pub(super) fn write(drawing: &Drawing, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (number, node) in drawing.nodes.iter().enumerate() {
        let (open, close) = match node {
            Node::Resource(_) => ("[", "]"),
            Node::Admin => ("{{", "}}"),
            _ => ("([", "])"),
        };
        writeln!(out, "    n{number}{open}\"{}\"{close}", quoted(&node.label()))?;
    }
    for line in &drawing.lines {
        let arrow = if line.dashed { "-.->" } else { "-->" };
        let mark = if line.break_here { " (break here)" } else { "" };
        writeln!(out, "    n{} {arrow}|\"{}{mark}\"| n{}", line.from, quoted(&line.label), line.to)?;
    }
    let breaks = drawing.lines.iter().enumerate().filter(|(_, line)| line.break_here);
    let numbers: Vec<String> = breaks.map(|(number, _)| number.to_string()).collect();
    if !numbers.is_empty() {
        writeln!(out, "    linkStyle {} stroke-width:4px", numbers.join(","))?;
    }
    Ok(())
}

/// A text between quotation marks: Mermaid knows no escapes but its own entities, and takes tags and Markdown for such.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in clean(text).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '[' | ']' | '{' | '}' | '|' | ';' | '%' => {
                quoted.push_str(&format!("#{};", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted
}
