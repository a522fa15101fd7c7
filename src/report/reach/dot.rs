//! A digraph for Graphviz.

use std::io::{self, Write};

use super::drawing::Drawing;
use crate::{model::text::clean, paths::Node};

pub(super) fn write(drawing: &Drawing, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph palisade {{\n    rankdir=LR;\n    node [shape=box];")?;
    for (number, node) in drawing.nodes.iter().enumerate() {
        let shape = match node {
            Node::Resource(_) => "",
            Node::Admin => ", shape=hexagon",
            _ => ", shape=ellipse",
        };
        writeln!(out, "    n{number} [label=\"{}\", tooltip=\"{}\"{shape}];", quoted(&node.label()), quoted(&node.to_string()))?;
    }
    for line in &drawing.lines {
        let style = if line.dashed { ", style=dashed" } else { "" };
        let mark = if line.break_here { ", penwidth=3, xlabel=\"break here\"" } else { "" };
        writeln!(out, "    n{} -> n{} [label=\"{}\"{style}{mark}];", line.from, line.to, quoted(&line.label))?;
    }
    writeln!(out, "}}")
}

/// A text between quotation marks: a backslash would begin an escape such as `\N`, the node's own name, and `&` an entity.
fn quoted(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
