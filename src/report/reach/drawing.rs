//! What is common to all drawings: each node and each step once, with stable numbers.

use std::collections::BTreeMap;

use super::{Answer, Told};
use crate::paths::{Access, Hop, Node, Path, Via};

/// Nodes and the steps between them.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    /// In the order in which they are met: a node's place is its number.
    pub(super) nodes: Vec<Node>,
    /// In the order in which they are met.
    pub(super) lines: Vec<Line>,
    numbers: BTreeMap<Node, usize>,
}

/// A step.
#[derive(Debug)]
pub(super) struct Line {
    /// The number of the node that takes it.
    pub(super) from: usize,
    /// The number of the node that it leads to.
    pub(super) to: usize,
    /// What stands beside it; not cleaned.
    pub(super) label: String,
    /// Whether it takes something that is not certain.
    pub(super) dashed: bool,
    /// Whether a path is cheapest to break there.
    pub(super) break_here: bool,
}

/// The drawing of some answers.
pub(super) fn of(told: &[Told<'_>]) -> Drawing {
    let mut drawing = Drawing::default();
    for one in told {
        match &one.answer {
            Answer::Paths(paths) => paths.iter().for_each(|path| drawing.path(path)),
            Answer::Reach(radius) => {
                let from = drawing.number(&radius.subject);
                for touched in &radius.resources {
                    let to = drawing.number(&Node::from(&touched.arn));
                    let escalated = touched.via == Via::Escalation;
                    let label = format!("{}{}", Access::words(&touched.access), if escalated { " by escalation" } else { "" });
                    drawing.line(Line { from, to, label, dashed: escalated || touched.condition.is_some(), break_here: false });
                }
                if radius.admin {
                    let to = drawing.number(&Node::Admin);
                    drawing.line(Line { from, to, label: "can become".to_owned(), dashed: false, break_here: false });
                }
            }
            Answer::Who { resource, principals } => {
                drawing.number(&Node::from(resource));
                principals.iter().flat_map(|one| &one.hops).for_each(|hop| drawing.hop(hop, false));
            }
        }
    }
    drawing
}

/// The drawing of some paths.
pub(super) fn of_paths<'a>(paths: impl Iterator<Item = &'a Path>) -> Drawing {
    let mut drawing = Drawing::default();
    paths.for_each(|path| drawing.path(path));
    drawing
}

impl Drawing {
    fn path(&mut self, path: &Path) {
        self.number(&path.from);
        for (index, hop) in path.hops.iter().enumerate() {
            self.hop(hop, index == path.break_at);
        }
    }

    fn number(&mut self, node: &Node) -> usize {
        if let Some(known) = self.numbers.get(node) {
            return *known;
        }
        let number = self.nodes.len();
        self.nodes.push(node.clone());
        self.numbers.insert(node.clone(), number);
        number
    }

    fn hop(&mut self, hop: &Hop, break_here: bool) {
        let (from, to) = (self.number(&hop.from), self.number(&hop.to));
        let label =
            if hop.actions.is_empty() { hop.technique.to_owned() } else { format!("{}: {}", hop.technique, hop.actions.join(", ")) };
        self.line(Line { from, to, label, dashed: hop.needs_trigger || hop.condition.is_some(), break_here });
    }

    fn line(&mut self, line: Line) {
        let same = |known: &&mut Line| (known.from, known.to, &known.label) == (line.from, line.to, &line.label);
        match self.lines.iter_mut().find(same) {
            Some(known) => known.break_here |= line.break_here,
            None => self.lines.push(line),
        }
    }
}
