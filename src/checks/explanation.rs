//! A check in full, part by part: `explain` and the screen say the same, each in its own form.

use super::{Check, Framework};

/// A part of the explanation of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub heading: &'static str,
    /// What it says.
    pub body: Body,
}

/// What a part says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A paragraph.
    Text(String),
    /// Phrases without a full stop.
    Points(&'static [&'static str]),
    /// Commands, one a line: to copy, names in `<CAPITALS>` to fill in.
    Commands(&'static str),
    /// A piece of a template, with its indents.
    Template(&'static str),
    /// The keys in other frameworks: framework, key, and what it asks for.
    Keys(Vec<(Framework, &'static str, &'static str)>),
}

impl Part {
    fn text(heading: &'static str, text: impl Into<String>) -> Self {
        Self { heading, body: Body::Text(text.into()) }
    }

    /// A way to fix the defect or to take the fix back, as it is copied.
    pub const fn way(&self) -> Option<&'static str> {
        match self.body {
            Body::Commands(text) | Body::Template(text) => Some(text),
            _ => None,
        }
    }
}

impl Check {
    /// Everything that there is to say of it; parts without anything to say are left out.
    pub fn explanation(&self) -> Vec<Part> {
        let guide = &self.guide;
        let sources = || self.reads.iter().map(|source| source.word()).collect::<Vec<_>>().join(", ");
        let calls = if guide.calls.is_empty() { sources() } else { guide.calls.join(", ") };
        let mut parts = vec![
            Part::text("What is good", self.title),
            Part::text("Why it matters", self.why),
            Part::text("How it is decided", self.how),
            Part::text("Decided from", calls),
        ];
        if !guide.provider.is_empty() {
            parts.push(Part::text("AWS's side", guide.provider));
        }
        parts.push(Part::text("Your side", format!("{}; AWS does not see to that for you", self.title)));
        if !guide.avoids.is_empty() {
            parts.push(Part { heading: "Keeps quiet about", body: Body::Points(guide.avoids) });
        }
        parts.extend(guide.ways().map(|(heading, text)| {
            let template = matches!(heading, "CloudFormation" | "Terraform");
            Part { heading, body: if template { Body::Template(text) } else { Body::Commands(text) } }
        }));
        let keys: Vec<_> = Framework::ALL
            .into_iter()
            .flat_map(|framework| framework.keys(self).iter().map(move |&key| (framework, key, framework.requirement(key))))
            .collect();
        if !keys.is_empty() {
            parts.push(Part { heading: "In other frameworks", body: Body::Keys(keys) });
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::all;

    #[test]
    fn every_check_is_explained_without_an_empty_part() {
        for check in all() {
            let parts = check.explanation();
            for part in &parts {
                let says = match &part.body {
                    Body::Text(text) => !text.trim().is_empty(),
                    Body::Points(points) => !points.is_empty(),
                    Body::Commands(text) | Body::Template(text) => !text.is_empty(),
                    Body::Keys(keys) => keys.iter().all(|(_, _, title)| !title.is_empty()),
                };
                assert!(says, "{}: {} says nothing", check.id, part.heading);
            }
            assert_eq!(parts.iter().filter(|part| part.way().is_some()).count(), check.guide.ways().count());
            for heading in ["What is good", "Why it matters", "How it is decided", "Decided from", "Your side", "In other frameworks"] {
                assert_eq!(parts.iter().filter(|part| part.heading == heading).count(), 1, "{}: {heading}", check.id);
            }
        }
    }
}
