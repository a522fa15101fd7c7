//! The signs of both glyph sets. A sign never stands alone: a word or a letter is beside it.

use ratatui::symbols::border;

use super::{
    binding,
    theme::{Glyphs, Role},
};
use crate::{
    checks::Severity,
    model::{GapKind, SourceState},
    outcome::Met,
    paths::Node,
    remedy::Effort,
    score::Grade,
    world::{Finding, Status},
};

impl Glyphs {
    const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// The sign of a severity.
    pub(crate) const fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.pick("✖", "X"),
            Severity::High => self.pick("▲", "!"),
            Severity::Medium => self.pick("●", "o"),
            Severity::Low => self.pick("·", "."),
            Severity::Info => self.pick("ℹ", "i"),
        }
    }

    /// The sign of a pass.
    pub(crate) const fn pass(self) -> &'static str {
        self.pick("✔", "+")
    }

    /// The sign of what does not apply, or is not there.
    pub(crate) const fn none(self) -> &'static str {
        self.pick("–", "-")
    }

    /// What a cut text ends with.
    pub(crate) const fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    /// Between crumbs.
    pub(crate) const fn crumb(self) -> &'static str {
        self.pick("›", ">")
    }

    /// Between parts of a line.
    pub(crate) const fn dot(self) -> &'static str {
        self.pick("·", "-")
    }

    /// Between the ends of a range.
    pub(crate) const fn dash(self) -> &'static str {
        self.pick("–", "-")
    }

    /// From one thing to the next.
    pub(crate) const fn arrow(self) -> &'static str {
        self.pick("→", "->")
    }

    /// Sorted downwards.
    pub(crate) const fn down(self) -> &'static str {
        self.pick("↓", "v")
    }

    /// Who stands outside, what the account holds, and all of it.
    pub(crate) const fn node(self, node: &Node) -> &'static str {
        match node {
            Node::Admin => self.pick("◆", "*"),
            Node::Resource(_) => self.pick("▣", "#"),
            _ => self.pick("◎", "o"),
        }
    }

    /// The point of an arrow downwards.
    pub(crate) const fn onward(self) -> &'static str {
        self.pick("▼", "v")
    }

    /// Points at what stands to the left.
    pub(crate) const fn here(self) -> &'static str {
        self.pick("◄", "<")
    }

    /// Before the row under the cursor.
    pub(crate) const fn cursor(self) -> &'static str {
        self.pick("▌", ">")
    }

    /// Between line number and code.
    pub(crate) const fn gutter(self) -> &'static str {
        self.pick("│", "|")
    }

    /// A line across.
    pub(crate) const fn rule(self) -> &'static str {
        self.pick("─", "-")
    }

    /// The full and the empty part of a bar.
    pub(crate) const fn bar(self) -> (&'static str, &'static str) {
        match self {
            Self::Unicode => ("━", "─"),
            Self::Ascii => ("#", "."),
        }
    }

    /// The sign of a finding: its severity when it failed.
    pub(crate) const fn finding(self, finding: &Finding) -> &'static str {
        match finding.status {
            Status::Fail => self.severity(finding.severity),
            Status::Unknown => "?",
            Status::Waived => "~",
            Status::Pass => self.pass(),
        }
    }

    /// The sign of how an account stands in something.
    pub(crate) const fn met(self, met: Met) -> &'static str {
        match met {
            Met::NotMet => self.pick("✖", "X"),
            Met::Unknown => "?",
            Met::Waived => "~",
            Met::Met => self.pass(),
            Met::NotApplicable => self.none(),
        }
    }

    /// The sign of a source's state.
    pub(crate) const fn source(self, state: SourceState) -> &'static str {
        match state {
            SourceState::Queued => self.pick("…", "."),
            SourceState::Running => self.pick("»", ">"),
            SourceState::Complete => self.pass(),
            SourceState::Partial => "?",
            SourceState::Denied | SourceState::Failed => self.pick("✖", "X"),
            SourceState::Skipped => self.none(),
        }
    }

    /// Keys as people write them.
    pub(crate) fn keys(self, keys: &str) -> String {
        let written = binding::written(keys);
        match self {
            Self::Unicode => written,
            Self::Ascii => [("←", "Left"), ("→", "Right"), ("↑", "Up"), ("↓", "Down")]
                .into_iter()
                .fold(written, |text, (sign, word)| text.replace(sign, word)),
        }
    }

    /// The frame of a pane.
    pub(crate) const fn frame(self) -> border::Set<'static> {
        match self {
            Self::Unicode => border::ROUNDED,
            Self::Ascii => border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            },
        }
    }
}

/// Four letters for a severity.
pub(crate) const fn short(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRIT",
        Severity::High => "HIGH",
        Severity::Medium => "MED",
        Severity::Low => "LOW",
        Severity::Info => "INFO",
    }
}

/// Four letters for what became of a finding: its severity when it failed.
pub(crate) const fn verdict_word(finding: &Finding) -> &'static str {
    match finding.status {
        Status::Fail => short(finding.severity),
        Status::Unknown => "UNKN",
        Status::Waived => "WAIV",
        Status::Pass => "PASS",
    }
}

/// The role of a severity.
pub(crate) const fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::High => Role::High,
        Severity::Medium => Role::Medium,
        Severity::Low => Role::Low,
        Severity::Info => Role::Info,
    }
}

/// The role of a finding.
pub(crate) const fn finding_role(finding: &Finding) -> Role {
    match finding.status {
        Status::Fail => severity_role(finding.severity),
        Status::Unknown => Role::Unknown,
        Status::Waived => Role::Waived,
        Status::Pass => Role::Pass,
    }
}

/// How an account stands in something, in the width of a column.
pub(crate) const fn met_word(met: Met) -> &'static str {
    match met {
        Met::NotApplicable => "n/a",
        met => met.words(),
    }
}

/// The role of how an account stands in something.
pub(crate) const fn met_role(met: Met) -> Role {
    match met {
        Met::NotMet => Role::Fail,
        Met::Unknown => Role::Unknown,
        Met::Waived => Role::Waived,
        Met::Met => Role::Pass,
        Met::NotApplicable => Role::Dim,
    }
}

/// The role of a source's state.
pub(crate) const fn source_role(state: SourceState) -> Role {
    match state {
        SourceState::Queued | SourceState::Skipped => Role::Dim,
        SourceState::Running => Role::Accent,
        SourceState::Complete => Role::Pass,
        SourceState::Partial => Role::Unknown,
        SourceState::Denied | SourceState::Failed => Role::Fail,
    }
}

/// The role of a grade.
pub(crate) const fn grade_role(grade: Grade) -> Role {
    match grade {
        Grade::A | Grade::B => Role::Pass,
        Grade::C | Grade::D => Role::Medium,
        Grade::F => Role::Critical,
        Grade::None => Role::Unknown,
    }
}

/// How much a fix asks of a person, in the width of a column.
pub(crate) const fn effort_word(effort: Option<Effort>) -> &'static str {
    match effort {
        Some(Effort::OneKey) => "1-key",
        Some(Effort::Prompt) => "prompt",
        Some(Effort::Guided) => "guided",
        None => "-",
    }
}

/// What a gap's kind means, in a few words.
pub(crate) const fn gap_word(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Denied => "AWS refused the call",
        GapKind::Throttled => "AWS throttled the call until the retries were used up",
        GapKind::Failed => "the call failed",
        GapKind::Unread => "nobody has asked yet",
        GapKind::Unsupported => "not offered here",
    }
}
